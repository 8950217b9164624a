"""Where a message belongs: what is about one contact alone leaves a channel's thread for a direct message.

Read from the record, so that a retry finds the same place: the answer to a general question, by the intent of its
turn, stays where it was asked; all else (a form, an order, a handoff, an agent's words) is told to the contact alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.channels.slack.places import CHANNEL, Place, is_direct, place_of
from conversations.model import Conversation, Message, Owner, Sender
from conversations.store import contacts, conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Whereto:
    """``direct``: to the contact alone. ``announced``: it is the first there since they wrote in the thread."""

    direct: bool
    announced: bool = False


class Placing:
    """``general`` are the intents whose answers others may read; after ``silence`` (seconds) a matter has ended."""

    def __init__(self, database: Database, general: Collection[str], silence: float) -> None:
        self._database, self._general, self._silence = database, frozenset(general), silence

    async def whereto(self, message: Message) -> Whereto:
        """Where a message in a channel's thread belongs."""
        async with self._database.read() as tx:
            held = await conversations.get(tx, message.conversation_id)
            assert held is not None, "it has this message"
            asked = await _last_said(tx, message)
            if not await self._is_private(tx, held, message, asked):
                return Whereto(direct=False)
            is_first = await _is_first_since(tx, message, asked)
        in_thread = asked is not None and not _in_direct(asked)
        return Whereto(direct=True, announced=in_thread and is_first)

    async def _is_private(self, tx: Transaction, held: Conversation, message: Message, asked: Any) -> bool:
        if message.sender is Sender.AGENT or held.owner is not Owner.BOT or (asked is not None and _in_direct(asked)):
            return True
        if message.turn is not None:
            return not await self._is_general(tx, held.id, message.turn)
        return await _was_direct(tx, message)

    async def _is_general(self, tx: Transaction, conversation_id: str, first: int) -> bool:
        """By how the turn was understood: every wish in it is general, and no form was or is asking."""
        c = t.turn.c
        found = select(c.parse, c.in_form).where(c.conversation_id == conversation_id, c.first == first)
        row = (await tx.execute(found)).one_or_none()
        if row is None or row.parse is None or row.in_form:
            return False
        wishes = {one["intent"] for one in row.parse.get("wishes") or ()} or {row.parse["intent"]}
        return wishes <= self._general

    async def meant(self, place: Place, identity: str, key: str | None) -> str:
        """The conversation that a contact goes on with who writes into a direct message.

        That is the direct message's own, unless a matter that moved there from a channel's thread is the latest, or
        in a person's hands, and its own is not. What came before under this native key is where it was put then: Slack
        may send it again when all of this has changed.
        """
        own = place.conversation_id
        async with self._database.read() as tx:
            contact_id = await contacts.contact_of(tx, CHANNEL, identity)
            if contact_id is None:
                return own
            ids = await contacts.conversations_of(tx, contact_id)
            moved = [one for one in ids if _is_of(one, place, identity)]
            for one in [own, *moved] if moved and key else ():
                if await conversations.number_of(tx, one, key or "") is not None:
                    return one
            return await self._latest(tx, own, moved, place.channel) if moved else own

    async def _latest(self, tx: Transaction, own: str, moved: list[str], channel: str) -> str:
        here = await conversations.get(tx, own)
        if here is not None and here.owner is not Owner.BOT:
            return own
        best, best_key = own, (False, await _last_told(tx, own, channel))
        for one in moved:
            held, told = await conversations.get(tx, one), await _last_told(tx, one, channel)
            if held is None or told is None:
                continue
            with_a_person = held.owner is not Owner.BOT
            if not with_a_person and held.silent_for > self._silence:
                continue
            key = (with_a_person, told)
            if (key[0], key[1] or 0.0) > (best_key[0], best_key[1] or 0.0):
                best, best_key = one, key
        return best


def _is_of(conversation_id: str, direct: Place, identity: str) -> bool:
    """Whether it is this person's in a channel's thread of the same workspace."""
    there = place_of(conversation_id)
    return there is not None and there.team == direct.team and there.person == identity.rpartition("/")[2]


async def _last_told(tx: Transaction, conversation_id: str, channel: str) -> float | None:
    """When something of a conversation was last told in a direct message."""
    c = t.message.c
    said = select(c.at).where(
        c.conversation_id == conversation_id, c.vendor_id.startswith(f"{channel}:", autoescape=True)
    )
    return (await tx.execute(said.order_by(c.number.desc()).limit(1))).scalar_one_or_none()


async def _last_said(tx: Transaction, message: Message) -> Any:
    """What the contact said last before a message: or, of an answer, what it answers."""
    c = t.message.c
    before = c.number == message.turn if message.turn is not None else c.number < message.number
    said = select(c.number, c.native_key, c.choice).where(
        c.conversation_id == message.conversation_id, c.sender == Sender.CONTACT, before
    )
    return (await tx.execute(said.order_by(c.number.desc()).limit(1))).one_or_none()


def _in_direct(asked: Any) -> bool:
    """Whether it was said in a direct message: keys name the channel that they come from."""
    parts = (asked.native_key or "").split(":")
    return len(parts) > 1 and is_direct(parts[1])


async def _is_first_since(tx: Transaction, message: Message, asked: Any) -> bool:
    c = t.message.c
    between = select(c.number).where(
        c.conversation_id == message.conversation_id,
        c.number > (asked.number if asked is not None else 0),
        c.number < message.number,
        c.sender != Sender.CONTACT,
        c.vendor_id.startswith("D"),
    )
    return (await tx.execute(between.limit(1))).one_or_none() is None


async def _was_direct(tx: Transaction, message: Message) -> bool:
    """Whether anything of the conversation was told to the contact alone: then what follows is, too."""
    c = t.message.c
    told = select(c.number).where(c.conversation_id == message.conversation_id, c.vendor_id.startswith("D"))
    return (await tx.execute(told.limit(1))).one_or_none() is not None
