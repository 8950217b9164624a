"""What becomes of words in a thread by whoever does not hold the handoff, and how the holder's are marked."""

from __future__ import annotations

import asyncio

from escalation import tables
from tests.gateway.later import rows
from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, buttons, words
from tests.slack_stand_in import CHANNEL, Ephemeral, Message


def reactions(home: SlackHouse, ts: str) -> list[str]:
    return list(home.slack.message(CHANNEL, ts).reactions)


async def told(home: SlackHouse, user: str, number: int = 1) -> Ephemeral:
    return (await home.until(lambda: len(home.told(user)) >= number and home.told(user)))[number - 1]  # type: ignore[no-any-return] # an Ephemeral


async def test_the_first_word_in_an_unclaimed_thread_is_asked_about_once_and_the_rest_is_a_discussion(
    home: SlackHouse,
) -> None:
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.slack.write(ANA, CHANNEL, "// mine, I think", card.ts)
    await home.slack.write(ANA, CHANNEL, "who takes this?", card.ts)
    asked = await told(home, ANA)
    assert [one for one in ("Take over and send", "Only discuss") if one not in words(asked)] == []
    await home.slack.press(ANA, CHANNEL, asked.ts, "keep")
    await home.until(lambda: asked.deleted)
    await home.slack.write(ANA, CHANNEL, "I cannot", card.ts)
    await home.slack.write(BEN, CHANNEL, "me neither", card.ts)
    await told(home, BEN)
    assert len(home.told(ANA)) == 1 and not browser.texts("agent")


async def test_take_over_and_send_claims_and_says_it(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    first = await home.slack.write(ANA, CHANNEL, "Hello, I am Ana.", card.ts)
    asked = await told(home, ANA)
    await home.slack.press(ANA, CHANNEL, asked.ts, "claim_and_send")
    await home.slack.press(ANA, CHANNEL, asked.ts, "claim_and_send") if not asked.deleted else None
    await browser.until_said("agent", "Hello, I am Ana.")
    await home.until(lambda: asked.deleted and reactions(home, first.ts) == ["white_check_mark"])
    assert browser.texts("agent") == ["Hello, I am Ana."]


async def test_what_is_sent_after_all_is_what_the_agent_wrote_not_the_masked_note(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    text = "Your new PIN is 4821, it works & holds at once."
    await home.slack.write(ANA, CHANNEL, text.replace("&", "&amp;"), card.ts)
    asked = await told(home, ANA)
    [note] = await rows(home.house, tables.note)
    assert "[secret]" in note.text
    home.slack.fail("conversations.replies", "internal_error")
    await home.slack.press(ANA, CHANNEL, asked.ts, "claim_and_send")
    refused = await told(home, ANA, 2)
    assert refused.text.startswith("Slack does not give your words back") and browser.state["owner"] == "queue"
    await home.slack.press(ANA, CHANNEL, asked.ts, "claim_and_send")
    await browser.until_said("agent", text)
    assert browser.texts("agent") == [text]


async def test_who_lost_a_handoff_may_claim_it_again_with_what_they_wrote(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.choose(ANA, card, "release")
    await home.until(lambda: "claim" in buttons(card))
    for number, text in enumerate(("one more thing", "and another"), start=1):
        await home.slack.write(ANA, CHANNEL, text, card.ts)
        asked = await told(home, ANA, number)
        assert "Claim again and send" in words(asked) and "Keep as note" in words(asked)
    await home.slack.press(ANA, CHANNEL, asked.ts, "claim_and_send")
    await browser.until_said("agent", "and another")
    assert browser.texts("agent") == ["and another"]


async def test_words_after_a_resolution_may_reopen_it(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.press(ANA, CHANNEL, card.ts, "resolve")
    form = await home.until(home.form)
    await home.slack.submit(ANA, form.id, {"outcome": "solved", "comment": ""})
    await browser.until(lambda: browser.state["owner"] == "bot")
    await home.slack.write(ANA, CHANNEL, "It has just arrived here!", card.ts)
    asked = await told(home, ANA)
    assert "Reopen and send" in words(asked) and "Keep as note" in words(asked)
    await home.slack.press(ANA, CHANNEL, asked.ts, "reopen_and_send")
    await browser.until_said("agent", "It has just arrived here!")
    assert browser.state["owner"] == "agent"


async def test_what_the_contact_s_channel_took_is_ticked_and_once(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    said = await home.slack.write(ANA, CHANNEL, "Hello!", card.ts)
    note = await home.slack.write(ANA, CHANNEL, "// a note", card.ts)
    await browser.until_said("agent", "Hello!")
    await home.until(lambda: reactions(home, said.ts) == ["white_check_mark"])
    await browser.say("hello")
    await home.until(lambda: "hello" in home.said(card))
    assert reactions(home, note.ts) == [] and len(home.slack.called("reactions.add")) == 1


async def test_what_is_not_shown_yet_bears_no_tick(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    token = browser.token
    await browser.close()
    said = await home.slack.write(ANA, CHANNEL, "Are you still there?", card.ts)
    await asyncio.sleep(1.0)
    assert reactions(home, said.ts) == []
    back = await home.house.browser(token)
    await back.until_said("agent", "Are you still there?")
    await home.until(lambda: reactions(home, said.ts) == ["white_check_mark"], 30)


async def test_a_tick_whose_answer_was_lost_or_that_is_there_already_is_a_success(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    home.slack.lose_answer("reactions.add")
    said = await home.slack.write(ANA, CHANNEL, "Hello!", card.ts)
    await home.until(lambda: len(home.slack.called("reactions.add")) >= 2, 30)
    assert (home.slack.called("reactions.add")[-1].answer or {}).get("error") == "already_reacted"
    assert reactions(home, said.ts) == ["white_check_mark"]
    asked = len(home.slack.called("reactions.add"))
    await browser.say("hello")
    await home.until(lambda: "hello" in home.said(card))
    assert len(home.slack.called("reactions.add")) == asked


async def test_without_the_scope_for_ticks_the_words_still_come(home: SlackHouse) -> None:
    home.slack.scopes -= {"reactions:write"}
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.write(ANA, CHANNEL, "Hello!", card.ts)
    await browser.until_said("agent", "Hello!")
    await browser.say("good morning")
    await home.until(lambda: "good morning" in home.said(card))


async def test_a_stranger_who_writes_in_a_thread_is_told_alone(home: SlackHouse) -> None:
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.slack.write(EVE, CHANNEL, "I can help", card.ts)
    assert "roster" in (await told(home, EVE)).text
    assert not browser.texts("agent")


def line_of(home: SlackHouse, card: Message, part: str) -> list[Message]:
    return [one for one in home.thread(card) if part in words(one)]
