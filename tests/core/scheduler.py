"""A small scheduler that decides which of several tasks goes on next, at every await that matters.

Tasks park at gates; whoever drives the scheduler picks one, and it runs to its next gate. A task that waits for a lock
of the database is left alone after a short grace, and the others go on.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.store.database import Database, Transaction
from conversations.store.sqlite import Inline
from tests.core.checker import MOMENTS, Row, Timeline

# A strand is one asyncio task of an actor: the actor itself, or a task that it started.
_STRAND: ContextVar[str | None] = ContextVar("strand", default=None)
# The process in which it runs; None for what nobody's death ends.
_HOME: ContextVar[object | None] = ContextVar("home", default=None)


_MINUTE = 60.0


@dataclass(slots=True)
class Parked:
    """A strand at a gate; ``ready`` says whether going on makes sense, ``writer`` whether it then holds SQLite."""

    strand: str
    point: str
    go: asyncio.Future[None]
    ready: Callable[[], bool]
    writer: bool


@dataclass
class Scheduler:
    """Runs actors one gate at a time. ``grace`` in seconds: without any movement for so long, the rest is blocked."""

    grace: float = 0.03
    released: int = 0
    commits_seen: int = 0
    times_blocked: int = 0
    trace: list[str] = field(default_factory=list)
    _parked: list[Parked] = field(default_factory=list)
    _alive: dict[str, asyncio.Task[Any]] = field(default_factory=dict)
    _homes: dict[str, object | None] = field(default_factory=dict)
    _dead: list[object] = field(default_factory=list)
    _committing: set[str] = field(default_factory=set)
    _blocked: set[str] = field(default_factory=set)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _writer: str | None = None
    # Nobody has moved since all were found to stand still.
    _is_quiet: bool = False
    _count: Iterable[int] = field(default_factory=itertools.count)

    def spawn(self, name: str, work: Coroutine[Any, Any, Any], home: object | None = None) -> asyncio.Task[Any]:
        """Starts an actor; it parks at once. ``home`` is the process that it dies with."""

        async def run() -> Any:
            try:
                await self.gate("start")
                return await work
            finally:
                work.close()  # who dies before has not begun it

        return self.strand(f"{name}#{next(iter(self._count))}", run(), home)

    def strand(self, name: str, work: Coroutine[Any, Any, Any], home: object | None = None) -> asyncio.Task[Any]:
        """A task whose gates are this scheduler's."""

        async def run() -> Any:
            _STRAND.set(name)
            _HOME.set(home)
            return await work

        task = asyncio.create_task(run())
        self._alive[name], self._homes[name], self._is_quiet = task, home, False
        task.add_done_callback(lambda _: self._ended(name))
        return task

    def child(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task that an actor starts itself."""
        parent = _STRAND.get()
        if parent is None:
            return asyncio.create_task(work)
        return self.strand(f"{parent}.{next(iter(self._count))}", work, _HOME.get())

    def _ended(self, name: str) -> None:
        self._alive.pop(name, None)
        self._homes.pop(name, None)
        self._blocked.discard(name)
        self._stir()

    def _stir(self) -> None:
        self._is_quiet = False
        self._stirred.set()

    async def gate(self, point: str, *, ready: Callable[[], bool] = lambda: True, writer: bool = False) -> None:
        """Waits to be picked; whoever is no actor walks through."""
        strand = _STRAND.get()
        if strand is None:
            return
        self.must_live()
        parked = Parked(strand, point, asyncio.get_running_loop().create_future(), ready, writer)
        self._parked.append(parked)
        self._blocked.discard(strand)
        self._stir()
        try:
            await parked.go
        finally:
            if parked in self._parked:
                self._parked.remove(parked)

    @property
    def alive(self) -> list[str]:
        """Everybody who has not ended."""
        return sorted(self._alive)

    def must_live(self) -> None:
        """Nobody acts in a process that is dead, not even to tidy up.

        Raises:
            CancelledError: it is.
        """
        if any(_HOME.get() is dead for dead in self._dead):
            raise asyncio.CancelledError

    async def kill(self, home: object) -> list[str]:
        """All strands of a process vanish where they are; returns their names. A commit under way is done or undone."""
        await self.quiet()
        doomed = [name for name, lives in self._homes.items() if lives is home]
        while self._committing.intersection(doomed):
            await asyncio.sleep(0.001)
        self._dead.append(home)
        tasks = [self._alive[name] for name in doomed if name in self._alive]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return doomed

    def commits(self) -> None:
        """From here to the end of the transaction nobody can say whether it came about."""
        self._committing.add(_STRAND.get() or "")

    def wrote(self) -> None:
        """A transaction ended: whoever waited for its locks may go on."""
        self.commits_seen += 1
        self._committing.discard(_STRAND.get() or "")
        if self._writer == _STRAND.get():
            self._writer = None
        self._blocked.clear()
        self._stir()

    def _standing(self) -> list[Parked]:
        """Who is parked; whoever was cancelled there is on their way out."""
        return [one for one in self._parked if not one.go.done()]

    def choices(self, *, sensible: bool = False) -> list[Parked]:
        """Who may go on, in a stable order; ``sensible``: without those who would only find that nothing happened."""
        free = [one for one in self._standing() if not (one.writer and self._writer is not None)]
        chosen = [one for one in free if one.ready()] if sensible else free
        return sorted(chosen, key=lambda one: one.strand)

    async def step(self, pick: int, *, sensible: bool = False) -> str | None:
        """Lets one go on to its next gate; returns its name, None when nobody can."""
        await self.quiet()
        choices = self.choices(sensible=sensible)
        if not choices:
            return None
        chosen = choices[pick % len(choices)]
        return await self._go(chosen)

    async def burst(self, pick: int, steps: int) -> None:
        """Lets one go on for some gates."""
        name = await self.step(pick)
        for _ in range(steps - 1):
            mine = [one for one in self.choices() if one.strand == name]
            if not mine:
                return
            await self._go(mine[0])

    async def go(self, strand: str) -> bool:
        """Lets one strand, or a task that it started, go on to its next gate; False when it cannot."""
        await self.quiet()
        choices = self.choices(sensible=True)
        mine = [i for i, one in enumerate(choices) if one.strand.startswith(strand)]
        if not mine:
            return False
        await self.step(mine[0], sensible=True)
        return True

    async def _go(self, chosen: Parked) -> str:
        self._parked.remove(chosen)
        if chosen.writer:
            self._writer = chosen.strand
        self.released += 1
        self.trace.append(f"{chosen.strand} {chosen.point}")
        chosen.go.set_result(None)
        self._is_quiet = False
        await self.quiet()
        return chosen.strand

    async def quiet(self) -> None:
        """Until everybody is parked, ended, or blocked by somebody who is."""
        if self._is_quiet:
            return
        await asyncio.sleep(0)
        while busy := self._alive.keys() - {one.strand for one in self._standing()} - self._blocked:
            self._stirred.clear()
            try:
                async with asyncio.timeout(self.grace):
                    await self._stirred.wait()
            except TimeoutError:
                self._blocked |= busy
                self.times_blocked += 1
        self._is_quiet = True

    async def drain(self, limit: int = 5000) -> None:
        """Lets everybody go on, fairly, until nobody is left."""
        for turn in range(limit):
            if await self.step(turn, sensible=True) is None:
                if not self._alive:
                    return
                self._blocked.clear()
                self._stir()
                await asyncio.sleep(0.005)
        raise AssertionError(f"these never came to an end: {sorted(self._alive)}; {self.trace[-20:]}")

    async def cancel(self) -> None:
        """Ends whoever is left."""
        tasks = list(self._alive.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Patience:
    """`asyncio` as the gateway's answer sees it: whether the engine or the patience ends first is the scheduler's.

    Each time that the engine is waited for in vain a minute passes.
    """

    def __init__(self, scheduler: Callable[[], Scheduler]) -> None:
        self._scheduler, self._waited = scheduler, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    def create_task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return self._scheduler().child(work)

    async def wait(self, tasks: set[asyncio.Task[Any]], timeout: float | None = None) -> None:
        await self._scheduler().gate("patience", ready=lambda: all(task.done() for task in tasks))
        self._waited += 0 if all(task.done() for task in tasks) else _MINUTE

    def get_running_loop(self) -> Patience:
        return self

    def time(self) -> float:
        return asyncio.get_running_loop().time() + self._waited


class GatedTransaction(Transaction):
    """On PostgreSQL every statement is a gate, but for the first: until then a transaction sees and holds nothing."""

    __slots__ = ("has_begun", "scheduler")

    scheduler: Scheduler | None
    has_begun: bool

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        if self.scheduler is not None and self.has_begun:
            await self.scheduler.gate("execute")
        self.has_begun = True
        return await self.connection.execute(statement, parameters)


async def _moments(connection: AsyncConnection | Inline) -> list[Row]:
    """By the driver alone: it is asked for at each commit."""
    if isinstance(connection, Inline):
        driver = connection._connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        found = driver.execute(MOMENTS)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]
    raw = (await connection.get_raw_connection()).driver_connection
    assert isinstance(raw, asyncpg.Connection)
    return [dict(row) for row in await raw.fetch(MOMENTS)]


class GatedDatabase(Database):
    """A database whose transactions park before they begin, before they commit and after it.

    Each commit is written to the timeline as its own transaction saw it. On SQLite nobody else writes between a
    transaction's begin and its commit, and nobody sees what it wrote: a stop before its commit would be no other than
    the one before its begin.
    """

    scheduler: Scheduler
    timeline: Timeline
    # Its connections are another's to close.
    keeps_open = False

    async def close(self) -> None:
        if not self.keeps_open:
            await super().close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        await self.scheduler.gate("begin", writer=self.is_sqlite)
        try:
            async with super().write() as tx:
                gated = self._gated(tx)
                yield gated
                tx.wakes, tx.signals = gated.wakes, gated.signals
                if not self.is_sqlite:
                    await self.scheduler.gate("commit")
                moments = await _moments(tx.connection)
                self.scheduler.commits()
        finally:
            self.scheduler.wrote()
        self.timeline.committed(moments, _STRAND.get() or "nobody")
        await self.scheduler.gate("committed")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        await self.scheduler.gate("read")
        async with super().read() as tx:
            yield self._gated(tx)
        await self.scheduler.gate("have read")

    def _gated(self, tx: Transaction) -> Transaction:
        gated = GatedTransaction(tx.connection, tx.wakes, tx.signals)
        gated.scheduler, gated.has_begun = None if self.is_sqlite else self.scheduler, False
        return gated
