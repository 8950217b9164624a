"""A canned reply with a broken variable is refused when it is saved, and never fails when it is used."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.domain.canned import LIMIT, VARIABLES, Filled, fill, problems, tag_problem

VALUES = {"contact": "Ana", "agent": "Ben", "reference": "FD-7K3QX9", "order": "PC-10452", "business": "Pineapple & Co"}
TEXTS = st.lists(
    st.sampled_from(["{", "}", "{{", "}}", "{contact}", "{order}", "{x}", "{contact!r}", "{contact:>9}", "[", "!", ":"])
    | st.text(max_size=4),
    max_size=12,
).map("".join)


def test_variables_are_filled_in() -> None:
    text = "Hello {contact}, {agent} of {business} here: {order}, {reference}. {{contact}} {contact}"
    assert problems(text) == []
    said = "Hello Ana, Ben of Pineapple & Co here: PC-10452, FD-7K3QX9. {contact} Ana"
    assert fill(text, VALUES) == Filled(said)


def test_a_variable_without_a_value_stands_there_and_is_named_once() -> None:
    filled = fill("{order}: hello {contact}, about {order}", {"contact": "Ana", "order": "  "})
    assert filled == Filled("{order}: hello Ana, about {order}", ("order",))


def test_a_value_is_put_in_as_it_is() -> None:
    assert fill("Hello {contact}", {"contact": "{agent} {0} }{"}).text == "Hello {agent} {0} }{"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no text"),
        (" \n", "no text"),
        ("Hello {contact", "A brace stands alone"),
        ("Hello contact}", "A brace stands alone"),
        ("{", "A brace stands alone"),
        ("Hello {contakt}", "is {contact} meant?"),
        ("Hello { Contact }", "is {contact} meant?"),
        ("Hello {}", "is no variable: there are {contact}, {agent}"),
        ("Hello {0}", "is no variable"),
        ("Hello {contact.name}", "is no variable"),
        ("Hello {contact[0]}", "is no variable"),
        ("Hello {contact:>99999999}", "Nothing may follow"),
        ("Hello {contact:{order}}", "Nothing may follow"),
        ("Hello {contact!r}", "Nothing may follow"),
        ("x" * (LIMIT + 1), "3,001 characters: shorten it to 3,000"),
    ],
)
def test_a_broken_text_is_refused_with_what_to_do(text: str, word: str) -> None:
    [problem] = problems(text)
    assert word in problem
    with pytest.raises(ValueError, match=re.escape(problem)):
        fill(text, VALUES)


def test_each_problem_is_named_once() -> None:
    assert len(problems("{a} {a} {b}")) == 2


@given(TEXTS)
def test_what_may_be_saved_can_be_filled_whatever_is_known(text: str) -> None:
    if problems(text):
        return
    assert fill(text, VALUES).missing == ()
    nothing = fill(text, {})
    assert set(nothing.missing) <= set(VARIABLES)
    assert fill(text, {name: f"{{{name}}}" for name in VARIABLES}).text == nothing.text


@pytest.mark.parametrize("name", ["a", "7", "late-delivery", "a" * 40, "2nd-contact-"])
def test_a_tag_is_small_letters_digits_and_hyphens(name: str) -> None:
    assert tag_problem(name) is None


@pytest.mark.parametrize(
    "name", ["", "-late", "Late", "late delivery", "late_delivery", "a" * 41, "spät", "late\n", "{contact}"]
)
def test_any_other_tag_is_refused_with_an_example(name: str) -> None:
    assert "late-delivery" in (tag_problem(name) or "")
