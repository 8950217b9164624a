"""Business hours: whether people are there, when they are back, and how much of a stretch of time they were there.

Pure functions of aware times. Spans are wall-clock times, so everything is summed over moments in UTC: a night in which
the clocks change is an hour shorter or longer here as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

_FAR = 370  # days in a row without an opening, after which none is looked for


class Calendar(Protocol):
    """When people are there: `escalation.config.Hours`, or a person's shifts."""

    @property
    def timezone(self) -> str:
        """The IANA zone by whose wall clock the spans are meant."""

    @property
    def always(self) -> bool:
        """There are no hours: people are there at any time."""

    def spans(self, day: date) -> tuple[str, ...]:
        """The open spans of a day such as ``09:00-17:30``, in any order; ``24:00`` is the end of the day."""


def minutes(clock: str) -> int:
    """Minutes after midnight of ``HH:MM``; ``24:00`` is the end of the day.

    Raises:
        ValueError: it is no time of a day.
    """
    hour, colon, minute = clock.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise ValueError(f"{clock!r} is no time of day; write one such as 09:00")
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 24 * 60:
        raise ValueError(f"{clock!r} is no time of day; write one such as 09:00")
    return total


def stretches(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open stretches from ``start`` on as (opens, closes) in UTC: in order, none empty, none over another.

    One that has begun by ``start`` is cut there. They end when a year brings no opening.
    """
    last = start.astimezone(UTC)
    if calendar.always:
        yield last, datetime.max.replace(tzinfo=UTC)
        return
    day, idle = last.astimezone(ZoneInfo(calendar.timezone)).date(), 0
    while idle < _FAR:
        idle += 1
        for opens, closes in _moments(calendar.timezone, day, calendar.spans(day)):
            if max(opens, last) < closes:
                yield max(opens, last), closes
                last, idle = closes, 0
        day += timedelta(days=1)


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """When people are next there: ``at`` itself when they are there now; None when no day ever opens."""
    opens = next((opens for opens, _ in stretches(calendar, at)), None)
    return at if opens == at.astimezone(UTC) else opens


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether people are there; at the moment of closing they are not."""
    return next_opening(calendar, at) is at


def business_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How long people were there between two moments, to the microsecond; nothing when ``end`` is not after."""
    total, end = timedelta(), end.astimezone(UTC)
    for opens, closes in stretches(calendar, start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def business_seconds(calendar: Calendar, start: datetime, end: datetime) -> float:
    """`business_time` in seconds."""
    return business_time(calendar, start, end).total_seconds()


def business_after(calendar: Calendar, start: datetime, seconds: float) -> datetime | None:
    """The first moment (UTC) by which people were there for so many seconds since ``start``.

    ``start`` itself when none are asked for; None when the calendar has not that much left. What is asked for is taken
    to the microsecond: `business_time` from ``start`` to here is exactly that.
    """
    left = timedelta(seconds=seconds)
    if left <= timedelta():
        return start.astimezone(UTC)
    for opens, closes in stretches(calendar, start):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return None


# An SLA adds up the same few days again and again.
@lru_cache(4096)
def _moments(timezone: str, day: date, spans: tuple[str, ...]) -> list[tuple[datetime, datetime]]:
    """The spans of a day as moments in UTC, in order."""
    clocks = [span.partition("-") for span in spans]
    return sorted(
        (_moment(timezone, day, minutes(start)), _moment(timezone, day, minutes(end))) for start, _, end in clocks
    )


def _moment(timezone: str, day: date, after_midnight: int) -> datetime:
    """The wall-clock time as a moment in UTC: people live by the wall clock, moments of one zone compare by it too.

    A time that the switch to daylight saving leaves out is as much later; one that comes twice is the first.
    """
    extra, rest = divmod(after_midnight, 24 * 60)
    clock = datetime.combine(day, time(rest // 60, rest % 60), tzinfo=ZoneInfo(timezone))
    return (clock + timedelta(days=extra)).astimezone(UTC)


def opening_in_words(opens: datetime, now: datetime, calendar: Calendar) -> str:
    """``today at 09:00``, ``tomorrow at 09:00``, ``on Monday at 09:00``, or with the date when it is further off."""
    zone = ZoneInfo(calendar.timezone)
    local, today = opens.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    ahead = (local.date() - today).days
    if ahead == 0:
        return f"today at {clock}"
    if ahead == 1:
        return f"tomorrow at {clock}"
    if ahead < 7:
        return f"on {local:%A} at {clock}"
    return f"on {local:%A} {local.day} {local:%B} at {clock}"
