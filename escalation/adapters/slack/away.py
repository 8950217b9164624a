"""Until when somebody is away, as they write it behind a command: a pure function."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from escalation.adapters.slack.views.snooze import tomorrow
from escalation.domain.hours import Calendar

_SPAN = re.compile(r"(\d{1,3})\s*(m|min|minutes?|h|hours?|d|days?)")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
HOW = "Write a time such as 14:30, a span such as 2h or 30m, tomorrow, or a day such as 2026-12-31."


def until(words: str, at: float, hours: Calendar) -> float | None:
    """The time meant, in Unix seconds; None when none is named.

    Args:
        at: now, in Unix seconds.
        hours: those of their team: its zone is meant, and a day begins with its opening.

    Raises:
        ValueError: it cannot be understood; the message says what can.
    """
    text = words.strip().lower().removeprefix("until ").removeprefix("for ").strip()
    if not text:
        return None
    if text == "tomorrow":
        return tomorrow(at, hours)
    if (span := _SPAN.fullmatch(text)) is not None:
        return at + int(span[1]) * _SECONDS[span[2][0]]
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(hours.timezone))
    try:
        if (clock := _CLOCK.fullmatch(text)) is not None:
            meant = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
            return (meant if meant > local else meant + timedelta(days=1)).timestamp()
        day = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.timezone))
        if day <= local:
            raise ValueError("past")
        return tomorrow((day - timedelta(days=1)).timestamp(), hours)
    except ValueError:
        raise ValueError(HOW) from None
