"""Redis holds only what can be rebuilt: emptied in full flight it loses nothing and says nothing twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from bot.gateway.delivery import Delivery, TemporaryError
from conversations.model import InboundKind, InboundMessage, Message
from conversations.store.conversations import DELIVER
from tests.core import checker
from tests.front import Browser, House, house

SWEEP = 0.3
# Waiting longer than a few sweeps means that something stood still.
A_FEW_SWEEPS = 20.0
BOUNDS = {"sweep": SWEEP, "lease": 1.5, "told_again": 1.5}


@pytest.fixture
def emptied(redis_server: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server) as connection:
        connection.flushdb()
        yield connection
        connection.flushdb()


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_server: str, emptied: redis.Redis) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_server, bounds=BOUNDS) as built:
        yield built


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def cut_off(connection: redis.Redis) -> None:
    """Ends the subscriptions of this database's clients, and nobody else's on the server."""
    database = str(connection.connection_pool.connection_kwargs["db"])
    for client in connection.client_list(_type="pubsub"):
        if client["db"] == database:
            connection.client_kill_filter(_id=client["id"])


async def write(browsers: list[Browser], what: str) -> None:
    for number, browser in enumerate(browsers):
        await browser.say(f"{what} {number}")


def answered(browser: Browser, times: int) -> bool:
    return len(browser.echoed()) >= times


@on_postgresql
async def test_every_message_is_answered_once_when_redis_is_emptied_in_full_flight(
    home: House, database_url: str, emptied: redis.Redis
) -> None:
    browsers = [await home.browser() for _ in range(6)]
    await write(browsers, "before")
    home.engine.hold.clear()
    await write(browsers, "held")
    for time in range(5):
        emptied.flushdb()
        await write(browsers, f"amid {time} of")
        await asyncio.sleep(0.05)
    emptied.flushdb()
    home.engine.hold.set()
    for browser in browsers:
        await browser.until(lambda b=browser: answered(b, 7), A_FEW_SWEEPS)
    record = await checker.read(database_url)
    checker.check_record(record)
    for browser in browsers:
        assert Counter(browser.echoed()) == Counter(browser.texts("contact"))


@on_postgresql
async def test_a_lease_ends_though_redis_was_emptied(home: House, emptied: redis.Redis) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    emptied.flushdb()
    await browser.until(lambda: browser.state["owner"] == "queue", A_FEW_SWEEPS)


@on_postgresql
async def test_a_waiting_contact_is_told_again_though_redis_was_emptied(home: House, emptied: redis.Redis) -> None:
    browser = await home.browser()
    await home.handoff(browser)
    told = len(browser.texts("system"))
    emptied.flushdb()
    await browser.until(lambda: len(browser.texts("system")) > told, A_FEW_SWEEPS)


@on_postgresql
async def test_the_engine_is_asked_again_though_redis_was_emptied(home: House, emptied: redis.Redis) -> None:
    browser = await home.browser()
    home.engine.down = True
    await browser.say("hello")
    await browser.until(lambda: len(home.engine.asked) >= 2)
    for _ in range(5):  # the row is in hand at some times, and waits for its own at others
        emptied.flushdb()
        await asyncio.sleep(0.1)
    home.engine.down = False
    await browser.until_said("bot", "You said: hello")


class Busy:
    """A channel that is pushed to, and asks to wait before it takes anything."""

    def __init__(self) -> None:
        self.asked, self.taken, self.free = 0, list[str](), False

    async def send(self, message: Message) -> str:
        self.asked += 1
        if not self.free:
            raise TemporaryError("429", retry_after=0.5)
        self.taken.append(message.text)
        return f"v{message.number}"

    async def find(self, message: Message) -> str | None:
        return None


@on_postgresql
async def test_a_busy_vendor_is_asked_again_though_redis_was_emptied(home: House, emptied: redis.Redis) -> None:
    vendor = Busy()
    home.front.jobs.handle(DELIVER, Delivery(home.front.database, {"telegram": vendor}))
    await home.front.receive(
        InboundMessage("telegram:1", "telegram", "1", InboundKind.SAID, text="hello", native_key="m:1")
    )
    async with asyncio.timeout(A_FEW_SWEEPS):
        while not vendor.asked:
            await asyncio.sleep(0.01)
        emptied.flushdb()
        vendor.free = True
        while not vendor.taken:
            await asyncio.sleep(0.01)
    assert vendor.taken == ["You said: hello"]


@on_postgresql
async def test_an_answer_that_was_committed_while_the_live_bus_was_away_is_still_shown(
    home: House, emptied: redis.Redis
) -> None:
    browser = await home.browser()
    home.engine.hold.clear()
    await browser.say("hello")
    await browser.until(lambda: len(home.engine.asked) == 1)
    cut_off(emptied)
    home.engine.hold.set()
    await browser.until_said("bot", "You said: hello")
