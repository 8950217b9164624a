"""Which of several choices somebody means who names it in words of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spoken import agrees, meant

COLOURS = ["The red teapot", "The blue teapot", "The blue kettle"]
LATE = ["I'll wait for it", "Make a complaint", "Talk to a person"]


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        *(("the first", 0), ("the first one", 0), ("First one please", 0), ("1", 0), ("1.", 0), ("1st", 0)),
        *(("the second", 1), ("second", 1), ("2", 1), ("option 2", 1), ("number two", 1), ("ok, the second one!", 1)),
        *(("the third one, please", 2), ("3)", 2), ("the last one", 2), ("last", 2), ("I'd like the 3rd", 2)),
        *(("the fourth", None), ("4", None), ("0", None), ("one", None), ("the one", None), ("12", None)),
        *(("no. 2", 1), ("no 3", 2), ("no one", None), ("no two", None)),
        *(("not the first", None), ("no, the second", None), ("second parcel", None), ("the first order", None)),
    ],
)
def test_a_choice_is_named_by_its_place(typed: str, place: int | None) -> None:
    assert meant(typed, LATE) == place


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        *(("ill wait for it", 0), ("I'll wait.", None), ("make complaint", 1), ("Make a compliant", 1)),
        *(("talk to person", 2), ("please talk to a persson", 2), ("talk to", None), ("I have a complaint", None)),
    ],
)
def test_a_choice_is_named_by_its_title_with_a_slip(typed: str, place: int | None) -> None:
    assert meant(typed, LATE) == place


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        *(("the red one", 0), ("no, the red one", 0), ("the kettle please", 2), ("that blue kettle", 2)),
        *(("the blue one", None), ("the green one", None), ("red", None), ("the red one is broken", None)),
    ],
)
def test_a_choice_is_pointed_at_by_a_word_that_no_other_has(typed: str, place: int | None) -> None:
    assert meant(typed, COLOURS) == place


def test_a_short_word_is_no_slip_of_another() -> None:
    assert meant("I do have it", ["I don't have it", "Check another order"]) is None


@pytest.mark.parametrize("typed", ["1", "the first", "the last one"])
def test_a_single_choice_has_no_place(typed: str) -> None:
    assert meant(typed, ["Where do I find it?"]) is None


def test_nothing_is_meant_where_nothing_is_offered() -> None:
    assert meant("the first", []) is None


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=4))
def test_whatever_is_typed_it_names_one_of_the_choices_or_none(typed: str, titles: list[str]) -> None:
    assert meant(typed, titles) in {None, *range(len(titles))}


@pytest.mark.parametrize(
    ("typed", "offered", "is_yes"),
    [
        ("yes please", "I'm sorry. Shall I write it down?", True),
        ("ok, take it down", "Shall I put it on record right here? I only need a few words.", True),
        ("ja bitte", "Auf Englisch hilft Ihnen gern ein Mensch. Soll ich jemanden dazuholen?", True),
        ("Oui, merci", "Voulez-vous que je demande à quelqu'un ?", True),
        ("yes, but the blue one came", "Shall I write it down?", False),
        ("yes", "Is that right?", False),
        ("no", "Shall I ask a person?", False),
    ],
)
def test_a_plain_yes_takes_what_is_offered(typed: str, offered: str, is_yes: bool) -> None:
    assert agrees(typed, offered) is is_yes
