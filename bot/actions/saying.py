"""Turning values into the words that answers are filled with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from vendors.shop import Item

SATURDAY = 5
END_OF_WORK = time(18, 0)


def comma_name(name: object) -> str:
    """``", Ana"`` for a known name and nothing for an unknown one, to stand behind "Thank you"."""
    first = str(name or "").split()
    return f", {first[0][:1].upper()}{first[0][1:]}" if first else ""


def day(when: date) -> str:
    """A day as people say it: "Tuesday 24 November"."""
    return f"{when:%A} {when.day} {when:%B}"


def things(items: Sequence[Item]) -> str:
    """What was ordered, as a list in a sentence: "wok and 2 x glass lid"."""
    said = [item.title if item.quantity == 1 else f"{item.quantity} x {item.title}" for item in items]
    return " and ".join(filter(None, [", ".join(said[:-1]), *said[-1:]]))


def cut(text: str, limit: int = 300) -> str:
    """``text`` on one line and in at most ``limit`` characters, to be said back. What was one line ends with a stop."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    *before, last = lines or [""]
    line = " ".join([*(one if one[-1] in ".!?…" else f"{one}." for one in before), last])
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def in_working_days(start: datetime, count: int) -> datetime:
    """The end of the ``count``-th working day after ``start``. Weekends do not count; holidays are not known here."""
    then = start
    while count:
        then += timedelta(days=1)
        count -= then.weekday() < SATURDAY
    return datetime.combine(then.date(), END_OF_WORK, tzinfo=then.tzinfo)
