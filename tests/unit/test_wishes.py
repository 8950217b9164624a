"""Which parts of a message may each be a wish, and which of them are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.person_wish import PERSON, with_person
from bot.nlu.wishes import (
    BEYOND,
    BOTH,
    MOST,
    MOST_WORDS,
    NOT_UNDERSTOOD,
    SAME,
    SURE,
    TOLD,
    Kinds,
    Part,
    Reading,
    Wish,
    candidates,
    clauses,
    told_apart,
    wishes_in,
)

ORDER, RETURN, HOURS = "order_status", "return_item", "store_hours"


def parts(text: str) -> list[str]:
    return [part.text for part in candidates(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where is my parcel, and can I return the pan?", ["where is my parcel,", "and can I return the pan?"]),
        ("Where is it? When are you open?", ["Where is it?", "When are you open?"]),
        ("cancel my order and delete my account", ["cancel my order", "and delete my account"]),
        ("are you open today\ndo you take cash", ["are you open today", "do you take cash"]),
        ("1. where is it\n2. who brings it", ["1. where is it", "2. who brings it"]),
        ("tell me a joke; what's your name", ["tell me a joke;", "what's your name"]),
        ("wo ist es? wann habt ihr auf?", ["wo ist es?", "wann habt ihr auf?"]),
    ],
)
def test_questions_and_requests_are_cut_apart(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the mug is cracked, plus you charged me twice", ["the mug is cracked,", "plus you charged me twice"]),
        ("My code fails. Also I can't log in", ["My code fails.", "Also I can't log in"]),
        ("It is late. And how do I sign in?", ["It is late.", "And how do I sign in?"]),
        ("It is late. By the way, the lid is gone", ["It is late.", "By the way, the lid is gone"]),
    ],
)
def test_what_is_told_counts_when_more_is_expressly_added(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "hello",
        "???? !!!! ....",
        "My parcel came. It is broken. I want my money back.",
        "I'd like to return the pan and the lid",
        "do you deliver on Saturday and Sunday?",
        "It's late and it's for a birthday and nobody answers",
        "Can you also send it to Bath?",
        "Thanks! Where is it?",
    ],
)
def test_a_story_with_one_question_has_no_parts(text: str) -> None:
    assert parts(text) == []


def test_what_is_told_before_the_first_question_belongs_to_it() -> None:
    assert parts("My card is declined. What now? And are you open?") == [
        "My card is declined. What now?",
        "And are you open?",
    ]


def test_no_more_parts_are_judged_than_the_limit() -> None:
    assert len(candidates("What is it? " * 20)) == MOST


@given(st.text(st.sampled_from("aI? .,;\n") | st.characters(), max_size=80))
def test_parts_are_words_of_the_text_in_their_order(text: str) -> None:
    found = candidates(text)
    assert [part.start for part in found] == sorted({part.start for part in found})
    assert all(part.text in text for part in found)


@pytest.mark.parametrize("text", ["\n", "and ", "hi, ", "? ", "and also ", "can I ", " \n", "first, "])
def test_a_long_text_of_the_oddest_shape_takes_no_time(text: str) -> None:
    began = time.thread_time()
    candidates(text * (4000 // len(text)))
    clauses(text * (4000 // len(text)))
    assert time.thread_time() - began < 0.5


def sure(intent: str, **others: float) -> Reading:
    return Reading(True, {intent: 0.95, **others})


TEXT = "Hello. Where is it? It was a gift. And can I return the pan? Bye now"
PARTS = [Part("Hello. Where is it?", 0), Part("And can I return the pan?", TEXT.index("And"))]


def told(whole: Reading, *readings: Reading, aside: tuple[str, ...] = ()) -> list[Wish]:
    return told_apart(TEXT, whole, list(zip(PARTS, readings, strict=True)), Kinds(aside, ["inform"]))


def wishes(whole: Reading, *readings: Reading, aside: tuple[str, ...] = ()) -> list[str]:
    return [wish.intent for wish in told(whole, *readings, aside=aside)]


def test_two_parts_surely_about_two_matters_are_two_wishes() -> None:
    found = told(sure(ORDER), sure(ORDER), sure(RETURN))
    assert [(wish.intent, wish.confidence) for wish in found] == [(ORDER, 0.95), (RETURN, 0.95)]


def test_the_wishes_together_are_the_whole_message() -> None:
    found = told(sure(ORDER), sure(ORDER), sure(RETURN))
    assert [wish.text for wish in found] == [
        "Hello. Where is it? It was a gift.",
        "And can I return the pan? Bye now",
    ]


def test_parts_with_one_intent_are_one_wish() -> None:
    assert wishes(sure(ORDER), sure(ORDER), sure(ORDER)) == []


def test_parts_that_may_mean_the_same_are_one_wish() -> None:
    assert wishes(sure(ORDER), sure(ORDER), sure(RETURN, **{ORDER: SAME})) == []
    assert wishes(sure(ORDER), sure(ORDER, **{RETURN: SAME}), sure(RETURN)) == []


def test_a_part_in_doubt_or_out_of_scope_is_no_wish() -> None:
    assert wishes(sure(ORDER), sure(ORDER), Reading(True, {RETURN: SURE - 0.01})) == []
    assert wishes(sure(ORDER), sure(ORDER), Reading(False, {RETURN: 0.95})) == []


def test_manners_are_no_wish() -> None:
    assert wishes(sure(ORDER), sure("greet"), sure(ORDER), aside=("greet",)) == []


def test_an_answer_to_a_question_of_ours_counts_beside_a_single_wish() -> None:
    assert wishes(sure(RETURN), sure("inform"), sure(RETURN)) == ["inform", RETURN]
    assert wishes(sure("inform"), sure("inform"), sure(RETURN)) == ["inform", RETURN]
    assert wishes(sure("inform"), sure("inform"), Reading(False, {RETURN: 0.95})) == []


def test_an_answer_beside_two_wishes_is_part_of_one_of_them() -> None:
    parts = [Part("Where is it?", 0), Part("It is 10452.", 13), Part("And do you sell lids?", 26)]
    text = " ".join(part.text for part in parts)
    readings = list(zip(parts, [sure(ORDER), sure("inform"), sure("stock")], strict=True))
    found = told_apart(text, sure(ORDER), readings, Kinds(answers=["inform"]))
    assert [wish.text for wish in found] == ["Where is it? It is 10452.", "And do you sell lids?"]


def test_when_the_whole_is_surely_about_something_else_the_parts_misread_it() -> None:
    assert wishes(sure(HOURS), sure(ORDER), sure(RETURN)) == []


@pytest.mark.parametrize("whole", [Reading(False, {HOURS: 0.95}), Reading(True, {HOURS: 0.5}), sure("thanks")])
def test_a_whole_that_is_in_doubt_or_mere_manners_says_nothing_about_its_parts(whole: Reading) -> None:
    assert wishes(whole, sure(ORDER), sure(RETURN), aside=("thanks",)) == [ORDER, RETURN]


def test_two_questions_of_one_story_are_two_wishes_only_if_the_whole_is_about_both() -> None:
    kinds = Kinds(together={frozenset((ORDER, RETURN))})
    readings = list(zip(PARTS, [sure(ORDER), sure(RETURN)], strict=True))
    both = Reading(True, {ORDER: 0.6, RETURN: 0.3, HOURS: 0.1})
    assert [wish.intent for wish in told_apart(TEXT, both, readings, kinds)] == [ORDER, RETURN]
    assert told_apart(TEXT, Reading(True, {ORDER: 0.6, HOURS: 0.3, RETURN: 0.1}), readings, kinds) == []


CHARGED, BROKEN, BEYOND_US = "double_charge", "damaged_item", "out_of_scope"
MEANS = {"charged": CHARGED, "warped": BROKEN, "parcel": ORDER, "PC-10452": ORDER, "open": HOURS, "Peru": BEYOND_US}
ABOUT_BOTH = Reading(True, {CHARGED: 0.7, BROKEN: 0.2, HOURS: 0.05, ORDER: 0.05})
STATED = "The pan is warped and you charged me twice"


def read(texts: Sequence[str]) -> list[Reading]:
    """As if each word of ``MEANS`` were an intent, and nothing else were understood."""
    meant = [next((intent for word, intent in MEANS.items() if word in text), None) for text in texts]
    return [sure(intent) if intent else Reading(False, {HOURS: 0.2}) for intent in meant]


def stated(text: str, whole: Reading = ABOUT_BOTH, **kinds: Any) -> list[tuple[str, str]]:
    found = wishes_in(text, whole, read, Kinds(**{"together": (), "beyond": [BEYOND_US], **kinds}))
    return [(wish.text, wish.intent) for wish in found]


def test_what_is_merely_told_counts_when_the_whole_message_is_about_both() -> None:
    assert stated(STATED) == [("The pan is warped", BROKEN), ("and you charged me twice", CHARGED)]
    assert stated(STATED, Reading(True, {CHARGED: 0.7, HOURS: 0.2, BROKEN: 0.1})) == []


def test_no_clause_is_read_when_the_whole_message_is_about_one_matter_alone() -> None:
    whole = Reading(True, {CHARGED: 0.98, BROKEN: BOTH / 2})
    assert wishes_in(STATED, whole, lambda _: pytest.fail("nothing should be read"), Kinds(together=())) == []


def test_no_clause_is_read_when_none_seems_to_be_about_the_second_matter() -> None:
    looked: list[str] = []

    def glance(stretches: Sequence[tuple[int, int]]) -> list[dict[str, float] | None]:
        looked.extend(STATED[start:end] for start, end in stretches)
        return [{CHARGED: 0.5, BROKEN: 0.2, HOURS: 0.3} for _ in stretches]

    assert wishes_in(STATED, ABOUT_BOTH, lambda _: pytest.fail("nothing is read"), Kinds(together=()), glance) == []
    assert looked == ["The pan is warped", "and you charged me twice"]
    assert wishes_in(STATED, ABOUT_BOTH, read, Kinds(together=()), lambda parts: [None] * len(parts)) != []


def test_what_examples_tell_in_one_story_is_one_matter() -> None:
    assert stated(STATED, together={frozenset((CHARGED, BROKEN))}) == []


def test_where_nobody_knows_which_stories_are_told_nothing_merely_told_counts() -> None:
    assert stated(STATED, together=None) == []


@pytest.mark.parametrize(
    "then", ["and it charged me twice", "and they charged me for this", "but one charged me twice"]
)
def test_a_clause_that_speaks_of_what_was_named_before_goes_on_with_it(then: str) -> None:
    assert stated(f"The pan is warped {then}") == []


def test_what_is_merely_told_must_be_surer_than_a_question() -> None:
    parts = [Part("The pan is warped", 0, asks=False), Part("and you charged me twice", 18, asks=False)]
    readings = [sure(BROKEN), Reading(True, {CHARGED: TOLD - 0.01})]
    apart = list(zip(parts, readings, strict=True))
    assert told_apart(STATED, ABOUT_BOTH, apart, Kinds(together=()), merely_told=True) == []


def test_a_long_story_is_not_cut_where_it_tells() -> None:
    assert len(clauses(STATED)) == 2
    assert clauses(f"{STATED}. " + "Nobody said why. " * MOST_WORDS) == []


def test_where_is_it_is_read_with_the_number_that_was_named_before() -> None:
    text = "Charged twice, please send an invoice for PC-10452, and tell me where it is"
    whole = Reading(True, {CHARGED: 0.9, ORDER: 0.1})
    heard: list[str] = []

    def listening(texts: Sequence[str]) -> list[Reading]:
        heard.extend(texts)
        return read(texts)

    wishes_in(text, whole, listening, Kinds())
    assert heard[-1] == "and tell me where it is PC-10452"


def test_the_numbers_of_a_list_are_not_read() -> None:
    heard: list[str] = []

    def listening(texts: Sequence[str]) -> list[Reading]:
        heard.extend(texts)
        return read(texts)

    found = wishes_in("1. where is my parcel 2) are you open today", sure(ORDER), listening, Kinds())
    assert heard == ["where is my parcel", "are you open today"]
    assert [wish.text for wish in found] == ["1. where is my parcel", "2) are you open today"]


ASKED_BEYOND = "where is my parcel, and can you tell me the capital of Peru?"


def test_a_question_that_is_not_for_us_is_a_wish_not_understood_beside_one_that_is() -> None:
    assert stated(ASKED_BEYOND, sure(BEYOND_US)) == [
        ("where is my parcel,", ORDER),
        ("can you tell me the capital of Peru?", NOT_UNDERSTOOD),
    ]
    assert stated("1. the capital of Peru? 2. what is the name of Peru", sure(BEYOND_US)) == []


@pytest.mark.parametrize(
    ("part", "reading"),
    [
        (Part("And what is the capital of Peru?", 20), Reading(True, {BEYOND_US: BEYOND - 0.01})),
        (Part("And what is the capital of Peru?", 20), Reading(False, {BEYOND_US: 0.99})),
        (Part("And the capital of Peru is old", 20, asks=False), sure(BEYOND_US)),
        (Part("What should I do?", 20), sure(BEYOND_US)),
        (Part("And what is it called in Peru?", 20), sure(BEYOND_US)),
    ],
    ids=["in doubt", "out of scope but unlike any", "told", "short", "about what was named"],
)
def test_no_part_of_a_story_is_taken_for_a_question_that_is_not_for_us(part: Part, reading: Reading) -> None:
    readings = [(Part("Where is my parcel?", 0), sure(ORDER)), (part, reading)]
    assert told_apart("Where is my parcel? " + part.text, sure(ORDER), readings, Kinds(beyond=[BEYOND_US])) == []


PERSON_ASKED = [
    "I want to talk to a person about my refund",
    "I need a refund and a person to talk to",
    "my parcel is late and I want a human",
    "I’d like to speak with someone, my parcel is late",
    "can i talk to a manager about the late delivery",
    "My order hasn't come and I'd like to\ntalk to a person please",
    "please connect me to an agent regarding order PC-10452",
    "where is my order, put me through to a colleague",
    "it came broken. human please",
]
NO_PERSON_ASKED = [
    "I don't want to talk to a person about my refund",
    "where is my parcel, no need for a human",
    "my order is late, I'd rather not talk to a person",
    "do I need a person at home for the delivery?",
    "can I send the refund to another person?",
    "My refund hasn't come, I spoke to an agent yesterday",
    "I want a person's name on the pan, not a refund",
    "do you want to talk to a person about it?",
]


def beside(text: str, whole: Reading, left: Reading | None = None, aside: tuple[str, ...] = ()) -> list[Wish]:
    return with_person([], text, whole, aside, lambda _: left or whole)


@pytest.mark.parametrize("text", PERSON_ASKED)
def test_a_person_who_is_asked_for_is_a_wish_beside_the_matter(text: str) -> None:
    found = beside(text, sure(RETURN))
    assert {wish.intent for wish in found} == {RETURN, PERSON}
    assert "".join("".join(wish.text for wish in found).split()) == "".join(text.split())


@pytest.mark.parametrize("text", NO_PERSON_ASKED)
def test_no_person_is_a_wish_when_that_is_denied_or_somebody_else_is_meant(text: str) -> None:
    assert beside(text, sure(RETURN)) == []


def test_the_matter_is_what_is_read_without_the_request_for_a_person() -> None:
    text = "my refund has not come, can I talk to a person"
    assert [wish.intent for wish in beside(text, sure(ORDER), sure(RETURN))] == [RETURN, PERSON]
    assert [wish.intent for wish in beside(text, sure(ORDER), Reading(False, {RETURN: 0.9}))] == [ORDER, PERSON]
    assert [wish.intent for wish in beside(text, sure(ORDER), sure("greet"), ("greet",))] == [ORDER, PERSON]


def test_a_person_is_the_only_wish_beside_manners_and_what_is_not_surely_understood() -> None:
    alone = [Wish("hello, can I talk to a person", PERSON, 1.0)]
    assert beside(alone[0].text, sure("greet"), aside=("greet",)) == alone
    assert beside(alone[0].text, Reading(False, {RETURN: 0.9})) == alone
    assert beside(alone[0].text, sure(PERSON)) == alone
    assert beside("can I talk to a person", sure(RETURN)) == [Wish("can I talk to a person", PERSON, 1.0)]


def test_a_person_is_added_to_several_wishes_once() -> None:
    several = [Wish("Where is it?", ORDER, 0.9), Wish("And I want a refund and a person to talk to", RETURN, 0.9)]
    text = " ".join(wish.text for wish in several)
    found = with_person(several, text, sure(ORDER), [], lambda _: sure(RETURN))
    assert [wish.intent for wish in found] == [ORDER, RETURN, PERSON]
    assert with_person(found, text, sure(ORDER), [], lambda _: sure(RETURN)) == found
    assert with_person(several[:1], several[0].text, sure(ORDER), [], lambda _: sure(RETURN)) == several[:1]


@pytest.mark.parametrize("text", ["want to ", "not to ", "a real ", "please ", "can I ", "connect me "])
def test_a_person_is_looked_for_in_no_time(text: str) -> None:
    began = time.thread_time()
    beside(text * (4000 // len(text)), sure(RETURN))
    assert time.thread_time() - began < 0.5
