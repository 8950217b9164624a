"""What an edit or a deletion takes out of the dialogue state and of how a turn was understood."""

from __future__ import annotations

from typing import Any

from bot.gateway.forgetting import Words, parse_without, state_without

WAS, NOW = "where is PC-10045, Ana asks", "where is my order?"
DELETED, EDITED = Words(WAS, "", WAS, ""), Words(WAS, NOW, WAS, NOW)


def state(*events: list[Any], **slots: Any) -> dict[str, Any]:
    return {"version": 1, "domain": "d", "slots": slots, "events": list(events)}


def said(text: str, *entities: dict[str, Any]) -> list[Any]:
    return ["said", text, "order_status", 0.9, list(entities)]


def test_a_deleted_message_has_no_words_in_the_state_and_keeps_its_intent() -> None:
    number = {"entity": "order", "value": "PC-10045"}
    found = state_without(state(said("hello"), said(WAS, number), ["did", "action_listen"]), DELETED)
    assert found["events"] == [said("hello"), said("", {"entity": "order", "value": ""}), ["did", "action_listen"]]


def test_an_edited_message_stands_in_the_state_as_it_is_now() -> None:
    assert state_without(state(said(WAS)), EDITED)["events"] == [said(NOW)]


def test_a_long_message_is_known_by_the_part_that_the_state_keeps() -> None:
    long = "/ " + "a word and another " * 30
    found = state_without(state(said(long[2:].strip()[:200])), Words(long, "", long, ""))
    assert found["events"] == [said("")]


def test_of_a_burst_only_the_deleted_line_goes() -> None:
    words = Words(WAS, "", f"hi\n{WAS}\nthanks", "hi\nthanks")
    assert state_without(state(said(f"hi\n{WAS}\nthanks")), words)["events"] == [said("hi\nthanks")]


def test_a_slot_that_holds_the_whole_message_is_emptied_and_a_fact_stays() -> None:
    found = state_without(state(["slot", "complaint_text", WAS], complaint_text=WAS, email="a@b.example"), DELETED)
    assert (found["slots"], found["events"]) == (
        {"complaint_text": None, "email": "a@b.example"},
        [["slot", "complaint_text", None]],
    )


def test_a_state_of_another_shape_is_left_as_it_is() -> None:
    assert state_without({"n": 1}, DELETED) == {"n": 1}


def test_the_parse_keeps_what_was_meant_and_loses_the_words() -> None:
    parse = {
        "intent": "order_status",
        "confidence": 0.9,
        "wishes": [{"text": "where is PC-10045", "intent": "order_status", "confidence": 0.9}],
        "entities": [{"name": "order", "value": "PC-10045", "start": 9, "end": 17}],
        "personal": [{"kind": "name", "start": 19, "end": 22}],
    }
    assert parse_without(parse, DELETED) == {
        "intent": "order_status",
        "confidence": 0.9,
        "wishes": [{"text": "", "intent": "order_status", "confidence": 0.9}],
        "entities": [],
    }


def test_of_several_wishes_each_goes_with_its_message_and_none_is_taken_up_later() -> None:
    words = Words(
        "it broke, and where is 1045?", "", "it broke, and where is 1045?", "", ("it broke", "where is 1045?")
    )
    waiting = [{"text": "where is 1045?", "intent": "order_status"}, {"text": "a refund", "intent": "refund"}]
    found = state_without({**state(said("it broke"), said("a refund")), "later": waiting}, words)
    assert (found["events"], found["later"]) == ([said(""), said("a refund")], waiting[1:])
