"""What is kept about a contact, given to them or erased, from the command line: with a front running or without."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import bot.content.unanswered.tables  # noqa: F401 - an erasure reads from the tables what it must take along
from bot.gateway.erased import Posts
from conversations.erasure import Erasure
from conversations.exporting import Export, Section
from conversations.store import contacts, erasing
from conversations.store.blobs import Blobs, FolderBlobs, TableBlobs
from conversations.store.database import Database
from conversations.store.erasing import Elsewhere, Report
from escalation import tables
from escalation.service.erased import SlackCards
from frontdesk import logs, schema
from frontdesk.settings import Settings

# What our sides have put into other people's systems.
ELSEWHERE: tuple[Elsewhere, ...] = (SlackCards(), Posts())
# What our sides keep of a contact beside the record.
SECTIONS = (Section("goodwill", tables.goodwill, ("kind", "pence", "currency", "at")),)
# Bytes of files in an export that goes to a file of its own: all there are, for all that anybody sends here.
_ALL = 2**40


class NobodyFound(LookupError):
    """No contact, conversation or identity has this id."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nobody is known as {name}. Give a contact's id, a conversation's (web:8f3…), or an identity such as "
            "telegram:4711."
        )


def blobs_of(settings: Settings, database: Database) -> Blobs:
    """Where the contents of files are: in a table once fronts may be several, else in the data folder."""
    return TableBlobs(database) if settings.redis_url else FolderBlobs(settings.data / "files")


async def export(settings: Settings, name: str, to: Path) -> int:
    """Writes everything about a contact to a new file that only its owner can read; returns its size in bytes.

    Raises:
        NobodyFound, FileExistsError, OSError: nothing is left behind.
    """
    size = 0
    async with _database(settings) as database:
        contact_id = await _found(database, name)
        made = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(made, "wb") as file:
                async for part in Export(database, blobs_of(settings, database), SECTIONS)(contact_id, _ALL):
                    size += file.write(part)
        except BaseException:
            with contextlib.suppress(OSError):
                to.unlink()
            raise
    return size


async def erase(settings: Settings, name: str) -> Report:
    """Erases a contact at once. What stands with vendors a running front takes back, or the next one that starts.

    Raises:
        NobodyFound: nothing was changed.
    """
    logs.set_up("WARNING")
    async with _database(settings) as database:
        contact_id = await _found(database, name)
        erasure = Erasure(database, blobs_of(settings, database), settings.secret_key, ELSEWHERE)
        report = await erasure.erase(contact_id)
    if report is None:  # somebody else did it in this moment
        raise NobodyFound(name)
    return report


async def erased(settings: Settings, since: float) -> list[tuple[str, float]]:
    """Who was erased since then (Unix seconds): contacts' ids, with when."""
    async with _database(settings) as database, database.read() as tx:
        return await erasing.erasures(tx, since)


async def _found(database: Database, name: str) -> str:
    async with database.read() as tx:
        contact_id = await contacts.find(tx, name)
    if contact_id is None:
        raise NobodyFound(name)
    return contact_id


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    settings.prepare_data()
    database = Database(settings.database_url)
    try:
        await schema.check(database)
        yield database
    finally:
        await database.close()
