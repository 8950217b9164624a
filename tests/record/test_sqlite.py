"""SQLite in the event loop's own thread: who shares a commit, whose fault is whose, and who waits for whom."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from conversations.store.database import Database, Signal
from conversations.store.sqlite import Sqlite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{path}")
    async with made.write() as tx:
        await tx.execute(text("CREATE TABLE thing (name TEXT PRIMARY KEY)"))
        await tx.execute(text("CREATE TABLE part (name TEXT REFERENCES thing(name) DEFERRABLE INITIALLY DEFERRED)"))
    yield made
    await made.close()


async def put(database: Database, name: str, table: str = "thing") -> None:
    async with database.write() as tx:
        tx.signal("put", name)
        await tx.execute(text(f"INSERT INTO {table} VALUES (:name)"), {"name": name})  # noqa: S608


async def names(database: Database) -> list[str]:
    async with database.read() as tx:
        return list((await tx.execute(text("SELECT name FROM thing ORDER BY name"))).scalars())


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many transactions each commit was for; a commit takes a moment, in which others come."""
    found: list[int] = []
    original = Sqlite._commit

    async def commit(self: Sqlite, group: Any) -> None:
        await asyncio.sleep(0)
        await original(self, group)
        found.append(group.members)

    monkeypatch.setattr(Sqlite, "_commit", commit)
    return found


async def test_transactions_that_come_meanwhile_are_committed_together(database: Database, commits: list[int]) -> None:
    told: list[Signal] = []
    database.committed = lambda wakes, signals: told.extend(signals)
    await asyncio.gather(*(put(database, f"n{n:02}") for n in range(40)))
    assert await names(database) == [f"n{n:02}" for n in range(40)]
    assert sum(commits) == 40 and len(commits) < 10
    assert len(told) == 40


async def test_one_that_fails_takes_no_other_with_it(database: Database) -> None:
    results = await asyncio.gather(
        *(put(database, name) for name in ("one", "two", "one", "three")), return_exceptions=True
    )
    assert [type(result) for result in results] == [type(None), type(None), IntegrityError, type(None)]
    assert await names(database) == ["one", "three", "two"]


async def test_the_first_that_fails_leaves_nothing_and_the_next_go_on(database: Database) -> None:
    async def broken() -> None:
        async with database.write() as tx:
            await tx.execute(text("INSERT INTO thing VALUES ('half')"))
            raise LookupError

    results = await asyncio.gather(broken(), put(database, "whole"), return_exceptions=True)
    assert isinstance(results[0], LookupError) and results[1] is None
    assert await names(database) == ["whole"]


async def test_a_commit_that_fails_fails_for_all_who_share_it_and_nobody_is_told(database: Database) -> None:
    told: list[Signal] = []
    database.committed = lambda wakes, signals: told.extend(signals)
    results = await asyncio.gather(
        put(database, "good"), put(database, "of nothing", table="part"), return_exceptions=True
    )
    assert all(isinstance(result, DBAPIError) for result in results), results
    assert await names(database) == [] and told == []
    await put(database, "later")
    assert await names(database) == ["later"]


async def test_one_that_is_given_up_does_not_hold_up_the_others(database: Database) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.write() as tx:
            await tx.execute(text("INSERT INTO thing VALUES ('slow')"))
            inside.set()
            await go_on.wait()

    first = asyncio.create_task(slow())
    await inside.wait()
    waiting = [asyncio.create_task(put(database, name)) for name in ("a", "b")]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    first.cancel()
    await asyncio.wait([first, *waiting], timeout=5)
    assert first.cancelled() and waiting[0].cancelled() and waiting[1].exception() is None
    assert await names(database) == ["b"]


async def test_a_savepoint_within_a_shared_commit_undoes_only_its_own(database: Database) -> None:
    async def tried(name: str) -> None:
        async with database.write() as tx:
            await tx.execute(text("INSERT INTO thing VALUES (:name)"), {"name": name})
            with contextlib.suppress(IntegrityError):
                async with tx.connection.begin_nested():
                    await tx.execute(text("INSERT INTO thing VALUES (:name)"), {"name": f"{name} too"})
                    await tx.execute(text("INSERT INTO thing VALUES (:name)"), {"name": name})

    await asyncio.gather(*(tried(name) for name in "abc"))
    assert await names(database) == ["a", "b", "c"]


async def test_while_another_process_writes_this_one_goes_on_reading_and_writes_afterwards(
    database: Database, path: Path
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(put(database, "ours"))
    begun, longest = time.monotonic(), 0.0
    while time.monotonic() - begun < 0.3:
        before = time.monotonic()
        assert await names(database) == []
        await asyncio.sleep(0)
        longest = max(longest, time.monotonic() - before)
    assert not writing.done() and longest < 0.25
    other.execute("COMMIT")
    other.close()
    await writing
    assert await names(database) == ["ours"]


async def test_patience_with_another_process_ends(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.store.sqlite._PATIENCE", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        await put(database, "ours")
    other.close()
    await put(database, "ours")


async def test_a_reader_sees_one_moment(database: Database) -> None:
    async with database.read() as tx:
        count = text("SELECT count(*) FROM thing")
        assert (await tx.execute(count)).scalar_one() == 0
        await put(database, "new")
        assert (await tx.execute(count)).scalar_one() == 0
    assert await names(database) == ["new"]


async def test_a_long_read_aside_holds_up_nobody_even_when_who_asked_goes_away(database: Database) -> None:
    counted = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000) SELECT count(*) FROM n"

    async def report() -> int:
        async with database.read_aside() as tx:
            return int((await tx.execute(text(counted))).scalar_one())

    reading = asyncio.create_task(report())
    await asyncio.sleep(0)
    while not reading.done():
        begun = time.monotonic()
        await put(database, str(begun))
        assert not reading.done() or len(await names(database)) > 1, "others write meanwhile"
    assert await reading == 2_000_000
    gone = asyncio.create_task(report())
    await asyncio.sleep(0.01)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await report() == 2_000_000
