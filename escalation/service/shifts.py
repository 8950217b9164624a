"""When the people of the desk are there: by what they say, and by their shifts or their team's hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from conversations.staff import Availability, Principal
from escalation.config import WEEKDAYS, Teams
from escalation.domain.hours import Calendar, is_open, next_opening


@dataclass(frozen=True)
class Shifts:
    """A person's own hours: spans by weekday, in the zone of their first team."""

    timezone: str
    by_day: Mapping[str, Sequence[str]]
    always = False

    def spans(self, day: date) -> tuple[str, ...]:
        """The spans of a day; holidays are the team's, and who has shifts of their own may work on them."""
        return tuple(self.by_day.get(WEEKDAYS[day.weekday()], ()))


def calendar_of(person: Principal, teams: Teams) -> Calendar:
    """Their shifts; without any, the hours of their first team."""
    hours = teams.of(person.team).hours
    return hours if person.shifts is None else Shifts(hours.timezone, person.shifts)


def on_shift(person: Principal, teams: Teams, moment: float) -> bool:
    """Whether they work at this moment (Unix seconds), by their shifts or their team's hours."""
    return is_open(calendar_of(person, teams), datetime.fromtimestamp(moment, UTC))


def is_here(person: Principal, teams: Teams, moment: float) -> bool:
    """Whether something may be offered to them at this moment (Unix seconds)."""
    return person.works_the_desk and person.availability is Availability.HERE and on_shift(person, teams, moment)


def comes_in(person: Principal, teams: Teams, moment: float) -> float | None:
    """Seconds until they are next here; None when that is not known, or they are here."""
    if not person.works_the_desk or is_here(person, teams, moment):
        return None
    if person.availability is not Availability.HERE and person.away_until is None:
        return None
    at = max(moment, person.away_until or moment)
    opens = next_opening(calendar_of(person, teams), datetime.fromtimestamp(at, UTC))
    return None if opens is None else max(0.0, opens.timestamp() - moment)
