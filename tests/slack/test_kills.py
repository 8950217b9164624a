"""A front is killed at every step of the desk in Slack: what was not confirmed comes again, and counts once."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from conversations.staff import Role
from conversations.store import staff
from conversations.store.database import Database
from tests.core import checker
from tests.core.conftest import plain_logs
from tests.core.killable import POINTS_OF_SLACK
from tests.core.site import Browser, Process, Site, until
from tests.front import CALM
from tests.scripted_engine import scripted_engine
from tests.slack.conftest import ANA, LOBBY, buttons, tokens, words
from tests.slack_stand_in import CHANNEL, Message, Slack

__all__ = ["plain_logs"]  # a fixture
ASKED, SAID = "where is my parcel", "Hello, this is Ana."


@dataclass
class SlackSite(Site):
    """Where fronts with a desk in Slack run."""

    slack: Slack

    def _environment(self, port: int) -> dict[str, str]:
        self.slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        ours = {f"FRONTDESK_{name.upper()}": value for name, value in tokens(self.slack).items()}
        return super()._environment(port) | ours

    @property
    def cards(self) -> list[Message]:
        return [message for message in self.slack.posts(CHANNEL) if message.thread_ts is None]

    def thread(self) -> list[str]:
        return [line for card in self.cards for post in self.slack.posts(CHANNEL, card.ts) for line in _lines(post)]

    async def owner(self) -> str:
        return str((await self.record()).conversation[0]["owner"])

    async def claim(self) -> None:
        """Ana presses as long as it takes: a press is not sent again."""
        while await self.owner() != "agent":
            await self.slack.press(ANA, CHANNEL, self.cards[0].ts, "claim")

    async def write(self) -> None:
        """Ana writes, once: Slack sends it again until it is confirmed."""
        if not any(message.text == SAID for message in self.slack.channels[CHANNEL].messages):
            await self.slack.write(ANA, CHANNEL, SAID, self.cards[0].ts)


def _lines(post: Message) -> list[str]:
    return words(post).split("\n")


@pytest.fixture
async def site(tmp_path: Path, database_url: str, redis_url: str | None, slack: Slack) -> AsyncIterator[SlackSite]:
    (tmp_path / "frontdesk.yml").write_text(json.dumps({"bounds": CALM, **LOBBY}))
    slack.retry_delays = ()
    database = Database(database_url)
    async with database.write() as tx:
        _, token = await staff.add(tx, "Ana", Role.AGENT, "support", ANA)
    await database.close()
    async with scripted_engine(tmp_path / "engine.sock") as engine:
        yield SlackSite(tmp_path, database_url, redis_url, engine, token, slack)


@pytest.mark.parametrize("point", POINTS_OF_SLACK)
async def test_nothing_is_lost_and_nothing_twice_when_a_front_is_killed_as(site: SlackSite, point: str) -> None:
    browser = Browser("")
    async with site.front(point=point) as doomed:
        browser.base = doomed.base
        await browser.open()
        await browser.send(type="say", text=ASKED)
        await browser.send(type="menu", command="human")
        with contextlib.suppress(aiohttp.ClientError):
            await _work_until_dead(site, doomed)
        await doomed.until_killed()
    await browser.close()
    await site.a_dead_front_is_given_up()
    async with site.front() as front:
        browser.base = front.base
        await browser.open()
        await until(lambda: site.cards)
        await site.claim()
        await site.write()
        while site.slack.undelivered:
            await site.slack.redeliver()
            await asyncio.sleep(0.2)
        await until(lambda: SAID in [item["text"] for item in browser.shown.values()])
        await until(lambda: ASKED in site.thread() and "resolve" in buttons(site.cards[0]))
        await browser.close()
    record = await site.record()
    checker.check_record(record)
    assert [m["text"] for m in record.message if m["sender"] == "agent"] == [SAID]
    assert len(site.cards) == 1
    assert site.thread().count(ASKED) == 1


async def _work_until_dead(site: SlackSite, doomed: Process) -> None:
    """Ana does her work, as far as there is somebody to hear it."""
    while not site.cards and doomed.process.exitcode is None:
        await asyncio.sleep(0.02)
    if doomed.process.exitcode is None:
        await site.slack.press(ANA, CHANNEL, site.cards[0].ts, "claim")
    if doomed.process.exitcode is None and await site.owner() == "agent":
        await site.write()
