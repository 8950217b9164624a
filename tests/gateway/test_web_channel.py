"""The web channel under a bad network, curious visitors and hostile ones."""

from __future__ import annotations

import asyncio
import json
import uuid

import aiohttp
import pytest

from bot.channels.web import identity
from tests.front import House


async def test_a_returning_browser_gets_exactly_what_it_has_not_shown(home: House) -> None:
    browser = await home.browser()
    await browser.say("one")
    await browser.until_said("bot", "one")
    await browser.close()
    other = await home.browser(browser.token)
    await other.say("two")
    await other.until_said("bot", "You said: two")
    back = await home.browser(browser.token, after=2)
    await back.until_said("bot", "You said: two")
    assert back.shown() == [("contact", "two"), ("bot", "You said: two")]


async def test_an_answer_that_came_while_nobody_looked_is_there_at_the_return(home: House) -> None:
    home.engine.hold.clear()
    browser = await home.browser()
    await browser.say("slow one")
    await browser.until(lambda: len(home.engine.asked) == 1)
    await browser.close()
    home.engine.hold.set()
    back = await home.browser(browser.token)
    await back.until_said("bot", "You said: slow one")


async def test_two_tabs_of_one_visitor_show_the_same(home: House) -> None:
    one = await home.browser()
    two = await home.browser(one.token)
    await one.say("from the first")
    await two.say("from the second")
    for tab in (one, two):
        await tab.until(lambda t=tab: len(t.texts("bot")) == 2)
    assert one.shown() == two.shown()


async def test_a_token_that_we_did_not_make_starts_a_conversation_of_its_own(home: House) -> None:
    victim = await home.browser()
    await victim.say("my secret order")
    await victim.until_said("bot", "my secret order")
    claims = identity.jwt.decode(victim.token, options={"verify_signature": False})
    forged = identity.sign(claims["sub"], "another-secret-of-at-least-32-characters")
    for token in (forged, claims["sub"], f"web:{claims['sub']}", victim.token[:-2], "", "null"):
        thief = await home.browser(token)
        assert thief.state["owner"] == "bot"
        await thief.say("hello")
        await thief.until_said("bot", "You said: hello")
        assert "my secret order" not in str(thief.shown())
    assert "hello" not in str(victim.shown())


@pytest.mark.parametrize("token", [["a"], {"a": 1}, 7, True])
async def test_a_token_that_is_no_text_is_refused(home: House, token: object) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(home.client.make_url("/ws")) as socket:
        await socket.send_json({"type": "hello", "token": token})
        assert (await socket.receive_json())["code"] == "bad_frame"
        assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}


async def test_another_site_may_not_open_the_chat_unless_it_is_listed(home: House) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(home.client.make_url("/ws"), headers={"Origin": "https://evil.example"})
        assert refused.value.status == 403
        own = f"http://{home.client.host}:{home.client.port}"
        await (await session.ws_connect(home.client.make_url("/ws"), headers={"Origin": own})).close()


async def test_frames_that_are_none_are_answered_and_change_nothing(home: House) -> None:
    browser = await home.browser()
    assert browser.socket is not None
    deep = '{"type":"say","id":"x","text":' + "[" * 50_000 + "]" * 50_000 + "}"
    bad = ["", "nonsense", "[]", "1e999", '{"type":"say"}', '{"type":"say","id":1,"text":"x"}', deep]
    bad += ['{"type":"say","id":"no-uuid","text":"x"}', '{"type":"drop_tables"}', '{"type":"hello"}']
    bad.append(json.dumps({"type": "say", "id": str(uuid.uuid4()), "text": "x", "sender": "agent"}))
    for frame in bad:
        await browser.socket.send_str(frame)
    await browser.until(lambda: len(browser.problems()) == len(bad))
    await browser.send(type="say", id=str(uuid.uuid4()), text="x" * 20_001)
    await browser.send(type="say", id=str(uuid.uuid4()), text=" \n ")
    await browser.until(lambda: browser.problems()[-2:] == ["too_long", "empty"])
    await browser.say("still fine")
    await browser.until_said("bot", "You said: still fine")
    assert browser.shown()[0] == ("contact", "still fine")


async def test_a_flood_is_told_to_wait_and_nothing_of_it_is_lost_unnoticed(home: House) -> None:
    browser, other = await home.browser(), await home.browser()
    keys = [await browser.say(f"flood {n}") for n in range(200)]
    await other.say("am I heard?")
    await other.until_said("bot", "You said: am I heard?")
    answered = {"accepted", "problem"}
    await browser.until(lambda: sum(f["type"] in answered for f in browser.frames) == len(keys))
    refused = [f for f in browser.frames if f["type"] == "problem"]
    assert refused
    assert all(f["retry"] and f["id"] in keys for f in refused)


async def test_a_huge_frame_ends_its_own_socket_only(home: House) -> None:
    browser, other = await home.browser(), await home.browser()
    assert browser.socket is not None
    await browser.socket.send_str('{"type":"say","id":"x","text":"' + "x" * 2_000_000 + '"}')
    await other.say("hello")
    await other.until_said("bot", "You said: hello")
    await browser.until(lambda: browser.socket is not None and browser.socket.closed)


async def test_a_socket_that_says_no_hello_is_closed(home: House) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(home.client.make_url("/ws")) as socket:
        await socket.send_json({"type": "say", "id": str(uuid.uuid4()), "text": "no hello"})
        assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}


async def test_a_gap_is_filled_on_request(home: House) -> None:
    browser = await home.browser()
    await browser.say("one")
    await browser.until_said("bot", "one")
    browser.messages.clear()
    await browser.send(type="replay", after=0)
    await browser.until(lambda: len(browser.messages) == 2)


async def test_who_answers_is_told_when_it_changes_or_is_asked_for(home: House) -> None:
    browser = await home.browser()
    for text in ("one", "two", "three"):
        await browser.say(text)
        await browser.until_said("bot", f"You said: {text}")
    assert [frame for frame in browser.frames if frame["type"] == "state"] == []
    await browser.send(type="replay", after=browser.cursor)  # a widget asks so whether the server lives
    await browser.until(lambda: any(frame["type"] == "state" for frame in browser.frames))
    await home.handoff(browser)
    assert browser.state["owner"] == "queue"


async def test_the_same_socket_stays_open_through_a_burst_of_reconnects(home: House) -> None:
    browser = await home.browser()
    await browser.say("one")
    await browser.until_said("bot", "one")
    for _ in range(5):
        again = await home.browser(browser.token, after=2)
        await again.close()
    await browser.say("two")
    await browser.until_said("bot", "You said: two")
    await asyncio.sleep(0)
    assert list(browser.messages) == [1, 2, 3, 4]
