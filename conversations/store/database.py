"""Connections and transactions over SQLite or PostgreSQL.

SQLite: WAL, ``synchronous=FULL``, one writer connection a process, and each writing transaction ``BEGIN IMMEDIATE``:
two deferred ones that read and then write fail at once, whatever the time-out (`conversations.store.sqlite`). Nothing
awaits the network inside one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from prometheus_client import Counter, Histogram
from sqlalchemy import Double, Executable
from sqlalchemy.engine import URL, CursorResult, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from conversations.store.sqlite import JSON, Inline, Sqlite


class now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """The database's clock in Unix seconds, in the statement that acts: processes' clocks may differ."""

    inherit_cache = True
    type = Double()


@compiles(now, "sqlite")
@compiles(now, "postgresql")
def _now(element: now, compiler: SQLCompiler, **kw: Any) -> str:
    return now_in(compiler.dialect.name)


def now_in(dialect: str) -> str:
    """`now` as text, in the words of this database."""
    if dialect == "sqlite":
        return "((julianday('now') - 2440587.5) * 86400.0)"
    return "(extract(epoch FROM clock_timestamp())::double precision)"


@dataclass(frozen=True, slots=True)
class Wake:
    """Look at this work row in ``delay`` seconds."""

    kind: str
    key: str
    delay: float
    version: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A work row in hand: ``version`` tells whether it was asked for again meanwhile."""

    kind: str
    key: str
    version: int
    attempts: int


class Worker(Protocol):
    """Whoever does work rows in this process."""

    def takes(self, kind: str) -> float:
        """For how many seconds it would take new work of this kind in hand now; 0 when it would not."""

    def taken(self, claimed: list[Claimed]) -> None:
        """Work that a transaction wrote down as in its hands: the transaction is committed. Must not block."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Something changed that a watcher may want to look at: ``topic`` is messages, state, typing, queue or handoff."""

    topic: str
    key: str
    data: str = ""


@dataclass(slots=True)
class Transaction:
    """A transaction with what is to be nudged once it is committed; a nudge that is lost costs only time."""

    connection: AsyncConnection | Inline
    wakes: list[Wake] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    taken: list[Claimed] = field(default_factory=list)
    worker: Worker | None = None
    counted: list[Callable[[], None]] = field(default_factory=list)

    def takes(self, kind: str) -> float:
        """As `Worker.takes`; 0 without a worker."""
        return self.worker.takes(kind) if self.worker is not None else 0.0

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, parameters)

    def count(self, metric: Counter, amount: float = 1) -> None:
        """Raises a metric once this is committed: what was rolled back did not happen."""
        self.counted.append(partial(metric.inc, amount))

    def observe(self, metric: Histogram, value: float) -> None:
        """Likewise."""
        self.counted.append(partial(metric.observe, value))

    def signal(self, topic: str, key: str, data: str = "") -> None:
        nudge = Signal(topic, key, data)
        if nudge not in self.signals:
            self.signals.append(nudge)


Committed = Callable[[list[Wake], list[Signal]], None]


class _Pool:
    """PostgreSQL: each transaction on a connection of its own."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url, pool_size=16, max_overflow=16, pool_pre_ping=False, hide_parameters=True, **JSON
        )
        # A read begins and ends no transaction: that saves two trips to the server of three.
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._reading.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self._engine.dispose()


class Database:
    """Reads and writes; ``committed`` is told after each commit what to nudge, and must not block.

    ``worker`` is whoever may have new work in hand from its commit on.
    """

    def __init__(self, url: str, committed: Committed = lambda wakes, signals: None) -> None:
        self.url = make_url(url)
        self.committed = committed
        self.worker: Worker | None = None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._store: Sqlite | _Pool = Sqlite(self.url) if self.is_sqlite else _Pool(self.url)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """One writing transaction: committed at the end, rolled back when the body raises."""
        async with self._store.write() as connection:
            yield (tx := Transaction(connection, worker=self.worker))
        for raise_metric in tx.counted:
            raise_metric()
        if tx.taken and tx.worker is not None:
            tx.worker.taken(tx.taken)
        if tx.wakes or tx.signals:
            self.committed(tx.wakes, tx.signals)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Reads without writing. On SQLite all of it sees one moment, on PostgreSQL each statement its own."""
        async with self._store.read() as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def read_aside(self) -> AsyncIterator[Transaction]:
        """As `read`, for reports, whose statements take long: on SQLite, too, nobody else waits for them."""
        reading = self._store.read(aside=True) if isinstance(self._store, Sqlite) else self._store.read()
        async with reading as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """A connection to PostgreSQL of one's own for as long as the block runs, for locks that live with it."""
        assert isinstance(self._store, _Pool)
        async with self._store.read() as connection:
            yield connection

    async def truncate_log(self) -> bool:
        """Empties SQLite's write-ahead log, in which old pages stand; False when somebody is reading them just now."""
        return not isinstance(self._store, Sqlite) or await self._store.truncate_log()

    async def close(self) -> None:
        await self._store.close()
