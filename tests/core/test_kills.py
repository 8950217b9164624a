"""A front is killed at every step: what was acknowledged is there, everything is answered, and nothing twice."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import redis
from sqlalchemy import text

from conversations.staff import Role
from conversations.store import staff
from conversations.store.database import Database
from tests.conftest import ROOT, free_port
from tests.core import checker
from tests.core.killable import POINTS
from tests.front import CALM
from tests.scripted_engine import Script, scripted_engine

PATIENCE = 30.0
VISITORS = 3
# The points that only an agent's act comes to.
OF_AGENTS = {"a takeover is not committed", "a claim is committed", "an agent's reply is committed"}


@dataclass
class Browser:
    """A visitor's browser, as the widget does it: it keeps its token, its cursor, and what was not acknowledged."""

    base: str
    token: str | None = None
    cursor: int = 0
    unacknowledged: dict[str, dict[str, str]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    shown: dict[int, dict[str, Any]] = field(default_factory=dict)
    first_shown: list[int] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(f"{self.base}/ws")
        await self._socket.send_json({"type": "hello", "token": self.token, "after": self.cursor})
        self._reading = asyncio.create_task(self._read())
        for frame in list(self.unacknowledged.values()):
            await self._socket.send_json(frame)

    async def send(self, **frame: str) -> None:
        frame = {"id": str(uuid.uuid4()), **frame}
        self.unacknowledged[frame["id"]] = frame
        if self._socket is not None and not self._socket.closed:
            try:
                await self._socket.send_json(frame)
            except (ConnectionError, aiohttp.ClientError):
                pass  # it is sent again with the next connection

    async def _read(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(json.loads(message.data))

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "welcome":
            self.token = frame["token"]
        elif frame["type"] == "accepted":
            self.unacknowledged.pop(frame["id"], None)
            self.acknowledged.add(frame["id"])
        elif frame["type"] == "messages":
            for item in frame["items"]:
                if item["number"] not in self.shown:
                    self.first_shown.append(item["number"])
                self.shown[item["number"]] = item
                self.cursor = max(self.cursor, item["number"])

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._session is not None:
            await self._session.close()


@dataclass
class Site:
    """Where fronts run: one data folder, one database, one port after the other, one scripted engine."""

    data: Path
    url: str
    redis_url: str | None
    engine: Script
    agent_token: str

    @asynccontextmanager
    async def front(self, *program: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
        port = free_port()
        with (self.data / "said").open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *program, cwd=ROOT, env=self._environment(port), stdout=said, stderr=said
            )
        try:
            await self._until_ready(port, process)
            yield f"http://127.0.0.1:{port}", process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def _environment(self, port: int) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
        ours = {
            "DATA": str(self.data),
            "CONFIG": str(self.data / "frontdesk.yml"),
            "DATABASE_URL": self.url,
            "REDIS_URL": self.redis_url,
            "PORT": str(port),
            "SECRET_KEY": "a-secret-key-for-tests-of-32-characters",
            "ENGINE_SECRET": "an-engine-secret-for-tests",
        }
        return kept | {f"FRONTDESK_{name}": value for name, value in ours.items() if value is not None}

    async def _until_ready(self, port: int, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
            while process.returncode is None:
                try:
                    async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.03)

    async def record(self) -> checker.Record:
        return await checker.read(self.url)

    async def a_dead_front_is_given_up(self) -> None:
        """The time goes by after which what a dead front had in hand is taken up by others."""
        database = Database(self.url)
        async with database.write() as tx:
            await tx.connection.execute(text("UPDATE work SET lease_until = 0 WHERE lease_until IS NOT NULL"))
        await database.close()


@pytest.fixture
def redis_url(database_url: str, request: pytest.FixtureRequest) -> Iterator[str | None]:
    if database_url.startswith("sqlite"):
        yield None
        return
    url: str = request.getfixturevalue("redis_server")
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
        yield url
        connection.flushdb()


@pytest.fixture
async def site(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[Site]:
    (tmp_path / "frontdesk.yml").write_text(json.dumps({"bounds": CALM}))
    database = Database(database_url)
    async with database.write() as tx:
        _, token = await staff.add(tx, "Ana", Role.AGENT, "support")
    await database.close()
    async with scripted_engine(tmp_path / "engine.sock") as engine:
        yield Site(tmp_path, database_url, redis_url, engine, token)


async def until(true: Any, seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("point", POINTS)
async def test_nothing_is_lost_and_nothing_said_twice_when_a_front_is_killed_as(site: Site, point: str) -> None:
    browsers = [Browser("") for _ in range(VISITORS)]
    # In the midst of it: of what visitors do some is done before, some is under way, some is not begun.
    times = "1" if point in OF_AGENTS else "3"
    if point == "the sweep is at work":
        site.engine.hold.clear()  # turns are in hand, which only another front's sweep can find
    async with site.front("tests.core.killable", point, times) as (base, doomed):
        await _live(site, browsers, base, doomed, with_agent=point in OF_AGENTS)
        await asyncio.wait_for(doomed.wait(), PATIENCE)
        assert doomed.returncode == -9
    for browser in browsers:
        await browser.close()
    site.engine.hold.set()
    await site.a_dead_front_is_given_up()
    async with site.front("frontdesk", "serve") as (base, _):
        for browser in browsers:
            browser.base = base
            await browser.open()
        await until(lambda: not any(browser.unacknowledged for browser in browsers))
        record = await _everything_settled(site)
        await until(lambda: all(browser.cursor == _last(record, browser) for browser in browsers))
    for browser in browsers:
        await browser.close()
        _is_whole(record, browser)
    checker.check_record(record)
    _engine_answered_once(record)


async def _live(
    site: Site, browsers: list[Browser], base: str, doomed: asyncio.subprocess.Process, *, with_agent: bool
) -> None:
    """Visitors write at once, one of them to a person; until the front is dead."""
    for number, browser in enumerate(browsers):
        browser.base = base
        try:
            await browser.open()
        except (aiohttp.ClientError, ConnectionError):
            pass
        await browser.send(type="say", text=f"first of {number}")
        await browser.send(type="say", text=f"second of {number}")
    if with_agent:
        await browsers[0].send(type="menu", command="human")
        await _agent_acts(site, base)


async def _agent_acts(site: Site, base: str) -> None:
    """Claims the handoff and replies, as far as there is somebody to listen."""
    headers = {"Authorization": f"Bearer {site.agent_token}"}
    try:
        async with aiohttp.ClientSession(base, headers=headers) as session:
            waiting: list[dict[str, Any]] = []
            while not waiting:
                async with session.get("/api/v1/handoffs") as response:
                    waiting = (await response.json())["waiting"]
                await asyncio.sleep(0.02)
            await session.post(f"/api/v1/handoffs/{waiting[0]['id']}/claim")
            reply = {"id": str(uuid.uuid4()), "text": "Ana is here."}
            await session.post(f"/api/v1/handoffs/{waiting[0]['id']}/reply", json=reply)
    except aiohttp.ClientError:
        pass


async def _everything_settled(site: Site) -> checker.Record:
    async with asyncio.timeout(PATIENCE):
        while True:
            record = await site.record()
            if all(held["settled_through"] >= held["last_contact_number"] for held in record.conversation):
                return record
            await asyncio.sleep(0.05)


def _conversation(record: checker.Record, browser: Browser) -> str:
    return next(m["conversation_id"] for m in record.message if m["native_key"] in browser.acknowledged)


def _last(record: checker.Record, browser: Browser) -> int:
    return len(record.messages(_conversation(record, browser)))


def _is_whole(record: checker.Record, browser: Browser) -> None:
    place = _conversation(record, browser)
    stored = record.messages(place, "contact")
    assert sorted(m["native_key"] for m in stored) == sorted(browser.acknowledged)
    seen = checker.Seen([browser.shown[number] for number in browser.first_shown])
    checker.check_seen(record, place, seen, ())


def _engine_answered_once(record: checker.Record) -> None:
    """Each message that nobody pressed for a person is answered by the bot exactly once."""
    handed = {e["conversation_id"] for e in record.event if e["kind"] == "handoff_opened"}
    for message in record.message:
        if message["sender"] == "contact" and message["conversation_id"] not in handed:
            answers = [
                m["text"] for m in record.messages(message["conversation_id"], "bot") if m["turn"] == message["number"]
            ]
            assert answers == [f"You said: {message['text']}"]
