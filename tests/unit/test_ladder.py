"""While nobody answers, one after another is called, each for their whole time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escalation.config import Rung
from escalation.domain.ladder import climb

LADDER = [
    Rung(who="team", minutes=5),
    Rung(who="leads", minutes=10),
    Rung(who="team:care", minutes=15),
    Rung(who="S0123456789", minutes=0),
]
LADDERS = st.lists(st.builds(Rung, who=st.just("team"), minutes=st.floats(0, 60)), max_size=5)


def test_a_rung_is_stood_on_for_its_minutes() -> None:
    assert climb(LADDER, 0, 0) == (0, 300)
    assert climb(LADDER, 0, 299) == (0, 1)
    assert climb(LADDER, 0, 300) == (1, 600)
    assert climb(LADDER, 1, 600) == (2, 900)


def test_the_last_rung_stays() -> None:
    assert climb(LADDER, 2, 900) == (3, None)
    assert climb(LADDER, 3, 1_000_000) == (3, None)
    assert climb(LADDER, 3, 0, breached=True) == (3, None)


def test_a_missed_target_goes_up_at_once() -> None:
    assert climb(LADDER, 0, 10, breached=True) == (1, 600)


def test_who_is_called_late_still_has_their_whole_time() -> None:
    assert climb(LADDER, 0, 300 + 10_000) == (1, 600)


def test_a_rung_without_minutes_is_only_passed() -> None:
    assert climb([Rung(who="team", minutes=0), Rung(who="leads", minutes=5), Rung(who="team", minutes=0)], 0, 0) == (
        1,
        300,
    )


def test_a_ladder_that_has_become_shorter_or_is_none_stays_on_what_there_is() -> None:
    assert climb(LADDER[:2], 3, 0) == (1, None)
    assert climb([], 0, 0) == (0, None)
    assert climb([], 2, 99, breached=True) == (0, None)


@given(LADDERS, st.integers(0, 4), st.floats(0, 10_000), st.booleans())
def test_nobody_is_skipped_and_it_never_goes_down(ladder: list[Rung], rung: int, spent: float, breached: bool) -> None:
    rung = min(rung, max(0, len(ladder) - 1))
    now, later = climb(ladder, rung, spent, breached)
    assert now in {rung, rung + 1}
    assert (later is None) == (now >= len(ladder) - 1)


@given(LADDERS, st.integers(0, 4), st.floats(0, 10_000))
def test_looking_when_told_to_finds_the_next_rung(ladder: list[Rung], rung: int, spent: float) -> None:
    now, later = climb(ladder, rung, spent)
    if later is not None and now == rung:
        assert climb(ladder, rung, spent + later + 1e-6)[0] == rung + 1
