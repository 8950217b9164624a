"""Files at the desk: kept under names and types of our own making, whoever sends them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from pathlib import PurePosixPath

from sqlalchemy import Text, cast, delete, insert, select

from conversations.files import HEAD, media_type
from conversations.model import Attachment
from conversations.staff import Principal
from conversations.store import handoffs
from conversations.store import tables as t
from conversations.store.blobs import Blobs
from conversations.store.database import Database, now
from escalation import tables
from escalation.service.seeing import seen

# Bytes of one file: what Telegram gives a bot (https://core.telegram.org/bots/api#getfile), the least of our channels.
MOST = 20 * 1024 * 1024
# Files of one message.
MOST_FILES = 10
# What is nothing that we know.
_ANY = "application/octet-stream"
_NAME_LIMIT = 120
_ID = re.compile(r"[0-9a-f]{1,32}")
# So long (seconds) an upload waits for the message that carries it.
_KEPT = 86_400.0


class FileEmpty(Exception):
    """The file has no bytes."""


class FileGone(Exception):
    """There is no such file here, or not for this person."""


def clean_name(name: str) -> str:
    """A name that is only a name: no path, nothing that is not seen, not too long; its ending stays."""
    bare = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    kinds = ((c, unicodedata.category(c)[0]) for c in bare)
    seen = "".join(" " if kind == "Z" else c for c, kind in kinds if kind != "C").strip(" .")
    if len(seen) > _NAME_LIMIT:
        ending = PurePosixPath(seen).suffix[:16]
        seen = seen[: _NAME_LIMIT - len(ending)] + ending
    return seen or "file"


async def keep(blobs: Blobs, parts: AsyncIterable[bytes], name: str, most: int = MOST) -> Attachment:
    """Keeps a file's content for the message that will carry it.

    Raises:
        TooLarge, FileEmpty: nothing is kept.
    """
    head = bytearray()

    async def seen() -> AsyncIterator[bytes]:
        async for part in parts:
            head.extend(part[: HEAD - len(head)])
            yield part

    file_id, size = await blobs.put(seen(), most)
    if not size:
        await blobs.delete(file_id)
        raise FileEmpty
    return Attachment(file_id, clean_name(name), media_type(bytes(head)) or _ANY, size)


class Files:
    """The files of handoffs: what contacts sent, and what agents upload for their next message."""

    def __init__(self, database: Database, blobs: Blobs, lease: float) -> None:
        """``lease`` is for how many seconds a contact may wait for the agent: any act of the holder renews it."""
        self._database, self._blobs, self._lease = database, blobs, lease

    async def find(self, handoff_id: str, file_id: str) -> Attachment:
        """A file of this handoff's conversation, up to its own matter: what came later is not the agents' to read.

        Raises:
            FileGone.
        """
        m = t.message.c
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None or not _ID.fullmatch(file_id):
                raise FileGone
            carried = select(m.attachments).where(
                m.conversation_id == handoff.conversation_id,
                m.episode <= handoff.episode,
                cast(m.attachments, Text).contains(file_id),
            )
            found = (await tx.execute(carried)).scalars().all()
        for one in (one for attachments in found for one in attachments):
            if one["file_id"] == file_id:
                return Attachment(**one)
        raise FileGone

    def content(self, file: Attachment) -> AsyncIterator[bytes]:
        """The file's bytes, in parts."""
        return self._blobs.get(file.file_id)

    async def upload(self, who: Principal, handoff_id: str, name: str, parts: AsyncIterable[bytes]) -> Attachment:
        """Keeps a file for this person's next message in this handoff.

        Raises:
            HandoffUnknown, TooLarge, FileEmpty.
        """
        async with self._database.read() as tx:
            handoff = await seen(tx, who, handoff_id)
        kept = await keep(self._blobs, parts, name)
        u = tables.desk_upload
        row = {"id": kept.file_id, "name": kept.name, "media_type": kept.media_type, "size": kept.size}
        async with self._database.write() as tx:
            await tx.execute(delete(u).where(u.c.created_at < now() - _KEPT))
            await tx.execute(insert(u).values(handoff_id=handoff_id, agent_id=who.id, created_at=now(), **row))
            if handoff.agent_id == who.id:
                await handoffs.renew(tx, handoff, self._lease)
        return kept

    async def uploaded(self, who: Principal, handoff_id: str, file_ids: Sequence[str]) -> list[Attachment]:
        """What this person uploaded here under these ids and has not sent yet, in this order.

        Raises:
            FileGone: one of them is not there.
        """
        u = tables.desk_upload.c
        statement = select(u.id, u.name, u.media_type, u.size).where(
            u.handoff_id == handoff_id, u.agent_id == who.id, u.id.in_(file_ids)
        )
        async with self._database.read() as tx:
            rows = {row.id: Attachment(*row) for row in await tx.execute(statement)}
        if len(rows) != len(file_ids):
            raise FileGone
        return [rows[file_id] for file_id in file_ids]
