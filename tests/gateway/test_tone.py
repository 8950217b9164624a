"""Somebody annoyed hears that it was seen, once, and no jokes; the course of an episode counts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot.engine.wire import Button, Parse, PromiseMade, Reply, TurnResult
from bot.gateway import receive
from tests.front import House, house
from tests.scripted_engine import MODEL
from tests.scripted_engine import understood as calm


def understood(intent: str, mood: float = 0.0) -> Parse:
    """As the engine tells it, with a sign by its name where somebody is annoyed."""
    return msgspec.structs.replace(calm(intent, mood), mood_reasons=("annoyed",) if mood < 0 else ())


def seen(texts: list[str]) -> list[bool]:
    """Which answers begin with the contact's feeling."""
    return [text.startswith(("I can see how annoying", "That's frustrating")) for text in texts]


async def test_the_first_annoyed_message_of_an_episode_is_acknowledged_and_no_later_one(home: House) -> None:
    home.engine.answer("hm, it is late again", "It is on its way.", understood("late_parcel", mood=-0.3))
    home.engine.answer("not good", "You may return it.", understood("return_item", mood=-0.26))
    browser = await home.browser()
    await browser.say("when are you open?")
    await browser.until_said("bot", "You said")
    await browser.say("hm, it is late again")
    await browser.until_said("bot", "It is on its way.")
    await browser.say("and the lid?")
    await browser.until_said("bot", "and the lid?")
    await browser.say("not good")
    await browser.until_said("bot", "You may return it.")
    assert seen(browser.texts("bot")) == [False, True, False, False]
    assert browser.texts("bot")[1].endswith("I'm sorry. It is on its way.")


async def test_an_answer_that_apologises_itself_is_not_given_a_second_apology(home: House) -> None:
    home.engine.answer("late again", "I'm sorry that it's late.", understood("late_parcel", mood=-0.3))
    browser = await home.browser()
    await browser.say("late again")
    await browser.until_said("bot", "it's late")
    [said] = browser.texts("bot")
    assert seen([said]) == [True]
    assert said.count("sorry") == 1


async def test_who_was_told_that_we_are_sorry_is_not_told_so_again_when_a_person_takes_over(home: House) -> None:
    home.engine.answer("late again", "It is on its way.", understood("late_parcel", mood=-0.3))
    home.engine.answer("useless", "Hm.", understood("late_parcel", mood=-0.9))
    browser = await home.browser()
    await browser.say("late again")
    await browser.until_said("bot", "It is on its way.")
    await browser.say("useless")
    await browser.until_said("bot", "Your reference is")
    assert sum(text.count("sorry") for text in browser.texts("bot")) == 1


async def test_who_takes_leave_after_an_answer_is_asked_once_how_it_was(home: House) -> None:
    home.engine.answer("when are you open?", "Nine to five.", calm("store_hours"))
    home.engine.answer("bye", "Goodbye!", calm("goodbye"))
    browser = await home.browser()
    await browser.say("bye")
    await browser.until_said("bot", "Goodbye!")
    await browser.say("when are you open?")
    await browser.until_said("bot", "Nine to five.")
    assert browser.texts("system") == []
    await browser.say("bye")
    await browser.until_said("system", "How did we do?")
    await browser.say("4")
    await browser.until_said("system", "Thank you")
    await browser.say("bye")
    await browser.until(lambda: browser.texts("bot").count("Goodbye!") == 3)
    assert sum("How did we do?" in text for text in browser.texts("system")) == 1


async def test_who_still_waits_for_a_promised_answer_is_not_asked_how_it_was(home: House) -> None:
    promised = (PromiseMade("answer C-7K3QX9", 1e10),)
    home.engine.answer("file it", "On record.", calm("complaint"), effects=promised)
    home.engine.answer("bye", "Goodbye!", calm("goodbye"))
    browser = await home.browser()
    await browser.say("file it")
    await browser.until_said("bot", "On record.")
    await browser.say("bye")
    await browser.until_said("bot", "Goodbye!")
    assert browser.texts("system") == []


async def test_a_calm_problem_is_answered_without_a_feeling(home: House) -> None:
    home.engine.answer("it is broken", "You get a new one.", understood("damaged_item", mood=-0.24))
    browser = await home.browser()
    await browser.say("it is broken")
    await browser.until_said("bot", "You get a new one.")
    assert browser.texts("bot") == ["You get a new one."]


