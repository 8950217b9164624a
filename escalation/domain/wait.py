"""An honest word about how long a contact will wait, from our own history: a pure function."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Below this many waits the quartiles say nothing worth promising.
ENOUGH = 8
# Beyond this (seconds) a wait is told in hours.
_LONG = 2 * 3600


def wait_in_words(waits: Sequence[float]) -> str:
    """The middle half of recent waits (seconds) as a range in words; said to be unknown until there are enough."""
    if len(waits) < ENOUGH:
        return "I can't say yet how long it will take"
    ordered = sorted(waits)
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
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
