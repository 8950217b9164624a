"""The wait that a contact is told is an honest range from earlier waits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.domain.wait import ENOUGH, wait_in_words


def test_nothing_is_promised_from_too_few_waits() -> None:
    assert wait_in_words([60.0] * (ENOUGH - 1)) == "I can't say yet how long it will take"
    assert wait_in_words([]) == wait_in_words([60.0])


@pytest.mark.parametrize(
    ("waits", "words"),
    [
        ([20.0] * 8, "It usually takes less than a minute"),
        ([60.0] * 8, "It usually takes about 1 minute"),
        ([61.0] * 8, "It usually takes 1 to 2 minutes"),
        ([119.0] * 8, "It usually takes about 2 minutes"),
        ([5, 5, 5, 5, 200, 200, 200, 200], "It usually takes 1 to 4 minutes"),
        ([600, 120, 240, 180, 300, 360, 420, 480], "It usually takes 4 to 8 minutes"),
    ],
)
def test_the_middle_half_of_the_waits_is_said_in_minutes(waits: list[float], words: str) -> None:
    assert wait_in_words(waits) == words


def test_a_single_very_long_wait_does_not_change_what_is_usual() -> None:
    assert wait_in_words([120.0] * 20 + [86_400.0]) == wait_in_words([120.0] * 20)


@given(st.lists(st.floats(0, 100_000), min_size=ENOUGH, max_size=60))
def test_the_longest_time_named_covers_three_quarters_of_the_waits(waits: list[float]) -> None:
    words = wait_in_words(waits)
    seconds = 3600 if words.endswith("hours") else 60
    longest = 1 if "less than" in words else int(re.findall(r"\d+", words)[-1])
    assert sum(wait <= longest * seconds for wait in waits) >= 0.75 * len(waits)


def test_long_waits_are_told_in_hours() -> None:
    assert wait_in_words([4 * 3600.0] * 4 + [14.5 * 3600] * 8) == "It usually takes 4 to 15 hours"
    assert wait_in_words([600.0] * 4 + [2.5 * 3600] * 8) == "It can take up to 3 hours"
