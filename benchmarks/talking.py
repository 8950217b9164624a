"""Contacts who talk: to the product over the web socket, as the widget does, and to Rasa's server over REST."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import msgspec

from benchmarks import sentences
from benchmarks.processes import House
from bot.channels.web import wire

_LONGEST = 30.0
_decode = msgspec.json.Decoder(wire.ServerFrame).decode


class Talker(Protocol):
    """Somebody in a conversation."""

    async def ask(self, text: str) -> float:
        """Says something and waits for the answer; returns the seconds until it was there."""


Meet = Callable[[House], AbstractAsyncContextManager[Talker]]


class Visitor:
    """A visitor's browser: hears all that a widget hears, and knows what is the answer to its message."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._cursor = 0

    async def ask(self, text: str) -> float:
        begun, after = time.perf_counter(), self._cursor
        await self.say(text)
        await self.until_answered(after)
        return time.perf_counter() - begun

    async def say(self, text: str) -> None:
        frame = wire.Say(str(uuid.uuid4()), text)
        await self._socket.send_str(msgspec.json.encode(frame).decode())

    async def until_accepted(self) -> None:
        while not isinstance(await self._hear(), wire.Accepted):
            pass

    async def until_answered(self, after: int) -> None:
        while True:
            frame = await self._hear()
            if isinstance(frame, wire.Messages):
                self._cursor = max(self._cursor, *(item.number for item in frame.items))
                if any(item.sender == "bot" and item.number > after for item in frame.items):
                    return

    async def _hear(self) -> wire.ServerFrame:
        async with asyncio.timeout(_LONGEST):
            message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise SystemExit(f"the web socket was closed: {message.type!r} {message.data!r}")
        frame: wire.ServerFrame = _decode(message.data)
        if isinstance(frame, wire.Problem):
            raise SystemExit(f"a message was not taken: {frame.text}")
        if isinstance(frame, wire.StateView) and frame.owner != "bot":
            raise SystemExit("a conversation went to a person: this measures the assistant")
        return frame


@asynccontextmanager
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """A new visitor, welcomed. Each comes from an address of its own on this machine."""
    connector = aiohttp.TCPConnector(local_addr=(f"127.{random.randrange(256)}.{random.randrange(1, 255)}.2", 0))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(f"{house.base}/ws", max_msg_size=0) as socket,
    ):
        await socket.send_str(msgspec.json.encode(wire.Hello()).decode())
        await socket.receive()
        yield Visitor(socket)


class Sender:
    """A sender of Rasa's REST channel."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._url, self._sender = session, f"{base}/webhooks/rest/webhook", uuid.uuid4().hex

    async def ask(self, text: str) -> float:
        begun = time.perf_counter()
        body = msgspec.json.encode({"sender": self._sender, "message": text})
        headers = {"Content-Type": "application/json"}
        async with self._session.post(self._url, data=body, headers=headers) as response:
            said = msgspec.json.decode(await response.read())
        if response.status != 200 or not said:
            raise SystemExit(f"Rasa's server said {response.status} {said} to {text!r}")
        return time.perf_counter() - begun


@asynccontextmanager
async def sender(house: House) -> AsyncIterator[Sender]:
    """A new sender, on a connection of its own that is kept open, as the visitors' are."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_LONGEST)) as session:
        yield Sender(session, house.base)


@dataclass
class Figures:
    """What a load came to: seconds of each turn, and CPU seconds of each process."""

    lasted: float
    turns: list[float]
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.turns) / self.lasted

    def at(self, share: float) -> float:
        """The milliseconds within which this share of the turns was answered."""
        ordered = sorted(self.turns)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def cost(self) -> str:
        """Milliseconds of CPU time a turn, by process."""
        return " + ".join(f"{name} {1000 * spent / len(self.turns):.1f}" for name, spent in self.cpu.items())

    def __str__(self) -> str:
        return f"{self.rate:.0f}/s p50 {self.at(0.5):.1f} p95 {self.at(0.95):.1f} ms (CPU ms a turn: {self.cost()})"


async def load(house: House, meet: Meet, at_once: int, seconds: float) -> Figures:
    """So many conversations at once for so long, each growing to its twelve turns and followed by a new one."""
    times: list[float] = []
    before, own, begun = house.cpu(), time.process_time(), time.perf_counter()
    end = begun + seconds

    async def talk(seed: int) -> None:
        for words in sentences.conversations(seed):
            async with meet(house) as talker:
                for text in words:
                    took = await talker.ask(text)
                    if time.perf_counter() > end:
                        return
                    times.append(took)

    seeds = itertools.count(at_once * 1000)
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(talk(next(seeds)))
    after = house.cpu()
    spent = {name: after[name] - before[name] for name in after}
    return Figures(seconds, times, {**spent, "client": time.process_time() - own})


def run[T](main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs a benchmark's coroutine on uvloop, where it is installed: the client takes part of the same cores."""
    factory = None
    with contextlib.suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main())
