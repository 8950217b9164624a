"""What the record has already, for channels that must know it before they hand something on."""

from __future__ import annotations

from conversations.store import conversations
from conversations.store.database import Database


async def exists(database: Database, conversation_id: str) -> bool:
    """Whether anything was ever said there."""
    async with database.read() as tx:
        return await conversations.get(tx, conversation_id) is not None


async def came_before(database: Database, conversation_id: str, native_key: str | None) -> bool:
    """Whether a message with this native key is in the record."""
    async with database.read() as tx:
        return await conversations.number_of(tx, conversation_id, native_key or "") is not None
