"""Which earlier questions are like a new one, by their vectors."""

from __future__ import annotations

import pytest

from conversations.likeness import LIKE_ENOUGH, likeness, nearest, packed, unpacked


def test_a_vector_is_kept_in_four_bytes_a_number_and_read_again() -> None:
    assert len(packed([0.5] * 384)) == 4 * 384
    assert list(unpacked(packed([0.5, -0.25, 1.0]))) == [0.5, -0.25, 1.0]


def test_the_likest_come_first_and_what_is_not_like_enough_does_not_come() -> None:
    others = [("same", packed([1.0, 0.0])), ("near", packed([0.8, 0.6])), ("far", packed([0.0, 1.0]))]
    found = nearest([1.0, 0.0], others, most=5)
    assert [name for name, _ in found] == ["same", "near"]
    assert found[1][1] == pytest.approx(0.8)
    assert nearest([1.0, 0.0], others, most=1) == [("same", pytest.approx(1.0))]
    assert LIKE_ENOUGH > 0


def test_vectors_of_different_lengths_are_not_alike() -> None:
    assert likeness([1.0], [1.0, 0.0]) == 0.0
