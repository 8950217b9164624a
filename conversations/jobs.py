"""Does the work of the work rows. A row is the truth; to be told of it only saves time.

New work that is due at once is mostly in this front's hands from its own commit on (`work.schedule`): whoever stored
the message answers it. Docket is for the rest: it wakes at the due time, and spreads over the fronts what this one has
no hand free for. A docket task carries a row's name and means *look now*. Its loss costs time, not work: every front
sweeps for whatever is overdue, which is also the recovery at start and how rows written by other processes are found.
A sweep also sees what is due before the next one: timers of minutes and days are rows and nothing else until then.
The sweep is driven by the front itself: one that is handed from worker to worker over Redis stands still when its
bearer dies.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import structlog
from docket import Docket, Worker
from prometheus_client import Counter, Gauge
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from conversations.pressure import Pressure
from conversations.store import work
from conversations.store.database import Claimed, Database, Transaction, Wake

log = structlog.get_logger()


class Ended(Enum):
    """How a handler may end that needs no more of its row."""

    WITH_ITS_COMMIT = "its own last transaction removed the row"


@dataclass(frozen=True, slots=True)
class Last:
    """How a handler may end that has one thing more to write: in the transaction that takes its row away."""

    write: Callable[[Transaction], Awaitable[None]]


# How work ended: None when it is done, or the seconds after which it is to be done again.
End = float | Ended | Last | None
# Does one piece of work for a key.
Handler = Callable[[str], Awaitable[End]]

DONE = Counter("frontdesk_work_done", "Work rows taken in hand, by kind and how it ended", ["kind", "outcome"])
OVERDUE = Gauge("frontdesk_work_overdue", "Work rows that the last sweep found overdue")

# Renewed while a handler runs; so long after a worker's death another one takes its work over.
LEASE = 8.0
_RENEW = LEASE / 4
# The longest that a handler may take: the engine's time limit and a commit.
_LONGEST = 60.0
_RETRY_FIRST, _RETRY_MOST = 0.5, 60.0


class Jobs:
    """The worker of a front: handlers by kind of work."""

    def __init__(self, database: Database, url: str, *, sweep: float, concurrency: int = 64) -> None:
        self._database, self._url, self._sweep, self._concurrency = database, url, sweep, concurrency
        self._handlers: dict[str, Handler] = {}
        self._watchdogs: list[Callable[[], Awaitable[None]]] = []
        self._docket: Docket | None = None
        self._wakes: asyncio.Queue[Wake] = asyncio.Queue()
        self._in_hand: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._takes_work = False
        self._pressure = Pressure(concurrency)

    def handle(self, kind: str, handler: Handler, *, gives_way: bool = False) -> None:
        """Registers the handler for a kind of work; it must be safe to run twice.

        Args:
            gives_way: it waits while this process comes late to what cannot wait (`conversations.pressure`).
        """
        self._handlers[kind] = self._giving_way(handler) if gives_way else handler

    def _giving_way(self, handler: Handler) -> Handler:
        async def waits(key: str) -> End:
            async with self._pressure.place():
                return await handler(key)

        return waits

    def at_sweep(self, watchdog: Callable[[], Awaitable[None]]) -> None:
        """Runs a check at each sweep."""
        self._watchdogs.append(watchdog)

    def wake(self, wakes: Sequence[Wake]) -> None:
        """Nudges; called after each commit. Whoever has a row in hand looks at its version at the end."""
        for nudge in wakes:
            if nudge.delay > self._sweep:
                continue  # the sweep before it is due sees it coming
            if nudge.delay > 0 or not self._takes_work or len(self._tasks) >= self._concurrency:
                self._wakes.put_nowait(nudge)
            elif (nudge.kind, nudge.key) not in self._in_hand:
                self._spawn(self.look(nudge.kind, nudge.key))

    def takes(self, kind: str) -> float:
        """For how many seconds new work of this kind is taken in hand with its commit: 0 without a hand free."""
        free = self._takes_work and kind in self._handlers and len(self._tasks) < self._concurrency
        return LEASE if free else 0.0

    def taken(self, claimed: Sequence[Claimed]) -> None:
        """Does what a transaction took in hand for this worker."""
        for one in claimed:
            self._spawn(self._do(self._handlers[one.kind], one))

    def _spawn(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (wrong := task.exception()) is not None:
            log.error("work: the database is away; the sweep finds it", cause=type(wrong).__name__)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Works while the block runs; at its end finishes what is in hand."""
        async with Docket(name="frontdesk", url=self._url) as docket:
            self._register(docket)
            self._docket = docket
            worker = Worker(
                docket,
                concurrency=self._concurrency,
                minimum_check_interval=timedelta(milliseconds=100),
                scheduling_resolution=timedelta(milliseconds=100),
                # After Redis was emptied the worker begins anew: soon.
                reconnection_delay=timedelta(seconds=1),
            )
            async with worker:
                loops = worker.run_forever(), self._nudge(docket), self._sweep_for_ever(), self._pressure.watch()
                tasks = [asyncio.create_task(loop) for loop in loops]
                self._database.worker, self._takes_work = self, True
                try:
                    yield
                finally:
                    self._takes_work = False
                    await self._finish_in_hand()
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
                    self._docket = None

    async def _finish_in_hand(self, limit: float = 20.0) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                while self._in_hand or self._tasks or not self._wakes.empty():
                    await asyncio.sleep(0.02)

    def _register(self, docket: Docket) -> None:
        async def look(kind: str, key: str) -> None:
            await self.look(kind, key)

        docket.register(look)
        self._look = look

    async def _sweep_for_ever(self) -> None:
        while True:
            await self.sweep()
            await asyncio.sleep(self._sweep)

    async def _nudge(self, docket: Docket) -> None:
        """Hands nudges to docket. While Redis is away they are dropped: the sweep finds the rows."""
        while True:
            nudge = await self._wakes.get()
            when = datetime.now(UTC) + timedelta(seconds=nudge.delay) if nudge.delay > 0 else None
            try:
                await docket.add(self._look, when=when)(nudge.kind, nudge.key)
            except (RedisError, OSError) as away:
                log.warning("work: Redis is away", cause=type(away).__name__)
                await asyncio.sleep(0.5)

    async def look(self, kind: str, key: str) -> None:
        """Does the work of this row, if it is due and nobody else has it in hand."""
        handler = self._handlers.get(kind)
        if handler is None:
            return
        async with self._database.write() as tx:
            claimed = await work.claim(tx, kind, key, LEASE)
        if claimed is None:
            return
        await self._do(handler, claimed)

    async def _do(self, handler: Handler, claimed: Claimed) -> None:
        name = claimed.kind, claimed.key
        self._in_hand.add(name)
        keeping = _Keeping(self._database, claimed)
        try:
            async with asyncio.timeout(_LONGEST):
                end = await handler(claimed.key)
        except Exception as wrong:
            DONE.labels(claimed.kind, "failed").inc()
            log.exception("work failed", kind=claimed.kind, key=claimed.key, attempts=claimed.attempts)
            self._in_hand.discard(name)
            await self._put_back(claimed, type(wrong).__name__)
            return
        finally:
            keeping.end()
            self._in_hand.discard(name)
        if isinstance(end, Ended):
            DONE.labels(claimed.kind, "done").inc()
            return
        again_in = None if isinstance(end, Last) else end
        async with self._database.write() as tx:
            if isinstance(end, Last):
                await end.write(tx)
            await work.finish(tx, claimed, again_in)
            tx.count(DONE.labels(claimed.kind, "done" if again_in is None else "again"))

    async def _put_back(self, claimed: Claimed, cause: str) -> None:
        again_in = min(_RETRY_MOST, _RETRY_FIRST * 2 ** (claimed.attempts - 1))
        async with self._database.write() as tx:
            if await work.fail(tx, claimed, cause, again_in):
                DONE.labels(claimed.kind, "set_aside").inc()
                log.error("work set aside after too many failures", kind=claimed.kind, key=claimed.key, cause=cause)

    async def sweep(self) -> None:
        """Wakes whatever is overdue or is due before the next sweep, and runs the watchdogs."""
        try:
            async with self._database.read() as tx:
                found = await work.overdue(tx, ahead=self._sweep)
            OVERDUE.set(sum(one.delay == 0 for one in found))
            self.wake(found)
            for watchdog in self._watchdogs:
                await watchdog()
        except Exception:
            log.exception("sweep failed")


class _Keeping:
    """Renews the lease of work in hand until its end. A timer: most work ends before it is due."""

    def __init__(self, database: Database, claimed: Claimed) -> None:
        self._database, self._claimed = database, claimed
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_RENEW, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """When the database is away the lease may end, and the commit decides."""
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError):
                async with self._database.write() as tx:
                    await work.renew(tx, self._claimed, LEASE)
            await asyncio.sleep(_RENEW)

    def end(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
