"""One budget for each channel, whether one process keeps it or all fronts share it."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from vendors.slack.errors import SlackBusy
from vendors.slack.pace import Pace, SharedPace, Turns

Made = Callable[[], Turns]
REDIS = os.environ.get("FRONTDESK_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
EVERY, BURST, MOST = 0.1, 3, 0.6


@pytest.fixture(params=["one process", "all fronts"])
async def made(request: pytest.FixtureRequest) -> AsyncIterator[Made]:
    """Makes the turns of one front; those of a second front are the same when they are shared."""
    if request.param == "one process":
        one = Pace(EVERY, BURST, MOST)
        yield lambda: one
        return
    fronts: list[SharedPace] = []

    def front() -> Turns:
        fronts.append(SharedPace(Redis.from_url(REDIS), EVERY, BURST, MOST))
        return fronts[-1]

    yield front
    for turns in fronts:
        await turns.close()


def channel() -> str:
    return f"C{uuid.uuid4().hex[:10].upper()}"


async def test_two_fronts_together_have_the_budget_of_one(made: Made) -> None:
    fronts, where, begun = [made(), made()], channel(), time.monotonic()
    for number in range(8):
        await fronts[number % 2].turn(where)
    assert time.monotonic() - begun >= (8 - 2 * BURST) * EVERY, "at most two bursts, and then one at a time"


async def test_a_channel_does_not_wait_for_another(made: Made) -> None:
    turns = made()
    await asyncio.gather(*(turns.turn(channel()) for _ in range(20)))


async def test_who_would_wait_too_long_is_told_when_to_come_again(made: Made) -> None:
    turns, where = made(), channel()
    asked = await asyncio.gather(*(turns.turn(where) for _ in range(30)), return_exceptions=True)
    busy = [one for one in asked if isinstance(one, SlackBusy)]
    assert busy and all(one.retry_after > 0 for one in busy)
    assert len(asked) - len(busy) <= 3 * BURST + MOST / EVERY


async def test_nobody_posts_while_slack_asked_to_wait(made: Made) -> None:
    one, other, where = made(), made(), channel()
    await one.hold(where, 0.3)
    begun = time.monotonic()
    await other.turn(where)
    assert time.monotonic() - begun >= 0.25


async def test_without_redis_each_front_keeps_its_own_pace() -> None:
    turns = SharedPace(Redis.from_url("redis://127.0.0.1:9"), EVERY, BURST, MOST)
    where, begun = channel(), time.monotonic()
    await turns.hold(where, 0.0)
    for _ in range(5):
        await turns.turn(where)
    assert time.monotonic() - begun >= (5 - BURST) * EVERY
    await turns.close()
