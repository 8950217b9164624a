"""What a contact typed or pressed, made safe for Rasa."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.text import MAX_TEXT, payload_parse, safe_text


@given(st.text())
def test_what_rasa_strips_never_uncovers_a_slash(text: str) -> None:
    assert not safe_text(text).strip().startswith("/")


@given(st.text(st.sampled_from(["/", " ", "\u2003", "\u3000", "\x1c", "\x85", "\x00", "\ud800", "a"]), max_size=12))
def test_blanks_of_any_kind_before_a_slash_go_with_it(text: str) -> None:
    safe = safe_text(text)
    assert safe == safe.strip()
    assert not safe.startswith("/")
    safe.encode()


def test_ordinary_text_stays_as_it_is() -> None:
    assert safe_text("Where is my order\nPC-10452 / 2?") == "Where is my order\nPC-10452 / 2?"


def test_long_text_is_cut() -> None:
    assert len(safe_text("a" * 720_000)) == MAX_TEXT


def test_a_payload_becomes_parse_data_with_the_title_as_text() -> None:
    parse = payload_parse('/inform{"order": ["1", "2"], "gift": true}', "  /My order")
    assert parse is not None
    assert parse["text"] == "My order"
    assert parse["intent"] == {"name": "inform", "confidence": 1.0}
    found = [(entity["entity"], entity["value"]) for entity in parse["entities"]]
    assert found == [("order", "1"), ("order", "2"), ("gift", True)]


def test_a_payload_may_be_an_intent_alone() -> None:
    parse = payload_parse("/affirm", "Yes")
    assert parse is not None
    assert (parse["intent"]["name"], parse["entities"]) == ("affirm", [])


@pytest.mark.parametrize("payload", ["affirm", "/", "/a b", '/a{"x": }', "/a{" + "[" * 5000 + "}", "/a/b"])
def test_what_is_no_payload_is_none(payload: str) -> None:
    assert payload_parse(payload, "title") is None
