"""*Send me my data* and *Erase me*: what is done after the press, as work of its own."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import or_, select

from conversations.erasure import ERASE
from conversations.exporting import Export
from conversations.jobs import Ended
from conversations.model import Attachment, Outbound, Sender
from conversations.notices import Notices
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.blobs import Blobs, TooLarge
from conversations.store.database import Database, Transaction, now
from conversations.store.work import cancel

__all__ = ["ERASE", "SEND_DATA", "SendData", "sent_lately"]

# The kind of work; its key is the conversation that asked.
SEND_DATA = "send_data"
MEDIA_TYPE = "application/json"
# Bytes of an export that is sent: what every channel takes. What is longer is made by the command line.
MOST = 20 * 1024 * 1024
# Bytes of files that go into it; of more only the names.
_FILES = 8 * 1024 * 1024
_NAME = "your-data-{day}.json"
# Nobody needs it twice within so many seconds.
_LATELY = 600.0


async def sent_lately(tx: Transaction, conversation_id: str) -> bool:
    """Whether an export is under way, or came a few minutes ago."""
    working = select(t.work.c.key).where(t.work.c.kind == SEND_DATA, t.work.c.key == conversation_id)
    sent = select(t.file.c.id).where(
        t.file.c.conversation_id == conversation_id,
        t.file.c.media_type == MEDIA_TYPE,
        t.file.c.name.like(_NAME.format(day="%")),
        t.file.c.created_at > now() - _LATELY,
    )
    return bool((await tx.execute(select(or_(working.exists(), sent.exists())))).scalar_one())


class SendData:
    """The handler of ``send_data`` work: makes the export and says it where it was asked for."""

    def __init__(self, database: Database, blobs: Blobs, notices: Notices, export: Export) -> None:
        self._database, self._blobs, self._notices, self._export = database, blobs, notices, export

    async def __call__(self, conversation_id: str) -> Ended | None:
        async with self._database.read() as tx:
            held = await conversations.get(tx, conversation_id)
        if held is None:
            return None
        notices = self._notices.spoken(held.language)
        try:
            file_id, size = await self._blobs.put(self._export(held.contact_id, _FILES), MOST)
        except TooLarge:
            told = Outbound(Sender.SYSTEM, notices("send_data_too_large", conversation_id))
        else:
            name = _NAME.format(day=datetime.now(UTC).strftime("%Y-%m-%d"))
            kept = Attachment(file_id, name, MEDIA_TYPE, size)
            told = Outbound(Sender.SYSTEM, notices("send_data_ready", conversation_id), attachments=(kept,))
        async with self._database.write() as tx:
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is not None:
                await conversations.say(tx, held.id, held.episode, [told])
                await cancel(tx, SEND_DATA, held.id)
        if held is None:  # erased meanwhile
            await self._forget(told)
            return None
        return Ended.WITH_ITS_COMMIT

    async def _forget(self, told: Outbound) -> None:
        for kept in told.attachments:
            await self._blobs.delete(kept.file_id)
