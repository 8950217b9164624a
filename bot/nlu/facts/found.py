"""What was found in a text: the shape that all finders share, and which of two that overlap stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """Characters ``start`` to ``end`` (exclusive) are a ``kind`` of thing; ``value`` is its normalized form."""

    kind: str
    start: int
    end: int
    value: str


def longest(found: Iterable[Found]) -> list[Found]:
    """Without overlaps and in the order of the text: the longer one stays, of equals the one that came first."""
    by_length = sorted(found, key=lambda one: one.start - one.end)
    taken = bytearray(max((one.end for one in by_length), default=0))
    kept = []
    for one in by_length:
        if one.start < one.end and not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
