"""Figures for others: what happened to each handoff that ended, and what contacts said of it. For overseers only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, tuple_

from conversations.handoff import OPEN_STATES, Handoff, NotAllowed, Step
from conversations.model import Sender
from conversations.staff import Principal
from conversations.store import handoffs, turns
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from escalation import tables
from escalation.domain.sla import State
from escalation.http import wire
from escalation.service.clocks import REPLIED
from escalation.service.paging import Page, split

_H, _M, _E, _S, _P = t.handoff.c, t.message.c, t.episode.c, t.handoff_step.c, t.promise.c


class Facts:
    """Reads them, in the order in which matters ended."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ended(
        self, who: Principal, since: float = 0.0, after: str | None = None, limit: int = 100
    ) -> wire.FactsPage:
        """The handoffs that ended since a moment (Unix seconds).

        Raises:
            NotAllowed: only leads and admins may. NoSuchPage: ``after`` is not what the part before gave.
        """
        _require_overseer(who)
        where = [_H.ended_at >= since, _H.state.not_in(OPEN_STATES)]
        if after:
            at, handoff_id = split(after, float, str)
            where.append(or_(_H.ended_at > at, and_(_H.ended_at == at, _H.id > handoff_id)))
        async with self._database.read() as tx:
            found = await handoffs.listed(tx, *where, order=[_H.ended_at, _H.id], limit=limit + 1)
            page = Page.of(found, limit, lambda one: (one.ended_at, one.id))
            return wire.FactsPage(await _facts(tx, page.items), page.next)

    async def surveys(
        self, who: Principal, since: float = 0.0, after: str | None = None, limit: int = 100
    ) -> wire.Surveys:
        """The ratings of matters that ended since a moment. Raises as `ended` does."""
        _require_overseer(who)
        where = [_E.stars.is_not(None), _E.ended_at >= since]
        if after:
            at, number, place = split(after, float, int, str)
            where.append(tuple_(_E.ended_at, _E.number, _E.conversation_id) > tuple_(at, number, place))
        statement = select(t.episode).where(*where).order_by(_E.ended_at, _E.number, _E.conversation_id)
        async with self._database.read() as tx:
            rows = (await tx.execute(statement.limit(limit + 1))).all()
            page = Page.of(rows, limit, lambda row: (row.ended_at, row.number, row.conversation_id))
            about = await _handoffs_of(tx, page.items)
        return wire.Surveys(
            [_survey(row, about.get((row.conversation_id, row.number))) for row in page.items], page.next
        )


def _require_overseer(who: Principal) -> None:
    if not who.oversees:
        raise NotAllowed("Leads and admins read figures: ask one of them.")


async def _handoffs_of(tx: Transaction, episodes: Sequence[Row[Any]]) -> dict[tuple[str, int], Handoff]:
    """The latest handoff of each of these episodes that has one."""
    keys = [(row.conversation_id, row.number) for row in episodes]
    where = tuple_(_H.conversation_id, _H.episode).in_(keys)
    found = await handoffs.listed(tx, where, order=[_H.created_at], limit=10 * len(keys) + 1)
    return {(one.conversation_id, one.episode): one for one in found}


def _survey(row: Row[Any], handoff: Handoff | None) -> wire.SurveyView:
    return wire.SurveyView(
        handoff_id=handoff.id if handoff else None,
        conversation_id=row.conversation_id,
        episode=row.number,
        stars=row.stars,
        comment=row.comment or "",
        at=row.ended_at,
        agent=handoff.agent_name if handoff else None,
    )


async def _facts(tx: Transaction, found: Sequence[Handoff]) -> list[wire.HandoffFacts]:
    ids = [one.id for one in found]
    taken: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in await tx.execute(
        select(_S.handoff_id, _S.what, _S.seconds, _S.comment).where(_S.handoff_id.in_(ids)).order_by(_S.id)
    ):
        taken[row.handoff_id].append(row)
    replied = dict(map(tuple, await tx.execute(_first_replies(ids))))
    r = tables.reask.c
    asked = dict(map(tuple, await tx.execute(_counted(r.handoff_id, ids))))
    kept = dict(map(tuple, await tx.execute(_counted(_P.handoff_id, ids).where(_P.kept_at.is_not(None)))))
    broken = dict(map(tuple, await tx.execute(_counted(_P.handoff_id, ids).where(_P.broken_at.is_not(None)))))
    stars = await turns.stars_of(tx, [(one.conversation_id, one.episode) for one in found])
    return [
        wire.HandoffFacts(
            id=one.id,
            reference=one.reference,
            team=one.team,
            channel=one.conversation_id.partition(":")[0],
            priority=one.priority,
            reasons=[reason.kind for reason in one.reasons],
            state=one.state,
            outcome=one.outcome,
            tags=list(one.tags),
            agent=one.agent_name,
            opened_at=one.created_at,
            ended_at=one.ended_at or 0.0,
            waited=_waited(taken[one.id]),
            first_reply=replied[one.id] - one.created_at if one.id in replied else None,
            sla=_sla(one, taken[one.id]),
            re_asked=asked.get(one.id, 0),
            promises_kept=kept.get(one.id, 0),
            promises_broken=broken.get(one.id, 0),
            transfers=Counter(row.what for row in taken[one.id])[Step.TRANSFERRED],
            stars=stars.get((one.conversation_id, one.episode)),
        )
        for one in found
    ]


def _waited(taken: Sequence[Row[Any]]) -> float | None:
    """All of its waiting for somebody to claim it; None when nobody did, and it was not given up either."""
    spans = [row.seconds for row in taken if row.seconds is not None and row.what in {Step.CLAIMED, Step.ABANDONED}]
    return sum(spans) if spans else None


def _sla(handoff: Handoff, taken: Sequence[Row[Any]]) -> dict[str, str]:
    """How each of its targets ended. A next reply that was late once stays so, however soon later ones came."""
    late = {row.comment for row in taken if row.what == Step.BREACHED}
    return {
        clock: State.BREACHED if clock in late else state for clock, state in handoff.sla.items() if clock != REPLIED
    }


def _counted(handoff_id: Any, ids: Sequence[str]) -> Select[Any]:
    return select(handoff_id, func.count()).where(handoff_id.in_(ids)).group_by(handoff_id)


def _first_replies(ids: Sequence[str]) -> Select[Any]:
    """When an agent first wrote; a greeting that the desk said for them is none."""
    said = and_(_M.conversation_id == _H.conversation_id, _M.episode.between(_H.first_episode, _H.episode))
    wrote = _M.sender == Sender.AGENT, _M.at >= _H.created_at, ~_M.native_key.startswith("agent:greet:")
    return select(_H.id, func.min(_M.at)).join(t.message, said).where(_H.id.in_(ids), *wrote).group_by(_H.id)
