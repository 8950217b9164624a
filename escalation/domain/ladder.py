"""The ladder of a team: who is called, one after another, while nobody answers. A pure function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Rung(Protocol):
    """A step of the ladder: `escalation.config.Rung` is one."""

    @property
    def minutes(self) -> float:
        """For how many minutes of business time it is stood on before the next; the last one stays anyway."""


def climb(ladder: Sequence[Rung], rung: int, spent: float, breached: bool = False) -> tuple[int, float | None]:
    """The rung to stand on now, and after how many business seconds to look again; None when there is none above.

    At most one rung at a time: who is called only now has their whole time, however late we look.

    Args:
        rung: that on which it stands, from 0. One that the settings no longer have counts as the last.
        spent: business seconds since it came to this rung.
        breached: a target of the SLA was missed just now: up at once. To be said once for each miss.
    """
    last = len(ladder) - 1
    rung = max(0, min(rung, last))
    if rung >= last:
        return rung, None
    left = 60 * ladder[rung].minutes - spent
    if left > 0 and not breached:
        return rung, left
    return rung + 1, 60 * ladder[rung + 1].minutes if rung + 1 < last else None
