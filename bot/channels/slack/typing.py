"""Shows contacts in chats of Slack's assistant container that an agent is writing. Elsewhere Slack has no such sign.

Each front hears the bus and shows it; Slack shows one line, however often it is told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channels.slack.places import Place, place_of
from bot.channels.slack.status import Status, has_status
from conversations.bus import AGENT_TYPES, Bus
from conversations.store.database import Signal

# Seconds without a signal after which it is taken away: Slack itself waits for two minutes, or for the next post.
_QUIET = 8.0


class Typing:
    """Listens to the live bus. ``words`` follow the app's name, as Slack shows it."""

    def __init__(self, status: Status, bus: Bus, words: str, quiet: float = _QUIET) -> None:
        self._status, self._bus, self._words, self._quiet = status, bus, words, quiet
        self._heard: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the block runs."""
        end = self._bus.watch(self._on_signal)
        try:
            yield
        finally:
            end()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_signal(self, signal: Signal) -> None:
        place = place_of(signal.key) if (signal.topic, signal.data) == ("typing", AGENT_TYPES) else None
        if place is None or not has_status(place):
            return
        is_shown = signal.key in self._heard
        self._heard[signal.key] = time.monotonic()
        if not is_shown:
            task = asyncio.create_task(self._show(place, signal.key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _show(self, place: Place, key: str) -> None:
        """Until nothing was heard for a while."""
        self._status.show(place, self._words)
        try:
            while (left := self._heard[key] + self._quiet - time.monotonic()) > 0:
                await asyncio.sleep(left)
        finally:
            del self._heard[key]
            self._status.show(place, "")
