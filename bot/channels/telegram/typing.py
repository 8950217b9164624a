"""Shows contacts on Telegram that an answer is being written, by the assistant or by an agent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.channels.telegram.place import CHANNEL, Place
from conversations.bus import AGENT_TYPES, Bus
from conversations.store.database import Signal
from vendors.telegram.api import TelegramApi
from vendors.telegram.errors import TelegramError

# Telegram shows it for five seconds: https://core.telegram.org/bots/api#sendchataction
_SHOWN = 4.0
_REMEMBERED = 1000
# What the signal says when it is not the contact who writes.
_WRITERS = {"on", AGENT_TYPES}


class Typing:
    """Listens to the live bus. With several fronts each hears it, so one of them runs this."""

    def __init__(self, api: TelegramApi, bus: Bus) -> None:
        self._api, self._bus = api, bus
        self._shown: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the block runs."""
        end = self._bus.watch(self._on_signal)
        try:
            yield
        finally:
            end()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_signal(self, signal: Signal) -> None:
        if signal.topic != "typing" or signal.data not in _WRITERS or not signal.key.startswith(f"{CHANNEL}:"):
            return
        here = time.monotonic()
        if here - self._shown.get(signal.key, -_SHOWN) < _SHOWN:
            return
        if len(self._shown) > _REMEMBERED:
            self._shown.clear()
        self._shown[signal.key] = here
        task = asyncio.create_task(self._show(Place.of(signal.key).chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, chat: int) -> None:
        with suppress(TelegramError):
            await self._api.show_typing(chat)
