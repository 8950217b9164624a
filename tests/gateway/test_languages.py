"""A contact who writes a language that the content has not: kind words in it, and a person who may speak it."""

from __future__ import annotations

from bot.engine.wire import Parse, Reply, TurnResult
from tests.front import Browser, House
from tests.scripted_engine import MODEL

GERMAN, ANSWER = "wo bleibt mein Paket?", "Es tut mir leid, bisher kann ich nur auf Englisch antworten."
PERSON = "Mit einem Menschen sprechen"


def not_english(home: House, text: str, language: str, *, understood: bool = False) -> None:
    """Has the engine answer as it does to another language."""
    parse = Parse("nlu_fallback", 0.2, understood=understood, scope="out", language=language)
    state, slots = {"n": 1}, {"language": language}
    home.engine.answers[text] = TurnResult(MODEL, parse, replies=(Reply(ANSWER),), state=state, slots=slots)


async def said_in_german(home: House) -> Browser:
    not_english(home, GERMAN, "de")
    browser = await home.browser()
    await browser.say(GERMAN)
    await browser.until(lambda: PERSON in browser.buttons())
    return browser


async def test_after_the_kind_answer_a_person_is_offered_in_the_contact_s_language(home: House) -> None:
    browser = await said_in_german(home)
    assert browser.texts("bot")[0] == ANSWER
    assert "nicht versprechen" in browser.texts("bot")[1]


async def test_it_is_told_when_somebody_on_the_roster_speaks_it(home: House) -> None:
    await home.agent("Ana", languages=("en", "de"))
    browser = await said_in_german(home)
    assert "auch Deutsch gesprochen" in browser.texts("bot")[1]


async def test_a_language_that_the_notices_have_no_words_for_is_named_in_english(home: House) -> None:
    await home.agent("Ana", languages=("sv",))
    not_english(home, "var är mitt paket", "sv")
    browser = await home.browser()
    await browser.say("var är mitt paket")
    await browser.until_said("bot", "Some of us here do speak Swedish.")
    assert "Talk to a person" in browser.buttons()


async def test_the_person_is_asked_in_that_language_and_agents_see_which_it_is(home: House) -> None:
    browser, agent = await said_in_german(home), await home.agent()
    await browser.press(PERSON)
    await browser.until_said("bot", "Vorgangsnummer")
    waiting = (await agent.waiting())[0]
    assert waiting["language"] == "German"
    detail = await agent.call("GET", f"/handoffs/{waiting['id']}")
    assert {"label": "Writes in", "value": "German", "message": None, "confidence": None} in detail["brief"]["facts"]


async def test_not_understood_twice_is_told_in_that_language(home: House) -> None:
    browser = await said_in_german(home)
    await browser.say(GERMAN)
    await browser.until_said("bot", "so komme ich nicht weiter")
    assert browser.buttons().count(PERSON) == 1


async def test_what_was_understood_needs_no_word_about_languages(home: House) -> None:
    not_english(home, "complaint in German", "de", understood=True)
    not_english(home, "blub", "en")
    not_english(home, "ok", "")
    browser = await home.browser()
    for number, text in enumerate(("complaint in German", "blub"), start=1):
        await browser.say(text)
        await browser.until_said("bot", ANSWER, times=number)
    other = await home.browser()
    await other.say("ok")
    await other.until_said("bot", ANSWER)
    assert browser.texts("bot") == [ANSWER] * 2
    assert other.texts("bot") == [ANSWER]


async def test_who_already_waits_for_a_person_is_offered_none(home: House) -> None:
    not_english(home, GERMAN, "de")
    browser = await home.browser()
    await home.handoff(browser)
    await browser.press("Ask the assistant meanwhile")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.say(GERMAN)
    await browser.until_said("bot", ANSWER)
    assert PERSON not in browser.buttons()


async def test_of_an_english_contact_no_language_is_shown(home: House) -> None:
    agent, browser = await home.agent(), await home.browser()
    not_english(home, "hello", "en", understood=True)
    await browser.say("hello")
    await browser.until_said("bot", ANSWER)
    await home.handoff(browser)
    assert (await agent.waiting())[0]["language"] is None
