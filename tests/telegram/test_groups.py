"""In groups: heard only when named or replied to; what is about one contact goes on in their private chat."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.wire import Button, Reply, TurnResult
from conversations.model import Outbound, Sender, Status
from conversations.store import conversations
from tests.scripted_engine import MODEL, understood
from tests.telegram.conftest import TelegramHouse
from tests.telegram.peer import ANNA, BEN, GROUP

PLACE = f"telegram:{GROUP}/{ANNA}"
MOVED = "This is for you alone"
NAMED = [{"type": "mention", "offset": 0, "length": 9}]


def knows(home: TelegramHouse) -> None:
    home.house.engine.answer("when are you open?", "Nine to five.", understood("store_hours"))
    home.house.engine.answer("where is my order?", "It is on its way.", understood("order_status"))


@pytest.fixture(autouse=True)
def general(home: TelegramHouse) -> None:
    knows(home)


async def ask(home: TelegramHouse, text: str, who: int = ANNA) -> int:
    return await home.peer.say(f"@shop_bot {text}", who, GROUP, entities=NAMED)


async def test_what_people_say_to_each_other_is_not_kept(home: TelegramHouse) -> None:
    await home.peer.say("when are you open?", ANNA, GROUP)
    assert await home.record(PLACE) == []


async def test_a_general_answer_stays_in_the_group_as_a_reply(home: TelegramHouse) -> None:
    asked = await ask(home, "when are you open?")
    (shown,) = await home.until_shown("Nine to five.", GROUP)
    assert shown.reply_to == asked
    assert await home.peer.texts(ANNA) == []


async def test_two_people_in_a_group_have_a_conversation_each(home: TelegramHouse) -> None:
    await ask(home, "when are you open?")
    await ask(home, "when are you open?", BEN)
    await home.until_shown("Nine to five.", GROUP, times=2)
    assert await home.heard(PLACE) == await home.heard(f"telegram:{GROUP}/{BEN}") == ["when are you open?"]


async def test_what_is_about_one_contact_is_told_in_private_and_the_group_sees_a_link(home: TelegramHouse) -> None:
    home.house.engine.answers["where is my order?"] = TurnResult(
        MODEL, understood("order_status"), replies=(Reply("It is on its way."), Reply("Anything else?")), state={"n": 1}
    )
    asked = await ask(home, "where is my order?")
    await home.until_shown("Anything else?", ANNA)
    assert await home.peer.texts(ANNA) == ["It is on its way.", "Anything else?"]
    (link,) = await home.until_shown(MOVED, GROUP)
    assert link.buttons == (("Open our private chat", f"https://t.me/shop_bot?start=g{GROUP}"),)
    assert link.reply_to == asked
    assert len(await home.peer.texts(GROUP)) == 1


async def test_who_has_not_opened_the_private_chat_is_told_there_once_they_do(home: TelegramHouse) -> None:
    await home.peer.blocks(ANNA)
    await ask(home, "where is my order?")
    await home.until_shown(MOVED, GROUP)
    await ask(home, "when are you open?")
    await home.until_shown("Nine to five.", GROUP)
    await home.peer.opens(ANNA)
    start = await home.peer.say(f"/start g{GROUP}")
    await home.until_shown("It is on its way.", ANNA)
    await home.peer.repeat(start)
    await home.peer.say("and when does it come?")
    await home.until_shown("You said: and when does it come?", ANNA)
    assert await home.peer.texts(ANNA) == ["It is on its way.", "You said: and when does it come?"]
    assert await home.heard(PLACE) == ["where is my order?", "when are you open?", "and when does it come?"]


async def test_a_handoff_from_a_group_goes_on_in_private_to_its_survey(home: TelegramHouse) -> None:
    await home.peer.say("/human@shop_bot", ANNA, GROUP, entities=[{"type": "bot_command", "offset": 0, "length": 15}])
    agent = await home.house.agent("Ana Lopes")
    handoff = (await home.until(agent.waiting))[0]["id"]
    await agent.act(handoff, "claim")
    await home.until_shown("Ana", ANNA)
    await agent.reply(handoff, "Which order is it?")
    await home.until_shown("Which order is it?", ANNA)
    await home.peer.say("it is number 1045")
    assert (await home.heard(PLACE))[-1] == "it is number 1045"
    await agent.act(handoff, "resolve", outcome="solved")

    async def stars() -> Any:
        return [one for one in await home.peer.messages(ANNA) if len(one.buttons) == 5]

    survey = (await home.until(stars))[0]
    await home.peer.press(survey.buttons[4][0])
    await home.until_shown("Thank", ANNA)
    texts = await home.peer.texts(GROUP)
    assert len(texts) == 1 and MOVED in texts[0]
    assert await home.record() == []  # nothing began anew in the private chat


async def test_an_agent_sees_that_nobody_has_opened_the_private_chat_and_their_words_wait_for_it(
    home: TelegramHouse,
) -> None:
    await home.peer.blocks(ANNA)
    await ask(home, "when are you open?")
    await home.until_shown("Nine to five.", GROUP)
    async with home.house.front.database.write() as tx:
        await conversations.say(tx, PLACE, 1, [Outbound(Sender.AGENT, "Hello, this is Ana.", name="Ana")])
    await home.until_shown(MOVED, GROUP)

    async def last() -> bool:
        return (await home.record(PLACE))[-1].status is Status.FAILED

    await home.until(last)
    await home.peer.opens(ANNA)
    await home.peer.say(f"/start g{GROUP}")
    await home.until_shown("Hello, this is Ana.", ANNA)


async def test_somebody_else_s_button_does_nothing_for_others(home: TelegramHouse) -> None:
    choices = Button("Yes", "/affirm"), Button("No", "/deny")
    home.house.engine.answer("a riddle please", "Another?", understood("joke"), *choices)
    await ask(home, "a riddle please")
    await home.until_shown("Another?", GROUP)
    await home.peer.press("Yes", BEN, GROUP)

    async def told() -> Any:
        return await home.peer.calls("answerCallbackQuery")

    assert (await home.until(told))[0]["text"] == "These buttons are for somebody else."
    assert await home.record(f"telegram:{GROUP}/{BEN}") == []
    await home.peer.press("Yes", ANNA, GROUP)
    await home.until_shown("Another?\n\n✓ Yes", GROUP)


async def test_a_question_of_a_form_is_asked_in_private(home: TelegramHouse) -> None:
    home.house.engine.answers["when are you open on sundays?"] = TurnResult(
        MODEL, understood("store_hours"), replies=(Reply("In which town?"),), state={"n": 1}, active_form="town_form"
    )
    await ask(home, "when are you open on sundays?")
    await home.until_shown("In which town?", ANNA)


async def test_a_private_chat_of_its_own_stays_its_own(home: TelegramHouse) -> None:
    await home.peer.say("hello from the private chat")
    await home.until_shown("You said: hello from the private chat")
    await ask(home, "when are you open?")
    await home.until_shown("Nine to five.", GROUP)
    await home.peer.say("still the private chat")
    await home.until_shown("You said: still the private chat")
    assert await home.heard() == ["hello from the private chat", "still the private chat"]


async def test_a_group_that_becomes_a_supergroup_is_followed(home: TelegramHouse) -> None:
    """https://core.telegram.org/bots/api#responseparameters"""
    moved = {"migrate_to_chat_id": -100777}
    await home.peer.fault(
        "sendMessage", chat=GROUP, status=400, description="Bad Request: group chat was upgraded", parameters=moved
    )
    await ask(home, "when are you open?")
    await home.until_shown("Nine to five.", -100777)
    await ask(home, "when are you open?")
    await home.until_shown("Nine to five.", -100777, times=2)


