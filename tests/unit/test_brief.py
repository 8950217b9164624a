"""The brief says what a contact wants, what was tried and what is known, each line with its message."""

from __future__ import annotations

from typing import Any

import pytest

from conversations.handoff import Handoff, HandoffState
from conversations.model import Message, Sender, Status
from conversations.store.turns import Turn
from escalation.domain import brief
from escalation.domain.brief import ASK_LIMIT, LINE_LIMIT, Fact, Line

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


def test_the_ask_is_the_sentence_that_says_the_matter_best() -> None:
    text = "Hi there, me again.\n\nI bought a wok in March. The handle came off. I'd like my money back. Thanks!"
    assert brief.ask([said(1, text)], [turn(1)]) == Line("Ask", "I'd like my money back.", 1)
    assert brief.ask([said(1, text)], [turn(1, "nlu_fallback")]) == Line("Ask", "I'd like my money back.", 1)


def test_a_sentence_that_names_a_thing_of_the_matter_is_the_ask_sooner_than_one_that_names_a_person() -> None:
    text = "Lid cracked early. Wok bent badly."
    entity = {"name": "product", "value": "wok", "start": 19, "end": 22}
    assert brief.ask([said(1, text)], [turn(1, entities=[entity])]).value == "Wok bent badly."
    somebody = {**entity, "name": "name"}
    assert brief.ask([said(1, text)], [turn(1, entities=[somebody])]).value == "Lid cracked early."


def test_the_sentence_of_a_wish_that_was_seen_is_the_ask() -> None:
    text = "The lid broke at dinner yesterday evening. Swap it."
    wish = {"text": "Swap it.", "intent": "exchange_item", "confidence": 0.9}
    other = {"text": "The lid broke", "intent": "greet", "confidence": 0.9}
    elsewhere = {"text": "Where is my order?", "intent": "order_status", "confidence": 0.9}
    seen = turn(
        1, wishes=[wish, other, elsewhere], entities=[{"name": "product", "value": "lid", "start": 44, "end": 48}]
    )
    assert brief.ask([said(1, text)], [seen]).value == "Swap it."


def test_of_messages_answered_together_the_one_that_says_the_matter_is_the_ask() -> None:
    messages = [said(1, "hi there"), said(2, "where is my order"), said(3, "1045")]
    burst = Turn(1, 3, 1, "model", {"intent": "order_status", "confidence": 0.9}, None, AT, False, "hi there")
    assert brief.ask(messages, [burst]) == Line("Ask", "where is my order", 2)


def test_offsets_count_through_the_messages_answered_together() -> None:
    before = [said(n, "hi there you") for n in range(1, 7)]
    start = len("hi there you\n") * 6 + len("Lid cracked early ")
    messages = [*before, said(7, "Lid cracked early X. Wok bent badly today.")]
    entity = {"name": "product", "value": "x", "start": start, "end": start + 1}
    burst = Turn(1, 7, 1, "model", {"intent": "broken", "entities": [entity]}, None, AT, False, "hi there you")
    assert brief.ask(messages, [burst]) == Line("Ask", "Lid cracked early X.", 7)


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


def entities(first: int, *found: tuple[str, str], confidence: float = 0.5) -> Turn:
    parsed = [{"name": name, "value": value, "start": 0, "end": 0} for name, value in found]
    return turn(first, entities=parsed, confidence=confidence)


def test_facts_name_the_message_that_said_them_and_how_sure_it_is() -> None:
    turns = [entities(1, ("order_number", "10452")), turn(3, None), turn(5)]
    known = {"order_number": "PC-10452", "email": "ana@example.com", "name": "", "requested_slot": "email"}
    assert brief.facts(known, turns) == [Fact("E-mail", "ana@example.com"), Fact("Order", "PC-10452", 1, 0.5)]


def test_a_fact_rests_on_the_latest_message_that_said_it() -> None:
    turns = [entities(1, ("name", "Ana")), entities(3, ("name", "ana"), confidence=0.9)]
    assert brief.facts({"name": "Ana"}, turns) == [Fact("Name", "Ana", 3, 0.9)]


