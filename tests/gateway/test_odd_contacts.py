"""Contacts who try what a chat is not for: commands of Rasa, floods of text, odd characters, other people's ids."""

from __future__ import annotations

import asyncio
import json
import time
import uuid

import pytest

from bot.channels.web import identity
from tests.front import Browser, House

COMMANDS = [
    "/restart",
    "/session_start",
    "/back",
    "\u2003/restart",
    "\u00a0\u3000 /session_start",
    '/talk_to_human{"order_number": "10452"}',
    "//restart",
    "/ /restart",
]


async def test_no_command_that_a_contact_types_takes_the_conversation_from_a_person(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    said = list(browser.texts("bot"))
    for command in COMMANDS[:3]:
        await browser.say(command)
    await browser.until(lambda: len(browser.texts("contact")) == 4)
    await agent.act(handoff_id, "claim")
    await browser.until(lambda: browser.state["owner"] == "agent")
    for command in COMMANDS:
        await browser.say(command)
    await agent.reply(handoff_id, "Still here.")
    await browser.until_said("agent", "Still here.")
    await browser.until(lambda: len(browser.texts("contact")) == 4 + len(COMMANDS))
    assert browser.state["owner"] == "agent"
    assert browser.texts("bot") == said
    assert home.engine.asked == []


async def test_a_flood_of_text_from_one_contact_slows_nobody_else(home: House) -> None:
    loud, other = await home.browser(), await home.browser()
    assert loud.socket is not None
    flooding = asyncio.create_task(_flood(loud))
    waits = []
    for number in range(8):
        begun = time.monotonic()
        await other.say(f"ping {number}")
        await other.until_said("bot", f"You said: ping {number}")
        waits.append(time.monotonic() - begun)
        await asyncio.sleep(0.4)  # a contact's own pace is limited
    await flooding
    await loud.until(lambda: len(loud.problems()) >= 20)
    assert set(loud.problems()) <= {"too_long", "empty"}
    assert max(waits) < 4  # a stall of the loop showed as 5 s a message


async def _flood(browser: Browser) -> None:
    assert browser.socket is not None
    for character in ("a", "\u200d", "\n", "Z\u0337\u0321", "\u202e") * 4:
        written = json.dumps(character, ensure_ascii=False)[1:-1]
        text = written * (720_000 // len(written.encode()))
        await browser.socket.send_str(f'{{"type": "say", "id": "{uuid.uuid4()}", "text": "{text}"}}')
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "text",
    [
        "Z\u0337\u0321a\u0336" * 4_000,
        "\u202eevil\u202c and \u2066more\u2069",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 500,
        "\u200d" * 5_000 + "x",
        "\ud83d lone \udc00",
        "nul \x00 and \x07 and \x1b[31m",
        "\n" * 10_000 + "x",
    ],
    ids=["zalgo", "right to left", "families", "joiners", "lone surrogates", "controls", "10,000 newlines"],
)
async def test_odd_text_is_answered_once_and_the_next_message_too(home: House, text: str) -> None:
    browser = await home.browser()
    await browser.say(text)
    await browser.say("and now?")
    await browser.until_said("bot", "You said: and now?")
    assert len(browser.texts("bot")) == 2
    assert len(browser.texts("contact")) == 2
    for shown in (*browser.texts("contact"), *browser.texts("bot")):
        assert not {"\x00", "\x1b", "\u202e", "\u2066"} & set(shown)
        shown.encode()  # no lone surrogate


async def test_who_names_somebody_else_s_conversation_reads_and_writes_nothing_of_it(home: House) -> None:
    victim, thief = await home.browser(), await home.browser()
    await victim.say("my secret order")
    await victim.until_said("bot", "my secret order")
    visitor = identity.jwt.decode(victim.token or "", options={"verify_signature": False})["sub"]
    assert thief.socket is not None
    named = [
        {"type": "hello", "token": None, "visitor": visitor},
        {"type": "hello", "token": None, "conversation_id": f"web:{visitor}"},
        {"type": "say", "id": str(uuid.uuid4()), "text": "mine", "conversation_id": f"web:{visitor}"},
        {"type": "say", "id": str(uuid.uuid4()), "text": "mine", "sender": visitor},
        {"type": "replay", "after": 0, "conversation_id": f"web:{visitor}"},
        {"type": "join", "room": visitor},
    ]
    for frame in named:
        await thief.socket.send_json(frame)
    await thief.until(lambda: len(thief.problems()) == len(named))
    await thief.say("hello")
    await thief.until_said("bot", "You said: hello")
    assert set(thief.problems()) == {"bad_frame"}
    assert thief.shown() == [("contact", "hello"), ("bot", "You said: hello")]
    assert victim.shown() == [("contact", "my secret order"), ("bot", "You said: my secret order")]
