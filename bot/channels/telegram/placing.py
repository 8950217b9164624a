"""What of a group's conversation is told in the contact's own chat with the bot (`bot.gateway.placing`), and what they
write there goes on with the same conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select, update

from bot.channels.telegram.place import CHANNEL, Place
from bot.gateway import placing
from conversations.model import Conversation, InboundMessage, Message, Owner, Sender, Status
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.conversations import DELIVER
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule

# How what was sent is named in the record: told in private, or not told yet and a link shown in the group instead.
TOLD, LINKED = "p:", "link:"
# Keys of what came in the private chat of a conversation that began in a group: message ids are a chat's own.
_MOVED = "m:p"


class Placing(placing.Placing):
    """``general`` are the intents whose answers a group may read; after ``silence`` (seconds) a matter has ended that
    nobody has in hand.
    """

    def __init__(self, database: Database, general: Collection[str], silence: float) -> None:
        super().__init__(database, general, came_in_private=_came_in_private, was_private=_was_private)
        self._silence = silence

    async def meant(self, inbound: InboundMessage) -> InboundMessage:
        """A message of a private chat, in the conversation that it goes on with.

        That is the chat's own, unless a matter that moved there from a group is the latest, or in a person's hands.
        What came before goes where it went before.
        """
        own = inbound.conversation_id
        async with self._database.read() as tx:
            moved = await self._moved(tx, Place.of(own).person)
            if not moved:
                return inbound
            known = inbound.of or inbound.native_key
            for one in moved:
                key = _moved_key(known)
                if key is not None and await conversations.number_of(tx, one.id, key) is not None:
                    return _in(one.id, inbound)
            if known is not None and await conversations.number_of(tx, own, known) is not None:
                return inbound
            here = await conversations.get(tx, own)
        latest = self._latest(here, moved)
        return inbound if latest is None else _in(latest, inbound)

    async def _moved(self, tx: Transaction, person: int) -> list[Conversation]:
        """Conversations of this person in groups of which something was told in private."""
        c = t.conversation.c
        told = select(t.message.c.number).where(
            t.message.c.conversation_id == c.id,
            t.message.c.episode == c.episode,
            t.message.c.vendor_id.like(f"{TOLD}%"),
        )
        who = select(t.identity.c.contact_id).where(
            t.identity.c.channel == CHANNEL, t.identity.c.native_id == str(person)
        )
        theirs = select(c.id).where(
            c.contact_id == who.scalar_subquery(), c.id.like(f"{CHANNEL}:-%/{person}"), told.exists()
        )
        ids = list((await tx.execute(theirs)).scalars())
        return [held for one in ids if (held := await conversations.get(tx, one)) is not None]

    def _latest(self, here: Conversation | None, moved: Sequence[Conversation]) -> str | None:
        """Which of them goes on; None: the private chat's own."""
        if here is not None and here.owner is not Owner.BOT:
            return None
        with_people = [held for held in moved if held.owner is not Owner.BOT]
        if with_people:
            return max(with_people, key=lambda held: held.last_contact_at).id
        latest = max(moved, key=lambda held: held.last_contact_at)
        newer = here is None or latest.last_contact_at > here.last_contact_at
        return latest.id if newer and latest.silent_for <= self._silence else None

    async def opened(self, conversation_id: str) -> bool:
        """The contact has opened the private chat: what waited for that is told. False without such a conversation."""
        c = t.message.c
        async with self._database.write() as tx:
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is None:
                return False
            waiting = (
                update(t.message)
                .where(
                    c.conversation_id == held.id,
                    c.episode == held.episode,
                    c.sender != Sender.CONTACT,
                    c.vendor_id.like(f"{LINKED}%"),
                    c.status.in_([Status.SENT, Status.FAILED]),
                )
                .values(status=Status.PENDING, failure=None)  # the link stays known
            )
            if (await tx.execute(waiting)).rowcount:
                await schedule(tx, DELIVER, held.id)
        return True


def _came_in_private(said: Message) -> bool:
    return (said.native_key or "").startswith((_MOVED, "c:p"))


def _was_private(said: Message) -> bool:
    return (said.vendor_id or "").startswith((TOLD, LINKED))


def _moved_key(key: str | None) -> str | None:
    kind, _, rest = (key or "").partition(":")
    return f"{kind}:p{rest}" if rest else None


def _in(conversation_id: str, inbound: InboundMessage) -> InboundMessage:
    return replace(
        inbound,
        conversation_id=conversation_id,
        native_key=_moved_key(inbound.native_key),
        of=_moved_key(inbound.of),
    )
