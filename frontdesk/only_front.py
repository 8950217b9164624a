"""Without Redis there is one front, since work and live events in its memory reach no other: a second one refuses."""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import text

from conversations.store.database import Database

# Any number that nothing else in the database uses.
_LOCK = 4_711_018


class SecondFront(Exception):
    """Another front is running on this database, and there is no Redis to share work and live events over."""

    def __init__(self) -> None:
        super().__init__(
            "Another front is running on this database, and without Redis there can be only one. "
            "Stop the other one, or set FRONTDESK_REDIS_URL for both."
        )


@asynccontextmanager
async def only_front(database: Database) -> AsyncIterator[None]:
    """Holds the place of the only front; a lock that goes with the process, however it ends.

    Raises:
        SecondFront: somebody holds it.
    """
    if database.is_sqlite:
        with _held_file(Path(f"{database.url.database}.front")):
            yield
    else:
        async with _held_in_postgresql(database):
            yield


@contextmanager
def _held_file(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SecondFront from None
        yield


@asynccontextmanager
async def _held_in_postgresql(database: Database) -> AsyncIterator[None]:
    async with database.session() as connection:
        got = (await connection.execute(text(f"SELECT pg_try_advisory_lock({_LOCK})"))).scalar_one()
        await connection.commit()
        if not got:
            raise SecondFront
        yield
        await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
        await connection.commit()
