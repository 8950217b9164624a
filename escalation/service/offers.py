"""A waiting handoff kept for one person for a while: made, declined, or let pass."""

from __future__ import annotations

from prometheus_client import Counter

from conversations.events import HandoffChanged, HandoffOffered
from conversations.handoff import Handoff, HandoffState, NotHolder, Step
from conversations.staff import Availability, Principal
from conversations.store import conversations, events, handoffs, offers, staff, steps
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation.config import Teams
from escalation.service.holding import locked

# Work whose key is a handoff: its offer is over.
OFFER = "offer"
OFFERED = Counter("frontdesk_handoffs_offered", "Handoffs offered to an agent by routing")
PASSED = Counter("frontdesk_offers_passed", "Offers that nobody took, by how they ended", ["how"])


class Offers:
    """What is done with offers, each in one transaction."""

    def __init__(self, database: Database, teams: Teams) -> None:
        self._database, self._teams = database, teams

    async def make(self, handoff_id: str, agent_id: str) -> bool:
        """Offers it for as long as its team keeps offers.

        False, and nothing is changed, when it waits no longer or is offered already, or they have no hand free by now.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            seconds = self._teams.of(handoff.team).offer_seconds
            if not (await _has_a_hand_free(tx, agent_id) and await offers.offer(tx, handoff, agent_id, seconds)):
                return False
            await schedule(tx, OFFER, handoff.id, seconds, move=True)
            await steps.record(tx, handoff, Step.OFFERED, agent_id=agent_id)
            until = await conversations.clock(tx) + seconds
            await events.record(tx, held.id, HandoffOffered(handoff.id, held.id, agent_id, until))
            tx.count(OFFERED)
        return True

    async def decline(self, who: Principal, handoff_id: str) -> None:
        """Lets an offer pass to the next.

        Raises:
            HandoffUnknown.
            NotHolder: it is not offered to them (any more).
        """
        async with self._database.write() as tx:
            handoff, _ = await locked(tx, handoff_id)
            if handoff.offered_to != who.id:
                raise NotHolder(handoff_id)
            await _let_pass(tx, handoff, "declined", by=who.id)

    async def over(self, handoff_id: str) -> float | None:
        """The handler of ``offer`` work: the time is up. Returns the seconds left of an offer that still stands."""
        async with self._database.write() as tx:
            if await handoffs.get(tx, handoff_id) is None:
                return None
            handoff, _ = await locked(tx, handoff_id)
            if handoff.offered_to is None or handoff.offered_until is None:
                return None
            left = handoff.offered_until - await conversations.clock(tx)
            if left > 0:
                return left
            await _let_pass(tx, handoff, "over")
        return None

    async def withdraw(self, handoff_id: str, agent_id: str) -> None:
        """Passes on what is offered to somebody who is not here any more."""
        async with self._database.write() as tx:
            handoff, _ = await locked(tx, handoff_id)
            if handoff.offered_to == agent_id:
                await _let_pass(tx, handoff, "away")


async def _let_pass(tx: Transaction, handoff: Handoff, how: str, by: str | None = None) -> None:
    if not await offers.end_offer(tx, handoff):
        return
    await steps.record(tx, handoff, Step.DECLINED, by=by, agent_id=handoff.offered_to)
    place, waiting = handoff.conversation_id, HandoffState.WAITING
    await events.record(tx, place, HandoffChanged(handoff.id, place, waiting, handoff.offered_to))
    tx.count(PASSED.labels(how))


async def _has_a_hand_free(tx: Transaction, agent_id: str) -> bool:
    """Judged while this person's row is locked: two offers at once cannot both find the last hand free."""
    person = await staff.by_id(tx, agent_id, lock=True)
    if person is None or person.availability is not Availability.HERE:
        return False
    return (await offers.in_hand(tx)).get(agent_id, 0) < person.capacity
