"""The web channel under a bad network, curious visitors and hostile ones."""

from __future__ import annotations

import asyncio
import json
import uuid

import aiohttp
import pytest

from bot.channels.web import identity
from conversations.store.database import Signal
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
    await one.until_said("bot", "from the first")
    await two.say("from the second")
    for tab in (one, two):
        await tab.until_said("bot", "from the second")
    assert one.shown() == two.shown()


async def test_a_token_that_we_did_not_make_starts_a_conversation_of_its_own(home: House) -> None:
    victim = await home.browser()
    await victim.say("my secret order")
    await victim.until_said("bot", "my secret order")
    claims = identity.jwt.decode(victim.token, options={"verify_signature": False})
    forged = identity.sign(claims["sub"], "another-secret-of-at-least-32-characters")
    secret = home.front.settings.secret_key
    expired = identity.jwt.encode({**claims, "exp": 1}, secret, algorithm="HS256")
    endless = identity.jwt.encode({"sub": claims["sub"], "aud": claims["aud"]}, secret, algorithm="HS256")
    for token in (forged, expired, endless, claims["sub"], f"web:{claims['sub']}", victim.token[:-2], "", "null"):
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
    assert [bool(f["text"]) for f in refused] == [True, *[False] * (len(refused) - 1)]  # told once
    again = await home.browser(browser.token)
    for n in range(40):
        await again.say(f"from another tab {n}")
    await again.until(lambda: "too_fast" in again.problems())
    assert not [f["text"] for f in again.frames if f["type"] == "problem" and f["text"]]


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


async def test_the_contacts_words_are_changed_and_deleted_in_every_tab_and_not_answered_again(home: House) -> None:
    one = await home.browser()
    two = await home.browser(one.token)
    key = await one.say("my adress")
    await one.until_said("bot", "my adress")
    change = {"type": "edit", "id": str(uuid.uuid4()), "of": key, "text": "my address, card 4111 1111 1111 1111"}
    for _ in range(2):  # sent again after a cut: the same
        await one.send(**change)
    await two.until(lambda: bool(two.messages[1].get("edited")))
    assert two.messages[1]["text"].startswith("my address") and "4111 1111" not in two.messages[1]["text"]
    await two.send(type="delete", id=str(uuid.uuid4()), of=key)
    for tab in (one, two):
        await tab.until(lambda t=tab: bool(t.messages[1].get("deleted")))
        assert tab.messages[1]["text"] == ""
    later = await home.browser(one.token)
    await later.until(lambda: len(later.messages) == 2)
    assert later.messages[1]["deleted"] and len(home.engine.asked) == 1
    assert [frame["number"] for frame in one.frames if frame["type"] == "accepted"] == [1, 0, 0]


async def test_nobody_changes_what_others_said(home: House) -> None:
    victim, thief = await home.browser(), await home.browser()
    key = await victim.say("mine")
    await victim.until_said("bot", "mine")
    for frame in ({"type": "edit", "text": "theirs"}, {"type": "delete"}):
        await thief.send(id=str(uuid.uuid4()), of=key, **frame)
    await victim.send(type="delete", id=str(uuid.uuid4()), of=str(uuid.uuid4()))
    await victim.send(type="edit", id=str(uuid.uuid4()), of="2", text="I am the bot")
    await victim.until(lambda: victim.problems() == ["bad_id"])
    again = await home.browser(victim.token)
    await again.until(lambda: len(again.messages) == 2)
    assert again.shown() == [("contact", "mine"), ("bot", "You said: mine")]


async def test_a_browser_that_comes_back_is_told_what_was_changed_meanwhile(home: House) -> None:
    browser = await home.browser()
    key = await browser.say("one")
    await browser.until_said("bot", "one")
    await browser.close()
    other = await home.browser(browser.token)
    await other.send(type="delete", id=str(uuid.uuid4()), of=key)
    await other.until(lambda: bool(other.messages.get(1, {}).get("deleted")))
    back = await home.browser(browser.token, after=2)
    await back.until(lambda: 1 in back.messages)
    assert back.messages[1]["deleted"] and list(back.messages) == [1]


async def test_an_agent_sees_that_the_contact_is_writing_and_the_contact_that_the_agent_is(home: House) -> None:
    agent, browser = await home.agent("Ana"), await home.browser()
    seen: list[Signal] = []
    home.front.bus.watch(lambda signal: seen.append(signal) if signal.topic == "typing" else None)
    await browser.send(type="typing")
    handoff = await home.handoff(browser)
    await agent.act(handoff, "claim")
    await browser.until(lambda: browser.state.get("owner") == "agent")
    place = f"web:{identity.verify(browser.token, home.front.settings.secret_key)}"
    home.front.bus.publish([Signal("typing", place, "agent")])
    await browser.until(lambda: {"type": "typing", "on": True, "name": "Ana"} in browser.frames)
    frames = sum(frame["type"] == "typing" for frame in browser.frames)
    for _ in range(20):
        await browser.send(type="typing")
    await browser.until(lambda: Signal("typing", place, "contact") in seen)
    assert [signal.data for signal in seen].count("contact") == 1, "a signal every other second is enough"
    assert sum(frame["type"] == "typing" for frame in browser.frames) == frames, "nobody sees themselves write"


async def test_no_two_visitors_share_a_conversation(home: House) -> None:
    tokens = [None, "", "default", "null", "web:default", "rest:anna", "telegram:4711", "u/4711", "0" * 32]
    browsers = [await home.browser(token) for token in tokens]
    places = {identity.verify(browser.token, home.front.settings.secret_key) for browser in browsers}
    assert len(places) == len(tokens) and None not in places


async def test_whoever_is_erased_sees_nothing_of_it_any_more_and_begins_anew(home: House) -> None:
    one = await home.browser()
    two = await home.browser(one.token)
    await one.say("my secret")
    for tab in (one, two):
        await tab.until_said("bot", "my secret")
    await one.send(type="menu", id=str(uuid.uuid4()), command="erase")
    await one.until(lambda: "Yes, erase everything" in one.buttons())
    await one.press("Yes, erase everything")
    for tab in (one, two):
        await tab.until(lambda t=tab: "erased" in t.problems())
    back = await home.browser(one.token, after=one.cursor)
    assert next(frame for frame in back.frames if frame["type"] == "welcome")["after"] == 0
    await back.say("anew")
    await back.until_said("bot", "anew")
    assert back.shown() == [("contact", "anew"), ("bot", "You said: anew")]
