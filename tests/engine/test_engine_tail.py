"""Which events of a conversation are kept for the next turns."""

from __future__ import annotations

from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
)

from bot.engine.tail import KEPT_TURNS, needed


def turn(intent: str, *events: Event, hidden: bool = True) -> list[Event]:
    listen = ActionExecuted("action_listen", hide_rule_turn=hidden)
    return [UserUttered(intent, {"name": intent}), *events, ActionExecuted("utter", hide_rule_turn=hidden), listen]


START: list[Event] = [ActionExecuted("action_listen")]
QUESTIONS = [event for _ in range(KEPT_TURNS) for event in turn("question")]


def test_all_is_kept_while_there_is_little() -> None:
    events = START + QUESTIONS
    assert needed(events) == (0, events)


def test_older_turns_that_only_rules_answered_are_dropped() -> None:
    events = START + turn("question", SlotSet("a", 1)) + QUESTIONS
    assert needed(events) == (5, QUESTIONS)


def test_an_older_turn_of_a_story_is_kept_with_the_traces_of_what_followed() -> None:
    shown = turn("story", hidden=False)
    events = START + shown + turn("question", SlotSet("a", 1), SlotSet("a", 2)) + QUESTIONS
    assert needed(events) == (1, [*shown, SlotSet("a", 2), *QUESTIONS])


def test_a_form_that_declined_to_run_is_kept_as_declined() -> None:
    shown = turn("story", hidden=False)
    form = ActionExecuted("form", hide_rule_turn=True)
    begun = turn("order", form, ActiveLoop("form"))
    declined = turn("question", ActionExecutionRejected("form"))
    _, kept = needed(START + shown + begun + declined + QUESTIONS)
    listen = ActionExecuted("action_listen", hide_rule_turn=True)
    assert kept == [*shown, form, ActiveLoop("form"), listen, ActionExecutionRejected("form"), *QUESTIONS]
