"""Days and stretches of days: what the expressions that `bot.nlu.facts.dates` reads come down to. Pure calendar."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = 7
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Days:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        """An ISO 8601 date, or an interval of two."""
        return self.first.isoformat() if self.first == self.last else f"{self.first}/{self.last}"


def one(day: date) -> Days:
    """A single day."""
    return Days(day, day)


def week(today: date, offset: int) -> Days:
    """Monday to Sunday, ``offset`` weeks from the one that ``today`` is in."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
    return Days(monday, monday + timedelta(days=SUNDAY))


def weekend(today: date, offset: int) -> Days:
    """Saturday and Sunday of that week."""
    whole = week(today, offset)
    return Days(whole.first + timedelta(days=SATURDAY), whole.last)


def month(year: int, number: int) -> Days:
    """A whole month; ``number`` may be below 1 or above 12, and the year moves on."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    return Days(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


def year(number: int) -> Days:
    """A whole year."""
    return Days(date(number, 1, 1), date(number, 12, 31))


def part(whole: Days, which: str) -> Days:
    """About a third of a stretch: its start (beginning, early), middle (mid) or end (late)."""
    third = (whole.last - whole.first) // 3
    if which in ("start", "beginning", "early"):
        return Days(whole.first, whole.first + third)
    if which in ("middle", "mid"):
        return Days(whole.first + third, whole.last - third)
    return Days(whole.last - third, whole.last)


def shifted(today: date, count: int, unit: str) -> date:
    """``today`` moved by ``count`` days, weeks, fortnights, months or years; hours and minutes stay within the day."""
    if unit in ("month", "year"):
        there = month(today.year, today.month + count * (12 if unit == "year" else 1))
        return there.first.replace(day=min(today.day, there.last.day))
    return today + timedelta(days=count * {"day": 1, "week": WEEK, "fortnight": 2 * WEEK}.get(unit, 0))


def weekday(today: date, number: int, past: bool) -> date:
    """The nearest such weekday before or after ``today``, never today itself."""
    ahead = (number - today.weekday()) % WEEK or WEEK
    return today + timedelta(days=ahead - WEEK if past and ahead != WEEK else -WEEK if past else ahead)


def easter(year: int) -> date:
    """Western Easter Sunday (the anonymous Gregorian computus, Meeus 1991)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - leap + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * sunday) // 451
    number, day = divmod(epact + sunday - 7 * late + 114, 31)
    return date(year, number, day + 1)


def nth_weekday(year: int, number: int, weekday: int, nth: int) -> date:
    """The ``nth`` such weekday of a month."""
    first = date(year, number, 1)
    return first + timedelta(days=(weekday - first.weekday()) % WEEK + WEEK * (nth - 1))


# Feast days by how their names begin, without apostrophes, as the British keep them; the longer name comes first.
FEASTS: dict[str, Callable[[int], date]] = {
    "christmas eve": lambda y: date(y, 12, 24),
    "christmas": lambda y: date(y, 12, 25),
    "boxing day": lambda y: date(y, 12, 26),
    "new years eve": lambda y: date(y, 12, 31),
    "new year": lambda y: date(y, 1, 1),
    "valentine": lambda y: date(y, 2, 14),
    "mothers day": lambda y: easter(y) - timedelta(days=3 * WEEK),
    "good friday": lambda y: easter(y) - timedelta(days=2),
    "easter monday": lambda y: easter(y) + timedelta(days=1),
    "easter": easter,
    "fathers day": lambda y: nth_weekday(y, 6, SUNDAY, 3),
    "halloween": lambda y: date(y, 10, 31),
    "bonfire night": lambda y: date(y, 11, 5),
    "thanksgiving": lambda y: nth_weekday(y, 11, 3, 4),
    "black friday": lambda y: nth_weekday(y, 11, 3, 4) + timedelta(days=1),
    "cyber monday": lambda y: nth_weekday(y, 11, 3, 4) + timedelta(days=4),
}


def nearest(today: date, of_year: Callable[[int], date], past: bool | None) -> date:
    """The day that a rule gives for each year: the last up to ``today``, the next from it on, or (None) the nearer."""
    candidates = [of_year(year) for year in (today.year - 1, today.year, today.year + 1)]
    if past is None:
        return min(candidates, key=lambda day: abs(day - today))
    return max(d for d in candidates if d <= today) if past else min(d for d in candidates if d >= today)
