"""An honest word about how long a contact will wait, from our own history: pure functions. Waits are in seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Below this many waits the quartiles say nothing worth promising.
ENOUGH = 8
# Beyond this (seconds) a wait is told in hours.
_LONG = 2 * 3600
# Waits that began within so many hours of the day's time now are like this one.
_NEAR = 1.5
# From this place on a contact hears of every step.
_NEXT = 3


@dataclass(frozen=True, slots=True)
class Range:
    """Half of all waits ended between ``low`` and ``high``, a quarter sooner."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Told:
    """What a waiting contact was told last: the place in line (1 is next), and the range, if there was one."""

    place: int
    expected: Range | None


def expect(waits: Sequence[tuple[float, float]], hour: float) -> Range | None:
    """The range for somebody who begins to wait now; None while there is too little history to say.

    Args:
        waits: earlier ones as (hour of the day at which it began, seconds), both hours by the team's clock.
        hour: of the day, now: 13.5 is half past one. Waits of about this hour are taken when there are enough of them.
    """
    near = [seconds for began, seconds in waits if _apart(began, hour) <= _NEAR]
    return _middle_half(near) or _middle_half([seconds for _, seconds in waits])


def _apart(one: float, other: float) -> float:
    """Hours between two times of day, the shorter way round."""
    apart = abs(one - other) % 24
    return min(apart, 24 - apart)


def _middle_half(waits: Sequence[float]) -> Range | None:
    if len(waits) < ENOUGH:
        return None
    ordered = sorted(waits)
    return Range(ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4])


def in_words(expected: Range | None) -> str:
    """The range as a contact hears it; said to be unknown when it is."""
    if expected is None:
        return "I can't say yet how long it will take"
    low, high = expected.low, expected.high
    if high < 60:
        return "It usually takes less than a minute"
    if high > _LONG:
        hours = math.ceil(high / 3600)
        return (
            f"It usually takes {int(low // 3600)} to {hours} hours"
            if low >= 3600
            else f"It can take up to {hours} hours"
        )
    shortest, longest = max(1, round(low / 60)), max(1, math.ceil(high / 60))
    if shortest >= longest:
        return f"It usually takes about {longest} {'minute' if longest == 1 else 'minutes'}"
    return f"It usually takes {shortest} to {longest} minutes"


def is_material(told: Told, place: int, expected: Range | None) -> bool:
    """Whether a waiting contact is to be told again: what changed changes what they would do.

    That is any step among the first three places, half or double the place, a range that is known at last, and one
    whose end grew, or shrank, by half. What would be said in the same words is no news.
    """
    if place != told.place and (place <= _NEXT or 2 * place <= told.place or place >= 2 * told.place):
        return True
    if expected is None or in_words(expected) == in_words(told.expected):
        return False
    return told.expected is None or not told.expected.high / 2 < expected.high < told.expected.high * 1.5
