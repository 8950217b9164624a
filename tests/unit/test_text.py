"""Any text becomes one that databases store and screens show as it was meant."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.text import beginning, shortened, storable

ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("a\udc00", "a\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("a\x00b\x07\x7f\x85c", "abc"),
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("a\tb", "a\tb"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069", "a"),
        ("\ufeffstart", "\ufeffstart"),
    ],
)
def test_what_databases_refuse_or_screens_are_fooled_by_goes(given_text: str, kept: str) -> None:
    assert storable(given_text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "שלום, איפה ההזמנה שלי?",
        "Z̴̷̢͙̘͎̥̱a̸̧̛͙l̶̡͙g̵͇o̸̢",
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "\n" * 10_000,
        "😀" * 10_000,
        "e" + "\u0301" * 5_000,
    ],
    ids=["hebrew", "zalgo", "joined emoji", "newlines", "many emoji", "many accents"],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert storable(text) == text


@given(ANY_TEXT)
def test_every_text_can_be_stored_and_has_no_controls_but_newline_and_tab(text: str) -> None:
    kept = storable(text)
    kept.encode("utf-8")
    assert [c for c in kept if unicodedata.category(c) == "Cc" and c not in "\n\t"] == []
    assert storable(kept) == kept


@given(st.text(), st.integers(1, 50))
def test_a_shortened_text_keeps_to_its_limit_and_says_that_it_was_cut(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text if len(text) <= limit else short.endswith("…") and text.startswith(short[:-1])


def test_no_blank_stands_before_the_ellipsis() -> None:
    assert shortened("one two three", 5) == "one…"


@given(st.text(st.characters(codec=None)) | st.text("ab1 \n-", max_size=600), st.integers(1, 500))
def test_a_beginning_keeps_to_its_limit_and_is_never_nothing(text: str, limit: int) -> None:
    kept = beginning(text, limit)
    assert text.startswith(kept)
    assert kept == text if len(text) <= limit else 0 < len(kept) <= limit


@pytest.mark.parametrize("secret", ["4111 1111 1111 1111", "4111-1111-1111-1111", "hunter2secret"])
def test_no_half_of_a_secret_is_left_at_the_end_of_a_beginning(secret: str) -> None:
    text = "x" * 400 + f" it is {secret} and more"
    for limit in range(407, 407 + len(secret)):
        assert beginning(text, limit) in {"x" * 400 + " it is", "x" * 400 + " it"}
