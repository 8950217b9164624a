"""Shows contacts on Telegram that an answer is being written, by the assistant or by an agent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import select

from bot.channels.telegram.place import CHANNEL, Place
from bot.channels.telegram.placing import TOLD
from conversations.bus import AGENT_TYPES, Bus
from conversations.store import tables as t
from conversations.store.database import Database, Signal
from vendors.telegram.api import TelegramApi
from vendors.telegram.errors import TelegramError

# Telegram shows it for five seconds: https://core.telegram.org/bots/api#sendchataction
_SHOWN = 4.0
_REMEMBERED = 1000
# What the signal says when it is not the contact who writes.
_WRITERS = {"on", AGENT_TYPES}


class Typing:
    """Listens to the live bus. With several fronts each hears it, so one of them runs this."""

    def __init__(self, api: TelegramApi, bus: Bus, database: Database) -> None:
        self._api, self._bus, self._database = api, bus, database
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
        task = asyncio.create_task(self._show(signal.key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, conversation_id: str) -> None:
        with suppress(TelegramError):
            await self._api.show_typing(await self._chat(conversation_id))

    async def _chat(self, conversation_id: str) -> int:
        """Where the answers go: a matter that began in a group may have moved to the private chat."""
        place, c = Place.of(conversation_id), t.message.c
        if place.chat > 0:
            return place.chat
        said = select(c.vendor_id).where(c.conversation_id == conversation_id, c.vendor_id.is_not(None))
        async with self._database.read() as tx:
            latest = (await tx.execute(said.order_by(c.number.desc()).limit(1))).scalar_one_or_none()
        return place.person if (latest or "").startswith(TOLD) else place.chat
