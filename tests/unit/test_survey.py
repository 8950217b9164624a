"""The survey: five stars, and a bare number from 1 to 5 is an answer."""

from __future__ import annotations

import pytest

from conversations.model import ButtonKind
from conversations.survey import STARS, stars_in, survey_buttons


@pytest.mark.parametrize("stars", STARS)
def test_a_bare_number_from_one_to_five_is_an_answer(stars: int) -> None:
    assert stars_in(f" {stars}\n") == stars


@pytest.mark.parametrize("said", ["", "0", "6", "5 stars", "55", "3.5", "-1", "five", "５", "²", "1 2"])
def test_anything_else_is_an_ordinary_message(said: str) -> None:
    assert stars_in(said) is None


def test_the_buttons_are_five_stars_in_order() -> None:
    buttons = survey_buttons()
    assert [button.title for button in buttons] == ["1 of 5", "2 of 5", "3 of 5", "4 of 5", "5 of 5"]
    assert {button.kind for button in buttons} == {ButtonKind.SURVEY}
    assert [stars_in(button.value) for button in buttons] == list(STARS)
