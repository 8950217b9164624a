"""Rasa's Socket.IO protocol: chats made for Rasa's server work unchanged, and nobody joins another's conversation."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import socketio

from bot.channels.web import identity
from bot.engine.wire import Button
from conversations.model import Attachment, Outbound, Sender
from conversations.store import conversations
from tests.front import House
from tests.scripted_engine import understood
from tests.web.conftest import HOST_SITE
from tests.web.rasa_widget import RasaWidget, rasa_widget


def place_of(token: str) -> str:
    place: str = identity.jwt.decode(token, options={"verify_signature": False})["sub"]
    return place


async def record(home: House, token: str) -> list[tuple[str, str, str]]:
    """Who said what in a conversation, and how far it has come."""
    async with home.front.database.read() as tx:
        stored = await conversations.messages(tx, f"web:{place_of(token)}")
    return [(m.sender, m.text, m.status) for m in stored]


async def test_a_message_is_answered_in_rasas_shape_and_acknowledged_when_it_is_stored(home: House) -> None:
    home.engine.answer("order?", "First.\n\nSecond.", understood("ask"), Button("Yes, please", "/affirm"))
    async with rasa_widget(home) as widget:
        assert await widget.say("order?") == {"number": 1}
        await widget.until(lambda: len(widget.heard) == 2)
    quick = [{"content_type": "text", "title": "Yes, please", "payload": "/affirm"}]
    assert widget.heard == [{"text": "First.", "quick_replies": []}, {"text": "Second.", "quick_replies": quick}]


async def test_a_text_alone_has_no_other_key(home: House) -> None:
    async with rasa_widget(home) as widget:
        await widget.say("hello")
        await widget.until_heard("hello")
    assert widget.heard == [{"text": "You said: hello"}]


async def test_the_session_that_is_confirmed_is_the_signed_token_of_a_visitor(home: House) -> None:
    async with rasa_widget(home) as widget:
        assert isinstance(widget.session_id, str)
        assert identity.verify(widget.session_id, home.front.settings.secret_key) == place_of(widget.session_id)
        await widget.say("hello")
    browser = await home.browser(widget.session_id)
    await browser.until_said("contact", "hello")


async def test_a_client_that_asks_for_no_session_is_given_one_with_its_first_message(home: House) -> None:
    widget = await RasaWidget(home).connect()
    await widget.say("hello")
    await widget.until_heard("You said: hello")
    assert len(widget.confirmed) == 1
    await widget.close()


async def test_a_client_that_asks_for_its_session_twice_hears_everything_once(home: House) -> None:
    async with rasa_widget(home) as widget:
        for _ in range(3):
            await widget.client.emit("session_request", {"session_id": widget.session_id})
            await widget.client.emit("session_request")
        await widget.say("hello")
        await widget.until_heard("You said: hello")
        await widget.say("again")
        await widget.until_heard("You said: again")
        assert widget.texts() == ["You said: hello", "You said: again"]
        assert {place_of(one) for one in widget.confirmed} == {place_of(str(widget.session_id))}


async def test_the_offered_payload_of_a_quick_reply_counts_as_that_click(home: House) -> None:
    home.engine.answer("order?", "Shall I look?", understood("ask"), Button("Yes, please", "/affirm"))
    async with rasa_widget(home) as widget:
        await widget.say("order?")
        await widget.until(lambda: "Yes, please" in widget.titles())
        await widget.press("Yes, please")
        await widget.until(lambda: len(home.engine.asked) == 2)
        assert home.engine.asked[1].payload == "/affirm"
        assert [text for who, text, _ in await record(home, str(widget.session_id)) if who == "contact"][1] == (
            "Yes, please"
        )


async def test_a_listed_payload_opens_a_conversation_and_any_other_is_text(home: House) -> None:
    async with rasa_widget(home) as opening, rasa_widget(home) as other:
        await opening.say("/get_started")
        await other.say("/drop_tables{}")
        await opening.until_heard("You said")
        await other.until_heard("You said")
    payloads = {asked.payload for asked in home.engine.asked}
    assert payloads == {"/get_started", None}


async def test_a_person_is_asked_for_answers_by_name_and_is_rated(home: House) -> None:
    agent = await home.agent("Ana")
    async with rasa_widget(home) as widget:
        await widget.say("hello")
        await widget.until_heard("hello")
        async with home.front.database.read() as tx:
            assert await conversations.get(tx, f"web:{place_of(str(widget.session_id))}")
        browser = await home.browser(str(widget.session_id))
        handoff = await home.handoff(browser)
        await widget.until_heard("in line")
        await agent.act(handoff, "claim")
        await widget.until_heard("Ana")
        await agent.reply(handoff, "I am here.")
        await widget.until_heard("Ana: I am here.")
        await widget.say("thanks")
        await agent.act(handoff, "resolve", outcome="solved")
        await widget.until(lambda: len([t for t in widget.titles() if "5" in t or "★" in t]) >= 1)
        stars = [reply for one in widget.heard for reply in one.get("quick_replies", [])][-1]
        await widget.say(stars["payload"])
        await widget.until(lambda: any("hank" in text for text in widget.texts()[-2:]))


async def test_an_agents_picture_is_shown_and_another_file_is_named(home: House) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield b"\x89PNG\r\n\x1a\n"

    file_id, size = await home.front.blobs.put(content(), 100)
    picture = Attachment(file_id, "pan.png", "image/png", size)
    label = Attachment("f" * 32, "label.pdf", "application/pdf", 10)
    async with rasa_widget(home) as widget:
        await widget.say("hello")
        await widget.until_heard("hello")
        async with home.front.database.write() as tx:
            said = Outbound(
                Sender.AGENT, "Look:", name="Ana", attachments=(picture, label), image="https://s.example/a.png"
            )
            await conversations.say(tx, f"web:{place_of(str(widget.session_id))}", 1, [said])
        await widget.until(lambda: len(widget.heard) == 4)
    sources = [one["attachment"]["payload"]["src"] for one in widget.heard[2:]]
    assert widget.heard[1] == {"text": "Ana: Look:\n📎 label.pdf"}
    assert sources == ["https://s.example/a.png", "data:image/png;base64,iVBORw0KGgo="]


# THREATS, row 5


@pytest.mark.parametrize("session_id", [["a"], {"a": 1}, 7, None, True, "", "default", "x" * 5000])
async def test_a_session_id_that_is_no_token_of_ours_gets_a_fresh_conversation(home: House, session_id: Any) -> None:
    async with rasa_widget(home, session_id) as widget:
        assert widget.session_id != session_id
        await widget.say("hello")
        await widget.until_heard("You said: hello")
        assert len(await record(home, str(widget.session_id))) == 2


async def test_whoever_has_a_victims_id_reads_and_writes_nothing_of_theirs(home: House) -> None:
    async with rasa_widget(home) as victim:
        await victim.say("my secret order")
        await victim.until_heard("my secret order")
        token = str(victim.session_id)
        place = place_of(token)
        while (before := await record(home, token))[-1][2] != "sent":
            await asyncio.sleep(0.01)
        forged = identity.sign(place, "another-secret-of-at-least-32-characters")
        expired = identity.jwt.encode(
            {"sub": place, "aud": "frontdesk-visitor", "exp": 1}, home.front.settings.secret_key, algorithm="HS256"
        )
        for claimed in (expired, place, f"web:{place}", forged, token[:-3], token.rpartition(".")[0] + "."):
            async with rasa_widget(home, claimed) as thief:
                assert place_of(str(thief.session_id)) != place
                thief.session_id = claimed  # and names it with each message
                await thief.say("stolen?")
                await thief.until_heard("You said: stolen?")
                assert "secret" not in str(thief.heard)
        # Not even by naming a room.
        async with rasa_widget(home) as thief:
            for event in ("join", "enter_room", "join_room", "session_confirm", "bot_uttered"):
                await thief.client.emit(event, {"session_id": place, "room": place, "text": "hi"})
            await thief.say("still here?", session_id=token + "x", room=place)
        assert await record(home, token) == before
        assert len(victim.heard) == 1


async def test_another_site_may_not_connect_unless_it_is_listed(home: House) -> None:
    url = home.client.make_url("/socket.io/?EIO=4&transport=polling")
    for origin, status in (("https://evil.example", 400), (HOST_SITE, 200), (str(home.client.make_url("/"))[:-1], 200)):
        async with home.client.session.get(url, headers={"Origin": origin}) as answer:
            assert answer.status == status
            allowed = answer.headers.get("Access-Control-Allow-Origin")
            assert allowed == (origin if status == 200 else None)
    evil = RasaWidget(home, headers={"Origin": "https://evil.example"})
    with pytest.raises(socketio.exceptions.ConnectionError):
        await evil.connect()


# Nothing lost, nothing doubled


async def test_two_tabs_of_one_visitor_both_write_and_both_hear_every_answer_once(home: House) -> None:
    async with rasa_widget(home) as one, rasa_widget(home, one.session_id) as two:
        await one.say("from the first")
        await two.until_heard("from the first")
        await two.say("from the second")
        for tab in (one, two):
            await tab.until_heard("from the second")
            assert tab.texts() == ["You said: from the first", "You said: from the second"]


async def test_what_was_said_while_nobody_was_there_is_said_once_at_the_return(home: House) -> None:
    home.engine.hold.clear()
    async with rasa_widget(home) as widget:
        await widget.say("slow one")
        await widget.until(lambda: len(home.engine.asked) == 1)
    home.engine.hold.set()
    async with rasa_widget(home, widget.session_id) as back:
        await back.until_heard("You said: slow one")
    async with rasa_widget(home, widget.session_id) as again:
        await again.say("next")
        await again.until_heard("You said: next")
        assert again.texts() == ["You said: next"]
    assert {status for who, _, status in await record(home, str(widget.session_id)) if who == "bot"} == {"sent"}


async def test_what_a_poller_did_not_fetch_is_said_again_when_it_comes_back(home: House) -> None:
    url = home.client.make_url("/socket.io/")
    async with rasa_widget(home) as widget:
        token = str(widget.session_id)

        async def poll(sid: str = "", body: str | None = None) -> str:
            query = {"EIO": "4", "transport": "polling", **({"sid": sid} if sid else {})}
            method = "GET" if body is None else "POST"
            async with home.client.session.request(method, url, params=query, data=body) as answer:
                return await answer.text()

        sid = json.loads((await poll())[1:])["sid"]
        await poll(sid, "40")
        await poll(sid)
        await poll(sid, "42" + json.dumps(["session_request", {"session_id": token}]))
        assert "session_confirm" in await poll(sid)
    # Only the poller is left, and it polls no more.
    browser = await home.browser(token, after=10_000)
    await browser.close()
    client = RasaWidget(home, token)
    await client.connect()
    home.engine.hold.clear()
    await client.client.emit("session_request", {"session_id": token})
    await client.until(lambda: bool(client.confirmed))
    await client.say("hello")
    await client.close()
    home.engine.hold.set()
    await client.until(lambda: len(home.engine.asked) == 1)
    await asyncio.sleep(0.3)
    assert [status for who, _, status in await record(home, token) if who == "bot"] == ["sending"]
    async with rasa_widget(home, token) as back:
        await back.until_heard("You said: hello")


async def test_a_message_with_an_id_of_its_own_is_taken_once(home: House) -> None:
    async with rasa_widget(home) as widget:
        key = str(uuid.uuid4())
        for metadata in ({"message_id": key}, json.dumps({"message_id": key})):
            assert await widget.say("once", metadata=metadata) == {"number": 1}
        await widget.until_heard("once")
        assert len([1 for who, *_ in await record(home, str(widget.session_id)) if who == "contact"]) == 1


# Bad input, floods


@pytest.mark.parametrize("data", [None, "text", 7, [], {}, {"message": None}, {"message": ["a"]}, {"message": " \n "}])
async def test_what_is_no_message_is_answered_in_words_and_stores_nothing(home: House, data: Any) -> None:
    async with rasa_widget(home) as widget:
        await widget.client.call("user_uttered", data)
        await widget.until_heard("nothing in this message")
        assert await record(home, str(widget.session_id)) == []
        await widget.say("still fine")
        await widget.until_heard("You said: still fine")


async def test_packets_that_are_none_hurt_nobody(home: House) -> None:
    deep = '42["user_uttered",{"message":' + "[" * 50_000 + "]" * 50_000 + "}]"
    bad = [
        "nonsense",
        "4",
        "42",
        "42{}",
        "42[]",
        "42[1]",
        '42["user_uttered"]',
        deep,
        "451-",
        "9",
        "49999999999",
        "43[]",
    ]
    async with rasa_widget(home) as other:
        for packet in bad:
            url = home.client.make_url("/socket.io/?EIO=4&transport=websocket")
            async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
                await socket.receive()
                await socket.send_str("40")
                await socket.send_str(packet)
                await socket.send_str("42" + json.dumps(["user_uttered", "x" * 999_000]))
        await other.say("hello")
        await other.until_heard("You said: hello")


async def test_a_body_without_end_or_far_too_long_is_not_read(home: House) -> None:
    url = home.client.make_url("/socket.io/?EIO=4&transport=polling")

    async def endless() -> Any:
        while True:
            yield b"x" * 10_000

    for body in (endless(), b"x" * 2_000_000):
        async with home.client.session.post(url, data=body) as answer:
            assert answer.status == 413


async def test_a_thousand_messages_at_once_are_refused_in_one_sentence_and_starve_nobody(home: House) -> None:
    async with rasa_widget(home) as flood, rasa_widget(home) as other:
        for number in range(1000):
            await flood.client.emit("user_uttered", {"message": f"flood {number}"})
        await other.say("am I heard?")
        await other.until_heard("You said: am I heard?")
        await flood.until_heard("That was a lot at once")
        await flood.client.call("user_uttered", {"message": "last"})
        kept = [1 for who, *_ in await record(home, str(flood.session_id)) if who == "contact"]
        assert len(kept) < 100
        assert sum("a lot at once" in text for text in flood.texts()) == 1


async def test_too_many_new_chats_of_one_address_are_told_so(home: House) -> None:
    widget = await RasaWidget(home).connect()
    for _ in range(70):
        await widget.client.emit("session_request", {"session_id": "unknown"})
    await widget.until_heard("Too many new chats")
    await widget.close()


async def test_whoever_was_erased_begins_anew_on_the_same_socket(home: House) -> None:
    async with rasa_widget(home) as widget:
        await widget.say("my secret")
        await widget.until_heard("my secret")
        await widget.say("/privacy")
        await widget.until(lambda: "Erase me" in widget.titles())
        await widget.press("Erase me")
        await widget.until(lambda: "Yes, erase everything" in widget.titles())
        await widget.press("Yes, erase everything")
        while await record(home, str(widget.session_id)):
            await asyncio.sleep(0.05)
        await widget.say("anew")
        await widget.until_heard("You said: anew")
