"""The live bus: signals that something changed, so that whoever shows it looks again. A lost signal costs only time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from conversations.store.database import Signal

log = structlog.get_logger()
Watcher = Callable[[Signal], None]
_CHANNEL = "frontdesk:live"
# The topic of the signal after a time in which signals may have been lost: everything is worth looking at.
MISSED = "missed"
# What a signal of the topic ``typing`` says about who it is, beside the assistant ("on").
CONTACT_TYPES, AGENT_TYPES = "contact", "agent"


class Bus(Protocol):
    """Carries signals to every watcher, in this process and, with Redis, in the other fronts."""

    def publish(self, signals: list[Signal]) -> None:
        """Sends without waiting."""

    def watch(self, watcher: Watcher, key: str | None = None) -> Callable[[], None]:
        """Calls ``watcher`` for each signal from now on; the returned function ends it.

        Args:
            key: only signals of this key (a conversation's id), and that some were missed. Who names none hears all.
        """


class LocalBus:
    """For one front: signals go to this process's watchers, at once."""

    def __init__(self) -> None:
        # By the key that they watch; under None, whoever watches all.
        self._watchers: dict[str | None, list[Watcher]] = {}

    def publish(self, signals: list[Signal]) -> None:
        for signal in signals:
            keys = list(self._watchers) if signal.topic == MISSED else dict.fromkeys((None, signal.key))
            for watcher in [watcher for key in keys for watcher in self._watchers.get(key, ())]:
                watcher(signal)

    def watch(self, watcher: Watcher, key: str | None = None) -> Callable[[], None]:
        self._watchers.setdefault(key, []).append(watcher)

        def end() -> None:
            self._watchers[key].remove(watcher)
            if not self._watchers[key]:
                del self._watchers[key]

        return end

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Carries signals while the block runs."""
        yield


class RedisBus(LocalBus):
    """For several fronts: signals travel over Redis publish/subscribe and come back to the sender's watchers too."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = Redis.from_url(url)
        self._outgoing: asyncio.Queue[list[Signal]] = asyncio.Queue(maxsize=10_000)

    def publish(self, signals: list[Signal]) -> None:
        try:
            self._outgoing.put_nowait(signals)
        except asyncio.QueueFull:
            super().publish(signals)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sends and receives while the block runs; while Redis is away, this front's own watchers are still told."""
        tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._receive())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._redis.aclose()

    async def _send(self) -> None:
        while True:
            signals = await self._outgoing.get()
            try:
                await self._redis.publish(_CHANNEL, msgspec.json.encode(signals))
            except (RedisError, OSError) as away:
                log.warning("live bus: Redis is away", cause=type(away).__name__)
                super().publish(signals)

    async def _receive(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError):
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(_CHANNEL)
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            super().publish(msgspec.json.decode(message["data"], type=list[Signal]))
                        elif message["type"] == "subscribe":  # also when the client found back by itself
                            super().publish([Signal(MISSED, "")])
            await asyncio.sleep(1)
