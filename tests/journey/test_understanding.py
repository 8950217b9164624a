"""What the assistant understands decides what happens: conversations on the web channel, with the shipped content."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journey.conftest import Product
from tests.journey.test_journey import PATIENCE, page_of, said, write


@pytest.fixture
def chat(chromium: Browser, product: Product) -> Iterator[Page]:
    page = page_of(chromium)
    page.goto(product.base)
    yield page
    page.context.close()


def of_bot(page: Page) -> Locator:
    return page.locator("[data-testid=message][data-sender=bot]")


def ask(page: Page, text: str) -> None:
    """Write and wait until the assistant has said something more, or a person was asked."""
    before = page.locator("[data-testid=message]:not([data-sender=contact])").count()
    write(page, text)
    expect(page.locator("[data-testid=message]:not([data-sender=contact])").nth(before)).to_be_visible(timeout=PATIENCE)


def owner(page: Page, who: str) -> None:
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-owner", who, timeout=PATIENCE)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("your service is a disgrace, I am absolutely livid", id="upset"),
        pytest.param("oh wonderful, another week without my pan. thanks for nothing, guys", id="sarcastic"),
        pytest.param("I've told you this three times already and nobody listens", id="repeating"),
        pytest.param("if this isn't sorted today you will hear from my lawyer", id="threatening"),
    ],
)
def test_an_upset_contact_goes_to_a_person_at_once(chat: Page, words: str) -> None:
    write(chat, words)
    owner(chat, "queue")
    said(chat, "system", "in line")


def test_somebody_in_despair_hears_where_help_is_before_anything_else(chat: Page) -> None:
    write(chat, "I want to end it all, I can't go on")
    said(chat, "bot", re.compile(r"116 123"))
    owner(chat, "queue")
    said(chat, "system", "you come first")
    expect(chat.locator("[data-testid=message]").filter(has_text="in line")).to_have_count(0)


def test_a_new_one_for_what_came_damaged_is_taken_down_with_what_was_told(chat: Page) -> None:
    ask(chat, "the teapot came with a crack in its spout, what can be done?")
    ask(chat, "I'd rather have a new one")
    said(chat, "bot", "Which order")
    ask(chat, "PC-10471")
    said(chat, "bot", re.compile("damage to the teapot.*PC-10471.*You'd like a new one"))
    ask(chat, "yes")
    ask(chat, "do I pay for sending it back?")
    said(chat, "bot", "that's on us")


def test_a_greeting_in_another_language_is_answered_in_it(chat: Page) -> None:
    ask(chat, "Bonjour !")
    said(chat, "bot", "je ne sais répondre qu'en anglais")
    ask(chat, "merci")
    said(chat, "bot", "Avec plaisir")
    owner(chat, "bot")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Hello, the handle of my saucepan broke off, is that covered?", re.compile("warranty|broken|damaged", re.I)),
        ("my parcel is a few days late, could you tell me what happens now", re.compile("parcel|late|carrier", re.I)),
        ("REFUND please: when does the money come back?", re.compile("refund|money", re.I)),
    ],
)
def test_a_problem_told_calmly_is_answered_and_stays_with_the_assistant(
    chat: Page, words: str, answer: re.Pattern[str]
) -> None:
    ask(chat, words)
    said(chat, "bot", answer)
    owner(chat, "bot")


def test_a_joke_about_pineapple_upsets_nobody(chat: Page) -> None:
    ask(chat, "pineapple on pizza?? you monsters haha")
    owner(chat, "bot")


def test_what_it_was_not_taught_is_said_honestly_and_twice_running_goes_to_a_person(chat: Page) -> None:
    ask(chat, "who won the match between Arsenal and Chelsea yesterday")
    owner(chat, "bot")
    expect(of_bot(chat).last.get_by_role("button", name="Talk to a person")).to_be_visible()
    ask(chat, "then write me a poem about the moon landing")
    owner(chat, "queue")


def asked_what_is_meant(chat: Page) -> Locator:
    """The buttons of the question that follows a doubtful message; which is doubtful depends on the content."""
    for text in DOUBTFUL:
        chat.context.clear_cookies()
        chat.evaluate("localStorage.clear()")
        chat.reload()
        ask(chat, text)
        choices = of_bot(chat).last.get_by_role("button")
        if "Something else" in choices.all_inner_texts():
            return choices
    raise AssertionError("none of these is in doubt any more: find another message")


def test_a_doubtful_message_is_asked_about_and_the_choice_is_answered(chat: Page) -> None:
    choices = asked_what_is_meant(chat)
    expect(choices).to_have_count(3)
    expect(choices.last).to_have_text("Something else")
    for title in choices.all_inner_texts():
        assert "_" not in title, "an intent's name is shown"
    choices.first.click()
    expect(of_bot(chat)).to_have_count(2, timeout=PATIENCE)
    owner(chat, "bot")


def test_none_of_the_readings_twice_goes_to_a_person(chat: Page) -> None:
    asked_what_is_meant(chat).last.click()
    owner(chat, "queue")


def test_two_wishes_in_one_message_are_both_answered(chat: Page) -> None:
    write(chat, "how much is delivery? and what are your opening hours?")
    said(chat, "bot", "£3.95")
    said(chat, "bot", "Monday")


def test_a_german_message_is_answered_kindly_in_german_with_the_offer_of_a_person(chat: Page) -> None:
    ask(chat, "Guten Tag, meine Bestellung ist leider immer noch nicht angekommen")
    said(chat, "bot", "bisher verstehe und beantworte ich nur Englisch")
    owner(chat, "bot")


def test_the_same_question_after_its_answer_is_noticed(chat: Page) -> None:
    for _ in range(3):
        ask(chat, "where is my refund? it should be here by now")
    owner(chat, "queue")


# Each may mean two things that were taught.
DOUBTFUL = (
    "where do I bring it",
    "the money for the pan",
    "I need a new one",
    "it's the wrong day",
    "can it still be changed",
    "is it covered",
)
