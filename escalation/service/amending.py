"""What agents do with messages that were said: edit, delete, send again. Each act is one transaction."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, update

from conversations.events import AgentRevised, AgentSaid
from conversations.handoff import Handoff, HandoffError
from conversations.masking import mask
from conversations.model import (
    REVISING_CHANNELS,
    Attachment,
    Conversation,
    Message,
    Outbound,
    Sender,
    Status,
)
from conversations.staff import Principal
from conversations.store import conversations, events, handoffs, revising
from conversations.store import tables as t
from conversations.store.blobs import Blobs
from conversations.store.database import Database, Transaction
from conversations.text import storable
from escalation import tables
from escalation.service.files import MOST
from escalation.service.holding import locked, require_holder

NOT_ARRIVED = frozenset({Status.FAILED, Status.UNKNOWN})
_AGAIN = "agent:again:"


class NotTheirMessage(HandoffError):
    """Only who wrote a message to the contact may change it."""


class MatterEnded(HandoffError):
    """The matter is over: what was said in it stays as it was said."""


class CannotBeRevised(HandoffError):
    """The contact's channel cannot change what it has shown: they keep seeing the old text."""


class BeingSent(HandoffError):
    """The message is on its way to the contact this moment. Try again in a few seconds."""


class HasArrived(HandoffError):
    """There is nothing to send again: the message arrived, or is still on its way."""


def again_key(number: int) -> str:
    """The native key of the message that says ``number`` again."""
    return f"{_AGAIN}{number}"


def may_revise(who: Principal, message: Message, held: Conversation) -> bool:
    """Whether this person may change the message now, as far as it lies with them and the channel."""
    theirs = message.sender is Sender.AGENT and message.agent_id == who.id and message.deleted_at is None
    shown = message.status is not Status.PENDING
    return theirs and message.episode == held.episode and (not shown or held.channel in REVISING_CHANNELS)


class Amending:
    """The use cases, on behalf of a signed-in person."""

    def __init__(self, database: Database, blobs: Blobs, lease: float) -> None:
        """``lease`` is for how many seconds a contact may wait for the agent: any act of the holder renews it."""
        self._database, self._blobs, self._lease = database, blobs, lease

    async def number_of(self, handoff_id: str, key: str) -> int | None:
        """The number of the message that was said under this key, or sent after a claim."""
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None:
                return None
            for native_key in (f"agent:{key}", f"agent:{key}:sent"):
                number = await conversations.number_of(tx, handoff.conversation_id, native_key)
                if number is not None:
                    return number
        return None

    async def revise(
        self, who: Principal, handoff_id: str, number: int, text: str | None, at: float | None = None
    ) -> None:
        """Puts another text in the place of one's own message, or deletes it (None), as long as its matter lasts.

        ``at`` is when, in Unix seconds; None: now. What is older than the last change of the message changes nothing.

        Raises:
            HandoffUnknown, NotTheirMessage, MatterEnded, CannotBeRevised, BeingSent.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            message = await self._own(tx, who, handoff, held, number)
            text = None if text is None else storable(text).strip()
            if message.deleted_at is not None or message.text == text:
                return
            if message.status is Status.SENDING:
                raise BeingSent(handoff_id)
            if message.status is not Status.PENDING and held.channel not in REVISING_CHANNELS:
                raise CannotBeRevised(handoff_id)
            at = await conversations.clock(tx) if at is None else at
            if not await revising.revise(tx, held.id, number, text, at):
                return
            if text is None:
                await self._take_back(tx, message)
            await events.record(tx, held.id, AgentRevised(handoff.id, held.id, number, who.id))
            if handoff.agent_id == who.id:
                await handoffs.renew(tx, handoff, self._lease)
            tx.signal("handoff", handoff.id)
        for file in message.attachments if text is None else ():
            await self._blobs.delete(file.file_id)

    async def _own(self, tx: Transaction, who: Principal, handoff: Handoff, held: Conversation, number: int) -> Message:
        message = await conversations.message(tx, held.id, number)
        if message is None or message.sender is not Sender.AGENT or message.agent_id != who.id:
            raise NotTheirMessage(handoff.id)
        if message.episode != handoff.episode or message.episode != held.episode:
            raise MatterEnded(handoff.id)
        return message

    async def _take_back(self, tx: Transaction, message: Message) -> None:
        """What was deleted before it went is not sent; its files go with it."""
        m = t.message.c
        await tx.execute(
            update(t.message)
            .where(
                m.conversation_id == message.conversation_id,
                m.number == message.number,
                m.status == Status.PENDING,
            )
            .values(status=Status.WITHDRAWN)
        )
        ids = [file.file_id for file in message.attachments]
        await tx.execute(delete(t.file).where(t.file.c.id.in_(ids)))

    async def revise_note(self, who: Principal, handoff_id: str, key: str, text: str | None) -> None:
        """Changes a note of one's own, or empties it (None): under its key nothing may come again."""
        n = tables.note.c
        async with self._database.write() as tx:
            changed = mask(storable(text).strip()) if text is not None else "(deleted)"
            where = (n.handoff_id == handoff_id, n.agent_id == who.id, n.key == key)
            await tx.execute(update(tables.note).where(*where).values(text=changed))
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is not None and handoff.agent_id == who.id:
                await handoffs.renew(tx, handoff, self._lease)
            tx.signal("handoff", handoff_id)

    async def send_again(self, who: Principal, handoff_id: str, number: int) -> int:
        """Says an agent's message that did not arrive once more, as a new one; returns its number.

        However often it is asked for, it is said again once; what is said then has its own number and outcome.

        Raises:
            HandoffUnknown, NotHolder, HasArrived: it is no message of an agent's that failed in this matter.
        """
        copies = await self._copies(handoff_id, number)
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            require_holder(who, handoff)
            message = await conversations.message(tx, held.id, number)
            if message is None or not _failed(message, handoff):
                raise HasArrived(handoff_id)
            said = await conversations.number_of(tx, held.id, again_key(number))
            if said is not None:
                return said
            again = Outbound(
                Sender.AGENT,
                message.text,
                name=who.name,
                agent_id=who.id,
                native_key=again_key(number),
                attachments=tuple(copies),
            )
            again_number = (await conversations.say(tx, held.id, held.episode, [again]))[0]
            await handoffs.answered(tx, handoff)
            await events.record(tx, held.id, AgentSaid(handoff.id, held.id, again_number, who.id))
            return again_number

    async def _copies(self, handoff_id: str, number: int) -> list[Attachment]:
        """The message's files once more: each is one message's only, and goes with it."""
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            message = await conversations.message(tx, handoff.conversation_id, number) if handoff else None
        if handoff is None or message is None or not _failed(message, handoff):
            return []
        copies = []
        for file in message.attachments:
            file_id, size = await self._blobs.put(self._blobs.get(file.file_id), MOST)
            copies.append(replace(file, file_id=file_id, size=size))
        return copies


def _failed(message: Message, handoff: Handoff) -> bool:
    return (
        message.sender is Sender.AGENT
        and message.status in NOT_ARRIVED
        and message.episode == handoff.episode
        and message.deleted_at is None
    )
