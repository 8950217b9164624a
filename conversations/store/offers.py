"""Offers on handoffs: a waiting one is kept for one person for a while. Attributes of the row, compare-and-set."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select, union_all, update

from conversations.handoff import Handoff, HandoffState
from conversations.store import handoffs
from conversations.store import tables as t
from conversations.store.database import Transaction, now

_MANY = 10_000


async def offer(tx: Transaction, handoff: Handoff, agent_id: str, seconds: float) -> bool:
    """Keeps a waiting handoff for this person for so long; False when it waits no longer, or is offered already."""
    c = t.handoff.c
    done = await tx.execute(
        update(t.handoff)
        .where(c.id == handoff.id, c.state == HandoffState.WAITING, c.offered_to.is_(None))
        .values(offered_to=agent_id, offered_until=now() + seconds)
    )
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)
    return bool(done.rowcount)


async def end_offer(tx: Transaction, handoff: Handoff) -> bool:
    """Ends the offer that was seen; False when it is another one by now, or none."""
    c = t.handoff.c
    done = await tx.execute(
        update(t.handoff)
        .where(c.id == handoff.id, c.offered_to == handoff.offered_to, c.offered_until == handoff.offered_until)
        .values(offered_to=None, offered_until=None)
    )
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)
    return bool(done.rowcount)


async def offered(tx: Transaction) -> list[Handoff]:
    """What is kept for somebody."""
    c = t.handoff.c
    return await handoffs.listed(tx, handoffs.IS_WAITING, c.offered_to.is_not(None), order=[c.id], limit=_MANY)


async def unoffered(tx: Transaction, teams: Collection[str], limit: int) -> list[Handoff]:
    """What waits in these teams and is kept for nobody, in the order of the queue."""
    c = t.handoff.c
    order = [c.priority.desc(), c.waiting_since, c.id]
    return await handoffs.listed(
        tx, handoffs.IS_WAITING, c.team.in_(teams), c.offered_to.is_(None), order=order, limit=limit
    )


async def in_hand(tx: Transaction) -> dict[str, int]:
    """How many handoffs each agent has in hand or is offered; what sleeps counts for nothing."""
    c = t.handoff.c
    held = select(c.agent_id.label("who")).where(handoffs.IS_ASSIGNED, c.snoozed_at.is_(None))
    kept = select(c.offered_to.label("who")).where(handoffs.IS_WAITING, c.offered_to.is_not(None))
    both = union_all(held, kept).subquery()
    rows = await tx.execute(select(both.c.who, func.count().label("held")).group_by(both.c.who))
    return {row.who: row.held for row in rows}
