"""The wait that a contact is told is an honest range from earlier waits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.config import Hours, Team
from escalation.domain.wait import ENOUGH, Range, Told, expect, in_words, is_material
from escalation.service.waits import measure


def wait_in_words(waits: Sequence[float]) -> str:
    """What is told after waits of so many seconds, all of them at noon."""
    return in_words(expect([(12.0, seconds) for seconds in waits], 12.0))


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


NINE, NIGHT = [(9.0, 60.0)] * ENOUGH, [(23.5, 3600.0)] * ENOUGH


def test_a_wait_is_expected_from_those_of_about_this_hour() -> None:
    assert expect([*NINE, *NIGHT], 10.5) == Range(60, 60)
    assert expect([*NINE, *NIGHT], 0.9) == Range(3600, 3600)
    assert expect([*NINE, *NIGHT], 22) == Range(3600, 3600)


def test_with_too_few_of_this_hour_all_hours_are_looked_at() -> None:
    assert expect([*NINE[1:], *NIGHT], 9) == Range(60, 3600)
    assert expect([*NINE, *NIGHT], 15) == Range(60, 3600)


def test_nothing_is_expected_without_history() -> None:
    assert expect(NINE[1:], 9) is None
    assert in_words(None) == "I can't say yet how long it will take"


@given(st.lists(st.tuples(st.floats(0, 24, exclude_max=True), st.floats(0, 1e5)), max_size=40), st.floats(0, 24))
def test_a_range_has_three_quarters_of_its_waits_below_its_end(waits: list[tuple[float, float]], hour: float) -> None:
    expected = expect(waits, hour)
    assert (expected is None) == (len(waits) < ENOUGH)
    if expected:
        assert expected.low <= expected.high
        near = [seconds for began, seconds in waits if min(abs(began - hour), 24 - abs(began - hour)) <= 1.5]
        of = near if len(near) >= ENOUGH else [seconds for _, seconds in waits]
        assert sum(seconds <= expected.high for seconds in of) >= 0.75 * len(of)
        assert sum(seconds < expected.low for seconds in of) <= 0.25 * len(of)


@pytest.mark.parametrize(
    ("told", "place", "material"),
    [
        (3, 2, True),
        (2, 3, True),
        (4, 3, True),
        (8, 5, False),
        (8, 4, True),
        (8, 15, False),
        (8, 16, True),
        (4, 4, False),
    ],
)
def test_a_place_is_told_again_when_it_matters(told: int, place: int, material: bool) -> None:
    expected = Range(300, 600)
    assert is_material(Told(told, expected), place, expected) == material


@pytest.mark.parametrize(
    ("told", "now", "material"),
    [
        (Range(300, 600), Range(300, 890), False),
        (Range(300, 600), Range(300, 900), True),
        (Range(300, 600), Range(200, 310), False),
        (Range(300, 600), Range(200, 300), True),
        (None, Range(300, 600), True),
        (Range(300, 600), None, False),
        (None, None, False),
        (Range(5, 20), Range(10, 50), False),
    ],
    ids="longer much_longer shorter much_shorter known_at_last not_known_any_more unknown the_same_words".split(),
)
def test_a_range_is_told_again_when_it_matters(told: Range | None, now: Range | None, material: bool) -> None:
    assert is_material(Told(9, told), 9, now) == material


@given(st.integers(1, 2000), st.floats(0, 1e5), st.floats(0, 1e5))
def test_what_was_just_told_is_no_news(place: int, one: float, other: float) -> None:
    expected = Range(min(one, other), max(one, other))
    assert not is_material(Told(place, expected), place, expected)


def at(day: int, hour: int, minute: int = 0) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()


def test_a_wait_over_night_counts_from_the_opening_and_so_does_one_over_closing() -> None:
    weekdays = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ("09:00-17:00",))
    team = Team(hours=Hours(timezone="Europe/London", **weekdays))
    assert measure(team, at(23, 18), at(24, 9, 10)) == (9.0, 600.0)
    assert measure(team, at(23, 16, 45), at(24, 9, 5)) == (16.75, 1200.0)
    assert measure(team, at(23, 13, 30), at(23, 13, 31)) == (13.5, 60.0)
    assert measure(team, at(23, 20), at(23, 21)) is None
    assert measure(Team(), at(23, 20), at(23, 21)) == (20.0, 3600.0)
    nights = [measure(team, at(day, 17, 30), at(day + 1, 9, 3)) for day in (9, 10, 11, 12, 16, 17, 18, 19)]
    assert in_words(expect([one for one in nights if one], 10.0)) == "It usually takes about 3 minutes"
