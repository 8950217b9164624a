"""How the course of an episode changes the mood of a message."""

from __future__ import annotations

from typing import Any

import pytest

from bot.config import HandoffPolicy
from bot.engine.wire import Parse
from bot.handoff_policy import Heard, reasons_for
from bot.mood_course import in_course
from conversations.handoff import ReasonKind

POLICY = HandoffPolicy()


def heard(text: str, intent: str = "order_status", mood: float = 0.0, in_form: bool = False, **parse: Any) -> Heard:
    return Heard(1, text, Parse(intent, 0.9, **{"understood": True, "mood": mood, **parse}), in_form)


def felt(*turns: Heard) -> tuple[float, tuple[str, ...]]:
    last = in_course(turns[-1], turns[:-1], POLICY)
    return last.parse.mood, last.parse.mood_reasons


def test_the_first_message_feels_as_it_is() -> None:
    assert felt(heard("Where is my order?", mood=-0.1)) == (-0.1, ())


def test_another_question_feels_as_it_is() -> None:
    assert felt(heard("Where is my order?"), heard("When are you open?", "store_hours")) == (0.0, ())


def test_asking_the_same_right_after_an_answer_is_a_little_worse() -> None:
    assert felt(heard("Where is my order?"), heard("so when will it come")) == (-0.15, ("asks again after an answer",))


def test_sending_the_same_message_again_is_worse_still() -> None:
    again = felt(heard("Where is my order?"), heard("where is my order??"))
    assert again == (-0.25, ("sends the same again",))


def test_asking_a_third_time_is_worse_even_with_something_between() -> None:
    turns = [heard("Where is my order?"), heard("has it left"), heard("thanks", "thanks"), heard("but where is it now")]
    assert felt(*turns) == (-0.25, ("asks a third time",))


@pytest.mark.parametrize("text", ["that's not what I asked", "no, that doesn’t help", "you didn't understand me"])
def test_saying_that_it_was_no_answer_is_worse(text: str) -> None:
    assert felt(heard("Where is my order?"), heard(text, "deny")) == (-0.2, ("says it was no answer",))


def test_annoyed_twice_running_becomes_a_matter_for_a_person() -> None:
    before, now = heard("this is annoying", "complaint", -0.4), heard("still annoying", "deny", -0.4)
    assert felt(before, now) == (-0.55, ("annoyed again",))
    assert [r.kind for r in reasons_for(in_course(now, [before], POLICY), [before], [], POLICY)] == [
        ReasonKind.MOOD_LOW
    ]


def test_the_same_asked_again_with_a_complaint_about_the_answer_goes_to_a_person() -> None:
    first = heard("Where is my parcel with the wok?")
    again = heard("That's not what I asked. Where is my parcel with the wok?", mood=-0.2)
    moods = in_course(again, [first], POLICY).parse
    assert moods.mood <= POLICY.mood_low.below
    assert "says it was no answer" in moods.mood_reasons


def test_repeating_the_answer_to_a_form_s_question_is_not_upset() -> None:
    asked = heard("Where is my order?", in_form=True)
    wrong = heard("my number is PC-10452", "inform", in_form=True)
    assert felt(asked, wrong, heard("my number is PC-10452", "inform", in_form=True)) == (0.0, ())


def test_a_pleased_message_stays_pleased() -> None:
    first = heard("you are great, thank you", "compliment", 0.9)
    assert felt(first, heard("you are great, thank you", "compliment", 0.9)) == (0.9, ())


@pytest.mark.parametrize("text", ["yes", "no", "ok thanks"])
def test_short_answers_may_repeat(text: str) -> None:
    assert felt(heard(text, "affirm"), heard(text, "affirm")) == (0.0, ())


def test_greeting_and_small_talk_may_repeat() -> None:
    assert felt(heard("hello", "greet"), heard("hi there", "greet"), heard("hey", "greet")) == (0.0, ())


def test_the_mood_stays_within_bounds_and_keeps_its_own_reasons() -> None:
    own = {"mood": -0.95, "mood_reasons": ("swearing",)}
    value, reasons = felt(heard("give me my money", **own), heard("give me my money", **own))
    assert value == -1.0
    assert reasons == ("swearing", "sends the same again", "annoyed again")
