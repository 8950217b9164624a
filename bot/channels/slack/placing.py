"""What of a channel's thread is told in the contact's direct message (`bot.gateway.placing`), and what they write there
goes on with the same conversation.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from bot.channels.slack.places import CHANNEL, Place, is_direct, place_of
from bot.gateway import placing
from conversations.model import Message, Owner
from conversations.store import contacts, conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction


class Placing(placing.Placing):
    """``general`` are the intents whose answers others may read; after ``silence`` (seconds) a matter has ended."""

    def __init__(self, database: Database, general: Collection[str], silence: float) -> None:
        super().__init__(database, general, came_in_private=_came_in_direct, was_private=_was_direct)
        self._silence = silence

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


def _came_in_direct(said: Message) -> bool:
    """Keys name the channel that a message or a press comes from."""
    parts = (said.native_key or "").split(":")
    return len(parts) > 1 and is_direct(parts[1])


def _was_direct(said: Message) -> bool:
    return is_direct(said.vendor_id or "")
