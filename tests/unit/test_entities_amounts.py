"""Sums of money are read in figures and words, with their currency."""

from __future__ import annotations

import pytest

from bot.nlu.facts.amounts import amounts
from bot.nlu.facts.numbers import number_of


def read(text: str) -> list[tuple[str, str]]:
    return [(text[found.start : found.end], found.value) for found in amounts(text)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("it was £12.50.", "£12.50", "12.50 GBP"),
        ("charged me £ 1,299.00 twice", "£ 1,299.00", "1299.00 GBP"),
        ("1.200,50 € bitte", "1.200,50 €", "1200.50 EUR"),
        ("30 euros for postage", "30 euros", "30.00 EUR"),
        ("a $5 fee", "$5", "5.00 USD"),
        ("EUR 20", "EUR 20", "20.00 EUR"),
        ("20 GBP", "20 GBP", "20.00 GBP"),
        ("six quid to send it back", "six quid", "6.00 GBP"),
        ("15quid", "15quid", "15.00 GBP"),
        ("Twelve Pounds", "Twelve Pounds", "12.00 GBP"),
        ("12 pounds 50", "12 pounds 50", "12.50 GBP"),
        ("a hundred and twenty pounds", "a hundred and twenty pounds", "120.00 GBP"),
        ("thirty-five dollars", "thirty-five dollars", "35.00 USD"),
        ("80p more", "80p", "0.80 GBP"),
        ("fifty pence", "fifty pence", "0.50 GBP"),
        ("a tenner too much", "a tenner", "10.00 GBP"),
        ("two fivers", "two fivers", "10.00 GBP"),
    ],
)
def test_a_sum_is_read_with_its_words(text: str, words: str, value: str) -> None:
    assert read(text) == [(words, value)]


@pytest.mark.parametrize(
    "text", ["two pounds of flour", "20% off", "4 pans", "size 28", "p 5", "a pound", "$1 million", "£", "one pan each"]
)
def test_what_is_no_sum_is_left_alone(text: str) -> None:
    assert read(text) == []


def test_several_sums_are_all_read() -> None:
    assert [value for _, value in read("£20, not £30 or 6 euros")] == ["20.00 GBP", "30.00 GBP", "6.00 EUR"]


@pytest.mark.parametrize(
    ("words", "number"),
    [("seven", 7), ("forty-two", 42), ("a hundred", 100), ("two thousand", 2000), ("three hundred and six", 306)],
)
def test_numbers_in_words_have_their_value(words: str, number: int) -> None:
    assert number_of(words) == number
