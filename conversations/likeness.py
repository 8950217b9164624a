"""How alike texts are, by their vectors: pure functions, in plain Python, since a front imports no numpy.

At most some thousand vectors of some hundred numbers are compared; that takes milliseconds.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence

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
    return math.sumprod(one, other) if len(one) == len(other) else 0.0


def middle(vectors: Sequence[Sequence[float]]) -> list[float]:
    """The direction that vectors of length 1 have in common, as one of length 1."""
    summed = [sum(column) for column in zip(*vectors, strict=True)]
    length = math.hypot(*summed) or 1.0
    return [number / length for number in summed]


def moved(centre: Sequence[float], size: int, vector: Sequence[float]) -> list[float]:
    """The `middle` of ``size`` vectors after one more came."""
    return middle([[size * number for number in centre], vector])


def nearest[T](
    vector: Sequence[float], others: Iterable[tuple[T, bytes]], most: int, least: float = LIKE_ENOUGH
) -> list[tuple[T, float]]:
    """The ``most`` like ones of ``others`` (what they are, and their packed vectors), the likest first."""
    own = list(vector)  # lists are compared three times as fast as arrays
    alike = [(what, likeness(own, unpacked(kept).tolist())) for what, kept in others]
    return sorted((one for one in alike if one[1] >= least), key=lambda one: -one[1])[:most]
