"""The brief says what a contact wants, what was tried and what is known, each line with its message."""

from __future__ import annotations

from typing import Any

import pytest

from conversations.handoff import Handoff, HandoffState
from conversations.model import Message, Sender, Status
from conversations.store.turns import Turn
from escalation.domain import brief
from escalation.domain.brief import ASK_LIMIT, LINE_LIMIT, Line

AT = 1_795_000_000.0


def said(number: int, text: str, sender: Sender = Sender.CONTACT, kind: str = "said", **more: Any) -> Message:
    return Message("web:v", number, 1, sender, kind, text, AT, Status.RECEIVED, **more)


def turn(first: int, intent: str | None = "order_status", *, failed: str | None = None, **parse: Any) -> Turn:
    understood = {"intent": intent, "confidence": 0.876, "understood": True, **parse}
    return Turn(first, first, 1, "model", understood if intent else None, failed, AT, False, "")


def handoff(number: str, state: HandoffState, agent: str | None = None) -> Handoff:
    return Handoff(number, f"FD-{number}", "web:v", 1, "support", state, 1, (), AT, AT, agent_name=agent)


def test_the_ask_is_the_latest_message_that_names_a_wish() -> None:
    messages = [
        said(1, "hello there"),
        said(3, "I want to return\n  my pineapple"),
        said(5, "where is my order?"),
        said(7, "a human please"),
    ]
    turns = [turn(1, "greet"), turn(3, "return_item"), turn(5), turn(7, "talk_to_human")]
    assert brief.ask(messages, turns) == Line("Ask", "where is my order?", 5)
    assert brief.ask(messages[:2], turns[:2]) == Line("Ask", "I want to return my pineapple", 3)


def test_a_single_word_names_no_wish_while_there_is_a_sentence() -> None:
    messages = [said(1, "my order never came"), said(3, "order")]
    assert brief.ask(messages, [turn(1), turn(3)]).message == 1


def test_without_a_wish_the_longest_message_is_the_ask() -> None:
    messages = [said(1, "hi"), said(2, "it just hums and hums"), said(3, "ok")]
    assert brief.ask(messages, [turn(n, "nlu_fallback", understood=False) for n in (1, 2, 3)]).message == 2


def test_only_what_the_contact_wrote_can_be_the_ask() -> None:
    messages = [said(1, "Track my order", kind="pressed"), said(2, "a much longer answer", Sender.BOT), said(3, "  ")]
    assert brief.ask(messages, [turn(1)]) == Line("Ask", "No words yet: the contact pressed a button.")
    assert brief.ask([], []).message is None


def test_a_long_ask_is_shortened() -> None:
    ask = brief.ask([said(1, "word " * 4_000)], [turn(1)])
    assert len(ask.value) <= ASK_LIMIT
    assert ask.value.endswith("word…")


def test_what_was_tried_names_message_understanding_and_first_answer() -> None:
    messages = [
        said(1, "where is it"),
        said(2, "On its way.", Sender.BOT, turn=1),
        said(3, "Anything else?", Sender.BOT, turn=1),
        said(4, "Ana here", Sender.AGENT),
    ]
    assert brief.tried(messages, [turn(1)]) == [(1, "order status (88 %)", "On its way.")]


@pytest.mark.parametrize(
    ("made_of_it", "words"),
    [
        (turn(1, None), "failed"),
        (turn(1, failed="an action hung"), "failed"),
        (turn(1, "nlu_fallback", understood=False), "not understood"),
        (turn(1, "talk_to_human", confidence=1.0), "talk to human (100 %)"),
    ],
)
def test_what_was_tried_says_how_a_message_was_understood(made_of_it: Turn, words: str) -> None:
    [(_, understood, _)] = brief.tried([], [made_of_it])
    assert understood == words


def test_only_the_latest_tries_are_told_with_answers_shortened() -> None:
    messages = [said(n, "long " * 100, Sender.BOT, turn=n) for n in range(1, 9)]
    tried = brief.tried(messages, [turn(n) for n in range(1, 9)], limit=3)
    assert [number for number, _, _ in tried] == [6, 7, 8]
    assert all(len(answer) <= LINE_LIMIT and answer.endswith("…") for _, _, answer in tried)


def test_facts_name_the_message_that_said_them() -> None:
    turns = [turn(1, entities=[{"name": "order_number", "value": "PC-1"}]), turn(3, None), turn(5)]
    known = {"order_number": "PC-10452", "email": "ana@example.com", "name": "", "requested_slot": "email"}
    assert brief.facts(known, turns) == [Line("E-mail", "ana@example.com"), Line("Order", "PC-10452", 1)]


def test_moods_are_those_of_the_latest_understood_messages_oldest_first() -> None:
    turns = [turn(1, mood=0.5), turn(2, None), turn(3), turn(4, mood=-0.6)]
    assert brief.moods(turns) == [0.5, 0.0, -0.6]
    assert brief.moods(turns, limit=2) == [0.0, -0.6]


def test_history_tells_earlier_handoffs_and_complaints_but_not_the_one_in_hand() -> None:
    past = [handoff("3", HandoffState.WAITING), handoff("2", HandoffState.RESOLVED, "Ana")]
    past.append(handoff("1", HandoffState.ABANDONED))
    filed = [{"reference": "C-9", "cause": "late", "description": "word " * 100, "turn": 4}]
    lines = brief.history(past, filed, current="3")
    assert lines[:2] == [Line("Handoff FD-2", "resolved, Ana"), Line("Handoff FD-1", "abandoned")]
    assert (lines[2].label, lines[2].message, len(lines[2].value) <= LINE_LIMIT) == ("Complaint C-9", 4, True)


def test_a_press_shows_its_title_in_the_transcript() -> None:
    assert brief.visible_text(said(1, "Track it", kind="pressed")) == "[Track it]"
    assert brief.visible_text(said(1, "", kind="pressed")) == "[a button that was no longer open]"
    assert brief.visible_text(said(1, "Track it")) == "Track it"
