"""What agents do with a handoff. Each act is one transaction, and is refused whole when it no longer fits.

Ownership is decided here and nowhere else: whoever wins the compare-and-set on the handoff's row holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import delete, insert, select

from conversations.events import AgentSaid, HandoffChanged, NoteAdded
from conversations.handoff import ClaimLost, Handoff, HandoffState, HandoffUnknown, KeptAsNote, NotHolder
from conversations.masking import mask
from conversations.model import Attachment, Button, ButtonKind, Conversation, Outbound, Owner, Sender
from conversations.notices import Notices
from conversations.ports import place_in_words
from conversations.staff import Principal
from conversations.store import conversations, events, handoffs, outgoing
from conversations.store.database import Database, Transaction, now
from conversations.store.work import cancel
from conversations.survey import survey_buttons
from conversations.text import storable
from escalation import tables
from escalation.service.outlook import TELL_AGAIN, QueueOutlook

log = structlog.get_logger()
CLAIMED = Counter("frontdesk_handoffs_claimed", "Handoffs claimed by an agent")
LOST = Counter("frontdesk_claims_lost", "Claims that somebody else had won")
WAIT_SECONDS = Histogram(
    "frontdesk_handoff_wait_seconds",
    "From a handoff's opening to its claim",
    buckets=(10, 30, 60, 120, 300, 600, 1800, 3600, 14400),
)


class Desk:
    """The use cases of the desk, on behalf of a signed-in person."""

    def __init__(self, database: Database, notices: Notices, outlook: QueueOutlook, lease: float) -> None:
        self._database, self._notices, self._outlook, self._lease = database, notices, outlook, lease

    async def claim(self, who: Principal, handoff_id: str) -> None:
        """Takes a waiting handoff: exactly one winner. Claiming one's own again changes nothing.

        Raises:
            HandoffUnknown, ClaimLost: with who holds it and since when.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            if handoff.state is HandoffState.ASSIGNED and handoff.agent_id == who.id:
                return
            won = handoff.state is HandoffState.WAITING and await handoffs.move(
                tx, handoff, HandoffState.WAITING, HandoffState.ASSIGNED, agent_id=who.id, assigned_at=now()
            )
            if not won:
                LOST.inc()
                current = await handoffs.get(tx, handoff_id) or handoff
                raise ClaimLost(current.agent_name, current.assigned_at, current.state)
            await self._take_over(tx, who, handoff, held)
        CLAIMED.inc()
        log.info("handoff claimed", handoff_id=handoff_id, agent_id=who.id)

    async def _take_over(self, tx: Transaction, who: Principal, handoff: Handoff, held: Conversation) -> None:
        """The bot is silent from here: a new epoch, and what it has not begun to send is withdrawn."""
        await outgoing.withdraw(tx, held.id)
        await self._change(tx, held, owner=Owner.AGENT, state=None, expecting=None)
        text = self._notices.spoken(handoff.language)("agent_joined", handoff.id, agent=who.name)
        joined = Outbound(Sender.SYSTEM, text, name=who.name)
        await conversations.say(tx, held.id, held.episode, [joined])
        await events.record(tx, held.id, HandoffChanged(handoff.id, held.id, HandoffState.ASSIGNED, who.id))
        await cancel(tx, TELL_AGAIN, handoff.id)
        await handoffs.await_agent(tx, handoff, self._lease)
        tx.observe(WAIT_SECONDS, max(0.0, await conversations.clock(tx) - handoff.created_at))

    async def reply(
        self, who: Principal, handoff_id: str, text: str, key: str, attachments: Sequence[Attachment] = ()
    ) -> int:
        """Says something to the contact; returns its number. A repeat with the same ``key`` says nothing twice.

        Raises:
            HandoffUnknown, NotHolder: it is waiting, ended, or somebody else's.
            KeptAsNote: it came before, and was kept as a note.
        """
        native_key = f"agent:{key}"
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            said = await conversations.number_of(tx, held.id, native_key)
            if said is not None:
                return said
            if await self._noted(tx, handoff_id, key):
                raise KeptAsNote(handoff_id)
            require_holder(who, handoff)
            message = Outbound(
                Sender.AGENT,
                storable(text).strip(),
                name=who.name,
                agent_id=who.id,
                native_key=native_key,
                attachments=tuple(attachments),
            )
            number = (await conversations.say(tx, held.id, held.episode, [message]))[0]
            if attachments:  # they are the message's now
                sent = [one.file_id for one in attachments]
                await tx.execute(delete(tables.desk_upload).where(tables.desk_upload.c.id.in_(sent)))
            await handoffs.answered(tx, handoff)
            await events.record(tx, held.id, AgentSaid(handoff.id, held.id, number, who.id))
            return number

    async def note(self, who: Principal, handoff_id: str, text: str, key: str) -> None:
        """Writes a note for colleagues; it never reaches the contact. Anybody at the desk may.

        Raises:
            HandoffUnknown: there is no such handoff.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            sent = await conversations.number_of(tx, held.id, f"agent:{key}")
            if sent is not None or await self._noted(tx, handoff_id, key):
                return
            await tx.execute(
                insert(tables.note).values(
                    handoff_id=handoff_id,
                    agent_id=who.id,
                    agent_name=who.name,
                    key=key,
                    text=mask(storable(text).strip()),
                    at=now(),
                )
            )
            await events.record(tx, handoff.conversation_id, NoteAdded(handoff.id, handoff.conversation_id))
            if handoff.agent_id == who.id:
                await handoffs.renew(tx, handoff, self._lease)
            tx.signal("handoff", handoff_id)

    async def knows(self, handoff_id: str, key: str) -> bool:
        """Whether what came under this key was said or noted before: a repeat means what it meant the first time."""
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None:
                return False
            sent = await conversations.number_of(tx, handoff.conversation_id, f"agent:{key}")
            return sent is not None or await self._noted(tx, handoff_id, key)

    async def _noted(self, tx: Transaction, handoff_id: str, key: str) -> bool:
        known = select(tables.note.c.id).where(tables.note.c.handoff_id == handoff_id, tables.note.c.key == key)
        return (await tx.execute(known)).one_or_none() is not None

    async def resolve(self, who: Principal, handoff_id: str, outcome: str, comment: str) -> None:
        """Ends the matter: the survey is asked, a new episode begins, the bot answers again.

        Raises:
            HandoffUnknown, NotHolder.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            if handoff.state is HandoffState.RESOLVED and handoff.agent_id == who.id:
                return
            require_holder(who, handoff)
            await self._end(
                tx, handoff, held, HandoffState.RESOLVED, outcome=outcome, comment=mask(storable(comment)) or None
            )
            notices = self._notices.spoken(handoff.language)
            told = [
                Outbound(Sender.SYSTEM, notices("resolved", handoff.id, agent=who.name)),
                Outbound(Sender.SYSTEM, notices("survey", handoff.id), buttons=survey_buttons()),
            ]
            await conversations.say(tx, held.id, held.episode, told)

    async def give_back(self, who: Principal, handoff_id: str) -> None:
        """Returns the conversation to the assistant, in a new episode that knows a few facts.

        Raises:
            HandoffUnknown, NotHolder.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            require_holder(who, handoff)
            await self._end(tx, handoff, held, HandoffState.RETURNED, outcome="returned")
            resume = self._continue_button(held)
            notices = self._notices.spoken(handoff.language)
            told = [Outbound(Sender.SYSTEM, notices("returned", handoff.id, agent=who.name))]
            if resume is not None:
                told.append(Outbound(Sender.SYSTEM, notices("continue_form", handoff.id), buttons=(resume,)))
            await conversations.say(tx, held.id, held.episode + 1, told)

    async def release(self, who: Principal, handoff_id: str) -> None:
        """Gives the handoff back to the queue, in its old place.

        Raises:
            HandoffUnknown, NotHolder.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            require_holder(who, handoff)
            await self._back_to_queue(tx, handoff, held)

    async def lease_ended(self, handoff_id: str) -> float | None:
        """The handler of ``lease`` work: a contact waited too long for this agent, so the handoff waits again."""
        async with self._database.write() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None:
                return None
            handoff, held = await locked(tx, handoff_id)
            over, left = await handoffs.lease_over(tx, handoff_id)
            if handoff.state is not HandoffState.ASSIGNED or handoff.lease_until is None:
                return None
            if not over:
                return left
            log.info("lease ended", handoff_id=handoff_id, agent_id=handoff.agent_id)
            await self._back_to_queue(tx, handoff, held)
        return None

    async def _back_to_queue(self, tx: Transaction, handoff: Handoff, held: Conversation) -> None:
        await handoffs.move(tx, handoff, HandoffState.ASSIGNED, HandoffState.WAITING, agent_id=None, assigned_at=None)
        await self._change(tx, held, owner=Owner.QUEUE)
        await events.record(tx, held.id, HandoffChanged(handoff.id, held.id, HandoffState.WAITING, handoff.agent_id))
        waiting = await handoffs.get(tx, handoff.id)
        assert waiting is not None
        outlook = await self._outlook.outlook(tx, waiting)
        notices = self._notices.spoken(handoff.language)
        left = notices("agent_left_waiting", handoff.id, agent=handoff.agent_name, place=outlook.place)
        told = place_in_words(self._notices, waiting, outlook)
        await conversations.say(
            tx, held.id, held.episode, [Outbound(Sender.SYSTEM, left), Outbound(Sender.SYSTEM, told)]
        )

    async def _end(
        self, tx: Transaction, handoff: Handoff, held: Conversation, state: HandoffState, **changes: Any
    ) -> None:
        await handoffs.move(tx, handoff, HandoffState.ASSIGNED, state, **changes)
        resolved = state is HandoffState.RESOLVED
        episode = await conversations.new_episode(tx, held, state)
        await self._change(
            tx,
            held,
            owner=Owner.BOT,
            settled_through=held.last_number,
            episode=episode,
            state=None,
            slots={},
            facts=_facts(held, state),
            cut_form=None,
            expecting=f"survey:{held.episode}" if resolved else None,
        )
        await events.record(tx, held.id, HandoffChanged(handoff.id, held.id, state, handoff.agent_id))
        log.info("handoff ended", handoff_id=handoff.id, state=state)

    async def _change(self, tx: Transaction, held: Conversation, **changes: Any) -> None:
        changed = await conversations.change(tx, held, **changes)
        assert changed is not None, "the conversation is locked by this transaction"

    def _continue_button(self, held: Conversation) -> Button | None:
        """Takes up the form that the handoff cut: ``order_status_form`` is begun by the intent ``order_status``."""
        if not held.cut_form:
            return None
        intent = held.cut_form.removesuffix("_form")
        reading = self._notices.reading(intent) or "where we were"
        return Button(f"Continue: {reading}", ButtonKind.REPLY, f"/{intent}")


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


def require_holder(who: Principal, handoff: Handoff) -> None:
    """Raises: NotHolder."""
    if handoff.state is not HandoffState.ASSIGNED or handoff.agent_id != who.id:
        raise NotHolder(handoff.id)


def _facts(held: Conversation, state: HandoffState) -> dict[str, Any]:
    """What the next episode knows; to take up a form that was cut, also what was told it."""
    known = {**held.facts, **held.slots}
    cut = state is HandoffState.RETURNED and held.cut_form and known.get("order_number")
    return {**held.carried_facts(), **({"order_number": known["order_number"]} if cut else {})}
