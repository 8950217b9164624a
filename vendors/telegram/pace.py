"""How fast Telegram lets a bot write: turns for sending, in the order in which they were asked for.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about one message a second in a chat,
with short bursts; 20 a minute in a group; about 30 a second over all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from vendors.telegram.errors import TelegramBusy


@dataclass(frozen=True, slots=True)
class Rate:
    """One each ``every`` seconds on average, and ``burst`` of them at once after a rest."""

    every: float
    burst: int


OVERALL, CHAT = Rate(1 / 30, 15), Rate(1.0, 3)
# Five at once and one each four seconds are never more than 20 in a minute.
GROUP = Rate(4.0, 5)
# Whoever would have to wait longer is told to come back: nobody holds a message in hand that only waits (seconds).
MOST = 0.25
_REMEMBERED = 10_000


def _of(chat: int) -> Rate:
    return GROUP if chat < 0 else CHAT


class Pace:
    """Turns for one bot in this process. With several fronts each keeps its own: past the limit Telegram says so."""

    def __init__(self, most: float = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._overall = 0.0
        self._due: dict[int, float] = {}

    async def turn(self, chat: int, *, says: bool = True) -> None:
        """Waits for a turn in this chat; a group's id is below 0.

        Args:
            says: it is a message; what changes one counts over all only.

        Raises:
            TelegramBusy: it would take longer than ``most`` seconds; no turn is taken.
        """
        await asyncio.sleep(self.take(chat, says=says))

    def take(self, chat: int, *, says: bool = True) -> float:
        """Takes a turn; returns the seconds until it comes.

        Raises:
            TelegramBusy: they would be more than ``most``; no turn is taken.
        """
        here, rate = self._clock(), _of(chat)
        overall = max(self._overall, here - (OVERALL.burst - 1) * OVERALL.every)
        own = max(self._due.get(chat, 0.0), here - (rate.burst - 1) * rate.every)
        wait = (max(overall, own) if says else overall) - here
        if wait > self._most:
            raise TelegramBusy(wait)
        self._overall = overall + OVERALL.every
        if says:
            self._due[chat] = own + rate.every
            self._forget(here)
        return max(0.0, wait)

    def give_back(self, chat: int) -> None:
        """A turn in which nothing was said."""
        if chat in self._due:
            self._due[chat] -= _of(chat).every

    def has_room(self) -> bool:
        """Whether something that need not be said may be said now."""
        return self._overall <= self._clock()

    def hold(self, chat: int, seconds: float) -> None:
        """Nobody has a turn in this chat for so long: Telegram asked for it."""
        self._due[chat] = max(self._due.get(chat, 0.0), self._clock() + seconds)

    def _forget(self, here: float) -> None:
        if len(self._due) > _REMEMBERED:
            longest = max(rate.every * rate.burst for rate in (CHAT, GROUP))
            self._due = {chat: due for chat, due in self._due.items() if due > here - longest}
