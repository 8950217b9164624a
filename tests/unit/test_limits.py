"""Limits: so much at once, so much a second, each key by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.limits import Buckets, Floods, TokenBucket


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def taken(bucket: TokenBucket, tries: int) -> int:
    return sum(bucket.take() for _ in range(tries))


def test_so_much_is_allowed_at_once_and_then_so_much_a_second() -> None:
    clock = Clock()
    bucket = TokenBucket(rate=2, burst=20, clock=clock)
    assert taken(bucket, 30) == 20
    clock.seconds += 0.4
    assert not bucket.take()
    clock.seconds += 0.1
    assert taken(bucket, 5) == 1
    clock.seconds += 3
    assert taken(bucket, 10) == 6


def test_a_long_silence_saves_up_no_more_than_the_burst() -> None:
    clock = Clock()
    bucket = TokenBucket(rate=2, burst=20, clock=clock)
    clock.seconds += 86_400
    assert taken(bucket, 100) == 20


def test_a_flood_is_told_once_until_it_is_over() -> None:
    clock = Clock()
    floods = Floods(clock)
    assert floods.begins("ann") and floods.begins("bob")
    for _ in range(200):
        clock.seconds += 1
        assert not floods.begins("ann")
    clock.seconds += 60
    assert floods.begins("ann")


def test_being_refused_costs_nothing() -> None:
    clock = Clock()
    bucket = TokenBucket(rate=1, burst=1, clock=clock)
    assert bucket.take()
    for _ in range(10):
        clock.seconds += 0.0625
        assert not bucket.take()
    clock.seconds += 0.375
    assert bucket.take()


@given(st.lists(st.floats(0, 10), max_size=60), st.floats(0.1, 5), st.integers(1, 20))
def test_never_more_than_the_burst_and_the_rate_is_allowed(pauses: list[float], rate: float, burst: int) -> None:
    clock = Clock()
    bucket, allowed = TokenBucket(rate, burst, clock), 0
    for pause in pauses:
        clock.seconds += pause
        allowed += bucket.take()
    assert allowed <= burst + rate * sum(pauses) + 1e-6


def test_one_key_s_flood_takes_nothing_from_another() -> None:
    buckets = Buckets(rate=1, burst=3, clock=Clock())
    assert [buckets.take("203.0.113.7") for _ in range(5)] == [True, True, True, False, False]
    assert buckets.take("203.0.113.8")


def test_a_key_is_let_in_again_as_time_passes() -> None:
    clock = Clock()
    buckets = Buckets(rate=1, burst=1, clock=clock)
    assert [buckets.take("a"), buckets.take("a")] == [True, False]
    clock.seconds += 1
    assert buckets.take("a")


def test_the_least_recently_seen_key_is_forgotten_first() -> None:
    buckets = Buckets(rate=1, burst=1, most=2, clock=Clock())
    assert buckets.take("a") and buckets.take("b")
    assert not buckets.take("a")
    assert buckets.take("c")
    assert not buckets.take("a")
    assert buckets.take("b")
