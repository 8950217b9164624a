"""What was done with each handoff, by whom and when: the source of waits, of who knew a contact, and of the audit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Double, bindparam, case, func, insert, select

from conversations.handoff import Handoff, Step
from conversations.store import tables as t
from conversations.store.database import Transaction, now


@dataclass(frozen=True, slots=True)
class Taken:
    """One step. ``agent_id`` is whom it concerns (who claimed, whom it is offered to), ``by`` who did it.

    ``seconds``, of a claim and of an end of waiting: how long this waiting took.
    """

    handoff_id: str
    what: Step
    at: float
    team: str
    by: str | None = None
    agent_id: str | None = None
    comment: str | None = None
    seconds: float | None = None


_RECORD = insert(t.handoff_step).values(at=now())


async def record(
    tx: Transaction,
    handoff: Handoff,
    what: Step,
    *,
    by: str | None = None,
    agent_id: str | None = None,
    team: str | None = None,
    comment: str | None = None,
    seconds: float | None = None,
) -> None:
    """Writes down a step, in the transaction that takes it. ``team`` is the handoff's unless another is named."""
    row = {
        "handoff_id": handoff.id,
        "what": what,
        "by": by,
        "agent_id": agent_id,
        "team": team or handoff.team,
        "comment": comment,
        "seconds": seconds,
    }
    await tx.execute(_RECORD, row)


# With which a waiting begins.
_WAITS = (Step.OPENED, Step.RELEASED, Step.LEASE_OVER, Step.TRANSFERRED)
_BEGAN = (
    select(func.max(t.handoff_step.c.at))
    .where(t.handoff_step.c.handoff_id == bindparam("of_id"), t.handoff_step.c.what.in_(_WAITS))
    .scalar_subquery()
)
_WAITED = now() - func.coalesce(_BEGAN, bindparam("waiting_since", type_=Double))
_HOW_LONG = select(_WAITED)
_CLAIMED = (
    insert(t.handoff_step)
    .values(
        handoff_id=bindparam("of_id"),
        what=Step.CLAIMED,
        at=now(),
        by=bindparam("agent"),
        agent_id=bindparam("agent"),
        team=bindparam("in_team"),
        seconds=case((_WAITED > 0, _WAITED), else_=0.0),
    )
    .returning(t.handoff_step.c.seconds)
)


async def waited(tx: Transaction, handoff: Handoff) -> float:
    """For how many seconds this waiting has lasted: since it was opened, came back to the queue, or was passed on."""
    of = {"of_id": handoff.id, "waiting_since": handoff.waiting_since}
    return max(0.0, float((await tx.execute(_HOW_LONG, of)).scalar_one()))


async def claimed(tx: Transaction, handoff: Handoff, agent_id: str) -> float:
    """Writes down that this agent took it, after `waited` seconds, which it returns: in one statement."""
    of = {"of_id": handoff.id, "waiting_since": handoff.waiting_since, "agent": agent_id, "in_team": handoff.team}
    return float((await tx.execute(_CLAIMED, of)).scalar_one())


# So far back (seconds) is looked for who took something last.
_LATELY = 86_400.0


async def last_claims(tx: Transaction) -> dict[str, float]:
    """When each agent last took a handoff (Unix seconds), as far as that was within a day."""
    c = t.handoff_step.c
    statement = (
        select(c.agent_id, func.max(c.at).label("last"))
        .where(c.what.in_((Step.CLAIMED, Step.STEPPED_IN, Step.REOPENED)), c.at > now() - _LATELY)
        .group_by(c.agent_id)
    )
    return {row.agent_id: row.last for row in await tx.execute(statement)}


async def declined(tx: Transaction, handoff_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Who let each handoff go since its waiting began: gave it back, passed it on, or let an offer pass."""
    c = t.handoff_step.c
    statement = (
        select(c.handoff_id, c.what, case((c.what == Step.TRANSFERRED, c.by), else_=c.agent_id).label("who"))
        .where(c.handoff_id.in_(handoff_ids), c.what.in_((Step.DECLINED, *_WAITS)))
        .order_by(c.id)
    )
    found: dict[str, frozenset[str]] = {}
    for row in await tx.execute(statement):
        before = found.get(row.handoff_id, frozenset()) if row.what == Step.DECLINED else frozenset()
        found[row.handoff_id] = before | ({row.who} - {None})
    return found


async def of(tx: Transaction, handoff_id: str, kinds: Collection[Step] = ()) -> list[Taken]:
    """The steps of a handoff, oldest first; only of some ``kinds``, if any are named."""
    c = t.handoff_step.c
    statement = select(c.handoff_id, c.what, c.at, c.team, c.by, c.agent_id, c.comment, c.seconds)
    statement = statement.where(c.handoff_id == handoff_id).order_by(c.id)
    if kinds:
        statement = statement.where(c.what.in_(kinds))
    return [Taken(row.handoff_id, Step(row.what), *row[2:]) for row in await tx.execute(statement)]
