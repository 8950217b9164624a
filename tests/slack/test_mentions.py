"""Who is called into a thread, once a time; and the one line that says whether the contact writes, left, or is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conversations.bus import CONTACT_TYPES
from conversations.staff import Availability, Role
from conversations.store import staff
from conversations.store.database import Signal
from escalation.service.clocks import SLA
from escalation.service.moving import Target
from tests.front import house
from tests.gateway.later import handoff, look, pass_time, until
from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, tokens, words
from tests.slack_stand_in import CHANNEL, Message, Slack

GROUP = "S0SUPPORT9"
LADDER = [{"who": "team", "minutes": 0.01}, {"who": "leads", "minutes": 0.01}, {"who": GROUP, "minutes": 0}]


@pytest.fixture
async def climbing(tmp_path: Path, database_url: str, slack: Slack) -> AsyncIterator[SlackHouse]:
    """A team whose ladder is climbed within two seconds."""
    teams: dict[str, Any] = {"teams": [{"name": "support", "lobby": CHANNEL, "ladder": LADDER}]}
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
    teams: dict[str, Any] = {
        "teams": [{"name": "support", "lobby": CHANNEL, "sla": {"first_reply": 0.05, "at_risk": 0.2}}]
    }
    async with house(tmp_path, database_url, env=tokens(slack), **teams) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        home = SlackHouse(built, slack)
        await home.hire("Ana", ANA)
        card = await home.claimed(await built.browser())
        await home.until(lambda: "🔴 *First reply late*" in words(card), 30)
        await home.until(lambda: "🔴 First reply late" in home.said(card), 30)
        assert home.said(card).count("🔴 First reply late") == 1 and f"<@{ANA}>" in home.said(card)


async def test_each_waiting_calls_its_people_anew(tmp_path: Path, database_url: str, slack: Slack) -> None:
    ladder = [{"who": "team", "minutes": 60}]
    teams: dict[str, Any] = {"teams": [{"name": "support", "lobby": CHANNEL, "ladder": ladder}]}
    async with house(tmp_path, database_url, env=tokens(slack), **teams) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        home = SlackHouse(built, slack)
        await home.hire("Ana", ANA)
        browser = await built.browser()
        card = await home.claimed(browser)
        await home.until(lambda: len(calls(home, card)) == 1)
        await home.choose(ANA, card, "release")
        await home.until(lambda: len(calls(home, card)) == 2)
        handoff_id = (await built.front.parts.view.queue(None)).waiting[0].id
        for _ in range(2):
            await built.front.slack.cards(handoff_id)  # type: ignore[union-attr] # Slack is on
        assert len(calls(home, card)) == 2


async def test_each_running_of_a_clock_that_is_missed_calls_the_holder_once(
    tmp_path: Path, database_url: str, slack: Slack
) -> None:
    teams: dict[str, Any] = {"teams": [{"name": "support", "lobby": CHANNEL, "sla": {"next_reply": 10}}]}
    async with house(tmp_path, database_url, env=tokens(slack), **teams) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        home = SlackHouse(built, slack)
        await home.hire("Ana", ANA)
        browser = await built.browser()
        card = await home.claimed(browser)
        handoff_id = await handoff_of(home)
        for turn in (1, 2):
            await slack.write(ANA, CHANNEL, f"answer {turn}", card.ts)
            await browser.until_said("agent", f"answer {turn}")
            await asyncio.sleep(0.3)
            await pass_time(built, 5)
            await browser.say(f"question {turn}")
            await until(partial(_stands, home, handoff_id, "on_track"))
            await pass_time(built, 601)
            await look(built, SLA, handoff_id)
            await home.until(partial(_is_late_told, home, card, turn))
            await built.front.slack.cards(handoff_id)  # type: ignore[union-attr] # Slack is on
        assert home.said(card).count("🔴 Next reply late") == 2


def _is_late_told(home: SlackHouse, card: Message, times: int) -> bool:
    return home.said(card).count("🔴 Next reply late") == times


async def _stands(home: SlackHouse, handoff_id: str, state: str) -> bool:
    return (await handoff(home.house, handoff_id)).sla.get("next") == state


async def test_whom_it_is_offered_to_or_passed_to_is_called_once_each_time(
    tmp_path: Path, database_url: str, slack: Slack
) -> None:
    teams: dict[str, Any] = {"teams": [{"name": "support", "lobby": CHANNEL, "mode": "offer"}]}
    async with house(tmp_path, database_url, env=tokens(slack), **teams) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        home = SlackHouse(built, slack)
        ana = await home.hire("Ana", ANA)
        browser = await built.browser()
        handoff_id, card = await home.card_of(browser)

        def offers() -> list[str]:
            return [words(one) for one in home.thread(card) if "is offered to" in words(one)]

        await home.until(lambda: len(offers()) == 1)
        assert offers()[0].startswith(f"<@{ANA}> FD-") and "is offered to Ana" in offers()[0]
        ben = await home.hire("Ben", BEN)
        await slack.press(ANA, CHANNEL, card.ts, "claim")
        await browser.until(lambda: browser.state["owner"] == "agent")
        await built.front.parts.moving.transfer(ana, handoff_id, Target(agent_id=ben.id))
        await home.until(lambda: len(offers()) == 2)
        for _ in range(2):
            await built.front.slack.cards(handoff_id)  # type: ignore[union-attr] # Slack is on
        assert len(offers()) == 2 and f"<@{BEN}>" in offers()[1] and ANA not in offers()[1]


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
