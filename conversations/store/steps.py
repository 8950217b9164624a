"""What was done with each handoff, by whom and when: the source of waits, of who knew a contact, and of the audit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import insert, select

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
    await tx.execute(
        insert(t.handoff_step).values(
            handoff_id=handoff.id,
            what=what,
            at=now(),
            by=by,
            agent_id=agent_id,
            team=team or handoff.team,
            comment=comment,
            seconds=seconds,
        )
    )


async def of(tx: Transaction, handoff_id: str, kinds: Collection[Step] = ()) -> list[Taken]:
    """The steps of a handoff, oldest first; only of some ``kinds``, if any are named."""
    c = t.handoff_step.c
    statement = select(c.handoff_id, c.what, c.at, c.team, c.by, c.agent_id, c.comment, c.seconds)
    statement = statement.where(c.handoff_id == handoff_id).order_by(c.id)
    if kinds:
        statement = statement.where(c.what.in_(kinds))
    return [Taken(row.handoff_id, Step(row.what), *row[2:]) for row in await tx.execute(statement)]
