"""Which messages were not answered well, by all that the record knows of a conversation."""

from __future__ import annotations

from typing import Any

from bot.content.unanswered.sources import Answered, Asked, Moved, Question, Source, likeliest, questions
from bot.content.unanswered.veil import spans_of, veiled
from conversations.handoff import ReasonKind

ASIDE = frozenset({"greet", "talk_to_human"})
NEAR = [{"text": "when are you open", "intent": "hours", "similarity": 0.9}]


def asked(number: int, intent: str = "hours", at: float | None = None, **more: Any) -> Asked:
    at = 100.0 * number if at is None else at
    parse: dict[str, Any] = {"intent": intent, "confidence": 0.9, "understood": True, **more.pop("parse", {})}
    given = {
        "through": number,
        "episode": 1,
        "in_form": False,
        "typed": True,
        "understood": parse["understood"],
        **more,
    }
    return Asked(first=number, asked_at=at, answered_at=at + 1, parse=parse, **given)


def unsure(number: int, scope: str = "out", **more: Any) -> Asked:
    return asked(number, "nlu_fallback", parse={"understood": False, "scope": scope}, **more)


def moved(at: float, *kinds: ReasonKind, answers: tuple[Answered, ...] = (), by_person: bool = True) -> Moved:
    return Moved("h", 1, at, kinds, by_person, answers)


def found(*turns: Asked, handoffs: tuple[Moved, ...] = (), stars: dict[int, int] | None = None) -> list[Question]:
    return questions(turns, handoffs, stars or {}, ASIDE, lambda number: 1000.0 + number)


def sources(*turns: Asked, **more: Any) -> dict[int, set[str]]:
    return {one.number: {source.value for source in one.sources} for one in found(*turns, **more)}


def test_what_was_not_understood_is_told_from_what_was_in_doubt() -> None:
    assert sources(unsure(1), unsure(3, "grey"), asked(5)) == {1: {"out_of_scope"}, 3: {"unsure"}}


def test_what_a_form_asked_for_what_was_pressed_and_what_failed_is_no_question() -> None:
    form = asked(1, in_form=True)
    failed = Asked(9, 9, 1, 900.0, 901.0, False, True, False, None)
    assert sources(form, unsure(3), unsure(5, in_form=True), unsure(7, typed=False), failed) == {}


def test_the_same_asked_again_at_once_and_near_to_the_same_example_was_not_answered() -> None:
    again = asked(3, at=150.0, parse={"nearest": NEAR})
    assert sources(asked(1, parse={"nearest": NEAR}), again) == {1: {"rephrased"}}
    assert sources(asked(1, parse={"nearest": NEAR}), asked(3, at=500.0, parse={"nearest": NEAR})) == {}, "much later"
    other = asked(3, at=150.0, parse={"nearest": [{"text": "and on sunday"}]})
    assert sources(asked(1, parse={"nearest": NEAR}), other) == {}, "a follow-up is near to another example"


def test_who_asks_for_a_person_was_not_answered_in_what_they_asked_before() -> None:
    turns = asked(1, "greet"), asked(3, "refund", at=300.0), asked(5, "talk_to_human", at=310.0)
    pair = Answered(3, 8)
    [one] = found(*turns, handoffs=(moved(311.0, ReasonKind.ASKED, answers=(pair,)),))
    assert (one.number, one.sources, one.handoff_id, one.answer) == (3, {Source.ESCALATED}, "h", 8)
    assert found(*turns, handoffs=(moved(5000.0, ReasonKind.ASKED),)) == [], "too late to be because of it"
    assert found(*turns, handoffs=(moved(311.0, ReasonKind.RESERVED),)) == [], "what people always answer"


def test_signs_of_one_question_add_up_and_it_gets_the_first_answer_after_it() -> None:
    turns = unsure(1, at=300.0), unsure(3, at=310.0)
    given = found(*turns, handoffs=(moved(311.0, ReasonKind.NOT_UNDERSTOOD, answers=(Answered(6, 7),)),))
    assert [(one.number, one.answer) for one in given] == [(1, 7), (3, 7)]
    assert given[1].sources == {Source.OUT_OF_SCOPE, Source.ESCALATED}


def test_a_low_rating_tells_of_the_last_matter_unless_a_person_had_it() -> None:
    turns = asked(1, "refund"), asked(3, "hours"), asked(5, "greet")
    assert sources(*turns, stars={1: 2}) == {3: {"low_rating"}}
    assert sources(*turns, stars={1: 3}) == {}
    assert sources(*turns, stars={1: 1}, handoffs=(moved(9000.0, ReasonKind.ASKED),)) == {}


def test_what_an_agent_marks_counts_even_where_no_turn_was() -> None:
    marked = Answered(7, 8, taught=True)
    [one] = found(asked(1), handoffs=(moved(150.0, ReasonKind.RESERVED, answers=(marked,)),))
    assert (one.number, one.sources, one.answer, one.at, one.parse) == (7, {Source.TAUGHT}, 8, 1007.0, None)


def test_what_was_understood_of_words_that_were_edited_says_nothing_of_those_of_now() -> None:
    [one] = found(unsure(1, edited=True))
    assert (one.sources, one.parse) == ({Source.OUT_OF_SCOPE}, None)


def test_the_likeliest_intents_are_those_that_something_is_answered_to() -> None:
    ranking = [{"intent": name, "confidence": 0.2} for name in ("out_of_scope", "hours", "refund", "stock")]
    assert likeliest({"ranking": ranking}, {"out_of_scope"}) == [["hours", 0.2], ["refund", 0.2]]


def test_editors_see_nothing_that_says_who_somebody_is() -> None:
    text = "I am Ann Lee, ann@x.org, order PC-10452, call 020 7946 0123, it cost £30"
    parse = {
        "personal": [{"kind": "name", "start": 5, "end": 12}],
        "entities": [{"name": "order_number", "value": "PC-10452", "start": 31, "end": 39}, {"name": "product"}],
    }
    assert veiled(text, spans_of(parse)) == "I am [name], [email], order [order_number], call [number], it cost £30"
    known = {"name": "Ann", "last_order": "PC-10452"}
    assert veiled("Hi ann! PC-10452 is annoying", known=known) == "Hi [name]! [order_number] is annoying"
    assert veiled("x" * 1001) == "x" * 1000 + "…"
