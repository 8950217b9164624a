"""Text for Telegram: counted in UTF-16, cut at the ends of sentences, never within a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.telegram.text import head, parts, shortened, units, within

FAMILY = "👩‍👩‍👧‍👦"


def test_a_length_is_what_telegram_counts() -> None:
    assert [units(text) for text in ("", "abc", "é", "🍍", FAMILY)] == [0, 3, 1, 2, 11]


def test_a_part_is_found_by_its_units() -> None:
    assert within("🍍 @shop_bot hi", 3, 9) == "@shop_bot"


def test_a_beginning_never_ends_within_a_character() -> None:
    assert (head("🍍🍍", 3), head("🍍🍍", 4)) == ("🍍", "🍍🍍")
    assert shortened("🍍🍍🍍", 4) == "🍍…"


def test_a_short_text_is_one_message() -> None:
    assert list(parts("Hello.")) == ["Hello."]
    assert list(parts("x" * 4096)) == ["x" * 4096]
    assert list(parts("")) == []


def test_a_long_text_is_cut_at_a_sentence_s_end() -> None:
    sentence = "Your parcel left us this morning. "
    cut = list(parts(sentence * 200))
    assert len(cut) == 2
    assert all(part.endswith("morning.") and units(part) <= 4096 for part in cut)
    assert " ".join(cut) == (sentence * 200).strip()


def test_a_paragraph_s_end_goes_before_a_sentence_s() -> None:
    text = "One. " * 10 + "\n\n" + "Two. " * 10
    assert list(parts(text, 70)) == [("One. " * 10).strip(), ("Two. " * 10).strip()]


@pytest.mark.parametrize("end", ["。", "！", "？", "…", '."', "!"])
def test_sentences_end_in_other_ways_too(end: str) -> None:
    text = "あ" * 40 + end + " " + "い" * 40
    assert next(parts(text, 60)) == "あ" * 40 + end


def test_without_a_sentence_it_is_cut_between_words() -> None:
    cut = list(parts("word " * 30, 52))
    assert all(set(part.split()) == {"word"} for part in cut)
    assert sum(part.count("word") for part in cut) == 30


@pytest.mark.parametrize("limit", range(12, 30))
def test_an_emoji_of_many_parts_is_never_cut(limit: int) -> None:
    cut = list(parts(FAMILY * 6, limit))
    assert "".join(cut) == FAMILY * 6
    assert all(part.replace(FAMILY, "") == "" for part in cut)


@given(st.text(max_size=400), st.integers(min_value=8, max_value=60))
def test_nothing_but_blanks_is_lost_and_nothing_is_too_long(text: str, limit: int) -> None:
    cut = list(parts(text, limit))
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert all(units(part) <= limit for part in cut)
