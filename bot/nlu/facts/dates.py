"""Days in a text: "yesterday", "last Tuesday", "the 3rd", "12 March", "in two weeks", relative to a given today.

The value is an ISO 8601 date, or an interval as ``first/last`` ("last week", "a few days ago"). A time that only lasts
("for two weeks") and a day that comes again ("on Sundays") are no dates. In figures the day comes before the month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from bot.nlu.facts import date_patterns as patterns
from bot.nlu.facts import days
from bot.nlu.facts.days import Days
from bot.nlu.facts.found import Found
from bot.nlu.facts.numbers import number_of
from bot.nlu.facts.tense import is_past

KIND = "date"
_OFFSETS = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1, "this coming": 1}
_FEW = {"few": (2, 5), "some": (2, 5), "several": (3, 7)}  # how many that is, from and to

_Match = re.Match[str]
# What a match says, given today and whether it lies behind (None: nobody knows).
_Read = Callable[[_Match, date, bool | None], Days | None]


def dates(text: str, today: date) -> Iterator[Found]:
    """Every day or stretch of days in the text."""
    for hint, pattern, read in _RULES:
        if not hint.search(text):
            continue
        for match in pattern.finditer(text):
            start, end = next(span for span in map(match.span, _span_groups(pattern)) if span != (-1, -1))
            try:
                read_days = read(match, today, is_past(text, start, end))
            except (ValueError, OverflowError):  # the 31st of February, or far beyond the calendar
                continue
            if read_days:
                yield Found(KIND, start, end, str(read_days))


def _span_groups(pattern: re.Pattern[str]) -> list[str]:
    return [name for name in ("span", "span2", "short") if name in pattern.groupindex]


def _near(match: _Match, today: date, past: bool | None) -> Days:
    offset = 1 if match["future"] else -1 if match["past"] else 0
    if match["two"]:
        offset = -2 if match["two"].lower().startswith("before") else 2
    return days.one(today + timedelta(days=offset))


def _weekday(match: _Match, today: date, past: bool | None) -> Days:
    written = (match["weekday"] or match["short"]).lower()
    number = next(at for at, name in enumerate(patterns.WEEKDAYS) if name[:2] == written[:2])
    which, week = (match["which"] or "").lower(), (match["week"] or "").lower().split()
    if which == "next" or len(week) == 2:  # "Friday last week"; "next Friday" is the one of next week
        return days.one(days.week(today, _OFFSETS.get((week or [which])[0], 0)).first + timedelta(days=number))
    if match["later"]:  # "a week on Monday"
        weeks = number_of(match["later"]) * (2 if match["unit"].lower() == "fortnight" else 1)
        return days.one(days.weekday(today, number, past=False) + timedelta(weeks=weeks))
    behind = _OFFSETS[which] < 0 if which in _OFFSETS else bool(past) and not week
    return days.one(days.weekday(today, number, behind) + timedelta(weeks=len(week)))  # "Friday week"


def _period(match: _Match, today: date, past: bool | None) -> Days | None:
    which, unit = match["which"].lower(), match["unit"].lower()
    if which == "the" and not (match["edge"] or match["beyond"] or unit == "weekend"):
        return None
    offset = _OFFSETS.get(which, 0)
    if match["beyond"]:
        offset = -2 if match["beyond"].lower().endswith("last") else 2
    elif which == "the" and unit == "weekend" and past and today.weekday() < days.SATURDAY:
        offset = -1
    whole = _whole(unit, offset, today)
    return days.part(whole, match["edge"].lower()) if match["edge"] else whole


def _whole(unit: str, offset: int, today: date) -> Days:
    if unit == "month":
        return days.month(today.year, today.month + offset)
    if unit == "year":
        return days.year(today.year + offset)
    return days.week(today, offset) if unit == "week" else days.weekend(today, offset)


def _count(match: _Match, today: date, past: bool | None) -> Days | None:
    if bool(match["ahead"]) == bool(match["from"]) or not (match["count"] or match["from"]):
        return None
    written, unit = (match["count"] or "some").lower(), match["unit"].lower()
    sign = 1 if match["ahead"] or "from" in match["from"].lower() else -1
    for word, (least, most) in _FEW.items():
        if word in written:
            return Days(*sorted(days.shifted(today, sign * count, unit) for count in (least, most)))
    count = 2 if "couple" in written else int(written) if written.isdecimal() else number_of(written)
    return days.one(days.shifted(today, sign * count, unit))


def _figures(match: _Match, today: date, past: bool | None) -> Days:
    if match["iso"]:
        return days.one(date.fromisoformat(match["iso"]))
    day, month = int(match["day"] or match["day2"]), int(match["month"] or match["month2"])
    if month > 12:  # months come first in America
        day, month = month, day
    return _day_in(day, month, match["year"], today, past)


def _day_and_month(match: _Match, today: date, past: bool | None) -> Days:
    day, month = match["day"] or match["day2"], match["month"] or match["month2"]
    return _day_in(_day_number(day), _month_number(month), match["year"], today, past)


def _day_in(day: int, month: int, year: str | None, today: date, past: bool | None) -> Days:
    if year:
        return days.one(date(int(year) + (0 if len(year) == 4 else 2000), month, day))
    return days.one(days.nearest(today, lambda year: date(year, month, day), past))


def _day_alone(match: _Match, today: date, past: bool | None) -> Days:
    day = _day_number(match["day"] or match["day2"])
    months = -1 if past and day > today.day else 1 if not past and day < today.day else 0
    return days.one(days.month(today.year, today.month + months).first.replace(day=day))


def _month(match: _Match, today: date, past: bool | None) -> Days:
    number, which = _month_number(match["month"] or match["month2"]), (match["which"] or "").lower()
    if match["year"]:
        return days.month(int(match["year"]), number)
    if which == "last":  # not the one that we are in, nor is the next one
        return days.month(today.year - (number >= today.month), number)
    if which == "next":
        return days.month(today.year + (number <= today.month), number)
    nearest = days.nearest(today, lambda year: getattr(days.month(year, number), "first" if past else "last"), past)
    whole = days.month(nearest.year, number)
    return days.part(whole, which) if which else whole


def _feast(match: _Match, today: date, past: bool | None) -> Days:
    which, written = (match["which"] or "").lower(), re.sub("['’]", "", match["feast"].lower())
    name = next(name for name in days.FEASTS if written.replace("xmas", "christmas").startswith(name))
    return days.one(days.nearest(today, days.FEASTS[name], which == "last" or (which != "next" and past)))


def _day_number(written: str) -> int:
    digits = re.match(r"\d+", written)
    if digits:
        return int(digits.group())
    *tens, last = re.split(r"[\s-]", written.lower())
    return (number_of(tens[0]) if tens else 0) + patterns.ORDINALS.index(last) + 1


def _month_number(written: str) -> int:
    return next(at for at, name in enumerate(patterns.MONTHS, start=1) if name[:3] == written[:3].lower())


def _rule(hint: str, pattern: re.Pattern[str], read: _Read) -> tuple[re.Pattern[str], re.Pattern[str], _Read]:
    return re.compile(hint, re.IGNORECASE), pattern, read


# A pattern is tried only on a text that has its hint in it: most messages name no day at all.
_MONTH_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_RULES = (
    _rule(r"day|tomm?or|tmrw|last night|tonight|this (?:m|a|e)", patterns.NEAR, _near),
    _rule(r"day\b|\b(?:mon|tue|wed|thu|fri|sat|sun)", patterns.WEEKDAY, _weekday),
    _rule(r"\b(?:week|month|year)", patterns.PERIOD, _period),
    _rule(r"\b(?:ago|back|in|now|today)\b", patterns.COUNT, _count),
    _rule(r"\d[/.-]\d", patterns.FIGURES, _figures),
    _rule(_MONTH_NAMES, patterns.DAY_AND_MONTH, _day_and_month),
    _rule(r"\d(?:st|nd|rd|th)\b", patterns.DAY_ALONE, _day_alone),
    _rule(_MONTH_NAMES, patterns.MONTH, _month),
    _rule(r"mas\b|eve\b|new year|day\b|valentin|easter|ween\b|bonfire|thanksg", patterns.FEAST, _feast),
)
