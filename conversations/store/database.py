"""Connections and transactions over SQLite or PostgreSQL.

SQLite: WAL, ``synchronous=FULL``, one writer connection a process, and each writing transaction ``BEGIN IMMEDIATE``:
two deferred ones that read and then write fail at once, whatever the time-out. Nothing awaits the network inside one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Double, Executable, event
from sqlalchemy.engine import CursorResult, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """The database's clock in Unix seconds, in the statement that acts: processes' clocks may differ."""

    inherit_cache = True
    type = Double()


@compiles(now, "sqlite")
def _sqlite_now(element: now, compiler: SQLCompiler, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _postgresql_now(element: now, compiler: SQLCompiler, **kw: Any) -> str:
    return "extract(epoch FROM clock_timestamp())::double precision"


@dataclass(frozen=True, slots=True)
class Wake:
    """Look at this work row in ``delay`` seconds."""

    kind: str
    key: str
    delay: float
    version: int


@dataclass(frozen=True, slots=True)
class Signal:
    """Something changed that a watcher may want to look at: ``topic`` is messages, state, typing, queue or handoff."""

    topic: str
    key: str
    data: str = ""


@dataclass(slots=True)
class Transaction:
    """A transaction with what is to be nudged once it is committed; a nudge that is lost costs only time."""

    connection: AsyncConnection
    wakes: list[Wake] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, parameters)

    def signal(self, topic: str, key: str, data: str = "") -> None:
        nudge = Signal(topic, key, data)
        if nudge not in self.signals:
            self.signals.append(nudge)


Committed = Callable[[list[Wake], list[Signal]], None]


class Database:
    """Reads and writes; ``committed`` is told after each commit what to nudge, and must not block."""

    def __init__(self, url: str, committed: Committed = lambda wakes, signals: None) -> None:
        self.url = make_url(url)
        self.committed = committed
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = self._engine(writer=True)
        self._reader = self._engine(writer=False) if self.is_sqlite else self._writer
        self._turnstile = asyncio.Lock()

    def _engine(self, *, writer: bool) -> AsyncEngine:
        if not self.is_sqlite:
            return create_async_engine(
                self.url, pool_size=16, max_overflow=16, pool_pre_ping=False, hide_parameters=True
            )
        engine = create_async_engine(self.url, pool_size=1 if writer else 4, max_overflow=0, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        begin = "BEGIN IMMEDIATE" if writer else "BEGIN"
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """One writing transaction: committed at the end, rolled back when the body raises."""
        if self.is_sqlite:
            async with self._turnstile, self._writer.begin() as connection:
                yield (tx := Transaction(connection))
        else:
            async with self._writer.begin() as connection:
                yield (tx := Transaction(connection))
        if tx.wakes or tx.signals:
            self.committed(tx.wakes, tx.signals)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Reads without writing. On SQLite all of it sees one moment, on PostgreSQL each statement its own."""
        async with self._reader.connect() as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """A connection of one's own for as long as the block runs, for locks that live with it."""
        async with self._writer.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


def _prepare_sqlite(dbapi_connection: Any, record: Any) -> None:
    # The driver must not begin transactions by itself: the "begin" listener does.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("busy_timeout=20000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
