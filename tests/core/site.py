"""Where fronts run and die: their environment, a visitor's browser, and what is awaited of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import text

from conversations.store.database import Database
from tests.conftest import free_port
from tests.core import checker, killable
from tests.core.killable import Plan
from tests.scripted_engine import Script

# Generous: only a test that fails waits so long.
PATIENCE = 60.0


async def until(true: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


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
        """Connects, and sends again what was not acknowledged."""
        await self.close()
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
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):  # then it is sent with the next connection
                await self._socket.send_json(frame)

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
        if self._socket is not None:
            await self._socket.close()
        if self._session is not None:
            await self._session.close()


@dataclass
class Process:
    """A front in a process of its own."""

    process: ForkServerProcess
    port: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until_ready(self) -> None:
        """Until it takes messages, or is dead."""
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
            while self.process.exitcode is None:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.base}/readyz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.03)

    async def until_killed(self) -> None:
        """Until it has killed itself."""
        await until(lambda: self.process.exitcode is not None)
        assert self.process.exitcode == -9

    def end(self) -> None:
        """Kills it, if it lives."""
        self.process.kill()
        self.process.join(PATIENCE)


@dataclass
class Site:
    """Where fronts run: one data folder, one database, one port after the other, one scripted engine."""

    data: Path
    url: str
    redis_url: str | None
    engine: Script
    agent_token: str

    @asynccontextmanager
    async def front(self, **plan: Any) -> AsyncIterator[Process]:
        port = free_port()
        process = Process(killable.start(Plan(self._environment(port), self.data / "said", **plan)), port)
        try:
            await process.until_ready()
            yield process
        finally:
            process.end()

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

    async def record(self) -> checker.Record:
        return await checker.read(self.url)

    async def a_dead_front_is_given_up(self) -> None:
        """The time goes by after which what a dead front had in hand is taken up by others."""
        database = Database(self.url)
        async with database.write() as tx:
            await tx.connection.execute(text("UPDATE work SET lease_until = 0 WHERE lease_until IS NOT NULL"))
        await database.close()

    async def everything_settled(self, also: Callable[[checker.Record], bool] = lambda record: True) -> checker.Record:
        """The record, once no message waits for its end."""
        async with asyncio.timeout(PATIENCE):
            while True:
                record = await self.record()
                if also(record) and all(c["settled_through"] >= c["last_contact_number"] for c in record.conversation):
                    return record
                await asyncio.sleep(0.05)
