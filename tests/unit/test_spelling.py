"""Slips of the finger are read as the word of the examples that is meant, and nothing else is touched."""

from __future__ import annotations

import pytest

from bot.nlu.learning.spelling import Spelling

SPELLING = Spelling.learn(["where is my order", "my pan is broken", "track my order", "what is the tracking number"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("wehre is my odrer", "where is my order"),  # changed places
        ("my pan is brokn", "my pan is broken"),  # one too few
        ("trackking numbber", "tracking number"),  # one too many
        ("my ordwr", "my order"),  # another one
        ("Wehre's PC-10452?", "where's PC-10452?"),
    ],
)
def test_a_slip_is_mended(said: str, meant: str) -> None:
    assert SPELLING.mend(said) == meant


@pytest.mark.parametrize(
    "said", ["the older pen", "border", "odr", "Priya", "wo ist sie", "", "🙂", "where is my order"]
)
def test_what_is_a_word_or_too_short_stays(said: str) -> None:
    assert SPELLING.mend(said) == said


def test_the_word_that_the_examples_have_most_is_meant() -> None:
    assert Spelling.learn(["carts", "carts", "carps"]).mend("carxs") == "carts"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("where is it", True),
        ("Szczecin", True),
        ("ok no", True),
        ("", True),
        ("siparişim nerede", False),
        ("hvor bliver pakken af", False),
        ("kde je moje objednávka", False),
        ("wehre is my odrer", True),
        ("is it from Swansea", True),
    ],
)
def test_a_text_of_which_no_longer_word_is_known_is_not_understood(said: str, known: bool) -> None:
    assert SPELLING.knows(said) is known
