"""Turns for posting into a channel of Slack's: about one a second, in short bursts.

"Generally no more than one message a second per channel", https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from vendors.slack.errors import SlackBusy

log = structlog.get_logger()
EVERY = 1.0
BURST = 3
# The longest that anybody waits for a turn (seconds).
MOST = 5.0
# So many channels are remembered that had a turn lately.
_REMEMBERED = 10_000
_KEY = "frontdesk:slack:pace"
# A bucket is kept until nobody asks for it any more.
_KEPT = 30


class Turns(Protocol):
    """One budget for each channel. `Pace` is one process's, `SharedPace` that of all fronts."""

    async def turn(self, channel: str) -> None:
        """Waits for a turn.

        Raises:
            SlackBusy: it would take longer than `MOST` seconds.
        """

    async def hold(self, channel: str, seconds: float) -> None:
        """Nobody has a turn for so long: Slack asked for it."""

    async def close(self) -> None:
        """No more turns are asked for."""


class Pace:
    """Turns in the order in which they were asked for: one each ``every`` seconds, ``burst`` at once after a rest."""

    def __init__(self, every: float = EVERY, burst: int = BURST, most: float = MOST) -> None:
        self._every, self._ahead, self._most = every, (burst - 1) * every, most
        self._due: dict[str, float] = {}

    async def turn(self, channel: str) -> None:
        here = time.monotonic()
        due = max(here - self._ahead, self._due.get(channel, 0.0))
        if due - here > self._most:
            raise SlackBusy(due - here - self._most / 2)
        self._due[channel] = due + self._every
        if len(self._due) > _REMEMBERED:  # whoever had a rest may go at once, and need not be remembered for that
            self._due = {one: when for one, when in self._due.items() if when > here - self._ahead}
        await asyncio.sleep(max(0.0, due - here))

    async def hold(self, channel: str, seconds: float) -> None:
        self._due[channel] = max(self._due.get(channel, 0.0), time.monotonic() + seconds)

    async def close(self) -> None:
        self._due.clear()


class SharedPace:
    """Turns that all fronts share: each span of time has ``burst`` of them for a channel, counted in Redis.

    A turn of a later span is waited for. While Redis is away each front keeps its own pace, and Slack's own limit
    answers for the rest.
    """

    def __init__(self, redis: Redis, every: float = EVERY, burst: int = BURST, most: float = MOST) -> None:
        self._redis, self._every, self._burst, self._most = redis, every, burst, most
        self._own = Pace(every, burst, most)

    async def turn(self, channel: str) -> None:
        try:
            due = await self._reserved(channel)
        except (RedisError, OSError) as away:
            log.warning("slack: the shared pace is away", cause=type(away).__name__)
            await self._own.turn(channel)
            return
        await asyncio.sleep(max(0.0, due - time.time()))

    async def hold(self, channel: str, seconds: float) -> None:
        await self._own.hold(channel, seconds)
        try:
            await self._redis.set(f"{_KEY}:hold:{channel}", time.time() + seconds, px=max(1, int(seconds * 1000)))
        except (RedisError, OSError) as away:
            log.warning("slack: the shared pace is away", cause=type(away).__name__)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _reserved(self, channel: str) -> float:
        """When the turn is (Unix seconds).

        Raises:
            SlackBusy, RedisError, OSError.
        """
        here = time.time()
        start = max(here, float(await self._redis.get(f"{_KEY}:hold:{channel}") or 0.0))
        span = self._burst * self._every
        bucket = int(start // span)
        while bucket * span - here <= self._most:
            key = f"{_KEY}:{bucket}"
            taken = int(await self._redis.hincrby(key, channel, 1))
            if taken <= self._burst:
                await self._redis.expire(key, _KEPT)
                # The present span's turns may go at once, a later one's follow each other.
                return max(start, bucket * span + (taken - 1) * self._every if bucket * span > start else start)
            bucket += 1
        raise SlackBusy(bucket * span - here - self._most / 2)
