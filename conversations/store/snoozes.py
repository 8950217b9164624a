"""Handoffs that sleep in their agent's hands. Attributes of the row, compare-and-set."""

from __future__ import annotations

from sqlalchemy import case, update

from conversations.events import HandoffWoken
from conversations.handoff import Handoff, Step
from conversations.store import events, handoffs, steps
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.handoffs import LEASE
from conversations.store.work import cancel, schedule

# Wakes what sleeps until a time.
SNOOZE = "snooze"


async def snooze(tx: Transaction, handoff: Handoff, seconds: float | None) -> None:
    """Sleeps in its agent's hands for so long, or (None) until the contact writes; the lease rests."""
    until = None if seconds is None else now() + seconds
    await tx.execute(
        update(t.handoff).where(handoffs.held(handoff)).values(snoozed_at=now(), snoozed_until=until, lease_until=None)
    )
    if seconds is None:
        await cancel(tx, SNOOZE, handoff.id)
    else:
        await schedule(tx, SNOOZE, handoff.id, seconds, move=True)
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)


async def wake(tx: Transaction, handoff: Handoff, lease: float, by: str | None = None) -> bool:
    """Ends a sleep, and says so in its steps; a contact who waits for the agent waits on. False when it was awake."""
    c = t.handoff.c
    waits = case((c.awaiting_since.is_not(None), now() + lease), else_=None)
    woken = await tx.execute(
        update(t.handoff)
        .where(handoffs.held(handoff), c.snoozed_at.is_not(None))
        .values(snoozed_at=None, snoozed_until=None, lease_until=waits)
        .returning(c.lease_until)
    )
    row = woken.one_or_none()
    if row is None:
        return False
    await cancel(tx, SNOOZE, handoff.id)
    if row.lease_until is not None:
        await schedule(tx, LEASE, handoff.id, lease)
    await steps.record(tx, handoff, Step.WOKEN, by=by)
    await events.record(tx, handoff.conversation_id, HandoffWoken(handoff.id, handoff.conversation_id))
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)
    return True
