"""Rasa's REST protocol through the whole front: existing clients are answered, and nothing is lost or said twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.rest.parse import BODY_LIMIT
from bot.engine.wire import Button, Reply, TurnResult
from conversations.store import tables as t
from tests.front import QUICK, Agent, House, house
from tests.scripted_engine import MODEL, understood

JSON_ONLY = {"Content-Type": "application/json"}
ON: dict[str, Any] = {"rest": {"enabled": True}}


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url, **ON) as built:
        yield built


async def count(home: House, conversation_id: str) -> int:
    async with home.front.database.read() as tx:
        rows = select(t.message.c.number).where(t.message.c.conversation_id == conversation_id)
        return len((await tx.execute(rows)).all())


async def claimed(agent: Agent) -> str:
    handoff_id: str = (await agent.waiting())[-1]["id"]
    await agent.act(handoff_id, "claim")
    return handoff_id


# The protocol.


async def test_a_message_is_answered_as_rasa_answers_it(home: House) -> None:
    home.engine.answer(
        "hello", "What is it?", understood("greet"), Button("Where is it?", '/order_status{"order": "PC-1"}')
    )
    assert await home.rasa_client().say("hello") == [
        {
            "recipient_id": "anna",
            "text": "What is it?",
            "buttons": [{"title": "Where is it?", "payload": '/order_status{"order": "PC-1"}'}],
        }
    ]


async def test_everything_of_a_turn_is_answered_in_order(home: House) -> None:
    replies = (Reply("One"), Reply("Two", image="https://shop.example/2.png"), Reply("Three"))
    home.engine.answers["hello"] = TurnResult(MODEL, understood("greet"), replies, {"n": 1})
    assert await home.rasa_client().say("hello") == [
        {"recipient_id": "anna", "text": "One"},
        {"recipient_id": "anna", "text": "Two"},
        {"recipient_id": "anna", "image": "https://shop.example/2.png"},
        {"recipient_id": "anna", "text": "Three"},
    ]


async def test_the_channel_says_that_it_is_there(home: House) -> None:
    for path in ("/webhooks/rest/", "/webhooks/rest"):
        async with home.client.get(path) as response:
            assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_it_is_not_there_unless_it_is_enabled(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    async with house(tmp_path, database_url, redis_url) as home:
        for method, path in (("POST", "/webhooks/rest/webhook"), ("GET", "/webhooks/rest/")):
            async with home.client.request(method, path, json={"sender": "anna", "message": "hi"}) as response:
                assert response.status == 404


async def test_a_stream_has_an_object_a_line(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={**QUICK, "offer": 30}, **ON) as home:
        home.engine.hold.clear()
        body = {"sender": "anna", "message": "hello"}
        async with home.client.post("/webhooks/rest/webhook?stream=true", json=body) as response:
            assert response.content_type == "text/event-stream"
            first = json.loads(await response.content.readline())
            home.engine.hold.set()
            later = [json.loads(line) for line in (await response.content.read()).splitlines()]
        assert first["recipient_id"] == "anna"
        assert "still" in first["text"]
        assert later[-1] == {"recipient_id": "anna", "text": "You said: hello"}


# Buttons.


async def test_a_payload_sent_back_is_a_press_of_its_button(home: House) -> None:
    home.engine.answer("menu", "What is it?", understood("greet"), Button("Where is it?", "/order_status"))
    client, browser = home.rasa_client(), await home.browser()
    await client.say("menu")
    assert await client.hear("/order_status") == ["You said: /order_status"]
    assert (home.engine.asked[-1].payload, home.engine.asked[-1].text) == ("/order_status", "Where is it?")
    # The same holds for every channel.
    await browser.say("menu")
    await browser.until_said("bot", "What is it?")
    await browser.say("/order_status")
    await browser.until_said("bot", "You said: /order_status")
    assert browser.texts("contact")[-1] == "Where is it?"


@pytest.mark.parametrize("typed", ["Where is it?", " where is it? "])
async def test_a_title_that_is_typed_is_a_press_of_its_button(home: House, typed: str) -> None:
    home.engine.answer("menu", "What is it?", understood("greet"), Button("Where is it?", "/order_status"))
    client = home.rasa_client()
    await client.say("menu")
    await client.say(typed)
    assert home.engine.asked[-1].payload == "/order_status"


async def test_only_the_latest_offer_can_be_pressed_by_its_words(home: House) -> None:
    home.engine.answer("menu", "What is it?", understood("greet"), Button("Where is it?", "/order_status"))
    client = home.rasa_client()
    await client.say("menu")
    await client.say("something else")
    await client.say("/order_status")
    assert home.engine.asked[-1].payload is None


async def test_buttons_above_the_last_line_of_one_turn_count(home: House) -> None:
    replies = (Reply("What is it?", (Button("Where is it?", "/order_status"),)), Reply("Take your time."))
    home.engine.answers["menu"] = TurnResult(MODEL, understood("greet"), replies, {"n": 1})
    client = home.rasa_client()
    await client.say("menu")
    await client.say("/order_status")
    assert home.engine.asked[-1].payload == "/order_status"


async def test_a_form_is_filled_in_and_its_buttons_end_with_it(home: House) -> None:
    yes = Button("Yes, that's right", '/affirm{"sure": "yes"}')
    asking = TurnResult(MODEL, understood("complaint"), (Reply("Right?", (yes,)),), {"n": 1}, active_form="complaint")
    home.engine.answers = {"the lid is cracked": asking}
    client = home.rasa_client()
    await client.say("the lid is cracked")
    await client.say('/affirm{"sure": "yes"}')
    await client.say('/affirm{"sure": "yes"}')
    assert [request.payload for request in home.engine.asked] == [None, '/affirm{"sure": "yes"}', None]


TYPED = [
    *("/order_status", "/restart", "/session_start", '/inform{"order": "PC-1"}', "\u2003/greet", "//greet", "/greet "),
    *("/choice 1:0", "/choice 2:0", "/choice 99:0", "/choice 0:0", "menu:human", "open:/greet", "2:0"),
]


async def test_nothing_that_is_typed_reaches_an_intent(home: House) -> None:
    client = home.rasa_client()
    await client.say("hello")
    for typed in TYPED:
        assert await client.say(typed)
    assert [request.payload for request in home.engine.asked] == [None] * len(home.engine.asked)


@pytest.mark.parametrize("payload", ["/greet", "/get_started"])
async def test_a_listed_payload_opens_a_conversation_and_is_text_later(home: House, payload: str) -> None:
    client = home.rasa_client()
    assert await client.hear(payload, "first") == [f"You said: {payload}"]
    assert await client.hear(payload, "first") == [f"You said: {payload}"]
    assert len(home.engine.asked) == 1
    await client.say(payload)
    assert [request.payload for request in home.engine.asked] == [payload, None]


@pytest.mark.parametrize("payload", ["/restart", "/session_start", '/greet{"name": "x"}', "/order_status"])
async def test_what_is_not_listed_opens_a_conversation_as_text(home: House, payload: str) -> None:
    await home.rasa_client().say(payload)
    assert home.engine.asked[0].payload is None


async def test_the_shop_lists_the_payloads(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    async with house(tmp_path, database_url, redis_url, client_payloads=["/hi"], **ON) as home:
        await home.rasa_client().say("/greet")
        await home.rasa_client("ben").say("/hi")
        assert [request.payload for request in home.engine.asked] == [None, "/hi"]


# A person.


async def test_what_the_agent_said_comes_with_the_next_call(home: House) -> None:
    home.engine.answer("x", "Hm.", understood("talk_to_human"))
    client, agent = home.rasa_client(), await home.agent()
    answers = await client.say("x")
    assert [button["title"] for button in answers[-1]["buttons"]][-1] == "Cancel, I don't need a person"
    handoff_id = await claimed(agent)
    await agent.reply(handoff_id, "Hello, I am Ana.")
    await agent.reply(handoff_id, "Which order is it?")
    heard = await client.hear("is anybody there?")
    assert "Ana" in heard[0]
    assert heard[-2:] == ["Hello, I am Ana.", "Which order is it?"]
    assert await client.hear("PC-1") == []
    await agent.reply(handoff_id, "Thank you.")
    assert await client.hear("and now?") == ["Thank you."]
    assert len(home.engine.asked) == 1
    detail = await agent.call("GET", f"/handoffs/{handoff_id}")
    said = [line["text"] for line in detail["transcript"]]
    assert {"is anybody there?", "PC-1", "and now?"} <= set(said)


async def test_while_waiting_the_offered_choices_work(home: House) -> None:
    home.engine.answer("x", "Hm.", understood("talk_to_human"))
    client, agent = home.rasa_client(), await home.agent()
    cancel = (await client.say("x"))[-1]["buttons"][-1]
    assert len(await agent.waiting()) == 1
    answers = await client.say(cancel["payload"])
    assert len(answers) == 1
    assert await agent.waiting() == []
    assert await client.hear("hello again") == ["You said: hello again"]
    # Long over: it is told so, and nothing happens.
    assert "no longer open" in (await client.hear(cancel["payload"]))[0]


async def test_the_survey_is_answered_by_its_payload_though_the_assistant_spoke_since(home: House) -> None:
    home.engine.answer("x", "Hm.", understood("talk_to_human"))
    client, agent = home.rasa_client(), await home.agent()
    await client.say("x")
    handoff_id = await claimed(agent)
    await agent.act(handoff_id, "resolve", outcome="solved")
    answers = await client.say("thank you")
    stars = next(a["buttons"] for a in answers if len(a.get("buttons", [])) == 5)
    assert answers[-1]["text"] == "You said: thank you"
    assert "Thank you" in (await client.hear(stars[3]["payload"]))[0]
    async with home.front.database.read() as tx:
        given = (await tx.execute(select(t.episode.c.stars).order_by(t.episode.c.number))).scalars().all()
    assert given[0] == 4


# Once, and to the right one.


async def test_the_same_message_id_is_stored_once_and_answered_the_same(home: House) -> None:
    client = home.rasa_client()
    first = await client.hear("hello", "m-1")
    assert first == ["You said: hello"]
    assert [await client.hear("hello", "m-1") for _ in range(3)] == [first] * 3
    assert await client.hear("and?", "m-2") == ["You said: and?"]
    assert await client.hear("hello", "m-1") == first
    assert await count(home, "rest:anna") == 4
    assert len(home.engine.asked) == 2


async def test_the_same_message_id_twenty_times_at_once_is_one_message(home: House) -> None:
    client = home.rasa_client()
    heard = await asyncio.gather(*(client.hear("hello", "m-1") for _ in range(15)))
    assert heard == [["You said: hello"]] * 15
    assert await count(home, "rest:anna") == 2


async def test_a_press_with_a_message_id_is_a_press_again(home: House) -> None:
    home.engine.answer("menu", "What is it?", understood("greet"), Button("Where is it?", "/order_status"))
    client = home.rasa_client()
    await client.say("menu", "m-1")
    first = await client.hear("/order_status", "m-2")
    assert await client.hear("/order_status", "m-2") == first == ["You said: /order_status"]
    assert await count(home, "rest:anna") == 4


async def test_another_message_under_the_same_id_is_not_lost(home: House) -> None:
    client = home.rasa_client()
    await client.hear("hello", "m-1")
    assert await client.hear("something else", "m-1") == ["You said: something else"]


async def test_without_a_message_id_the_same_text_is_a_message_again(home: House) -> None:
    client = home.rasa_client()
    assert await client.hear("hello") == await client.hear("hello") == ["You said: hello"]
    assert len(home.engine.asked) == 2


async def test_many_senders_at_once_each_get_their_own(home: House) -> None:
    clients = [home.rasa_client(f"sender {n}") for n in range(20)]
    for part in ("one", "two"):
        heard = await asyncio.gather(*(client.hear(f"{part} of {client.sender}") for client in clients))
        assert heard == [[f"You said: {part} of {client.sender}"] for client in clients]


async def test_calls_of_one_sender_at_once_get_each_answer_once(home: House) -> None:
    client = home.rasa_client()
    heard = await asyncio.gather(*(client.hear(f"message {n}") for n in range(8)))
    assert heard == [[f"You said: message {n}"] for n in range(8)]


async def test_no_sender_reads_another_channel_s_conversation(home: House) -> None:
    browser = await home.browser()
    await browser.say("my secret order")
    await browser.until_said("bot", "my secret order")
    async with home.front.database.read() as tx:
        place = str((await tx.execute(select(t.conversation.c.id))).scalars().one())
    assert await home.rasa_client(place.removeprefix("web:")).hear("hello") == ["You said: hello"]
    for sender in (place, f"rest:{place}"):
        with pytest.raises(AssertionError, match="another channel"):
            await home.rasa_client(sender).hear("hello")
    assert browser.shown() == [("contact", "my secret order"), ("bot", "You said: my secret order")]


async def test_a_client_that_hangs_up_finds_its_answer_at_the_next_call(home: House) -> None:
    home.engine.hold.clear()
    client = home.rasa_client()
    for _ in range(10):
        call = asyncio.create_task(client.say("hello", "m-1"))
        await asyncio.sleep(0.02)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    home.engine.hold.set()
    assert await client.hear("hello", "m-1") == ["You said: hello"]


# An engine that is slow, silent or away.


async def test_a_slow_answer_is_an_honest_wait_and_comes_with_the_next_call(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    config = {"bounds": {**QUICK, "offer": 30}, "rest": {"enabled": True, "wait": 1}}
    async with house(tmp_path, database_url, redis_url, **config) as home:
        home.engine.hold.clear()
        client, begun = home.rasa_client(), time.monotonic()
        waited = await client.hear("hello", "m-1")
        assert time.monotonic() - begun < 10
        assert len(waited) == 1
        assert "You said" not in waited[0]
        home.engine.hold.set()
        heard = await client.hear("are you there?")
        assert heard == ["You said: hello", "You said: are you there?"]
        # What was given to the call before is still its own.
        assert await client.hear("hello", "m-1") == waited


async def test_a_late_answer_comes_with_the_same_message_sent_again(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, rest={"enabled": True, "wait": 0.5}) as home:
        home.engine.hold.clear()
        client = home.rasa_client()
        waited = await client.hear("hello", "m-1")
        assert len(waited) == 1
        home.engine.hold.set()
        assert await client.hear("hello", "m-1") == [*waited, "You said: hello"]
        assert len(home.engine.asked) == 1


@pytest.mark.parametrize("fault", ["broken", "down"])
async def test_a_failing_engine_is_never_silence(
    tmp_path: Path, database_url: str, redis_url: str | None, fault: str
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={**QUICK, "give_up": 1}, **ON) as home:
        setattr(home.engine, fault, True)
        assert await home.rasa_client().say("hello")


async def test_a_turn_that_says_nothing_is_an_apology_with_the_offer_of_a_person(home: House) -> None:
    home.engine.answers["hello"] = TurnResult(MODEL, understood("greet"), (), {"n": 1})
    (answer,) = await home.rasa_client().say("hello")
    assert "sorry" in answer["text"]
    assert [button["title"] for button in answer["buttons"]] == ["Talk to a person"]


# Bad input.


@pytest.mark.parametrize("sender", [None, "", " ", "default", [], ["anna"], {}, 7, True, "x" * 201])
async def test_a_sender_that_is_nobody_in_particular_is_400_with_a_reason(home: House, sender: object) -> None:
    status, answer = await home.rasa_client().post({"sender": sender, "message": "hi"})
    assert (status, list(answer)) == (400, ["error"])
    assert "sender" in answer["error"]
    async with home.front.database.read() as tx:
        assert (await tx.execute(select(t.conversation.c.id))).all() == []


@pytest.mark.parametrize(
    "body",
    [
        *("", "nonsense", "[]", "null", '{"sender": "anna"}', '{"message": "hi"}'),
        '{"sender": "anna", "message": 1e999}',
        '{"sender": "anna", "message": ["hi"]}',
        '{"sender": "anna", "message": ""}',
        '{"sender": "anna", "message": "hi"',
        '{"sender": "anna", "message": ' + "[" * 10_000 + "]" * 10_000 + "}",
        '{"sender": "anna", "message": "hi", "metadata": ' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "}",
        json.dumps({"sender": "anna", "message": "x" * 1_000_000}),
        json.dumps({"sender": "anna", "message": "x" * 1_048_576}),
        json.dumps({"sender": "anna", "message": "x" * 5_000_000}),
    ],
    ids=lambda body: body[:40],
)
async def test_a_body_that_is_none_is_400_with_a_reason(home: House, body: str) -> None:
    status, answer = await home.rasa_client().post(data=body, headers=JSON_ONLY)
    assert (status, list(answer)) == (400, ["error"])
    assert len(answer["error"]) > 20
    assert await home.rasa_client().hear("still there?") == ["You said: still there?"]


async def test_a_body_in_parts_is_read_no_further_than_its_limit(home: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (BODY_LIMIT // 20)

    status, answer = await home.rasa_client().post(data=endless(), headers=JSON_ONLY)
    assert (status, list(answer)) == (400, ["error"])


@pytest.mark.parametrize("text", ["where is it? ", "4111 1111 ", "password ", "x", "z\u0351"])
async def test_while_a_very_long_message_is_handled_nobody_else_waits(home: House, text: str) -> None:
    big, other = home.rasa_client("big"), home.rasa_client()
    whole = text * (720_000 // len(text.encode()) // (1 if text.isascii() else 4))
    took = []
    task = asyncio.create_task(big.say(whole))
    while not task.done():
        begun = time.monotonic()
        await asyncio.sleep(0.005)
        took.append(time.monotonic() - begun)
    answers = await task
    assert max(took) < 0.5
    assert "20,000" in answers[0]["text"]
    assert "4,000" in answers[1]["text"]
    assert len(home.engine.asked[-1].text) <= 4000
    assert await other.hear("am I heard?") == ["You said: am I heard?"]


async def test_odd_text_is_answered(home: House) -> None:
    client = home.rasa_client()
    odd = ["a\u0000b", "\u202eevil", "👍" * 5000, "z\u0351\u0352" * 500, "\n" * 5000 + "x", "مرحبا", "1e999"]
    for text in odd:
        assert await client.say(text)
    body = '{"sender": "anna", "message": "lone \\ud800 surrogate"}'
    status, answers = await client.post(data=body, headers=JSON_ONLY)
    assert (status, answers[0]["text"]) == (200, "You said: lone \ufffd surrogate")


async def test_a_flood_is_429_with_a_reason_and_others_are_served(home: House) -> None:
    client, other = home.rasa_client(), home.rasa_client("ben")
    calls = await asyncio.gather(*(client.post({"sender": "anna", "message": f"flood {n}"}) for n in range(60)))
    refused = [answer for status, answer in calls if status == 429]
    assert refused
    assert all("again" in answer["error"] for answer in refused)
    assert sum(status == 200 for status, _ in calls) + len(refused) == 60
    async with home.client.post("/webhooks/rest/webhook", json={"sender": "anna", "message": "x"}) as response:
        if response.status == 429:
            assert response.headers["Retry-After"] == "1"
    assert await other.hear("am I heard?") == ["You said: am I heard?"]


# Who may call.


def own_host(home: House) -> str:
    return f"{home.client.host}:{home.client.port}"


async def called(home: House, headers: dict[str, str], body: str | None = None) -> int:
    given = body or json.dumps({"sender": "anna", "message": "hi"})
    status, answer = await home.rasa_client().post(data=given, headers={**JSON_ONLY, **headers})
    assert status == 200 or list(answer) == ["error"]
    return status


async def test_without_a_token_a_page_of_another_site_may_not_call(home: House) -> None:
    port = home.client.port
    refused = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"https://{own_host(home)}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1@evil.example"},
        {"X-Forwarded-For": "203.0.113.7"},
    ]
    assert [await called(home, headers) for headers in refused] == [403] * len(refused)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/plain; application/json", ""):
        assert await called(home, {"Content-Type": kind}) == 415
    assert await count(home, "rest:anna") == 0


async def test_without_a_token_programs_on_this_machine_may_call(home: House) -> None:
    port = home.client.port
    allowed = [
        {},
        {"Origin": f"http://{own_host(home)}"},
        {"Host": f"localhost:{port}"},
        {"Host": f"[::1]:{port}"},
        {"Host": "127.0.0.1"},
        {"Content-Type": "application/json; charset=utf-8"},
    ]
    assert [await called(home, headers) for headers in allowed] == [200] * len(allowed)


async def test_with_a_token_nobody_calls_without_it(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    token = "a-token-for-the-tests"
    async with house(tmp_path, database_url, redis_url, env={"rest_token": token}, **ON) as home:
        wrong = [
            "",
            token,
            "Bearer",
            "Bearer ",
            f"Bearer {token}x",
            f"Bearer {token[:-1]}",
            f"Basic {token}",
            "Bearer é",
        ]
        for given in wrong:
            assert await called(home, {"Authorization": given}) == 401
        status, answer = await home.rasa_client().post({"sender": "anna", "message": "hi"}, query=f"?token={token}")
        assert status == 401
        assert token not in str(answer)
        right = {"Authorization": f"Bearer {token}"}
        assert await called(home, right) == 200
        # Whoever has the token is no page of another site: it may call from anywhere, as it called Rasa.
        assert await called(home, {**right, "Host": "support.example", "Content-Type": "text/plain"}) == 200
