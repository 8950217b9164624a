"""Which group a question joins, by its vector."""

from __future__ import annotations

import math

import pytest

from bot.content.unanswered.grouping import Middle, nearest
from conversations.likeness import likeness, middle, moved


def turned(degrees: float) -> list[float]:
    return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]


def test_a_question_joins_the_nearest_group_of_its_language_if_that_is_near_enough() -> None:
    groups = [Middle(1, "en", 3, turned(40)), Middle(2, "en", 1, turned(10)), Middle(3, "de", 9, turned(0))]
    joined = nearest(turned(0), "en", groups)
    assert joined is not None and joined.group_id == 2
    assert nearest(turned(100), "en", groups) is None, "the nearest is 60 degrees away: a cosine of 0.5"
    assert nearest(turned(0), "fr", groups) is None


def test_a_middle_moves_as_if_it_were_reckoned_anew() -> None:
    two = middle([turned(0), turned(30)])
    assert two == pytest.approx(turned(15))
    assert likeness(moved(two, 2, turned(60)), middle([turned(0), turned(30), turned(60)])) > 0.999
