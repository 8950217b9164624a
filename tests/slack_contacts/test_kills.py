"""A front is killed at every step between a contact in Slack and their answer: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.engine.wire import Button
from tests.channels.slack_contact import CARLA
from tests.core import checker
from tests.core.conftest import plain_logs
from tests.core.killable import POINTS_OF_SLACK_CONTACTS
from tests.core.site import Process, Site, until
from tests.front import CALM
from tests.scripted_engine import scripted_engine, understood
from tests.slack.conftest import LOBBY, tokens, words
from tests.slack_contacts.conftest import buttons
from tests.slack_stand_in import Message, Slack, contacts, slack_stand_in

__all__ = ["plain_logs"]  # a fixture
ASKED, FILE = "what is this about?", {"name": "pan.png", "content": b"\x89PNG\r\n\x1a\n" + b"\0" * 64}
LONG = " ".join(f"This is sentence number {n}." for n in range(500))


@dataclass
class ContactSite(Site):
    """Where fronts run whose contacts are in Slack."""

    slack: Slack

    def _environment(self, port: int) -> dict[str, str]:
        self.slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        ours = {f"FRONTDESK_{name.upper()}": value for name, value in tokens(self.slack).items()}
        return super()._environment(port) | ours

    @property
    def direct(self) -> list[Message]:
        return self.slack.posts(contacts.direct(self.slack, CARLA).id)

    def told(self) -> str:
        return " ".join("".join(words(one) for one in self.direct).split())

    async def carla_does_her_part(self) -> None:
        """She asks, with a file, and presses; what is written once is not written again: Slack sends it again."""
        here = self.slack.channels[contacts.direct(self.slack, CARLA).id].messages
        if not any(one.user == CARLA for one in here):
            await contacts.type_and_send(self.slack, CARLA, ASKED, files=[FILE])


@pytest.fixture
async def site(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[ContactSite]:
    (tmp_path / "frontdesk.yml").write_text(json.dumps({"bounds": CALM, **LOBBY}))
    async with slack_stand_in(burst=50) as slack, scripted_engine(tmp_path / "engine.sock") as engine:
        slack.retry_delays = ()
        slack.add_user(CARLA, "Carla")
        engine.answer(ASKED, LONG, understood("greet"), Button("Orders", "/orders"))
        yield ContactSite(tmp_path, database_url, redis_url, engine, "", slack)


@pytest.mark.parametrize("point", POINTS_OF_SLACK_CONTACTS)
async def test_nothing_is_lost_and_nothing_twice_when_a_front_is_killed_as(site: ContactSite, point: str) -> None:
    async with site.front(point=point) as doomed:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            await _work_until_dead(site, doomed)
        await doomed.until_killed()
    await site.a_dead_front_is_given_up()
    async with site.front():
        await site.carla_does_her_part()
        while site.slack.undelivered:
            await site.slack.redeliver()
            await asyncio.sleep(0.2)
        await until(lambda: any(buttons(one) or "✓" in words(one) for one in site.direct))
        while not await _pressed(site):
            with_button = next(one for one in site.direct if buttons(one))
            await site.slack.press(CARLA, with_button.channel, with_button.ts, "say:0")
        await until(lambda: "You said: /orders" in site.told())
        await until(lambda: not any(buttons(one) for one in site.direct))
        await site.everything_settled(lambda record: all(m["status"] != "sending" for m in record.message))
    record = await site.record()
    checker.check_record(record)
    said = [m["text"] for m in record.message if m["sender"] == "contact"]
    assert said == [ASKED, "Orders"]
    assert site.told() == f"{LONG} ✓ OrdersYou said: /orders"
    first = next(m["attachments"] for m in record.message)
    assert len(json.loads(first) if isinstance(first, str) else first) == 1


async def _pressed(site: ContactSite) -> bool:
    return any(m["kind"] == "pressed" for m in (await site.record()).message)


async def _work_until_dead(site: ContactSite, doomed: Process) -> None:
    """Carla does her part, as far as there is somebody to hear it."""
    await site.carla_does_her_part()
    while doomed.process.exitcode is None and not any(buttons(one) for one in site.direct):
        await asyncio.sleep(0.02)
    if doomed.process.exitcode is None:
        with_button = next(one for one in site.direct if buttons(one))
        await site.slack.press(CARLA, with_button.channel, with_button.ts, "say:0")
