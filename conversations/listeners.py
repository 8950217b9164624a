"""Brings event rows to their listeners: at least once, in order per conversation, each listener with its own cursor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import structlog

from conversations import events
from conversations.jobs import Last
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

    async def __call__(self, conversation_id: str) -> Last | None:
        """Brings each listener what it has not done; how far all of them came is written down in one commit."""
        async with self._database.read() as tx:
            news = await store.news_for(tx, [one.name for one in self._listeners], conversation_id)
        done: dict[str, int] = {}
        try:
            for listener in self._listeners:
                await _bring(listener, news[listener.name], done)
        except BaseException:
            if done:
                async with self._database.write() as tx:
                    await store.move_cursors(tx, done)
            raise
        return Last(partial(store.move_cursors, done=done)) if done else None


async def _bring(listener: Listener, rows: Sequence[store.Row], done: dict[str, int]) -> None:
    """Notes in ``done`` how far it came: an exception leaves the rest for later."""
    for event_id, kind, version, payload in rows:
        try:
            event = events.decode(kind, version, payload)
        except events.EventUnknown as unknown:
            log.error("event set aside", listener=listener.name, event_id=event_id, cause=str(unknown))
        else:
            await listener.on(event_id, event)
        done[listener.name] = event_id
