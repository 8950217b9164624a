"""What must not come back: keyed hashes of the native keys of messages that were erased.

A channel may deliver a message again long after it came. Its text is gone, and so is its key; the hash tells that it
was here, and nothing else, to whoever does not have the secret key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert, select

from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now

# No channel delivers a message again after longer than that (seconds): Telegram keeps an update for 24 h
# (https://core.telegram.org/bots/api#getting-updates), Slack tries three more times within minutes
# (https://docs.slack.dev/apis/events-api/#retries); a browser that was closed may send what it kept.
KEPT = 8 * 86_400.0


def keyed_hash(secret: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts under the secret key, in hexadecimal."""
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


class ErasedKeys:
    """The hashes, under this installation's secret key."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def _hash(self, conversation_id: str, native_key: str) -> str:
        return keyed_hash(self._secret, "erased", conversation_id, native_key)

    async def add(self, tx: Transaction, keys: Collection[tuple[str, str]]) -> None:
        """Remembers that the messages of these (conversation, native key) were erased."""
        hashes = {self._hash(*key) for key in keys}
        if hashes:
            await tx.execute(delete(t.erased_key).where(t.erased_key.c.hash.in_(hashes)))
            await tx.execute(insert(t.erased_key).values(until=now() + KEPT), [{"hash": one} for one in hashes])

    async def has(self, tx: Transaction, conversation_id: str, native_key: str | None) -> bool:
        """Whether a message with this key was erased."""
        if native_key is None:
            return False
        found = select(t.erased_key.c.hash).where(t.erased_key.c.hash == self._hash(conversation_id, native_key))
        return (await tx.execute(found)).one_or_none() is not None


class SweepErased:
    """At each sweep: hashes whose time is over, and codes that nobody used in time, are forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> None:
        over = [(table, table.c.until < now()) for table in (t.erased_key, t.link_code)]
        async with self._database.read() as tx:
            due = [(table, is_over) for table, is_over in over if await self._any(tx, table, is_over)]
        if due:
            async with self._database.write() as tx:
                for table, is_over in due:
                    await tx.execute(delete(table).where(is_over))

    async def _any(self, tx: Transaction, table: Any, is_over: Any) -> bool:
        return (await tx.execute(select(table.c.hash).where(is_over).limit(1))).one_or_none() is not None
