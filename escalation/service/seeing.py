"""Who may see which handoff: their own teams', and what they had a hand in. Leads and admins see all of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true

from conversations.handoff import Handoff, HandoffUnknown
from conversations.staff import Principal
from conversations.store import handoffs
from conversations.store import tables as t
from conversations.store.database import Transaction


def visible_to(who: Principal) -> ColumnElement[bool]:
    """The rows of ``handoff`` that this person may see."""
    if who.oversees:
        return true()
    h, s = t.handoff.c, t.handoff_step.c
    theirs = select(s.id).where(s.handoff_id == h.id, or_(s.by == who.id, s.agent_id == who.id))
    return or_(h.team.in_(who.teams), h.agent_id == who.id, h.offered_to == who.id, theirs.exists())


async def sees(tx: Transaction, who: Principal, handoff: Handoff) -> bool:
    """Whether this person may see the handoff."""
    if who.oversees or handoff.team in who.teams or who.id in {handoff.agent_id, handoff.offered_to}:
        return True
    found = await tx.execute(select(t.handoff.c.id).where(t.handoff.c.id == handoff.id, visible_to(who)))
    return found.one_or_none() is not None


async def seen(tx: Transaction, who: Principal, handoff_id: str) -> Handoff:
    """The handoff, as far as this person may see it.

    Raises:
        HandoffUnknown: there is none, or none for them: who asks is not told which.
    """
    handoff = await handoffs.get(tx, handoff_id)
    if handoff is None or not await sees(tx, who, handoff):
        raise HandoffUnknown(handoff_id)
    return handoff
