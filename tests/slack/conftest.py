"""A front whose agents work in Slack: the product's own, against the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conversations.staff import Principal, Role
from conversations.store import staff
from tests.front import Browser, House, house
from tests.slack_stand_in import CHANNEL, Act, Ephemeral, Message, Slack, View, slack_stand_in

ANA, BEN, EVE = "U0ANA", "U0BEN", "U0EVE"
LOBBY = {"teams": [{"name": "support", "lobby": CHANNEL}]}


class SlackHouse:
    """The house, its Slack, and what agents see there."""

    def __init__(self, house: House, slack: Slack) -> None:
        self.house, self.slack = house, slack

    async def hire(self, name: str, slack_id: str, role: Role = Role.AGENT) -> Principal:
        async with self.house.front.database.write() as tx:
            return (await staff.add(tx, name, role, "support", slack_id))[0]

    async def until(self, true: Callable[[], Any], seconds: float = 15) -> Any:
        """Waits until something is so in Slack; fails with what stands there."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := true()):
                    await asyncio.sleep(0.01)
                return found
        except TimeoutError:
            shown = [words(message)[:300] for message in self.all_posts()]
            whispered = [one.text for one in self.slack.ephemerals]
            raise AssertionError(f"did not come; Slack shows {shown}, whispered {whispered}") from None

    def all_posts(self) -> list[Message]:
        return list(self.slack.posts(CHANNEL))

    def cards(self) -> list[Message]:
        return [m for m in self.slack.posts(CHANNEL) if m.thread_ts is None]

    def thread(self, card: Message) -> list[Message]:
        """What we posted there."""
        return self.slack.posts(CHANNEL, card.ts)

    def said(self, card: Message) -> str:
        return "\n".join(words(line) for line in self.thread(card))

    def told(self, user: str) -> list[Ephemeral]:
        return [one for one in self.slack.ephemerals if one.user == user]

    def form(self) -> View | None:
        return next((view for view in reversed(self.slack.views.values()) if view.open), None)

    async def card_of(self, browser: Browser, asks: str = "") -> tuple[str, Message]:
        """Has the visitor ask for a person; returns the handoff's id and its card."""
        if asks:
            await browser.say(asks)
            await browser.until(lambda: bool(browser.texts("bot")))
        shown = len(self.cards())
        handoff_id = await self.house.handoff(browser)
        await self.until(lambda: len(self.cards()) > shown)
        return handoff_id, self.cards()[-1]

    async def choose(self, user: str, card: Message, act: str) -> Act:
        """Chooses in the menu of a card."""
        return await self.slack.press(user, CHANNEL, card.ts, "more", value=menu(card)[act])

    async def claimed(self, browser: Browser, user: str = ANA) -> Message:
        """A card that this person has claimed."""
        _, card = await self.card_of(browser)
        await self.slack.press(user, CHANNEL, card.ts, "claim")
        await browser.until(lambda: browser.state["owner"] == "agent")
        await self.until(lambda: "resolve" in buttons(card))
        return card


def words(message: Any) -> str:
    """All that stands in a message's blocks."""
    return "\n".join(_texts(message.blocks))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)


def buttons(message: Any) -> list[str]:
    """The buttons of a message by their names, and what stands in its menu."""
    actions = [block for block in message.blocks or [] if block["type"] == "actions"]
    elements = [element for block in actions for element in block["elements"]]
    found = [element["action_id"] for element in elements if element["type"] != "overflow"]
    return found + list(menu(message))


def menu(message: Any) -> dict[str, str]:
    """What may be chosen in a card's menu: the option's value by the act's name."""
    actions = [block for block in message.blocks or [] if block["type"] == "actions"]
    options = [one for block in actions for element in block["elements"] for one in element.get("options", [])]
    return {one["value"].partition(" ")[0]: one["value"] for one in options}


def tokens(slack: Slack, **more: Any) -> dict[str, Any]:
    """The settings that connect a front to the stand-in."""
    return {
        "slack_bot_token": slack.token,
        "slack_signing_secret": slack.signing_secret,
        "slack_api_url": slack.api_url,
        **more,
    }


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with slack_stand_in() as running:
        for user, name in ((ANA, "Ana"), (BEN, "Ben"), (EVE, "Eve")):
            running.add_user(user, name)
        yield running


@pytest.fixture
async def home(tmp_path: Path, database_url: str, slack: Slack) -> AsyncIterator[SlackHouse]:
    async with house(tmp_path, database_url, env=tokens(slack), **LOBBY) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        yield SlackHouse(built, slack)
