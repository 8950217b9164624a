"""Entities from rules, regexes and lists come without overlaps, for any text, in time in proportion to its length."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.facts.catalogue import prepare
from bot.nlu.facts.finder import RULED, Finder
from bot.nlu.facts.found import Found, longest
from vendors.shop import normalise_order_number

TODAY = date(2026, 3, 11)
FINDER = Finder(
    RULED,
    [
        ("order_number", r"(?<![\w.@+-])#?\s?(?:pc\s?-?\s?)?\d{5}(?![\w@-])"),
        ("bereaved", r"\bmy (?:mother|father)(?= (?:has )?died)"),
        ("colour", r"red|green"),
    ],
    [prepare("product", ["wok", "frying pan", "glass lid", "whisk"], ["walk"])],
    {"order_number": normalise_order_number, "colour": lambda written: None if written == "red" else written},
)
PIECES = st.sampled_from(
    [
        *(
            "PC-10452",
            "10452",
            " ",
            ", ",
            "\n",
            "ana@example.com",
            "+44 7700 900123",
            "£12.50",
            "four quid",
            "last Tuesday",
        ),
        *(
            "the 3rd",
            "12 March",
            "in two weeks",
            "31 June",
            "wok",
            "frying pans",
            "wisk",
            "my name is Ana",
            "Regards,\n",
        ),
        *(
            "Mr ",
            "12 High Street",
            "10115 Berlin",
            "BS1 4DJ",
            "İ",
            "ß",
            "\ud800",
            "\x00",
            "👩‍🍳",
            "٣",
            "e\u0301",
            "-",
            "'",
            ".",
        ),
    ]
)
TEXTS = st.text(st.characters(codec=None)) | st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join)


def read(text: str) -> list[tuple[str, str, str]]:
    return [(found.kind, text[found.start : found.end], found.value) for found in FINDER.find(text, TODAY)[0]]


def test_each_entity_has_its_words_and_its_value() -> None:
    text = "It's Ana Lopes again: order 10452, a wisk for £12.50 on 9 March. Ana@example.com, 07700 900123"
    assert read(text) == [
        ("name", "Ana Lopes", "Ana Lopes"),
        ("order_number", "10452", "PC-10452"),
        ("product", "wisk", "whisk"),
        ("amount", "£12.50", "12.50 GBP"),
        ("date", "9 March", "2026-03-09"),
        ("email", "Ana@example.com", "ana@example.com"),
        ("phone", "07700 900123", "07700900123"),
    ]


@pytest.mark.parametrize("written", ["PC-10452", "pc 10452", "#PC10452", "10452"])
def test_an_order_number_is_read_as_the_shop_writes_it(written: str) -> None:
    assert read(f"where is: {written}?") == [("order_number", written, "PC-10452")]


def test_the_name_that_somebody_gives_is_an_entity() -> None:
    assert read("my name is Tom and Mr Jones was rude") == [("name", "Tom", "Tom")]


def test_what_a_reader_refuses_is_not_found() -> None:
    assert read("red or green") == [("colour", "green", "green")]


def test_a_regex_of_the_training_data_is_found_in_any_case() -> None:
    assert read("My Father died") == [("bereaved", "My Father", "My Father")]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I live at Hauptstraße 12, 10115 Berlin", []),
        ("£10452", ["amount"]),
        ("10452@example.com", ["email"]),
        ("call +44 10452 10453", ["phone"]),
    ],
)
def test_figures_within_something_else_are_no_order(text: str, kinds: list[str]) -> None:
    assert [kind for kind, _, _ in read(text)] == kinds


def test_a_finder_finds_only_what_it_is_asked_for() -> None:
    assert Finder(["email"]).find("ana@example.com on Friday for £5", TODAY)[0] == [
        Found("email", 0, 15, "ana@example.com")
    ]


def test_of_two_that_overlap_the_longer_one_stays() -> None:
    found = [
        Found("a", 0, 3, ""),
        Found("b", 2, 8, ""),
        Found("c", 8, 9, ""),
        Found("d", 2, 8, ""),
        Found("e", 5, 5, ""),
    ]
    assert [one.kind for one in longest(found)] == ["b", "c"]


@given(TEXTS)
def test_any_text_gives_spans_within_it_that_do_not_overlap(text: str) -> None:
    for found in FINDER.find(text, TODAY):
        ends = [0, *(end for one in found for end in (one.start, one.end)), len(text)]
        assert ends == sorted(ends)
        assert all(one.start < one.end and one.value for one in found)


@pytest.mark.parametrize(
    "repeated",
    [
        *("a", "1", "1 ", "a@", "Ab ", "on 3rd ", "+44 ", "Friday ", "in a ", "my name is ", "Regards\n", "\n", "£1 "),
        *("12 Ab Cd Ef ", "twenty ", "flat 1 ", "A. ", "wok ", "bs1 ", "hundred and ", "-", "\t", "From: A", "— A"),
    ],
)
def test_long_texts_take_time_in_proportion(repeated: str) -> None:
    took = {}
    for length in (4_000, 16_000):
        text = (repeated * length)[:length]
        runs = []
        for _ in range(3):
            begun = time.thread_time()
            FINDER.find(text, TODAY)
            runs.append(time.thread_time() - begun)
        took[length] = min(runs)
    assert took[16_000] < 0.8  # 0.01 to 0.2 here; in the square of the length it would be 16 times that of 4,000
    assert took[16_000] < 8 * took[4_000] + 0.01
