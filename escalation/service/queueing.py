"""Lists of handoffs: the queue as it stands, and any of them page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, or_, true

from conversations.handoff import OPEN_STATES, Handoff, HandoffState
from conversations.staff import Principal
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from escalation.http import wire
from escalation.service import news
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
            mark = await news.mark(tx)
            seen = await self._counts(tx, who)
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
            since=mark,
        )

    async def changed(self, who: Principal, since: str) -> wire.HandoffList:
        """Of the queue only what changed since an answer gave this mark; all of it when that is most of it.

        Raises:
            NoSuchPage: no answer gave it.
        """
        async with self._database.read() as tx:
            mark, places = await news.mark(tx), await news.touched(tx, since, _MOST)
            found = None if places is None else await self._of(tx, places, visible_to(who))
            if places is not None and found is not None:
                seen, at = await self._counts(tx, who), await conversations.clock(tx)
                line = {team: await handoffs.line(tx, team, _MOST) for team in seen}
                rows = await self._rows.of(tx, found)
                for one in found:
                    if one.state is HandoffState.WAITING:
                        rows[one.id].place = await self._place(tx, one, line.get(one.team, []))
                left = await self._of(tx, places, news.gone_for(who)) or []
                return _sorted(found, rows, seen, at, since=mark, whole=False, line=line, gone=[one.id for one in left])
        return await self.queue(who)

    async def _of(self, tx: Transaction, places: Sequence[str], where: ColumnElement[bool]) -> list[Handoff] | None:
        """The handoffs of these conversations; None when they are more than a list has."""
        mine = _H.conversation_id.in_(places)
        found = await handoffs.listed(tx, mine, where, order=_BY_TURN, limit=_MOST + 1)
        return found if len(found) <= _MOST else None

    async def _place(self, tx: Transaction, handoff: Handoff, line: Sequence[str]) -> int:
        return line.index(handoff.id) + 1 if handoff.id in line else await handoffs.place_of(tx, handoff)

    async def _counts(self, tx: Transaction, who: Principal | None) -> dict[str, wire.Counts]:
        counts = await self._counting.by_team(tx)
        return {team: count for team, count in counts.items() if who is None or who.oversees or team in who.teams}

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


def _sorted(
    found: Sequence[Handoff],
    rows: dict[str, wire.HandoffSummary],
    counts: dict[str, wire.Counts],
    at: float,
    **more: Any,
) -> wire.HandoffList:
    """Each row in the list where it stands now."""
    held = [one for one in found if one.state is HandoffState.ASSIGNED]
    return wire.HandoffList(
        waiting=[rows[one.id] for one in found if one.state is HandoffState.WAITING],
        assigned=[rows[one.id] for one in held if not one.is_snoozed],
        snoozed=[rows[one.id] for one in held if one.is_snoozed],
        ended=[rows[one.id] for one in found if one.state not in OPEN_STATES],
        counts=counts,
        now=at,
        **more,
    )


def _place(waiting: Sequence[Handoff], rows: dict[str, wire.HandoffSummary]) -> None:
    """Numbers them within their team: each team's first ones are all there, in order."""
    places: dict[str, int] = {}
    for one in waiting:
        places[one.team] = places.get(one.team, 0) + 1
        rows[one.id].place = places[one.team]
