"""Who does a row of work: whoever wrote it down, if there is a hand free; else whoever docket wakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from docket import Docket
from sqlalchemy import select

from conversations.jobs import Ended, Jobs, Last
from conversations.store import work
from conversations.store.database import Database, Transaction
from conversations.store.tables import work as table


class Hands:
    """A handler that notes what it was given, and waits to be let go on."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.go_on = asyncio.Event()
        self.end: Ended | Last | None = None

    async def __call__(self, key: str) -> Ended | Last | None:
        self.given.append(key)
        await self.go_on.wait()
        return self.end

    async def until(self, *keys: str) -> None:
        async with asyncio.timeout(10):
            while sorted(self.given) != sorted(keys):
                await asyncio.sleep(0.01)


@asynccontextmanager
async def working(database: Database, hands: Hands, concurrency: int = 64) -> AsyncIterator[Jobs]:
    jobs = Jobs(database, "memory://", sweep=1000, concurrency=concurrency)
    jobs.handle("turn", hands)
    database.committed = lambda wakes, signals: jobs.wake(wakes)
    async with jobs.running():
        await asyncio.sleep(0.1)  # the first sweep is over: nothing below is found by one
        yield jobs
        hands.go_on.set()


async def ask(database: Database, key: str, kind: str = "turn") -> None:
    async with database.write() as tx:
        await work.schedule(tx, kind, key)


async def rows(database: Database) -> dict[str, bool]:
    """The keys of the rows, and whether somebody has them in hand."""
    async with database.read() as tx:
        return {row.key: row.lease_until is not None for row in await tx.execute(select(table))}


async def test_new_work_is_in_hand_from_its_commit_on_without_docket(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("docket is not needed for this")

    hands = Hands()
    async with working(database, hands):
        monkeypatch.setattr(Docket, "add", refuse)
        await ask(database, "a")
        assert await rows(database) == {"a": True}
        await hands.until("a")
        hands.go_on.set()
    assert await rows(database) == {}


async def test_without_a_hand_free_it_is_left_for_others(database: Database) -> None:
    hands = Hands()
    async with working(database, hands, concurrency=1):
        await ask(database, "a")
        await hands.until("a")
        await ask(database, "b")
        assert not (await rows(database))["b"]
        await hands.until("a", "b")  # by docket, which has hands of its own


async def test_work_of_a_kind_that_nobody_does_here_is_left_for_others(database: Database) -> None:
    async with working(database, Hands()):
        await ask(database, "a", kind="another")
        assert await rows(database) == {"a": False}


async def test_asked_for_while_in_hand_it_is_done_again(database: Database) -> None:
    hands = Hands()
    async with working(database, hands):
        await ask(database, "a")
        await hands.until("a")
        await ask(database, "a")
        hands.go_on.set()
        await hands.until("a", "a")


async def test_a_row_that_went_with_the_handler_s_own_commit_is_not_touched_again(database: Database) -> None:
    """The next row of that name may be there already, in other hands."""
    hands = Hands()
    hands.end = Ended.WITH_ITS_COMMIT
    async with working(database, hands) as jobs:
        await ask(database, "a")
        await hands.until("a")
        jobs._takes_work = False
        async with database.write() as tx:
            await work.cancel(tx, "turn", "a")
            await work.schedule(tx, "turn", "a", delay=60)
        hands.go_on.set()
        await asyncio.sleep(0.1)
        assert await rows(database) == {"a": False}


async def test_whoever_lost_its_row_does_not_end_the_next_of_that_name(database: Database) -> None:
    async with database.write() as tx:
        await work.schedule(tx, "turn", "a")
    async with database.write() as tx:
        lost = await work.claim(tx, "turn", "a", 60)
        assert lost is not None
        await work.cancel(tx, "turn", "a")
        await work.schedule(tx, "turn", "a")
    async with database.write() as tx:
        await work.finish(tx, lost)
    assert list(await rows(database)) == ["a"]


async def test_the_last_thing_that_work_writes_and_its_end_are_one_commit(database: Database) -> None:
    hands, seen = Hands(), list[bool]()

    async def last(tx: Transaction) -> None:
        await work.schedule(tx, "other", "b", 60)
        seen.append("a" in await rows(database))  # as others see it: not yet gone

    hands.end = Last(last)
    async with working(database, hands):
        await ask(database, "a")
        hands.go_on.set()
        await hands.until("a")
    assert seen == [True]
    assert await rows(database) == {"b": False}


async def test_several_pieces_of_work_are_asked_for_in_one_statement_each_at_its_time(database: Database) -> None:
    hands = Hands()
    async with working(database, hands):
        async with database.write() as tx:
            await work.schedule_all(tx, work.Wanted("turn", "a"), work.Wanted("turn", "later", 60))
        assert await rows(database) == {"a": True, "later": False}
        await hands.until("a")
        async with database.write() as tx:
            await work.schedule_all(tx, work.Wanted("turn", "a"), work.Wanted("turn", "later", 30))
        hands.go_on.set()
        await hands.until("a", "a")
