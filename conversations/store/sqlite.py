"""SQLite without a thread for each statement: statements run at once, in the event loop's own thread.

A statement takes microseconds; handing it to a thread and back costs more than ten times that, and a wait for the
interpreter's lock. What waits for the disk, the commit, is done in a thread, and meanwhile nobody writes: there is one
writer connection a process. Writing transactions that came while a commit was under way are committed together, each in
a savepoint of its own: one wait for the disk for all of them.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, Engine, Executable, RootTransaction, create_engine, event
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

# JSON columns are written and read by msgspec, which takes a fifth of the time.
JSON: dict[str, Any] = {
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}
# Another process (the command line) writes: asked again after so long, for so long (seconds).
_ASK_AGAIN, _PATIENCE = 0.005, 20.0
# So long (seconds) an emptying of the log waits for readers.
_READERS_PATIENCE = 0.2
# Idle connections for reading that are kept.
_KEPT_READERS = 4


class Inline:
    """A connection with the methods of an ``AsyncConnection`` that never really wait."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """A savepoint: what is done in it is undone when its body raises."""
        with self._connection.begin_nested():
            yield


class Aside(Inline):
    """The same, for statements that take long: each runs in a thread, and meanwhile the event loop goes on."""

    __slots__ = ()

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        running = asyncio.ensure_future(asyncio.to_thread(self._connection.execute, statement, parameters))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait({running})  # nobody else may use the connection before
            raise


@dataclass(slots=True)
class _Group:
    """Transactions that are committed together; ``committed`` ends when they are, or raises for all of them."""

    transaction: RootTransaction
    driver: sqlite3.Connection
    committed: asyncio.Future[None]
    members: int = 0
    commit: asyncio.Task[None] | None = field(default=None, repr=False)


class Sqlite:
    """A database file: one writer, and readers that see what is committed."""

    def __init__(self, url: URL) -> None:
        self._engine: Engine = create_engine(
            url.set(drivername="sqlite"),
            poolclass=NullPool,
            hide_parameters=True,
            **JSON,
            connect_args={"check_same_thread": False, "cached_statements": 512},
        )
        event.listen(self._engine, "connect", _prepare)
        self._turnstile = asyncio.Lock()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._writer: Connection | None = None
        self._readers: list[Connection] = []
        self._group: _Group | None = None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Inline]:
        """One writing transaction: committed, to the disk, when the block has ended; undone when its body raises."""
        async with self._turnstile:
            group = self._group or await self._begin()
            # The first has nothing before it that must be kept when it fails.
            savepoint = group.members > 0
            if savepoint:
                group.driver.execute("SAVEPOINT member")
            try:
                yield Inline(group.transaction.connection)
                if savepoint:
                    group.driver.execute("RELEASE member")
            except BaseException as wrong:
                self._undo(group, savepoint, wrong)
                raise
            group.members += 1
            if group.commit is None:
                # It waits in line behind whoever waits now: they join the group.
                group.commit = asyncio.create_task(self._commit(group))
        await asyncio.shield(group.committed)

    async def _begin(self) -> _Group:
        if self._writer is None:
            self._writer = self._engine.connect()
            # Waiting is done here, without holding up everybody else.
            self._writer.exec_driver_sql("PRAGMA busy_timeout=0")
            self._writer.rollback()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE
        while True:
            driver = _driver(self._writer)
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as wrong:
                if not _is_locked(wrong) or loop.time() > deadline:
                    raise OperationalError("BEGIN IMMEDIATE", None, wrong) from wrong
            else:
                self._group = _Group(self._writer.begin(), driver, loop.create_future())
                return self._group
            await asyncio.sleep(_ASK_AGAIN)

    def _undo(self, group: _Group, savepoint: bool, wrong: BaseException) -> None:
        """Undoes one member; a fault that ended SQLite's whole transaction undoes all."""
        if savepoint and group.driver.in_transaction:
            group.driver.execute("ROLLBACK TO member")
            group.driver.execute("RELEASE member")
            return
        self._group = None
        _roll_back(group)
        if group.members:
            group.committed.set_exception(wrong if isinstance(wrong, Exception) else RuntimeError("undone"))

    async def _commit(self, group: _Group) -> None:
        async with self._turnstile:
            if self._group is not group:
                return  # undone meanwhile
            self._group = None
            try:
                await asyncio.get_running_loop().run_in_executor(self._disk, group.transaction.commit)
            except Exception as wrong:
                _roll_back(group)
                group.committed.set_exception(wrong)
            else:
                group.committed.set_result(None)

    @asynccontextmanager
    async def read(self, *, aside: bool = False) -> AsyncIterator[Inline]:
        """What was committed at one moment; ``aside``: statements may take long."""
        connection = self._readers.pop() if self._readers else self._engine.connect()
        try:
            with connection.begin() as transaction:
                _driver(connection).execute("BEGIN")
                yield (Aside if aside else Inline)(connection)
                transaction.rollback()
        except BaseException:
            connection.close()
            raise
        if len(self._readers) < _KEPT_READERS:
            self._readers.append(connection)
        else:
            connection.close()

    async def truncate_log(self) -> bool:
        """Brings all pages from the write-ahead log into the file and empties the log; False when somebody reads it.

        Nobody of this process writes meanwhile. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        while True:
            async with self._turnstile:
                if self._group is None:
                    return await asyncio.get_running_loop().run_in_executor(self._disk, self._truncate_log)
            await asyncio.sleep(_ASK_AGAIN)

    def _truncate_log(self) -> bool:
        connection = sqlite3.connect(str(self._engine.url.database), timeout=_READERS_PATIENCE, isolation_level=None)
        try:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        return not busy

    async def close(self) -> None:
        """Closes the file once what is being written is committed."""
        async with self._turnstile:
            for connection in (self._writer, *self._readers):
                if connection is not None:
                    connection.close()
            self._writer = None
            self._readers.clear()
        self._disk.shutdown()


def _roll_back(group: _Group) -> None:
    group.transaction.rollback()
    if group.driver.in_transaction:  # after a commit that failed SQLAlchemy takes it for ended
        group.driver.execute("ROLLBACK")


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _is_locked(wrong: sqlite3.Error) -> bool:
    return wrong.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _prepare(dbapi_connection: Any, record: Any) -> None:
    # The driver must not begin transactions by itself.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "busy_timeout=20000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is deleted is overwritten: https://www.sqlite.org/pragma.html#pragma_secure_delete
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
