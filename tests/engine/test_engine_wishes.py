"""Several wishes in one message: each is answered in the turn, or kept until the form before it has ended."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.current import CurrentTurn
from bot.engine.model import LoadedModel
from bot.engine.turn import answer
from bot.engine.wire import Button, Reply, TurnRequest, TurnResult
from bot.engine.wishes import QUOTED, Ran, kept_in, replies_of
from bot.engine.wishes import answer as answer_wishes
from tests.engine.conftest import Say

OPEN = "We are open nine to five.\n\nClosed on Sundays."


def texts(result: TurnResult) -> list[str]:
    assert result.failed is None
    return [reply.text for reply in result.replies]


async def test_two_questions_are_answered_in_their_order(say: Say) -> None:
    result = await say("When are you open? And do you have a discount?")
    assert texts(result) == [OPEN, "Are you on our list?"]
    assert [wish.intent for wish in result.parse.wishes] == ["hours", "discount"]
    assert [reply.wish for reply in result.replies] == ["hours", "discount"]
    assert result.parse.understood


async def test_a_message_with_one_wish_has_none_apart(say: Say) -> None:
    result = await say("Hello! When are you open? Thanks")
    assert result.parse.wishes == ()
    assert [reply.wish for reply in result.replies] == [""]


async def test_a_message_in_another_language_has_no_wishes_apart(say: Say) -> None:
    result = await say("Where is my order, s'il vous plaît ? Et quand êtes-vous ouverts le dimanche matin ?")
    assert (result.parse.language, result.parse.wishes, result.parse.understood) == ("fr", (), False)


async def test_no_person_is_a_wish_where_the_content_has_nothing_for_it(say: Say) -> None:
    assert (await say("When are you open? I want to talk to a person")).parse.wishes == ()


async def test_what_was_asked_last_is_what_a_yes_answers(say: Say) -> None:
    await say("When are you open? And do you have a discount?")
    assert texts(await say("yes")) == ["Your code is PAN10."]


async def test_a_wish_that_starts_a_form_comes_last(say: Say) -> None:
    result = await say("Where is my order? And when are you open?")
    assert texts(result) == [OPEN, "What is your order number?"]
    assert (result.active_form, result.requested_slot) == ("track_form", "order_number")


async def test_each_wish_has_the_entities_of_its_own_part(say: Say) -> None:
    result = await say("Where is my order PC-10452? And when are you open?")
    assert result.slots["order_number"] == "PC-10452"
    assert texts(result) == [OPEN, "Why do you ask?"]


async def test_effects_of_all_wishes_are_returned(say: Say) -> None:
    result = await say("When are you open? And I want to complain.")
    assert texts(result) == [OPEN, "We wrote it down."]
    assert len(result.effects) == 1


async def test_of_two_forms_the_second_waits_for_the_end_of_the_first(say: Say) -> None:
    first = await say("Where is my order? Also I want a refund.")
    assert texts(first) == ["First your order, then your refund.", "What is your order number?"]
    await say("10452")
    then = await say("because it is late")
    assert texts(then) == ["Order PC-10452 is on its way.", "Now your refund.", "A refund, then.", "To which account?"]
    assert then.active_form == "refund_form"
    assert texts(await say("the old one")) == ["The money is on its way."]
    assert kept_in(then.state) == []


async def test_what_waits_outlasts_a_question_in_between(say: Say) -> None:
    await say("Where is my order? Also I want a refund.")
    between = await say("when are you open")
    assert texts(between) == [OPEN, "What is your order number?"]
    assert [wish.intent for wish in kept_in(between.state)] == ["refund"]


@pytest.mark.parametrize("leaving", ["never mind", "stop"])
async def test_what_waits_is_dropped_when_the_form_is_left(say: Say, leaving: str) -> None:
    await say("Where is my order? Also I want a refund.")
    left = await say(leaving)
    assert texts(left) == ["All right, I stopped."]
    assert left.active_form is None
    assert kept_in(left.state) == []


async def test_what_waits_is_dropped_when_the_contact_brings_it_up_again(say: Say) -> None:
    await say("Where is my order? Also I want a refund.")
    again = await say("I want a refund")
    assert kept_in(again.state) == []


async def test_the_answer_to_a_forms_question_is_never_cut(say: Say) -> None:
    await say("where is my order")
    await say("10452")
    story = "I want a refund. And when are you open?"
    result = await say(story)
    assert result.slots["reason"] == story
    assert texts(result) == ["Order PC-10452 is on its way."]


async def test_what_is_asked_beside_a_value_that_a_form_asked_for_is_answered_too(say: Say) -> None:
    await say("where is my order")
    result = await say("It's PC-10452. And when are you open?")
    assert texts(result) == [OPEN, "Why do you ask?"]
    assert (result.slots["order_number"], result.requested_slot) == ("PC-10452", "reason")


async def test_another_form_that_is_wanted_beside_such_a_value_waits(say: Say) -> None:
    await say("where is my order")
    result = await say("It's PC-10452. And I want a refund.")
    assert texts(result) == ["Why do you ask?"]
    assert [wish.intent for wish in kept_in(result.state)] == ["refund"]


async def test_two_wishes_that_start_one_form_start_it_once(say: Say) -> None:
    result = await say("The number is PC-10452. And where is my order?")
    assert texts(result) == ["Why do you ask?"]
    assert kept_in(result.state) == []


async def test_in_a_form_two_questions_are_answered_and_the_form_asks_once(say: Say) -> None:
    await say("where is my order")
    result = await say("When are you open? And I want to complain.")
    assert texts(result) == [OPEN, "We wrote it down.", "What is your order number?"]
    assert (result.active_form, result.requested_slot) == ("track_form", "order_number")


@pytest.mark.parametrize(
    "text", ["Break the machine. And when are you open?", "When are you open? And please break the machine."]
)
async def test_if_one_wish_fails_the_turn_fails_and_keeps_the_state(say: Say, text: str) -> None:
    before = await say("hello")
    result = await say(text)
    assert result.failed == "the action action_break raised KeyError"
    assert (result.replies, result.state) == ((), before.state)


async def test_a_kept_wish_of_an_unknown_shape_is_set_aside(loaded: LoadedModel, say: Say) -> None:
    state: dict[str, Any] = {**((await say("where is my order 10452")).state or {}), "later": [{"text": 3}]}
    result = await answer(loaded, TurnRequest("t", "c", "web", "because it is late", state=state))
    assert texts(result) == ["Order PC-10452 is on its way."]


async def test_a_kept_wish_whose_intent_is_gone_is_dropped(loaded: LoadedModel, say: Say) -> None:
    gone = {"text": "x", "intent": "gone", "confidence": 1.0, "entities": []}
    state: dict[str, Any] = {**((await say("where is my order 10452")).state or {}), "later": [gone]}
    result = await answer(loaded, TurnRequest("t", "c", "web", "because it is late", state=state))
    assert texts(result) == ["Order PC-10452 is on its way."]


def ran(*replies: Reply, asked: int = 0) -> Ran:
    return Ran(CurrentTurn(asked=asked), list(replies))


PERSON, RETURN = Button("Talk to a person", "/talk_to_human"), Button("Return it", "/return_item")


def test_a_button_that_is_offered_again_stands_only_at_the_end() -> None:
    said = replies_of([ran(Reply("One", (PERSON, RETURN))), ran(Reply("Two", (PERSON,)))])
    assert said == (Reply("One", (RETURN,)), Reply("Two", (PERSON,)))


def test_what_is_said_twice_is_said_once() -> None:
    assert replies_of([ran(Reply("Same", (PERSON,))), ran(Reply("Same", (PERSON,)))]) == (Reply("Same", (PERSON,)),)


def test_the_answer_to_one_message_is_left_as_it_is() -> None:
    twice = (Reply("Same", (PERSON,)), Reply("Same", (PERSON,)))
    assert replies_of([ran(*twice)]) == twice


def test_a_forms_question_is_asked_after_the_last_answer_only() -> None:
    said = replies_of(
        [ran(Reply("One"), Reply("Your number?"), asked=1), ran(Reply("Two"), Reply("The number?"), asked=1)]
    )
    assert [reply.text for reply in said] == ["One", "Two", "The number?"]


class Answers:
    """Rasa, as if it said the name of each intent; "track" starts a form."""

    def __init__(self, words: dict[str, str]) -> None:
        self.responses, self.asked_for = words, list[str]()

    async def run(self, parse_data: dict[str, Any], state: dict[str, Any] | None) -> Ran:
        intent = parse_data["intent"]["name"]
        self.asked_for.append(intent)
        form = "track_form" if intent == "track" else None
        return Ran(CurrentTurn(state, new_state={}, active_form=form, asked=form is not None), [Reply(intent)])

    def words(self, response: str, turn: CurrentTurn, **intents: str) -> Reply | None:
        return None

    def says(self, response: str, turn: CurrentTurn, **values: str) -> Reply | None:
        return Reply(self.responses[response].format(**values), (PERSON,)) if response in self.responses else None

    def knows(self, intent: str) -> bool:
        return True

    def entities_for(self, slot: str | None) -> set[str]:
        return set()


HONEST = {"utter_part_not_understood": "Not for me: {part}"}


async def replies_to(*wishes: tuple[str, str], words: dict[str, str] = HONEST) -> tuple[Reply, ...]:
    text = " ".join(part for part, _ in wishes)
    parts = [{"text": part, "intent": intent, "confidence": 0.9} for part, intent in wishes]
    said = {"text": text, "intent": {"name": "out_of_scope"}, "entities": [], "wishes": parts}
    return replies_of(await answer_wishes(Answers(words), said, None))


async def test_a_question_that_is_not_for_us_is_owned_up_to_after_the_answers() -> None:
    said = await replies_to(("What is the capital of Peru?", "nlu_fallback"), ("When are you open?", "hours"))
    assert said == (
        Reply("hours", wish="hours"),
        Reply("Not for me: What is the capital of Peru?", (PERSON,), wish="nlu_fallback"),
    )


async def test_a_forms_question_stands_after_what_is_not_for_us() -> None:
    said = await replies_to(("Where is it?", "track"), ("Who is your king?", "nlu_fallback"), ("Open?", "hours"))
    assert [reply.text for reply in said] == ["hours", "Not for me: Who is your king?", "track"]


async def test_all_that_is_not_for_us_is_quoted_once_and_shortly() -> None:
    said = await replies_to(("Open?", "hours"), ("Who sings?", "nlu_fallback"), ("Who dances?", "nlu_fallback"))
    assert [reply.text for reply in said] == ["hours", "Not for me: Who sings? … Who dances?"]
    said = await replies_to(("Open?", "hours"), ("Who sings? " * 20, "nlu_fallback"))
    assert len(said[1].text) <= len("Not for me: ") + QUOTED


async def test_without_words_for_it_only_what_is_for_us_is_answered() -> None:
    said = await replies_to(("Open?", "hours"), ("Who sings?", "nlu_fallback"), words={})
    assert [reply.text for reply in said] == ["hours"]