async def test_the_buttons_of_an_acknowledged_answer_are_kept(home: House) -> None:
    late = understood("late_parcel", mood=-0.4)
    home.engine.answer("late", "Shall I look?", late, Button("Yes, please", "/order_status"))
    browser = await home.browser()
    await browser.say("late")
    await browser.until(lambda: browser.buttons() == ["Yes, please"])
    assert len(browser.texts("bot")) == 1


async def test_nobody_annoyed_gets_a_joke_but_the_way_back_to_the_matter(home: House) -> None:
    home.engine.answer("late", "Let me look.", understood("late_parcel", mood=-0.4))
    home.engine.answer("ha, tell me a joke then", "What do you call a pan?", understood("joke"))
    browser = await home.browser()
    await browser.say("late")
    await browser.until_said("bot", "Let me look.")
    await browser.say("ha, tell me a joke then")
    await browser.until_said("bot", "what brought you here")
    assert not any("What do you call a pan?" in text for text in browser.texts("bot"))


async def test_somebody_in_good_mood_gets_the_joke(home: House) -> None:
    home.engine.answer("tell me a joke", "What do you call a pan?", understood("joke", mood=0.4))
    browser = await home.browser()
    await browser.say("tell me a joke")
    await browser.until_said("bot", "What do you call a pan?")


async def test_who_is_handed_over_is_not_acknowledged_twice(home: House) -> None:
    home.engine.answer("useless!", "Hm.", understood("complaint", mood=-0.8))
    browser = await home.browser()
    await browser.say("useless!")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    assert seen(browser.texts("bot")) == [False]
    assert browser.texts("bot")[0].count("sorry") == 1


async def test_the_same_message_three_times_reaches_a_person_with_the_course_as_the_reason(home: House) -> None:
    asked = "where is my parcel with the wok"
    home.engine.answer(asked, "It is on its way.", understood("late_parcel", mood=-0.1))
    browser, agent = await home.browser(), await home.agent()
    for times in (1, 2):
        await browser.say(asked)
        await browser.until_said("bot", "It is on its way.", times)
    assert seen(browser.texts("bot")) == [False, True]
    await browser.say(asked)
    await browser.until(lambda: browser.state.get("owner") == "queue")
    reasons = {reason["kind"]: reason["evidence"] for reason in (await agent.waiting())[0]["reasons"]}
    assert "sends the same again" in reasons["mood_low"]


async def test_who_repeats_the_answer_to_a_form_s_question_is_not_handed_over(home: House) -> None:
    asking = TurnResult(
        MODEL, understood("inform"), (Reply("Which order?"),), {"n": 1}, active_form="order_status_form"
    )
    home.engine.answers = {"my order is PC-10452": asking}
    browser = await home.browser()
    for times in (1, 2, 3):
        await browser.say("my order is PC-10452")
        await browser.until_said("bot", "Which order?", times)
    assert browser.texts("bot") == ["Which order?"] * 3
    assert browser.state["owner"] == "bot"


async def test_pressing_the_same_button_again_is_not_annoyed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "DOUBLE_TAP", 0.0)
    late = understood("late_parcel", mood=-0.1)
    home.engine.answer("late", "Shall I look?", late, Button("Where is my parcel now?", "/order_status"))
    home.engine.answer("/order_status", "On its way.", understood("order_status", mood=-0.1))
    browser = await home.browser()
    await browser.say("late")
    await browser.until_said("bot", "Shall I look?")
    for times in (1, 2):
        await browser.press("Where is my parcel now?")
        await browser.until_said("bot", "On its way.", times)
    assert not any(seen(browser.texts("bot")))


async def test_acknowledging_can_be_switched_off(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    async with house(tmp_path, database_url, redis_url, mood={"acknowledge": {"enabled": False}}) as home:
        home.engine.answer("late", "Let me look.", understood("late_parcel", mood=-0.4))
        browser = await home.browser()
        await browser.say("late")
        await browser.until_said("bot", "Let me look.")
        assert browser.texts("bot") == ["Let me look."]


async def test_how_a_message_sounds_is_not_enough_to_be_told_that_one_is_annoyed(home: House) -> None:
    sounds = msgspec.structs.replace(calm("goodbye", -0.4), mood_reasons=("sounds upset",))
    home.engine.answer("perfect, that was all", "Goodbye.", sounds)
    browser = await home.browser()
    await browser.say("perfect, that was all")
    await browser.until_said("bot", "Goodbye.")
    assert browser.texts("bot") == ["Goodbye."]
