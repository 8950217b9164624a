"""The database goes away in mid-load and comes back: turns are tried again, nothing is lost, nothing said twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conversations.bus import MISSED
from conversations.store.database import Signal
from tests.core import checker
from tests.front import Browser, House, house

# Seconds without a database: ten in the long run.
AWAY = 10.0 if os.environ.get("FRONTDESK_TEST_EXAMPLES") else 2.0
PATIENCE = 60.0
VISITORS = 4


@dataclass
class Line:
    """The way to PostgreSQL, which can be cut: open connections end, new ones are refused."""

    host: str
    port: int
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _at: int = 0

    async def connect(self) -> int:
        """Lets connections through; returns the port."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._at)
        self._at = self._server.sockets[0].getsockname()[1]
        return self._at

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        await asyncio.gather(self._pipe(reader, back), self._pipe(there, writer))
        self._open -= {writer, back}

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()


@dataclass
class Absence:
    """A database that can be taken away for a while."""

    url: str
    line: Line | None

    async def __aenter__(self) -> None:
        if self.line is not None:
            await self.line.cut()
            return
        # On SQLite somebody else holds the file.
        self._holder = sqlite3.connect(urlsplit(self.url).path.removeprefix("/"), isolation_level=None)
        self._holder.execute("BEGIN IMMEDIATE")

    async def __aexit__(self, *_: object) -> None:
        if self.line is not None:
            await self.line.connect()
            return
        self._holder.rollback()
        self._holder.close()


@pytest.fixture
async def absence(database_url: str) -> AsyncIterator[Absence]:
    if database_url.startswith("sqlite"):
        yield Absence(database_url, None)
        return
    parts = urlsplit(database_url)
    line = Line(parts.hostname or "127.0.0.1", parts.port or 5432)
    port = await line.connect()
    credentials = parts.netloc.rpartition("@")[0]
    yield Absence(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}").geturl(), line)
    await line.cut()


@pytest.fixture
async def home(tmp_path: Path, absence: Absence, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, absence.url, redis_url) as built:
        yield built


async def test_nothing_is_lost_while_the_database_is_away(home: House, absence: Absence, database_url: str) -> None:
    browsers = [await home.browser() for _ in range(VISITORS)]
    sent: list[dict[str, str]] = [{} for _ in browsers]
    for browser, keys in zip(browsers, sent, strict=True):
        await _say(browser, keys, "before")
    for browser in browsers:
        await browser.until_said("bot", "You said: before")
    home.engine.hold.clear()  # turns are in hand when it goes
    for browser, keys in zip(browsers, sent, strict=True):
        await _say(browser, keys, "under way")
    await browsers[0].until(lambda: len(home.engine.asked) == 2 * VISITORS)
    async with absence:
        home.engine.hold.set()
        for browser, keys in zip(browsers, sent, strict=True):
            await _say(browser, keys, "while it is away")
        home.front.bus.publish([Signal(MISSED, "")])  # every browser's socket looks, and finds no database
        await asyncio.sleep(AWAY)
    for browser, keys in zip(browsers, sent, strict=True):
        await _until_accepted(browser, keys)
    for browser in browsers:
        await browser.until(lambda b=browser: len(b.echoed()) >= 3, PATIENCE)
    record = await checker.read(database_url)
    checker.check_record(record)
    for browser in browsers:
        assert Counter(browser.echoed()) == Counter(browser.texts("contact"))
        assert sorted(browser.texts("contact")) == ["before", "under way", "while it is away"]


async def _say(browser: Browser, keys: dict[str, str], text: str) -> None:
    key = str(uuid.uuid4())
    keys[key] = text
    await browser.say(text, key)


async def _until_accepted(browser: Browser, keys: dict[str, str]) -> None:
    """Sends again what was refused, as the widget does."""
    again = 0.0
    async with asyncio.timeout(PATIENCE):
        while missing := keys.keys() - {f["id"] for f in browser.frames if f["type"] == "accepted"}:
            again += 1
            for key in missing if again % 20 == 0 else ():
                await browser.say(keys[key], key)
            await asyncio.sleep(0.05)
