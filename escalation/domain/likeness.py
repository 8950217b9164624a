"""Which of earlier questions are like a new one, by their vectors: pure functions, in plain Python.

At most some hundred vectors of some hundred numbers are compared; that takes milliseconds and needs no library.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from operator import mul

# Below this (cosine) two questions are not said to be alike. See docs/decisions.md for what it was chosen by.
LIKE_ENOUGH = 0.6


def packed(vector: Sequence[float]) -> bytes:
    """A vector as it is kept: numbers of four bytes."""
    return array("f", vector).tobytes()


def unpacked(kept: bytes) -> array[float]:
    """A vector that was `packed`."""
    numbers = array("f")
    numbers.frombytes(kept)
    return numbers


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of two vectors of length 1; 0 for vectors that do not compare."""
    return sum(map(mul, one, other)) if len(one) == len(other) else 0.0


def nearest[T](
    vector: Sequence[float], others: Iterable[tuple[T, bytes]], most: int, least: float = LIKE_ENOUGH
) -> list[tuple[T, float]]:
    """The ``most`` like ones of ``others`` (what they are, and their packed vectors), the likest first."""
    alike = [(what, likeness(vector, unpacked(kept))) for what, kept in others]
    return sorted((one for one in alike if one[1] >= least), key=lambda one: -one[1])[:most]
