"""The bot's turns: answered once, in order, and never over a person."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest

from bot.engine.wire import Button, ComplaintFiled, HandoffAsked, PromiseMade, Reply, TurnResult
from bot.gateway import receive
from conversations.store import conversations, turns
from tests.front import QUICK, House, house
from tests.scripted_engine import MODEL, understood


async def test_a_question_is_answered(home: House) -> None:
    home.engine.answer("when are you open?", "Nine to five.", understood("store_hours"))
    browser = await home.browser()
    await browser.say("when are you open?")
    await browser.until_said("bot", "Nine to five.")
    assert browser.shown() == [("contact", "when are you open?"), ("bot", "Nine to five.")]


async def test_a_message_sent_again_is_stored_and_answered_once(home: House) -> None:
    browser = await home.browser()
    key = str(uuid.uuid4())
    for _ in range(5):
        await browser.say("hello", key)
    await browser.until(lambda: sum(f["type"] == "accepted" for f in browser.frames) == 5)
    await browser.until_said("bot", "You said: hello")
    await asyncio.sleep(0.3)
    assert browser.shown() == [("contact", "hello"), ("bot", "You said: hello")]
    assert {f["number"] for f in browser.frames if f["type"] == "accepted"} == {1}


async def test_answers_keep_the_order_of_the_messages(home: House) -> None:
    browser = await home.browser()
    for number in range(12):
        await browser.say(f"message {number}")
    await browser.until(lambda: "message 11" in " ".join(browser.texts("bot")))
    heard = "\n".join(text.removeprefix("You said: ") for text in browser.texts("bot"))
    assert heard.splitlines() == [f"message {n}" for n in range(12)]


async def test_the_dialogue_state_goes_back_to_the_engine_and_the_facts_only_at_the_start(home: House) -> None:
    browser = await home.browser()
    await browser.say("one")
    await browser.until_said("bot", "one")
    await browser.say("two")
    await browser.until_said("bot", "two")
    assert [request.state for request in home.engine.asked] == [None, {"n": 1}]


async def test_a_pressed_button_reaches_the_engine_as_its_payload_and_reads_as_its_title(home: House) -> None:
    home.engine.answer("menu", "What is it?", understood("greet"), Button("Where is my order?", "/order_status"))
    browser = await home.browser()
    await browser.say("menu")
    await browser.until_said("bot", "What is it?")
    await browser.press("Where is my order?")
    await browser.until_said("bot", "You said: /order_status")
    assert browser.texts("contact")[-1] == "Where is my order?"
    assert home.engine.asked[-1].payload == "/order_status"


async def test_a_choice_named_by_its_place_is_a_press_of_it_as_long_as_it_is_the_latest_offer(home: House) -> None:
    choices = Button("Where is my order?", "/order_status"), Button("Return something", "/return_item")
    home.engine.answer("menu", "What is it?", understood("greet"), *choices)
    browser = await home.browser()
    await browser.say("menu")
    await browser.until_said("bot", "What is it?")
    await browser.say("the second one, please")
    await browser.until_said("bot", "You said: /return_item")
    assert browser.texts("contact")[-1] == "Return something"
    await browser.say("the first one")
    await browser.until_said("bot", "You said: the first one")
    assert [request.payload for request in home.engine.asked] == [None, "/return_item", None]


async def test_a_payload_that_is_typed_is_only_text(home: House) -> None:
    browser = await home.browser()
    await browser.say("/order_status")
    await browser.until_said("bot", "You said: /order_status")
    assert home.engine.asked[-1].payload is None


async def test_a_choice_that_nobody_offered_is_told_to_be_closed(home: House) -> None:
    browser = await home.browser()
    await browser.say("hello")
    await browser.until_said("bot", "hello")
    for choice in ("1:0", "2:0", "2:7", "99:0"):
        await browser.send(type="press", id=str(uuid.uuid4()), choice=choice)
    await browser.until_said("system", "no longer open", times=4)
    assert len(home.engine.asked) == 1


async def test_a_long_message_is_cut_for_the_engine_kept_whole_and_told(home: House) -> None:
    browser = await home.browser()
    await browser.say("where is it? " * 400)
    await browser.until(lambda: len(browser.texts("bot")) == 1)
    assert len(home.engine.asked[0].text) == 4000
    assert len(browser.texts("contact")[0]) == 5200
    assert "4,000" in browser.texts("system")[0] or "4000" in browser.texts("system")[0]


async def test_secrets_are_masked_before_anything_is_written_or_asked(home: House) -> None:
    browser = await home.browser()
    await browser.say("my card is 4111 1111 1111 1111 and my password is hunter2")
    await browser.until(lambda: len(browser.texts("bot")) == 1)
    masked = "my card is [card] and my password is [secret]"
    assert browser.texts("contact") == [masked]
    assert home.engine.asked[0].text == masked


async def test_odd_text_is_stored_and_shown_safely(home: House) -> None:
    browser = await home.browser()
    odd = ["a\u0000b", "\u202eevil", "👍" * 10_000, "z\u0351\u0352\u0353" * 500, "\n" * 5000 + "x", "مرحبا"]
    for text in odd:
        await browser.say(text)
    assert browser.socket is not None
    lone = f'{{"type":"say","id":"{uuid.uuid4()}","text":"lone \\ud800 surrogate"}}'
    await browser.socket.send_str(lone)
    await browser.until(lambda: bool(browser.texts("bot")) and "surrogate" in browser.texts("bot")[-1])
    assert browser.texts("contact")[:3] == ["ab", "evil", "👍" * 10_000]
    assert browser.texts("contact")[-1] == "lone \ufffd surrogate"


async def test_effects_are_written_with_the_turn(home: House) -> None:
    filed = ComplaintFiled("C-7K3QX9", "damaged", "the lid is cracked", "PC-10452")
    home.engine.answer("file it", "Filed.", understood("affirm"), effects=(filed, PromiseMade("answer C-7K3QX9", 1e10)))
    browser = await home.browser()
    await browser.say("file it")
    await browser.until_said("bot", "Filed.")
    async with home.front.database.read() as tx:
        held = await conversations.get(tx, await place(home))
        assert held is not None
        complaints = await turns.complaints_of(tx, held.contact_id)
    assert [(c["reference"], c["cause"], c["order_number"]) for c in complaints] == [
        ("C-7K3QX9", "damaged", "PC-10452")
    ]


async def place(home: House) -> str:
    from sqlalchemy import select

    from conversations.store import tables as t

    async with home.front.database.read() as tx:
        return str((await tx.execute(select(t.conversation.c.id))).scalars().one())


async def test_an_action_may_ask_for_a_person(home: House) -> None:
    asked = HandoffAsked("form_failed", "The order number was not understood twice.")
    home.engine.answer("x", "Sorry!", understood("inform"), effects=(asked,))
    browser, agent = await home.browser(), await home.agent()
    await browser.say("x")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    assert [r["kind"] for r in (await agent.waiting())[0]["reasons"]] == ["form_failed"]


async def test_two_workers_on_one_message_say_one_answer(home: House) -> None:
    home.engine.hold.clear()
    browser = await home.browser()
    await browser.say("hello")
    await browser.until(lambda: len(home.engine.asked) == 1)
    conversation_id = await place(home)
    others = [asyncio.create_task(home.front.settle(conversation_id)) for _ in range(3)]
    await browser.until(lambda: len(home.engine.asked) == 4)
    home.engine.hold.set()
    await asyncio.gather(*others)
    await browser.until_said("bot", "hello")
    await asyncio.sleep(0.2)
    assert browser.texts("bot").count("You said: hello") == 1


async def test_while_the_engine_is_down_a_contact_hears_of_the_wait_then_of_a_person_and_then_gets_the_answer(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds=QUICK) as home:
        home.engine.down = True
        browser = await home.browser()
        await browser.say("hello")
        await browser.until(lambda: "Talk to a person" in browser.buttons())
        home.engine.down = False
        await browser.until_said("bot", "You said: hello")
        assert browser.state["owner"] == "bot"


async def test_when_the_engine_stays_down_a_person_is_asked(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={**QUICK, "give_up": 1}) as home:
        home.engine.down = True
        browser, agent = await home.browser(), await home.agent()
        await browser.say("hello")
        await browser.until(lambda: browser.state.get("owner") == "queue")
        assert [r["kind"] for r in (await agent.waiting())[0]["reasons"]] == ["engine_failing"]


async def test_asking_for_a_person_need_not_wait_for_a_hanging_engine(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds=QUICK) as home:
        home.engine.hold.clear()
        browser = await home.browser()
        await browser.say("hello")
        await browser.until(lambda: "Talk to a person" in browser.buttons())
        await browser.press("Talk to a person")
        await browser.until(lambda: browser.state.get("owner") == "queue")


async def test_a_failed_turn_is_never_silence(home: House) -> None:
    home.engine.broken = True
    browser = await home.browser()
    await browser.say("hello")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    assert browser.texts("bot")


async def test_a_backlog_is_answered_without_apologies_for_a_wait_that_was_not_the_engine_s(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds=QUICK) as home:
        home.engine.hold.clear()
        browser = await home.browser()
        for number in range(4):
            await browser.say(f"message {number}")
        await browser.until(lambda: "Talk to a person" in browser.buttons())
        home.engine.hold.set()
        await browser.until_said("bot", "message 3")
        answers = [text for text in browser.texts("bot") if text.startswith("You said")]
        assert browser.texts("bot")[-len(answers) :] == answers


async def test_a_form_s_buttons_are_closed_once_its_question_is_over(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "DOUBLE_TAP", 0.0)
    yes = Button("Yes, that's right", "/affirm")
    asking = TurnResult(MODEL, understood("complaint"), (Reply("Is that right?", (yes,)),), {"n": 1}, active_form="f")
    home.engine.answers = {"complain": asking}
    browser = await home.browser()
    await browser.say("complain")
    await browser.until_said("bot", "Is that right?")
    await browser.press("Yes, that's right")
    await browser.until_said("bot", "You said: /affirm")
    await browser.press("Yes, that's right")
    await browser.until_said("system", "no longer open")
    assert [request.payload for request in home.engine.asked] == [None, "/affirm"]


async def test_while_the_assistant_is_getting_ready_it_says_so_keeps_the_message_and_answers_it_then(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={**QUICK, "offer": 30, "give_up": 60}) as home:
        home.engine.down = True
        browser = await home.browser()
        await browser.say("hello")
        await browser.until_said("bot", "just getting ready")
        assert "Your message is kept" in browser.texts("bot")[0]
        home.engine.down = False
        await browser.until_said("bot", "You said: hello")
        assert len(browser.texts("bot")) == 2
