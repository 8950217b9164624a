"""What agents do with a handoff. Each act is one transaction, and is refused whole when it no longer fits.

Ownership is decided here and nowhere else: whoever wins the compare-and-set on the handoff's row holds it.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import delete, select

from conversations.events import AgentSaid
from conversations.handoff import ClaimLost, Handoff, HandoffError, HandoffState, HandoffUnknown, KeptAsNote, Reserved
from conversations.masking import mask
from conversations.model import Attachment, Conversation, Outbound, Sender
from conversations.staff import Principal
from conversations.store import conversations, events, handoffs, steps
from conversations.store.database import Database, Transaction
from conversations.text import storable
from escalation import tables
from escalation.service.holding import Holding, holds, locked, require_holder, write_note

log = structlog.get_logger()
CLAIMED = Counter("frontdesk_handoffs_claimed", "Handoffs claimed by an agent")
LOST = Counter("frontdesk_claims_lost", "Claims that somebody else had won")
WAIT_SECONDS = Histogram(
    "frontdesk_handoff_wait_seconds",
    "How long a handoff waited until it was claimed, since it was opened, came back or was passed on",
    buckets=(10, 30, 60, 120, 300, 600, 1800, 3600, 14400),
)


class Desk:
    """The use cases of the desk, on behalf of a signed-in person."""

    def __init__(self, database: Database, holding: Holding) -> None:
        self._database, self._holding = database, holding

    async def claim(self, who: Principal, handoff_id: str, *, greet: bool = False) -> None:
        """Takes a waiting handoff: exactly one winner. Claiming one's own again changes nothing.

        ``greet``: also says hello in the agent's name, once. That is no first reply: else the button would buy it.

        Raises:
            HandoffUnknown, ClaimLost: with who holds it and since when.
            Reserved: it is offered to somebody else just now; who oversees may take it all the same.
        """
        async with self._database.write() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None:
                raise HandoffUnknown(handoff_id)
            if holds(who, handoff):
                return
            if handoff.state is not HandoffState.WAITING:  # nobody waits for a lock to hear that they have lost
                raise _lost(handoff)
            taken = await conversations.take_over(tx, handoff.conversation_id)
            if taken is None:  # the contact was erased in this moment
                raise HandoffUnknown(handoff_id)
            if not await handoffs.claim(tx, handoff, who.id, self._holding.lease, reserved=not who.oversees):
                raise _lost(await handoffs.get(tx, handoff_id) or handoff)
            waited = await steps.claimed(tx, handoff, who.id)
            await self._holding.take_over(tx, who, handoff, taken)
            if greet:
                await self._greet(tx, who, handoff, taken)
            tx.count(CLAIMED)
            tx.observe(WAIT_SECONDS, waited)
        log.info("handoff claimed", handoff_id=handoff_id, agent_id=who.id)

    async def _greet(self, tx: Transaction, who: Principal, handoff: Handoff, held: Conversation) -> None:
        key = f"agent:greet:{handoff.id}"
        if await conversations.number_of(tx, held.id, key) is not None:
            return
        text = self._holding.notices.spoken(handoff.language)("agent_greets", handoff.id, agent=who.name)
        hello = Outbound(Sender.AGENT, text, name=who.name, agent_id=who.id, native_key=key)
        number = (await conversations.say(tx, held.id, held.episode, [hello]))[0]
        await events.record(tx, held.id, AgentSaid(handoff.id, held.id, number, who.id))

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
            await write_note(tx, who, handoff, mask(storable(text).strip()), key)
            if handoff.agent_id == who.id:
                await handoffs.renew(tx, handoff, self._holding.lease)
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


def _lost(handoff: Handoff) -> HandoffError:
    """Counts a claim that did not win, and says why, by how the handoff stands."""
    LOST.inc()
    if handoff.state is HandoffState.WAITING and handoff.offered_to and handoff.offered_until:
        return Reserved(handoff.offered_name or "", handoff.offered_until)
    return ClaimLost(handoff.agent_name, handoff.assigned_at, handoff.state)
