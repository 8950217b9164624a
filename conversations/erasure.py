"""Erases a contact: their files, then everything in the record, then what listeners keep elsewhere (``ContactErased``).

A crash between any two of these is made good by doing the work again: contents of files are forgotten first, and of
what is then left without a row the sweep for orphans takes care.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog
from prometheus_client import Counter
from sqlalchemy import select

from conversations.model import Sender, Status
from conversations.store import contacts, erasing
from conversations.store import tables as t
from conversations.store.blobs import Blobs
from conversations.store.contacts import ERASE
from conversations.store.database import Database, Transaction, now
from conversations.store.erased import ErasedKeys
from conversations.store.erasing import Elsewhere, Report
from conversations.store.events import LISTEN
from conversations.store.work import schedule

log = structlog.get_logger()
__all__ = ["ERASE", "Erasure", "ForgetBlanks"]
ERASED = Counter("frontdesk_contacts_erased", "Contacts of whom everything was erased")
# What the contact is told last may take so long (seconds) to reach them; then it is not waited for.
_FAREWELL, _LOOK_AGAIN = 30.0, 0.5
_ASK_AGAIN = 3600.0
_CHECKPOINTS = 10


class Erasure:
    """The handler of ``erase`` work, and what the command line does."""

    def __init__(self, database: Database, blobs: Blobs, secret: str, elsewhere: Sequence[Elsewhere]) -> None:
        self._database, self._blobs, self._keys = database, blobs, ErasedKeys(secret)
        self._elsewhere = elsewhere

    async def __call__(self, contact_id: str) -> float | None:
        async with self._database.read() as tx:
            if await self._is_told(tx, contact_id):
                return _LOOK_AGAIN
        await self.erase(contact_id)
        return None

    async def _is_told(self, tx: Transaction, contact_id: str) -> bool:
        """Whether something that was said to them lately is still on its way."""
        c = t.message.c
        on_its_way = (
            select(c.number)
            .join(t.conversation, t.conversation.c.id == c.conversation_id)
            .where(
                t.conversation.c.contact_id == contact_id,
                c.sender != Sender.CONTACT,
                c.status.in_([Status.PENDING, Status.SENDING]),
                c.at > now() - _FAREWELL,
            )
        )
        return (await tx.execute(on_its_way.limit(1))).one_or_none() is not None

    async def erase(self, contact_id: str) -> Report | None:
        """Erases a contact at once; None when there is nobody of this id."""
        forgotten = await self._forget_files(contact_id)
        async with self._database.write() as tx:
            late = await self._files(tx, contact_id)
            report = await erasing.erase(tx, contact_id, self._keys, self._elsewhere)
        for file_id in set(late) - forgotten:  # they came in between
            await self._blobs.delete(file_id)
        if report is None:
            return None
        await self._truncate_log()
        ERASED.inc()
        log.info("contact erased", contact_id=contact_id, rows=report.rows, left=len(report.left))
        return replace(report, files=len({*late, *forgotten}))

    async def _files(self, tx: Transaction, contact_id: str) -> list[str]:
        places = await contacts.conversations_of(tx, contact_id)
        return list((await tx.execute(select(t.file.c.id).where(t.file.c.conversation_id.in_(places)))).scalars())

    async def _forget_files(self, contact_id: str) -> set[str]:
        async with self._database.read() as tx:
            ids = await self._files(tx, contact_id)
        for file_id in ids:
            await self._blobs.delete(file_id)
        return set(ids)

    async def _truncate_log(self) -> None:
        """SQLite overwrites what is deleted (``secure_delete``), but its write-ahead log still has the old pages.

        While somebody reads it is left as it is, and goes with a later checkpoint or the end of the front.
        https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        for _ in range(_CHECKPOINTS):
            if await self._database.truncate_log():
                return
            await asyncio.sleep(_LOOK_AGAIN)
        log.warning("the database's log still holds what was erased, until the front is restarted")


class ForgetBlanks:
    """The handler of ``forget_blanks`` work: the key is that of an erasure whose handoffs agents had before them.

    They have had their day to see it. As long as something of them is elsewhere it is asked for again: whatever it is
    in may only be connected by now.
    """

    def __init__(self, database: Database, elsewhere: Sequence[Elsewhere]) -> None:
        self._database, self._elsewhere = database, elsewhere

    async def __call__(self, key: str) -> float | None:
        async with self._database.write() as tx:
            if await erasing.forget_blanks(tx, key, self._elsewhere):
                return None
            await schedule(tx, LISTEN, key)
        return _ASK_AGAIN
