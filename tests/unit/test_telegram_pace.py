"""How fast a bot writes: Telegram's own limits, on a clock of the test's."""

from __future__ import annotations

import pytest

from vendors.telegram.errors import TelegramBusy
from vendors.telegram.pace import Pace

CONTACT, GROUP = 4711, -100123


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def times(pace: Pace, clock: Clock, chat: int, count: int) -> list[float]:
    """When each of so many messages may go that are asked for as soon as they may."""
    sent = []
    for _ in range(count):
        while True:
            try:
                wait = pace.take(chat)
                break
            except TelegramBusy as busy:
                clock.at += busy.retry_after
        clock.at += wait
        sent.append(clock.at)
    return sent


def most_in(sent: list[float], seconds: float) -> int:
    return max(sum(start <= at < start + seconds for at in sent) for start in sent)


def test_a_chat_gets_a_short_burst_and_then_one_a_second(clock: Clock) -> None:
    sent = times(Pace(clock=clock), clock, CONTACT, 20)
    assert sent[2] - sent[0] < 0.5
    assert most_in(sent, 10) <= 12


def test_a_group_never_gets_more_than_20_in_any_minute(clock: Clock) -> None:
    assert most_in(times(Pace(clock=clock), clock, GROUP, 100), 60) <= 20


def test_all_chats_together_get_about_30_a_second(clock: Clock) -> None:
    pace, sent = Pace(most=60, clock=clock), []
    for chat in range(1, 301):
        sent.append(clock.at + pace.take(chat))
    assert most_in(sent, 1) <= 45
    assert sent[-1] - sent[0] >= 9


def test_who_would_wait_too_long_is_told_when_to_come_back_and_takes_no_turn(clock: Clock) -> None:
    pace = Pace(most=2, clock=clock)
    for _ in range(5):
        pace.take(CONTACT)
    with pytest.raises(TelegramBusy) as busy:
        pace.take(CONTACT)
    with pytest.raises(TelegramBusy) as again:
        pace.take(CONTACT)
    assert busy.value.retry_after == again.value.retry_after == pytest.approx(3.0)


def test_one_busy_chat_does_not_hold_up_another(clock: Clock) -> None:
    pace = Pace(clock=clock)
    pace.hold(CONTACT, 60)
    with pytest.raises(TelegramBusy):
        pace.take(CONTACT)
    assert pace.take(CONTACT + 1) == 0


def test_what_need_not_be_said_waits_for_room(clock: Clock) -> None:
    pace = Pace(most=60, clock=clock)
    assert pace.has_room()
    for chat in range(1, 60):
        pace.take(chat)
    assert not pace.has_room()