async def test_a_general_command_is_answered_in_the_group(home: TelegramHouse) -> None:
    await home.peer.say("/help@shop_bot", ANNA, GROUP, entities=[{"type": "bot_command", "offset": 0, "length": 14}])
    await home.until_shown("person", GROUP)
    assert await home.peer.texts(ANNA) == []


async def test_the_link_waits_for_its_turn_in_a_group_that_is_full(home: TelegramHouse) -> None:
    front = home.house.front
    assert front.telegram is not None
    front.telegram.api._pace.hold(GROUP, 1.5)
    await ask(home, "where is my order?")
    await home.until_shown("It is on its way.", ANNA)
    assert await home.peer.texts(GROUP) == []
    await home.until_shown(MOVED, GROUP)


async def test_an_edit_that_takes_the_mention_out_changes_what_was_said_to_the_bot(home: TelegramHouse) -> None:
    asked = await ask(home, "when are you open?")
    overheard = await home.peer.say("see you at nine", ANNA, GROUP)
    await home.until_shown("Nine to five.", GROUP)
    for message, text in ((asked, "never mind"), (overheard, "see you at ten")):
        edited = {**home.peer.said[message]["message"], "text": text, "entities": [], "edit_date": 2_000_000_000}
        await home.peer.update(edited_message=edited)
    assert await home.heard(PLACE) == ["never mind"]
