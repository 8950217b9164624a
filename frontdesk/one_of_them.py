"""Work that exactly one front does at a time, such as long polling: the others stand by, and one takes over."""

from __future__ import annotations

import asyncio
import fcntl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from conversations.store.database import Database

Still = Callable[[], Awaitable[bool]]
# So often whoever stands by looks whether the place is free (seconds).
_LOOK = 1.0


@asynccontextmanager
async def held(database: Database, name: str) -> AsyncIterator[Still]:
    """Waits for the place, and holds it while the block runs; a lock that goes with the process, however it ends.

    Gives a function that says whether it is still held: PostgreSQL frees it when the connection is lost.

    Raises:
        SQLAlchemyError, OSError: the database is away.
    """
    if database.is_sqlite:
        async with _held_file(Path(f"{database.url.database}.{name}")) as still:
            yield still
    else:
        async with _held_in_postgresql(database, name) as still:
            yield still


@asynccontextmanager
async def _held_file(path: Path) -> AsyncIterator[Still]:
    async def still() -> bool:
        return True

    with path.open("w") as file:
        while not _locked(file.fileno()):
            await asyncio.sleep(_LOOK)
        yield still


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _held_in_postgresql(database: Database, name: str) -> AsyncIterator[Still]:
    """An advisory lock of the session: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS"""
    lock = zlib.crc32(f"frontdesk {name}".encode())
    async with database.session() as connection:

        async def asked(question: str) -> bool:
            answer = bool((await connection.execute(text(question))).scalar_one())
            await connection.commit()
            return answer

        async def still() -> bool:
            try:
                return await asked("SELECT true")
            except (SQLAlchemyError, OSError):
                return False

        while not await asked(f"SELECT pg_try_advisory_lock({lock})"):
            await asyncio.sleep(_LOOK)
        try:
            yield still
        finally:
            if await still():
                await asked(f"SELECT pg_advisory_unlock({lock})")
