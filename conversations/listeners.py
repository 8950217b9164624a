"""Brings event rows to their listeners: at least once, in order per conversation, each listener with its own cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from conversations import events
from conversations.store import events as store
from conversations.store.database import Database

log = structlog.get_logger()


class Listener(Protocol):
    """One side effect; must be idempotent by event id, since an event can come twice."""

    name: str

    async def on(self, event_id: int, event: events.Event) -> None:
        """Does the side effect. An exception brings the same event again later."""


class Listeners:
    """The handler of ``listen`` work: the key is a conversation."""

    def __init__(self, database: Database, listeners: Sequence[Listener]) -> None:
        self._database, self._listeners = database, listeners

    async def __call__(self, conversation_id: str) -> None:
        for listener in self._listeners:
            await self._bring(listener, conversation_id)

    async def _bring(self, listener: Listener, conversation_id: str) -> None:
        async with self._database.read() as tx:
            rows = await store.after_cursor(tx, listener.name, conversation_id)
        for event_id, kind, version, payload in rows:
            try:
                event = events.decode(kind, version, payload)
            except events.EventUnknown as unknown:
                log.error("event set aside", listener=listener.name, event_id=event_id, cause=str(unknown))
            else:
                await listener.on(event_id, event)
            async with self._database.write() as tx:
                await store.move_cursor(tx, listener.name, conversation_id, event_id)
