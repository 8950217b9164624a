"""Who is called into a thread, once each; and the one line that says whether the contact writes, left, or is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conversations.bus import CONTACT_TYPES
from conversations.staff import Availability, Role
from conversations.store import staff
from conversations.store.database import Signal
from tests.front import house
from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, tokens, words
from tests.slack_stand_in import CHANNEL, Message, Slack

GROUP = "S0SUPPORT9"
LADDER = [{"who": "team", "minutes": 0.01}, {"who": "leads", "minutes": 0.01}, {"who": GROUP, "minutes": 0}]


@pytest.fixture
async def climbing(tmp_path: Path, database_url: str, slack: Slack) -> AsyncIterator[SlackHouse]:
    """A team whose ladder is climbed within two seconds."""
    teams = {"teams": [{"name": "support", "lobby": CHANNEL, "ladder": LADDER}]}
    async with house(tmp_path, database_url, env=tokens(slack), **teams) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        yield SlackHouse(built, slack)


def calls(home: SlackHouse, card: Message) -> list[str]:
    return [words(one) for one in home.thread(card) if "who takes it?" in words(one)]


async def test_each_rung_of_the_ladder_calls_its_people_once(climbing: SlackHouse) -> None:
    home = climbing
    await home.hire("Ana", ANA)
    ben = await home.hire("Ben", BEN)
    await home.hire("Lea", EVE, Role.LEAD)
    await home.house.front.parts.people.set_availability(ben, Availability.AWAY)
    _, card = await home.card_of(await home.house.browser())
    await home.until(lambda: f"<!subteam^{GROUP}>" in "\n".join(calls(home, card)), 30)
    found = calls(home, card)
    assert f"<@{ANA}>" in found[0] and BEN not in "".join(found), "who is away is not called"
    assert any(f"<@{EVE}>" in one and ANA not in one for one in found)
    assert len(found) == len(set(found)) <= len(LADDER)
    handoff_id = (await home.house.front.parts.view.queue(None)).waiting[0].id
    for _ in range(3):
        await home.house.front.slack.cards(handoff_id)  # type: ignore[union-attr] # Slack is on
    assert calls(home, card) == found


async def test_a_target_that_is_missed_calls_the_holder_once_and_shows_on_the_card(
    tmp_path: Path, database_url: str, slack: Slack
) -> None:
    teams = {"teams": [{"name": "support", "lobby": CHANNEL, "sla": {"first_reply": 0.05, "at_risk": 0.2}}]}
    async with house(tmp_path, database_url, env=tokens(slack), **teams) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        home = SlackHouse(built, slack)
        await home.hire("Ana", ANA)
        card = await home.claimed(await built.browser())
        await home.until(lambda: "🔴 *First reply late*" in words(card), 30)
        await home.until(lambda: "🔴 First reply late" in home.said(card), 30)
        assert home.said(card).count("🔴 First reply late") == 1 and f"<@{ANA}>" in home.said(card)


async def test_one_line_says_that_the_contact_writes_and_is_edited_in_place(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.until(lambda: home.thread(card))
    await asyncio.sleep(0.3)
    async with home.house.front.database.read() as tx:
        assert await staff.by_slack_id(tx, ANA) is not None
    place = (await home.house.front.parts.view.whole(await handoff_of(home))).conversation_id
    for _ in range(5):
        home.house.front.bus.publish([Signal("typing", place, CONTACT_TYPES)])
    line = await home.until(lambda: next((m for m in home.thread(card) if "The contact" in words(m)), None))
    assert "is writing" in words(line) or "writing" in words(line) or "writes" in words(line)
    await home.until(lambda: "is here" in words(line), 30)
    lines = [m for m in home.thread(card) if "The contact" in words(m)]
    assert len(lines) == 1


async def test_who_left_the_page_and_came_back_is_one_line(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    token = browser.token
    await browser.close()
    line = await home.until(lambda: next((m for m in home.thread(card) if "left the page" in words(m)), None), 40)
    await home.house.browser(token)
    await home.until(lambda: "is here" in words(line), 30)
    assert len([m for m in home.thread(card) if "The contact" in words(m)]) == 1


async def handoff_of(home: SlackHouse) -> str:
    return (await home.house.front.parts.view.queue(None)).assigned[0].id
