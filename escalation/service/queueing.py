"""Lists of handoffs: the queue as it stands, and any of them page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, or_, true

from conversations.handoff import Handoff, HandoffState
from conversations.staff import Principal
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from escalation.http import wire
from escalation.service.counting import Counting
from escalation.service.paging import Page, split
from escalation.service.rows import Rows
from escalation.service.seeing import visible_to

_MOST, _MOST_ENDED = 200, 20
_H = t.handoff.c
_BY_TURN = _H.priority.desc(), _H.waiting_since, _H.id


class Queueing:
    """Reads them, as far as somebody may see."""

    def __init__(self, database: Database, rows: Rows) -> None:
        self._database, self._rows, self._counting = database, rows, Counting()

    async def queue(self, who: Principal | None = None) -> wire.HandoffList:
        """Who waits, who is in hand, who is put off, what ended lately; for nobody in particular: all of it."""
        where = true() if who is None else visible_to(who)
        async with self._database.read() as tx:
            counts = await self._counting.by_team(tx)
            seen = {team: count for team, count in counts.items() if who is None or who.oversees or team in who.teams}
            waiting = await self._waiting(tx, seen, who)
            held = await self._assigned(tx, where)
            ended = await handoffs.listed(tx, _ENDED, where, order=[_H.ended_at.desc()], limit=_MOST_ENDED)
            rows = await self._rows.of(tx, [*waiting, *held, *ended])
            at = await conversations.clock(tx)
        _place([one for one in waiting if one.team in seen], rows)
        return wire.HandoffList(
            waiting=[rows[one.id] for one in waiting],
            assigned=[rows[one.id] for one in held if not one.is_snoozed],
            snoozed=[rows[one.id] for one in held if one.is_snoozed],
            ended=[rows[one.id] for one in ended],
            counts=seen,
            now=at,
        )

    async def _waiting(self, tx: Transaction, teams: Iterable[str], who: Principal | None) -> list[Handoff]:
        """The first of each team, of which the index gives them in order; and what is offered to them elsewhere."""
        found: dict[str, Handoff] = {}
        for team in teams:
            first = await handoffs.listed(tx, _WAITING, _H.team == team, order=_BY_TURN, limit=_MOST)
            found.update((one.id, one) for one in first)
        if who is not None:
            offered = await handoffs.listed(tx, _WAITING, _H.offered_to == who.id, order=_BY_TURN, limit=_MOST)
            found.update((one.id, one) for one in offered)
        return sorted(found.values(), key=lambda one: (-one.priority, one.waiting_since, one.id))[:_MOST]

    async def _assigned(self, tx: Transaction, where: ColumnElement[bool]) -> list[Handoff]:
        """What agents have in hand, longest awaited first."""
        order = [_H.awaiting_since.is_(None), _H.awaiting_since, _H.assigned_at]
        return await handoffs.listed(tx, _H.state == HandoffState.ASSIGNED, where, order=order, limit=_MOST)

    async def page(
        self,
        who: Principal,
        *,
        state: str | None = None,
        team: str | None = None,
        agent: str | None = None,
        tag: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> wire.HandoffPage:
        """The handoffs that this person may see, newest first, part by part.

        Raises:
            NoSuchPage: ``after`` is not what a part before gave.
        """
        where = [visible_to(who)]
        where += [column == value for column, value in ((_H.state, state), (_H.team, team)) if value]
        where += [_H.agent_id == agent] if agent else []
        where += [cast(_H.tags, Text).contains(f'"{tag}"', autoescape=True)] if tag else []
        where += [_before(*split(after, float, str))] if after else []
        order = [_H.created_at.desc(), _H.id.desc()]
        async with self._database.read() as tx:
            found = await handoffs.listed(tx, *where, order=order, limit=limit + 1)
            page = Page.of(found, limit, lambda one: (one.created_at, one.id))
            rows = await self._rows.of(tx, page.items)
            for one in page.items:
                if one.state is HandoffState.WAITING:
                    rows[one.id].place = await handoffs.place_of(tx, one)
        return wire.HandoffPage([rows[one.id] for one in page.items], page.next)


_WAITING = _H.state == HandoffState.WAITING
_ENDED = and_(_H.ended_at.is_not(None), _H.state.not_in([HandoffState.WAITING, HandoffState.ASSIGNED]))


def _before(at: Any, handoff_id: Any) -> ColumnElement[bool]:
    return or_(_H.created_at < at, and_(_H.created_at == at, _H.id < handoff_id))


def _place(waiting: Sequence[Handoff], rows: dict[str, wire.HandoffSummary]) -> None:
    """Numbers them within their team: each team's first ones are all there, in order."""
    places: dict[str, int] = {}
    for one in waiting:
        places[one.team] = places.get(one.team, 0) + 1
        rows[one.id].place = places[one.team]
