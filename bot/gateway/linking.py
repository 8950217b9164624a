"""One person on several channels: a one-time code given on one is taken on another. Nothing is joined on a guess.

The code is kept as a keyed hash, one a contact, for ten minutes. It is taken before the text that holds it is stored,
and in the same transaction; the record has only what came of it.
"""

from __future__ import annotations

import secrets
from enum import StrEnum

from sqlalchemy import delete, func, insert, select

from bot import choices
from bot.gateway.places import is_private
from conversations.handoff import ALPHABET
from conversations.model import Conversation, Outbound, Sender
from conversations.notices import Notices
from conversations.store import contacts, conversations
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.erased import keyed_hash

# 27⁸, about 280 thousand million; each conversation may try five times an hour, each code lives ten minutes.
_LENGTH, VALID = 8, 600.0
_TRIES, _WITHIN = 5, 3600.0
# So many messages back, tries are counted: nobody writes more in an hour.
_REACH = 2000
_CHANNELS = {"web": "our website", "telegram": "Telegram", "slack": "Slack"}


class Outcome(StrEnum):
    """What came of a code."""

    JOINED = "joined"
    SAME = "same"
    UNKNOWN = "unknown"
    TOO_OFTEN = "too_often"
    PUBLIC = "public"


class Linking:
    """Gives codes and takes them; ``secret`` keys their hashes."""

    def __init__(self, notices: Notices, secret: str) -> None:
        self._notices, self._secret = notices, secret

    def _hash(self, code: str) -> str:
        plain = "".join(character for character in code.upper() if character.isalnum())
        return keyed_hash(self._secret, "link", plain)

    async def give(self, tx: Transaction, contact_id: str) -> str:
        """A new code for a contact; the one they had is void."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
        await tx.execute(delete(t.link_code).where(t.link_code.c.contact_id == contact_id))
        row = {"hash": self._hash(code), "contact_id": contact_id}
        await tx.execute(insert(t.link_code).values(until=now() + VALID), row)
        return f"{code[:4]}-{code[4:]}"

    async def hold(self, tx: Transaction, conversation_id: str, code: str) -> None:
        """Locks both contacts before this conversation alone is locked: always in one order (`contacts.lock`)."""
        given = select(t.link_code.c.contact_id).where(t.link_code.c.hash == self._hash(code))
        theirs = select(t.conversation.c.contact_id).where(t.conversation.c.id == conversation_id)
        both = {*(await tx.execute(given)).scalars(), *(await tx.execute(theirs)).scalars()}
        if len(both) > 1:
            await contacts.lock(tx, *both)

    async def take(self, tx: Transaction, held: Conversation, code: str) -> Outcome:
        """Makes the contact of this locked conversation one with whoever was given the code; a code works once."""
        if not is_private(held.id):
            return Outcome.PUBLIC
        if await self._tries(tx, held) >= _TRIES:
            return Outcome.TOO_OFTEN
        given = t.link_code.c.hash == self._hash(code)
        whose = select(t.link_code.c.contact_id).where(given, t.link_code.c.until > now())
        contact_id: str | None = (await tx.execute(whose)).scalar_one_or_none()
        if contact_id is None:
            return Outcome.UNKNOWN
        if contact_id == held.contact_id:
            return Outcome.SAME
        taken = await tx.execute(delete(t.link_code).where(given))
        if not taken.rowcount or not await contacts.join(tx, held.contact_id, contact_id):
            return Outcome.UNKNOWN  # somebody else took it in this moment
        await self._tell_there(tx, held, contact_id)
        return Outcome.JOINED

    async def _tries(self, tx: Transaction, held: Conversation) -> int:
        """Wrong codes that were typed here within the hour."""
        c = t.message.c
        statement = select(func.count()).where(
            c.conversation_id == held.id,
            c.number > held.last_number - _REACH,
            c.choice == choices.LINKED + Outcome.UNKNOWN,
            c.at > now() - _WITHIN,
        )
        return int((await tx.execute(statement)).scalar_one())

    async def _tell_there(self, tx: Transaction, here: Conversation, contact_id: str) -> None:
        """Whoever gave the code away hears where it was taken, in the place where they wrote last."""
        c = t.conversation.c
        latest = select(c.id).where(c.contact_id == contact_id, c.id != here.id).order_by(c.last_contact_at.desc())
        there_id = (await tx.execute(latest.limit(1))).scalar_one_or_none()
        there = await conversations.get(tx, there_id) if there_id else None
        if there is not None:
            text = self._notices.spoken(there.language)(
                "link_joined_there", there.id, channel=_CHANNELS.get(here.channel, "another app")
            )
            await conversations.say(tx, there.id, there.episode, [Outbound(Sender.SYSTEM, text)])
