"""How a conversation passes between the assistant, the queue and an agent: what the desk's acts have in common.

Each function works within the transaction of an act, on a handoff whose conversation is `locked`.
"""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import insert

from conversations.events import HandoffChanged, NoteAdded
from conversations.handoff import Handoff, HandoffState, HandoffUnknown, NotHolder, Step
from conversations.model import Conversation, Outbound, Owner, Sender
from conversations.notices import Notices
from conversations.ports import place_in_words
from conversations.staff import Principal
from conversations.store import conversations, events, handoffs, outgoing, snoozes, steps
from conversations.store.database import Transaction, now
from conversations.store.handoffs import LEASE
from conversations.store.work import Wanted
from escalation import tables
from escalation.service.outlook import QueueOutlook

log = structlog.get_logger()


class Holding:
    """Who holds a conversation, and what the contact hears when that changes."""

    def __init__(self, notices: Notices, outlook: QueueOutlook, lease: float) -> None:
        """``lease`` is for how many seconds a contact may wait for the agent."""
        self.notices, self.lease, self._outlook = notices, lease, outlook

    async def take_over(self, tx: Transaction, who: Principal, handoff: Handoff, taken: Conversation) -> None:
        """What the bot has not begun to send is withdrawn, the contact hears who joined, and the lease runs.

        ``taken`` is what `conversations.take_over` returned in this transaction: the bot is silent from there.
        """
        await outgoing.withdraw(tx, taken.id)
        text = self.notices.spoken(handoff.language)("agent_joined", handoff.id, agent=who.name)
        joined = Outbound(Sender.SYSTEM, text, name=who.name)
        await conversations.say(tx, taken.id, taken.episode, [joined], start=taken.last_number)
        changed = HandoffChanged(handoff.id, taken.id, HandoffState.ASSIGNED, who.id)
        await events.record(tx, taken.id, changed, Wanted(LEASE, handoff.id, self.lease))

    async def back_to_queue(
        self,
        tx: Transaction,
        handoff: Handoff,
        held: Conversation,
        notice: str = "agent_left_waiting",
        **changes: Any,
    ) -> Handoff:
        """Into its old place in the queue; the contact hears of it by this notice, and how long it will take now."""
        await self.wake(tx, handoff)
        changes = {"agent_id": None, "assigned_at": None, **changes}
        await handoffs.move(tx, handoff, handoff.state, HandoffState.WAITING, **changes)
        if held.owner is Owner.AGENT:
            await change(tx, held, owner=Owner.QUEUE)
        waiting = await handoffs.get(tx, handoff.id)
        assert waiting is not None
        outlook = await self._outlook.outlook(tx, waiting)
        left = self.notices.spoken(handoff.language)(notice, handoff.id, agent=handoff.agent_name, place=outlook.place)
        told = place_in_words(self.notices, waiting, outlook)
        said = [Outbound(Sender.SYSTEM, left), Outbound(Sender.SYSTEM, told)]
        await conversations.say(tx, held.id, held.episode, said)
        return waiting

    async def put_off(
        self, tx: Transaction, who: Principal, handoff: Handoff, held: Conversation, until: float
    ) -> None:
        """The contact hears when they are written to again; that is a promise."""
        when = await self._outlook.put_off(tx, handoff, until)
        text = self.notices.spoken(handoff.language)("put_off", handoff.id, agent=who.name, opens=when)
        await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text)])

    async def wake(self, tx: Transaction, handoff: Handoff, who: Principal | None = None) -> None:
        """Ends its sleep, if it sleeps: whatever moves it wakes it first."""
        if handoff.is_snoozed:
            await snoozes.wake(tx, handoff, self.lease, by=who.id if who else None)

    async def end(
        self,
        tx: Transaction,
        handoff: Handoff,
        held: Conversation,
        state: HandoffState,
        who: Principal | None = None,
        *,
        survey: bool = False,
        **changes: Any,
    ) -> None:
        """The matter is over: a new episode begins, the bot answers again. ``survey``: the contact is asked for stars.

        ``who`` ends it; None: nobody, by itself.
        """
        await self.wake(tx, handoff, who)
        waited = await steps.waited(tx, handoff) if handoff.state is HandoffState.WAITING else None
        await handoffs.move(tx, handoff, handoff.state, state, **changes)
        by, comment = who.id if who else None, changes.get("comment")
        await steps.record(tx, handoff, Step(state), by=by, agent_id=handoff.agent_id, comment=comment, seconds=waited)
        episode = await conversations.new_episode(tx, held, state)
        await change(
            tx,
            held,
            owner=Owner.BOT,
            settled_through=held.last_number,
            episode=episode,
            state=None,
            slots={},
            facts=_facts(held, state),
            cut_form=None,
            expecting=f"survey:{held.episode}" if survey else None,
        )
        await events.record(tx, held.id, HandoffChanged(handoff.id, held.id, state, handoff.agent_id))
        log.info("handoff ended", handoff_id=handoff.id, state=state)


async def locked(tx: Transaction, handoff_id: str) -> tuple[Handoff, Conversation]:
    """The handoff as it stands while its conversation's row is locked: always in this order.

    Raises:
        HandoffUnknown: there is no such handoff.
    """
    found = await handoffs.get(tx, handoff_id)
    if found is None:
        raise HandoffUnknown(handoff_id)
    held = await conversations.get(tx, found.conversation_id, lock=True)
    current = await handoffs.get(tx, handoff_id)
    if held is None or current is None:  # the contact was erased in this moment
        raise HandoffUnknown(handoff_id)
    return current, held


def holds(who: Principal, handoff: Handoff) -> bool:
    """Whether this person has the handoff in hand."""
    return handoff.state is HandoffState.ASSIGNED and handoff.agent_id == who.id


def require_holder(who: Principal, handoff: Handoff) -> None:
    """Raises: NotHolder."""
    if not holds(who, handoff):
        raise NotHolder(handoff.id)


async def write_note(tx: Transaction, who: Principal, handoff: Handoff, text: str, key: str) -> None:
    """What colleagues read and the contact does not; ``key`` is one of this handoff's own."""
    note = {"handoff_id": handoff.id, "agent_id": who.id, "agent_name": who.name, "key": key, "text": text}
    await tx.execute(insert(tables.note).values(**note, at=now()))
    await events.record(tx, handoff.conversation_id, NoteAdded(handoff.id, handoff.conversation_id))


async def change(tx: Transaction, held: Conversation, **changes: Any) -> None:
    """Changes a conversation that this transaction has locked."""
    changed = await conversations.change(tx, held, **changes)
    assert changed is not None, "the conversation is locked by this transaction"


def _facts(held: Conversation, state: HandoffState) -> dict[str, Any]:
    """What the next episode knows; to take up a form that was cut, also what was told it."""
    known = {**held.facts, **held.slots}
    cut = state is HandoffState.RETURNED and held.cut_form and known.get("order_number")
    return {**held.carried_facts(), **({"order_number": known["order_number"]} if cut else {})}
