"""``GET /api/v1/live``: server-sent events that say where to look again. They carry ids, never text."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time

from aiohttp import web

from conversations.bus import CONTACT_TYPES, MISSED, Bus
from conversations.store.database import Signal
from escalation.http.auth import Auth

_HEARTBEAT = 15.0
_MOST_WAITING = 100
# The queue of a team, a handoff, somebody of the staff: the key is the name or the id.
_TOPICS = ("queue", "handoff", "staff")


class Live:
    """One stream per open desk; a slow reader is told once to look at everything."""

    def __init__(self, auth: Auth, bus: Bus) -> None:
        self._auth, self._bus = auth, bus
        self._streams: set[asyncio.Event] = set()
        self._closing = False

    async def close(self) -> None:
        """Ends every stream; desks reconnect by themselves."""
        self._closing = True
        for something in self._streams:
            something.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Streams until the desk goes away, or who is signed in may not be here any more."""
        who = await self._auth.principal(request)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        waiting: dict[tuple[str, str], None] = {}
        something = asyncio.Event()

        def on_signal(signal: Signal) -> None:
            if signal.topic == MISSED:
                waiting.update(((topic, ""), None) for topic in _TOPICS)
                something.set()
            elif signal.topic in _TOPICS or (signal.topic, signal.data) == ("typing", CONTACT_TYPES):
                waiting[signal.topic, signal.key if len(waiting) < _MOST_WAITING else ""] = None
                something.set()

        self._streams.add(something)
        end_watch = self._bus.watch(on_signal)
        try:
            await response.write(b"retry: 2000\n\n")
            known_at = time.monotonic()
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(something.wait(), _HEARTBEAT)
                something.clear()
                if ("staff", who.id) in waiting or time.monotonic() - known_at >= _HEARTBEAT:
                    await self._auth.principal(request)
                    known_at = time.monotonic()
                events, lines = list(waiting), []
                waiting.clear()
                for topic, key in events:
                    lines.append(f"event: {topic}\ndata: {json.dumps({'id': key})}\n\n")
                await response.write(("".join(lines) or ": still here\n\n").encode())
                if self._closing or request.transport is None or request.transport.is_closing():
                    return response
        except (ConnectionError, asyncio.CancelledError, web.HTTPException):
            return response
        finally:
            end_watch()
            self._streams.discard(something)
