"""When the people of the desk are there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from conversations.staff import Availability, Principal, Role
from escalation.config import Hours, Team, Teams
from escalation.service.shifts import comes_in, is_here, on_shift

LONDON = ZoneInfo("Europe/London")
TEAMS = Teams(
    [
        Team(name="support", hours=Hours(monday=("09:00-17:00",), sunday=("00:00-04:00",))),
        Team(name="always"),
    ]
)
ANA = Principal("1", "Ana", Role.AGENT, ("support", "always"))
HOUR = 3600.0


def at(day: int, hour: float, month: int = 3) -> float:
    """A moment of March 2026, by London's clocks: the 23rd is a Monday."""
    return datetime(2026, month, day, int(hour), round(hour % 1 * 60), tzinfo=LONDON).timestamp()


def test_who_has_no_shifts_works_the_hours_of_their_first_team() -> None:
    assert on_shift(ANA, TEAMS, at(23, 9))
    assert not on_shift(ANA, TEAMS, at(23, 17))
    assert on_shift(replace(ANA, teams=("always",)), TEAMS, at(23, 17))


def test_shifts_of_ones_own_stand_in_the_place_of_the_teams_hours() -> None:
    late = replace(ANA, shifts={"monday": ["16:00-22:00"]})
    assert [on_shift(late, TEAMS, at(23, hour)) for hour in (10, 16, 21.5, 22)] == [False, True, True, False]
    assert not on_shift(replace(ANA, shifts={}), TEAMS, at(23, 10))


def test_who_is_busy_or_away_or_an_editor_is_offered_nothing() -> None:
    assert is_here(ANA, TEAMS, at(23, 10))
    for other in (
        replace(ANA, availability=Availability.BUSY),
        replace(ANA, availability=Availability.AWAY),
        replace(ANA, role=Role.EDITOR),
    ):
        assert not is_here(other, TEAMS, at(23, 10))


def test_who_is_not_here_comes_when_their_shift_begins_and_they_are_back() -> None:
    assert comes_in(ANA, TEAMS, at(23, 8)) == HOUR
    assert comes_in(ANA, TEAMS, at(23, 10)) is None
    away = replace(ANA, availability=Availability.AWAY)
    assert comes_in(away, TEAMS, at(23, 10)) is None
    assert comes_in(replace(away, away_until=at(23, 11)), TEAMS, at(23, 10)) == HOUR
    assert comes_in(replace(away, away_until=at(23, 18)), TEAMS, at(28, 23)) == HOUR
    assert comes_in(replace(ANA, shifts={}), TEAMS, at(23, 10)) is None


def test_in_the_night_in_which_the_clocks_change_a_shift_is_as_long_as_the_night_leaves_it() -> None:
    assert [on_shift(ANA, TEAMS, at(29, hour)) for hour in (0.5, 3.5, 4)] == [True, True, False]
    assert at(29, 4) - at(29, 0) == 3 * HOUR