def test_a_fact_rests_only_on_a_message_that_said_it() -> None:
    turns = [entities(1, ("order_number", "PC-10452")), entities(3, ("order_number", "PC-10999"))]
    assert brief.facts({"order_number": "PC-10452"}, turns) == [Fact("Order", "PC-10452", 1, 0.5)]
    assert brief.facts({"order_number": "PC-10777"}, turns) == [Fact("Order", "PC-10777")]


def test_products_and_days_are_told_as_they_were_named_last_each_once() -> None:
    turns = [
        entities(1, ("product", "wok"), ("date", "2026-11-03")),
        entities(3, ("product", "lid")),
        entities(5, ("product", "wok"), ("date", "2026-11-09/2026-11-15"), confidence=0.9),
    ]
    assert brief.facts({}, turns) == [
        Fact("Product", "lid", 3, 0.5),
        Fact("Product", "wok", 5, 0.9),
        Fact("Date", "3 November 2026", 1, 0.5),
        Fact("Date", "9 November 2026 to 15 November 2026", 5, 0.9),
    ]


def test_only_the_latest_three_products_are_told_and_a_day_that_is_none_as_it_is() -> None:
    turns = [entities(n, ("product", f"pan {n}")) for n in range(1, 6)]
    assert [fact.value for fact in brief.facts({}, turns)] == ["pan 3", "pan 4", "pan 5"]
    assert brief.facts({}, [entities(1, ("date", "soon"))]) == [Fact("Date", "soon", 1, 0.5)]


def test_a_foreign_language_is_told_first() -> None:
    assert brief.facts({"name": "Ana"}, [], "German") == [Fact("Writes in", "German"), Fact("Name", "Ana")]


def test_the_profile_says_since_when_where_and_what_time_it_is_there() -> None:
    lines = brief.profile(
        since=AT, at=AT, channels=["telegram", "web", "telegram"], vip=True, timezone="America/New_York"
    )
    assert lines == [
        Line("VIP", "yes"),
        Line("Contact since", "18 November 2026"),
        Line("Known on", "Telegram, Web"),
        Line("Local time", "Wednesday 06:06 (America/New_York)"),
    ]


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../etc/passwd", "Europe"])
def test_a_time_zone_that_does_not_exist_is_passed_over(zone: str | None) -> None:
    assert brief.profile(since=AT, at=AT, timezone=zone) == [Line("Contact since", "18 November 2026")]


def test_the_picture_of_the_mood_is_low_where_the_mood_is_bad() -> None:
    assert brief.blocks([-1, -0.5, 0, 0.5, 1]) == "▁▃▅▇█"
    assert brief.blocks([-7, 7]) == "▁█"
    assert brief.blocks([]) == ""


def test_moods_are_those_of_the_latest_understood_messages_oldest_first() -> None:
    turns = [turn(1, mood=0.5), turn(2, None), turn(3), turn(4, mood=-0.6)]
    assert brief.moods(turns) == [0.5, 0.0, -0.6]
    assert brief.moods(turns, limit=2) == [0.0, -0.6]


def test_history_tells_earlier_handoffs_and_complaints_but_not_the_one_in_hand() -> None:
    past = [handoff("3", HandoffState.WAITING), handoff("2", HandoffState.RESOLVED, "Ana")]
    past.append(handoff("1", HandoffState.ABANDONED))
    complaint = {"reference": "C-9", "cause": "late", "description": "word " * 100, "turn": 4}
    filed = [{**complaint, "conversation_id": past[0].conversation_id}, {**complaint, "conversation_id": "web:other"}]
    lines = brief.history(past, filed, past[0])
    assert lines[:2] == [Line("Handoff FD-2", "resolved, Ana"), Line("Handoff FD-1", "abandoned")]
    assert (lines[2].label, lines[2].message, len(lines[2].value) <= LINE_LIMIT) == ("Complaint C-9", 4, True)
    assert (lines[3].label, lines[3].message) == ("Complaint C-9", None)


def test_a_press_shows_its_title_in_the_transcript() -> None:
    assert brief.visible_text(said(1, "Track it", kind="pressed")) == "[Track it]"
    assert brief.visible_text(said(1, "", kind="pressed")) == "[a button that was no longer open]"
    assert brief.visible_text(said(1, "Track it")) == "Track it"
