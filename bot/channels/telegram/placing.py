"""Where a message of a group's conversation belongs: what is about one contact alone leaves the group.

A general answer stays in the group. All else (an order, an account, a form's question, a handoff, an agent's words) is
told in the contact's own chat with the bot, and what they write there goes on with the same conversation. It is read
from the record, so that a retry comes to the same end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update

from bot.channels.telegram.place import CHANNEL, Place
from conversations.model import (
    ButtonKind,
    Command,
    Conversation,
    InboundMessage,
    Message,
    Owner,
    Sender,
    Status,
)
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.conversations import DELIVER
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule

# How what was sent is named in the record: told in private, or not told yet and a link shown in the group instead.
TOLD, LINKED = "p:", "link:"
# Keys of what came in the private chat of a conversation that began in a group: message ids are a chat's own.
_MOVED = "m:p"
_PUBLIC_COMMANDS = {f"menu:{name}" for name in (Command.START, Command.HELP, Command.PRIVACY, Command.LINK)}
# So far back is looked for what was told before.
_REACH = 50


@dataclass(frozen=True, slots=True)
class Whereto:
    """``private``: not in the group. ``announced``: it is the first since the contact wrote in the group."""

    private: bool
    announced: bool = False


class Placing:
    """``general`` are the intents whose answers everybody in a group may read.

    ``silence`` is after how many seconds a matter ends that nobody has in hand.
    """

    def __init__(self, database: Database, general: Collection[str], silence: float) -> None:
        self._database, self._general, self._silence = database, frozenset(general), silence

    async def whereto(self, message: Message) -> Whereto:
        """Where a message of a group's conversation belongs."""
        async with self._database.read() as tx:
            held = await conversations.get(tx, message.conversation_id)
            assert held is not None, "it has this message"
            before = await conversations.messages(
                tx, held.id, message.number - _REACH - 1, through=message.number - 1, limit=_REACH
            )
            asked = _asked(message, before)
            private = await self._is_private(tx, held, message, before, asked)
        since = [one for one in before if asked is None or one.number > asked.number]
        in_group = asked is None or not _came_in_private(asked)
        return Whereto(private, announced=private and in_group and not any(map(_was_private, since)))

    async def _is_private(
        self, tx: Transaction, held: Conversation, message: Message, before: Sequence[Message], asked: Message | None
    ) -> bool:
        if message.sender is Sender.AGENT or held.owner is not Owner.BOT:
            return True
        if asked is not None and _came_in_private(asked):
            return True
        if asked is not None and asked.choice in _PUBLIC_COMMANDS:
            return False
        if message.turn is not None:
            return message.asking or not await self._is_general(tx, held.id, message.turn)
        if any(_is_personal(button.kind, button.value) for button in message.buttons):
            return True
        return any(_was_private(one) for one in before if one.episode == message.episode)

    async def _is_general(self, tx: Transaction, conversation_id: str, first: int) -> bool:
        """By how the turn was understood: every wish in it is general, and no form was asking."""
        c = t.turn.c
        found = select(c.parse, c.in_form).where(c.conversation_id == conversation_id, c.first == first)
        row = (await tx.execute(found)).one_or_none()
        if row is None or row.parse is None or row.in_form:
            return False
        intents = {wish["intent"] for wish in row.parse.get("wishes") or ()} or {row.parse["intent"]}
        return intents <= self._general

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
                .values(status=Status.PENDING, vendor_id=None, failure=None)
            )
            if (await tx.execute(waiting)).rowcount:
                await schedule(tx, DELIVER, held.id)
        return True


def _asked(message: Message, before: Sequence[Message]) -> Message | None:
    """What the contact said last before a message; of an answer, what it answers."""
    said = [one for one in before if one.sender is Sender.CONTACT]
    answered = next((one for one in said if one.number == message.turn), None)
    return answered or (said[-1] if said else None)


def _came_in_private(said: Message) -> bool:
    return (said.native_key or "").startswith((_MOVED, "c:p"))


def _was_private(said: Message) -> bool:
    return (said.vendor_id or "").startswith((TOLD, LINKED))


def _is_personal(kind: ButtonKind, value: str) -> bool:
    return kind is ButtonKind.SURVEY or (kind is ButtonKind.COMMAND and value != Command.HUMAN)


def _moved_key(key: str | None) -> str | None:
    kind, _, rest = (key or "").partition(":")
    return f"{kind}:p{rest}" if rest else None


def _in(conversation_id: str, inbound: InboundMessage) -> InboundMessage:
    return replace(
        inbound,
        conversation_id=conversation_id,
        native_key=_moved_key(inbound.native_key),
        of=_moved_key(inbound.of),
        reply_to=_moved_key(inbound.reply_to),
    )
