"""Slack refuses, is slow, is away, or its answers are lost: everything is said once, or fails where it can be seen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.engine.wire import Button
from conversations.model import Message, Outbound, Sender
from conversations.store import conversations, revising
from tests.scripted_engine import understood
from tests.slack.conftest import words
from tests.slack_contacts.conftest import CARLA, DAN, Contacts, buttons
from tests.slack_stand_in import contacts

LONG = " ".join(f"This is sentence number {n}." for n in range(900))


def whole(home: Contacts) -> str:
    """All that the app wrote, as one text."""
    return " ".join("".join(words(one) for one in home.direct()).split())


@pytest.mark.parametrize("times", [1, 2])
async def test_an_answer_whose_outcome_is_unknown_is_looked_up_and_said_once(home: Contacts, times: int) -> None:
    home.slack.lose_answer("chat.postMessage", times)
    await home.write("hello to you all")
    found = await home.until_recorded(lambda messages: messages[-1].status == "sent", home.id_of())
    await asyncio.sleep(0.3)
    assert [words(one) for one in home.direct()] == ["You said: hello to you all"]
    assert found[-1].vendor_id == f"{home.direct()[0].channel}:{home.direct()[0].ts}"


async def test_a_long_text_of_which_a_part_is_lost_comes_whole_and_once(home: Contacts) -> None:
    home.engine.answer("tell me everything", LONG, understood("long"))
    home.slack.fail("chat.postMessage", "ratelimited", retry_after=1)
    home.slack.lose_answer("chat.postMessage")
    await home.write("tell me everything")
    await home.until_recorded(lambda messages: messages[-1].status == "sent", home.id_of())
    assert whole(home) == LONG and len(home.direct()) == 3


async def test_slack_s_limit_is_kept_and_everything_comes_in_order(home: Contacts) -> None:
    home.slack.burst = 1
    for number in range(6):
        await home.write(f"this is message {number}")
    await home.until(lambda: "message 5" in home.told(), 40)
    told = whole(home)
    assert [told.count(f"message {n}") for n in range(6)] == [1] * 6
    assert sorted(range(6), key=lambda n: told.index(f"message {n}")) == list(range(6))


async def test_while_slack_is_away_nothing_is_lost(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until(home.direct)
    home.slack.away = True
    async with home.house.front.database.write() as tx:
        said = [Outbound(Sender.SYSTEM, f"news {n}") for n in range(3)]
        await conversations.say(tx, home.id_of(), 1, said)
    await asyncio.sleep(1)
    assert "news" not in home.told()
    home.slack.away = False
    await home.until(lambda: "news 2" in home.told(), 40)
    assert [words(one) for one in home.direct()][-3:] == ["news 0", "news 1", "news 2"]


@pytest.mark.parametrize("error", ["account_inactive", "channel_not_found", "messages_tab_disabled", "token_revoked"])
async def test_a_refusal_for_good_is_recorded_with_its_reason(home: Contacts, error: str) -> None:
    home.slack.fail("chat.postMessage", error)
    await home.write("hello to you all")
    found = await home.until_recorded(lambda messages: messages[-1].status == "failed", home.id_of())
    assert found[-1].sender is Sender.BOT
    async with home.house.front.database.read() as tx:
        from sqlalchemy import select

        from conversations.store import tables as t

        failure = (await tx.execute(select(t.message.c.failure).where(t.message.c.status == "failed"))).scalar_one()
    assert error in failure
    await home.write("and again, please")
    await home.until(lambda: "You said: and again" in home.told())


async def change(home: Contacts, number: int, text: str | None) -> None:
    async with home.house.front.database.write() as tx:
        assert await revising.revise(tx, home.id_of(), number, text, await conversations.clock(tx))


async def agent_says(home: Contacts, text: str) -> Message:
    async with home.house.front.database.write() as tx:
        await conversations.say(tx, home.id_of(), 1, [Outbound(Sender.AGENT, text, "Ana")])
    found = await home.until_recorded(lambda messages: messages[-1].status == "sent", home.id_of())
    return found[-1]


async def test_what_an_agent_changes_or_takes_back_changes_in_slack(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until(home.direct)
    said = await agent_says(home, "It leaves on Monday.")
    post = home.direct()[-1]
    home.slack.fail("chat.update", "ratelimited", retry_after=1)
    await change(home, said.number, "It leaves on Tuesday.")
    await home.until(lambda: words(post) == "It leaves on Tuesday.")
    await change(home, said.number, None)
    await home.until(lambda: post.deleted)


async def test_a_long_text_that_is_taken_back_goes_whole(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until(home.direct)
    said = await agent_says(home, LONG)
    await change(home, said.number, None)
    await home.until(lambda: len(home.direct()) == 1)


async def test_a_press_whose_buttons_cannot_be_taken_away_still_counts(home: Contacts) -> None:
    home.engine.answer("menu please now", "What is it about?", understood("greet"), Button("Orders", "/orders"))
    await home.write("menu please now")
    asked = (await home.until(home.direct))[0]
    home.slack.fail("chat.update", "cant_update_message")
    await home.press(asked, "Orders")
    await home.until(lambda: "You said: /orders" in home.told())
    assert buttons(asked) == ["Orders"]


async def test_a_flood_is_refused_with_one_message_and_starves_nobody(home: Contacts) -> None:
    home.slack.own_events = False
    direct = contacts.direct(home.slack, CARLA).id
    messages = [home.slack.store(CARLA, direct, f"flood number {n} here") for n in range(1000)]

    async def some(part: list[Any]) -> list[int | None]:
        statuses = []
        for message in part:
            statuses.append((await home.slack.signed_post(home.slack.event(home.slack.event_of(message)))).status)
        return statuses

    flood = asyncio.gather(*(some(messages[at::8]) for at in range(8)))
    await asyncio.sleep(0.5)
    assert (await home.write("I am only Dan, hello", DAN)).status == 200
    await home.until(lambda: "You said: I am only Dan" in home.told(DAN), 30)
    statuses = [status for part in await flood for status in part]
    assert set(statuses) == {200}, "a refused message is acknowledged, too"
    kept = len(await home.said(home.id_of()))
    assert 30 <= kept < 300
    told = sum("faster than" in one.text for one in await home.record(home.id_of()))
    assert 1 <= told <= kept - 29, "once, and again at most for each message that was let through after it"
