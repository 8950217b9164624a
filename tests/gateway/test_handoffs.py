"""From the bot to a person and back: who answers, what everybody sees, and that nothing is lost on the way."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import msgspec

from bot.engine.wire import Entity, Reply, TurnResult, Wish
from conversations.store import conversations, handoffs, turns
from tests.front import House, house
from tests.scripted_engine import MODEL, understood


async def test_an_upset_contact_reaches_the_queue_with_the_reason_and_is_told_place_and_reference(home: House) -> None:
    angry = "this is ridiculous, nothing works"
    home.engine.answer(angry, "Sorry to hear.", understood("complaint", mood=-0.8))
    browser, agent = await home.browser(), await home.agent()
    await browser.say(angry)
    await browser.until(lambda: any("in line" in text and "1" in text for text in browser.texts("system")))
    assert "Sorry to hear." not in browser.texts("bot")
    await browser.until(lambda: browser.state["owner"] == "queue")
    assert browser.state["reference"].startswith("FD-")
    assert browser.state["reference"] in browser.texts("bot")[0]
    reason = (await agent.waiting())[0]["reasons"][0]
    assert (reason["kind"], reason["message"]) == ("mood_low", 1)
    assert angry in reason["evidence"]
    await browser.say("ok thanks")
    await browser.until_said("system", "I've passed that on to the person")


async def test_not_understood_twice_running_goes_to_a_person(home: House) -> None:
    puzzled = understood("nlu_fallback").__class__("nlu_fallback", 0.3, understood=False)
    for text in ("blub", "blab"):
        home.engine.answer(text, "I did not understand.", puzzled)
    browser = await home.browser()
    await browser.say("blub")
    await browser.until_said("bot", "I did not understand.")
    await browser.say("blab")
    await browser.until(lambda: browser.state.get("owner") == "queue")


def several(first: str, second: str, *replies: Reply, form: str | None = None) -> TurnResult:
    """The answer to a message with two wishes; the first is what the whole message is taken for."""
    parse = understood(first)
    wishes = Wish("one", first, 0.9), Wish("two", second, 0.9)
    return TurnResult(MODEL, msgspec.structs.replace(parse, wishes=wishes), replies, {"n": 1}, active_form=form)


async def test_a_wish_for_a_person_among_others_is_heard_and_the_others_are_answered(home: House) -> None:
    opening, asked = Reply("Nine to five.", wish="store_hours"), Reply("I'll ask.", wish="talk_to_human")
    home.engine.answers["both"] = several("store_hours", "talk_to_human", opening, asked)
    browser = await home.browser()
    await browser.say("both")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    await browser.until_said("system", "in line")
    assert "Nine to five." in browser.texts("bot")
    assert "I'll ask." not in browser.texts("bot")


async def test_a_form_asks_nothing_any_more_when_a_person_was_wanted_too(home: House) -> None:
    asked, asking = Reply("I'll ask.", wish="talk_to_human"), Reply("Your number?", wish="order_status")
    home.engine.answers["both"] = several("order_status", "talk_to_human", asked, asking, form="order_status_form")
    browser = await home.browser()
    await browser.say("both")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    await browser.until_said("system", "in line")
    assert "Your number?" not in browser.texts("bot")


async def test_a_reserved_wish_among_others_has_its_own_words_and_nothing_light_beside_them(home: House) -> None:
    opening, first_aid = Reply("Nine to five.", wish="store_hours"), Reply("Call 999.", wish="crisis")
    home.engine.answers["both"] = several("store_hours", "crisis", opening, first_aid)
    browser, agent = await home.browser(), await home.agent()
    await browser.say("both")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    await browser.until_said("bot", "Call 999.")
    assert "Nine to five." not in browser.texts("bot")
    assert [reason["kind"] for reason in (await agent.waiting())[0]["reasons"]] == ["reserved"]


async def test_an_upset_contact_hears_what_was_understood_matter_product_and_order(home: House) -> None:
    wok = Entity("product", "wok", 0, 3)
    late = msgspec.structs.replace(understood("late_parcel", mood=-0.8), entities=(wok,))
    number = msgspec.structs.replace(understood("inform"), entities=(Entity("order_number", "PC-10453", 0, 8),))
    home.engine.answer("it is PC-10453", "Thank you.", number)
    home.engine.answer("the wok still is not here, what a mess", "Hm.", late)
    browser = await home.browser()
    await browser.say("it is PC-10453")
    await browser.until_said("bot", "Thank you.")
    await browser.say("the wok still is not here, what a mess")
    await browser.until_said("bot", "it's about a parcel that is late (the wok, order PC-10453)")


async def test_somebody_in_despair_is_told_no_place_in_line_and_shown_no_way_out(home: House) -> None:
    home.engine.answer("I want to die", "Call 999.", understood("crisis"))
    browser = await home.browser()
    await browser.say("I want to die")
    await browser.until_said("system", "116 123")
    assert not [text for text in browser.texts("system") if "line" in text or "number" in text]
    assert not browser.buttons()
    assert browser.state["waiting"] and browser.state.get("place") is None


async def test_despair_while_waiting_is_told_no_place_in_line_either(home: House) -> None:
    home.engine.answer("I want to die", "Call 999.", understood("crisis"))
    browser = await home.browser()
    await home.handoff(browser)
    await browser.press("Ask the assistant meanwhile")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.say("I want to die")
    await browser.until_said("system", "write to you here")
    assert "line" not in browser.texts("system")[-1]


async def test_danger_is_heard_from_somebody_who_waits_already(home: House) -> None:
    home.engine.answer("I want to die", "Call 999.", understood("crisis"))
    browser, agent = await home.browser(), await home.agent()
    await home.handoff(browser)
    await browser.say("I want to die")
    await browser.until_said("system", "116 123")
    (one,) = await agent.waiting()
    assert one["priority"] == 9 and [reason["kind"] for reason in one["reasons"]] == ["asked", "reserved"]
    assert "line" not in browser.texts("system")[-1]


async def test_who_waits_calls_it_off_in_words_but_not_in_a_crisis(home: House) -> None:
    home.engine.answer("never mind", "All right.", understood("cancel"))
    home.engine.answer("I want to die", "Call 999.", understood("crisis"))
    browser, agent = await home.browser(), await home.agent()
    await home.handoff(browser)
    await browser.say("never mind")
    await browser.until(lambda: browser.state["owner"] == "bot")
    assert not await agent.waiting()
    await browser.say("I want to die")
    await browser.until_said("system", "116 123")
    await browser.say("never mind")
    await asyncio.sleep(0.5)
    assert browser.state["owner"] == "queue" and len(await agent.waiting()) == 1


async def test_an_engine_that_is_away_keeps_nobody_from_adding_to_what_waits(home: House) -> None:
    browser = await home.browser()
    await home.handoff(browser)
    home.engine.down = True
    await browser.say("my pan is cracked")
    await browser.until_said("system", "added")


async def test_the_whole_way_there_and_back(home: House) -> None:
    browser, agent = await home.browser(), await home.agent("Ana")
    handoff_id = await home.handoff(browser)
    await browser.say("my pan is cracked")
    await browser.until_said("system", "added")
    detail = await agent.act(handoff_id, "claim")
    assert {"reply", "note", "resolve", "return", "release", "transfer", "snooze"} <= set(detail["may"])
    assert "claim" not in detail["may"]
    assert "my pan is cracked" in [line["text"] for line in detail["transcript"]]
    await browser.until(lambda: browser.state.get("agent") == "Ana")
    await agent.reply(handoff_id, "I'll send you a new one.")
    await browser.until_said("agent", "I'll send you a new one.")
    await browser.say("thank you!")
    await browser.until(lambda: "thank you!" in browser.texts("contact"))
    asked_before = len(home.engine.asked)
    await agent.act(handoff_id, "resolve", outcome="solved")
    await browser.until(lambda: browser.state.get("owner") == "bot")
    await browser.press("5 of 5")
    await browser.until(
        lambda: any(b["title"] == "Add a comment" for m in browser.messages.values() for b in m.get("buttons", []))
    )
    await browser.press("Add a comment")
    await browser.until(lambda: len(browser.texts("system")) >= 6)
    await browser.say("Ana was lovely")
    await asyncio.sleep(0)
    await browser.until(lambda: "Ana was lovely" in browser.texts("contact"))
    await browser.say("and now a new question")
    await browser.until_said("bot", "You said: and now a new question")
    assert len(home.engine.asked) == asked_before + 1
    conversation_id = await only_conversation(home)
    async with home.front.database.read() as tx:
        assert await turns.survey_of(tx, conversation_id, 1) == (5, "Ana was lovely")
        held = await conversations.get(tx, conversation_id)
    assert held is not None
    assert held.episode == 2


async def only_conversation(home: House) -> str:
    from sqlalchemy import select

    from conversations.store import tables as t

    async with home.front.database.read() as tx:
        return str((await tx.execute(select(t.conversation.c.id))).scalars().one())


async def test_a_bare_digit_after_the_survey_counts_and_any_other_message_is_a_question(home: House) -> None:
    for answer, stars in (("4", 4), ("great", None)):
        browser, agent = await home.browser(), await home.agent(f"Ana {answer}")
        handoff_id = await home.handoff(browser)
        await agent.act(handoff_id, "claim")
        await agent.act(handoff_id, "resolve", outcome="solved")
        await browser.until(lambda b=browser: b.state.get("owner") == "bot")
        await browser.say(answer)
        sender, before = ("system", 4) if stars else ("bot", 1)
        await browser.until(lambda b=browser, s=sender, n=before: len(b.texts(s)) > n)
        async with home.front.database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            assert handoff is not None
            assert (await turns.survey_of(tx, handoff.conversation_id, 1))[0] == stars


async def test_the_bot_is_silent_after_a_claim_even_with_an_answer_on_its_way(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await browser.press("Ask the assistant meanwhile")
    await browser.until(lambda: browser.state["owner"] == "bot")
    assert browser.state["waiting"]
    home.engine.hold.clear()
    await browser.say("one more thing")
    await browser.until(lambda: len(home.engine.asked) == 1)
    await agent.act(handoff_id, "claim")
    home.engine.hold.set()
    await browser.until(lambda: browser.state["owner"] == "agent")
    detail = await agent.call("GET", f"/handoffs/{handoff_id}")
    await asyncio.sleep(0.5)
    assert "You said: one more thing" not in browser.texts("bot")
    assert "one more thing" in [line["text"] for line in detail["transcript"]]
    joined = next(m["number"] for m in browser.messages.values() if m["sender"] == "system" and "Ana" in m["text"])
    assert not [m for m in browser.messages.values() if m["sender"] == "bot" and m["number"] > joined]


async def test_text_for_a_person_never_reaches_the_engine(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await browser.say("while waiting")
    await agent.act(handoff_id, "claim")
    await browser.say("for Ana only")
    await browser.until(lambda: "for Ana only" in browser.texts("contact"))
    await asyncio.sleep(0.3)
    assert home.engine.asked == []


async def test_the_assistant_answers_meanwhile_and_the_place_is_kept(home: House) -> None:
    first, second = await home.browser(), await home.browser()
    await home.handoff(first)
    await home.handoff(second)
    await first.press("Ask the assistant meanwhile")
    await first.until(lambda: first.state["owner"] == "bot")
    await first.say("what is a corer?")
    await first.until_said("bot", "You said: what is a corer?")
    assert (first.state["waiting"], first.state["place"]) == (True, 1)
    assert second.state["place"] == 2


async def test_a_new_trigger_while_waiting_adds_its_reason_and_never_a_second_handoff(home: House) -> None:
    home.engine.answer("useless!", "Hm.", understood("complaint", mood=-0.9))
    browser, agent = await home.browser(), await home.agent()
    await home.handoff(browser)
    await browser.press("Ask the assistant meanwhile")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.say("useless!")
    await browser.until(lambda: browser.state["owner"] == "queue")
    waiting = await agent.waiting()
    assert [[r["kind"] for r in h["reasons"]] for h in waiting] == [["asked", "mood_low"]]
    assert waiting[0]["priority"] == 3


async def test_who_cancels_is_back_with_the_bot_and_out_of_the_queue(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    await home.handoff(browser)
    await browser.press("Cancel, I don't need a person")
    await browser.until(lambda: browser.state["owner"] == "bot" and not browser.state["waiting"])
    assert await agent.waiting() == []
    await browser.say("hello again")
    await browser.until_said("bot", "You said: hello again")


async def test_a_second_and_a_third_handoff_of_the_same_contact_work(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    references = set()
    for time in range(3):
        handoff_id = await home.handoff(browser)
        references.add(browser.state["reference"])
        await agent.act(handoff_id, "claim")
        await agent.reply(handoff_id, f"answer {time}")
        await browser.until_said("agent", f"answer {time}")
        await agent.act(handoff_id, "resolve", outcome="solved")
        await browser.until(lambda: browser.state["owner"] == "bot")
        await browser.say(f"question {time}")
        await browser.until_said("bot", f"You said: question {time}")
    assert len(references) == 3


async def test_returned_to_the_assistant_it_answers_again(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "return")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.say("hello")
    await browser.until_said("bot", "You said: hello")
    assert home.engine.asked[-1].state is None


async def test_a_released_handoff_waits_again_in_its_old_place(home: House) -> None:
    first, second, agent = await home.browser(), await home.browser(), await home.agent()
    handoff_id = await home.handoff(first)
    await home.handoff(second)
    await agent.act(handoff_id, "claim")
    await second.until(lambda: second.state["place"] == 1)
    await agent.act(handoff_id, "release")
    await first.until(lambda: first.state["owner"] == "queue")
    assert first.state["place"] == 1
    await second.until(lambda: second.state["place"] == 2)


async def test_an_agent_who_stays_silent_loses_the_handoff_to_the_queue(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={"lease": 0.5}) as home:
        browser, agent = await home.browser(), await home.agent()
        handoff_id = await home.handoff(browser)
        await agent.act(handoff_id, "claim")
        await browser.until_said("system", "Ana")
        await browser.until(lambda: len(browser.texts("system")) >= 4)
        await agent.reply(handoff_id, "too late", expect=409)
        assert "too late" not in browser.texts("agent")


async def test_no_lease_runs_while_nobody_waits_for_the_agent(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={"lease": 3}) as home:
        browser, agent = await home.browser(), await home.agent()
        handoff_id = await home.handoff(browser)
        await agent.act(handoff_id, "claim")
        await agent.reply(handoff_id, "I am here.")
        await asyncio.sleep(3.5)
        assert browser.state["owner"] == "agent"
        await browser.say("still there?")
        await browser.until(lambda: browser.state["owner"] == "queue")


async def test_a_contact_who_waits_long_is_told_again(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={"told_again": 0.4}) as home:
        browser = await home.browser()
        await home.handoff(browser)
        told = len(browser.texts("system"))
        await browser.until(lambda: len(browser.texts("system")) > told)


async def test_out_of_hours_the_contact_hears_when_people_are_back(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    closed = {"timezone": "Europe/London", "monday": ["00:00-00:01"]}
    async with house(tmp_path, database_url, redis_url, teams=[{"name": "support", "hours": closed}]) as home:
        browser = await home.browser()
        await home.handoff(browser)
        await browser.until(lambda: any("Monday" in t or "at 00:00" in t for t in browser.texts("system")))


async def test_a_message_an_agent_sends_again_is_said_once(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    key = str(uuid.uuid4())
    for _ in range(3):
        await agent.reply(handoff_id, "Hello!", key)
    await browser.until_said("agent", "Hello!")
    assert browser.texts("agent") == ["Hello!"]


async def test_asking_for_a_person_is_heard_at_once_while_the_engine_hangs(home: House) -> None:
    home.engine.hold.clear()
    browser = await home.browser()
    await browser.say("hello")
    await browser.until(lambda: len(home.engine.asked) == 1)
    await browser.send(type="menu", id=str(uuid.uuid4()), command="human")
    await browser.until(lambda: browser.state["owner"] == "queue", seconds=8)
    assert len(browser.texts("bot")) == 1


async def test_who_waits_again_after_a_release_is_told_place_and_told_again(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={"told_again": 1.0}) as home:
        browser, agent = await home.browser(), await home.agent()
        handoff_id = await home.handoff(browser)
        await agent.act(handoff_id, "claim")
        await agent.act(handoff_id, "release")
        await browser.until(lambda: browser.state["owner"] == "queue")
        told = len(browser.texts("system"))
        await browser.until(lambda: len(browser.texts("system")) > told)


async def test_a_comment_that_was_asked_for_is_not_taken_from_what_is_said_to_an_agent(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "resolve", outcome="solved")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.press("3 of 5")
    await browser.until(
        lambda: any(
            m.get("buttons", [{}])[0].get("title") == "Add a comment"
            for m in browser.messages.values()
            if m.get("buttons")
        )
    )
    await browser.press("Add a comment")
    second = await home.handoff(browser)
    detail = await agent.act(second, "claim")
    assert "3 of 5" in str(detail["transcript"])
    await browser.say("this is for Ana")
    await browser.until(lambda: "this is for Ana" in browser.texts("contact"))
    await asyncio.sleep(0.3)
    detail = await agent.call("GET", f"/handoffs/{second}")
    assert "this is for Ana" in str(detail["transcript"])
    async with home.front.database.read() as tx:
        assert (await turns.survey_of(tx, await only_conversation(home), 1))[1] is None


async def test_taking_up_a_cut_form_the_order_number_is_known(home: House) -> None:
    asking = TurnResult(
        MODEL, understood("order_status"), (Reply("And the e-mail?"),), {"n": 1}, active_form="order_status_form",
        slots={"order_number": "PC-10452"},
    )  # fmt: skip
    home.engine.answers = {"PC-10452": asking}
    browser, agent = await home.browser(), await home.agent()
    await browser.say("PC-10452")
    await browser.until_said("bot", "And the e-mail?")
    upset = TurnResult(
        MODEL, understood("order_status", mood=-0.9), (Reply("Hm."),), {"n": 2}, active_form="order_status_form",
        slots={"order_number": "PC-10452"},
    )  # fmt: skip
    home.engine.answers["useless!"] = upset
    await browser.say("useless!")
    await browser.until(lambda: browser.state["owner"] == "queue")
    handoff_id = (await agent.waiting())[0]["id"]
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "return")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.until(
        lambda: any(b["title"].startswith("Continue") for m in browser.messages.values() for b in m.get("buttons", []))
    )
    title = next(
        b["title"] for m in browser.messages.values() for b in m.get("buttons", []) if b["title"].startswith("Continue")
    )
    await browser.press(title)
    await browser.until_said("bot", "You said: /order_status")
    assert home.engine.asked[-1].facts["order_number"] == "PC-10452"


async def test_who_is_told_again_hears_their_place_as_it_is_and_why_it_grew(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={"told_again": 1.0}) as home:
        first, second = await home.browser(), await home.browser()
        home.engine.answer("I will sue you", "I see.", understood("legal_threat"))
        await home.handoff(first)
        await first.until(lambda: any("1" in text and "line" in text for text in first.texts("system")))
        await second.say("I will sue you")
        await second.until(lambda: second.state["owner"] == "queue")
        await first.until_said("system", "more urgent goes first. I've reminded them. You're number 2 in line now.")
        assert not any("still" in text for text in first.texts("system"))
