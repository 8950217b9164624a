"""Whose the files are that messages carry."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, update

from conversations.model import Attachment
from conversations.store import tables as t
from conversations.store.database import Transaction, now


async def add(tx: Transaction, conversation_id: str, attachments: Sequence[Attachment]) -> None:
    """Says whose the files are: from here a sweep for orphans leaves their contents alone."""
    if attachments:
        rows = [
            {
                "id": one.file_id,
                "conversation_id": conversation_id,
                "name": one.name,
                "media_type": one.media_type,
                "size": one.size,
            }
            for one in attachments
        ]
        await tx.execute(insert(t.file).values(created_at=now()), rows)


async def attach(tx: Transaction, conversation_id: str, number: int, attachments: Sequence[Attachment]) -> None:
    """Gives files to a message that had none."""
    await tx.execute(
        update(t.message)
        .where(t.message.c.conversation_id == conversation_id, t.message.c.number == number)
        .values(attachments=[one.as_json() for one in attachments])
    )
    await add(tx, conversation_id, attachments)
    tx.signal("messages", conversation_id, "revised")
