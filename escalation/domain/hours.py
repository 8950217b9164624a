"""Business hours: whether people are there, and when they are back. Pure functions of an aware time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from escalation.config import Hours

_FAR = 370  # days looked ahead for the next opening


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


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """When people are next there: ``at`` itself when they are there now; None when no day ever opens."""
    if hours.always:
        return at
    local = at.astimezone(ZoneInfo(hours.timezone))
    for ahead in range(_FAR):
        day = (local + timedelta(days=ahead)).date()
        for span in sorted(hours.spans(day), key=lambda s: minutes(s.partition("-")[0])):
            start, _, end = span.partition("-")
            opens, closes = _moment(hours, day, minutes(start)), _moment(hours, day, minutes(end))
            if max(at, opens) < closes:
                return max(at, opens)
    return None


def _moment(hours: Hours, day: date, after_midnight: int) -> datetime:
    """The wall-clock time as a moment in UTC: people live by the wall clock, moments of one zone compare by it too.

    A time that the switch to daylight saving leaves out is as much later; one that comes twice is the first.
    """
    extra, rest = divmod(after_midnight, 24 * 60)
    clock = datetime.combine(day, time(rest // 60, rest % 60), tzinfo=ZoneInfo(hours.timezone))
    return (clock + timedelta(days=extra)).astimezone(UTC)


def opening_in_words(opens: datetime, now: datetime, hours: Hours) -> str:
    """``today at 09:00``, ``tomorrow at 09:00``, ``on Monday at 09:00``, or with the date when it is further off."""
    zone = ZoneInfo(hours.timezone)
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
