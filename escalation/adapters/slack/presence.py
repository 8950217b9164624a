"""One line in a thread that says whether the contact writes, left the page, or came back: edited in place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import structlog
from slack_sdk.models.blocks import ContextBlock

from conversations.bus import CONTACT_TYPES
from conversations.handoff import OPEN_STATES, Handoff
from conversations.store.database import Database, Signal
from conversations.store.work import schedule
from escalation.adapters.slack.marks import Mark, Wanted
from escalation.adapters.slack.places import Posted
from escalation.http.wire import HandoffDetail
from vendors.slack.text import literal

log = structlog.get_logger()
PRESENCE = "presence"
# So long (seconds) somebody is thought to write after they were seen to; it is shown again no sooner.
WRITES_FOR = 10.0
# All threads together: chat.update is good for about fifty a minute (https://docs.slack.dev/apis/web-api/rate-limits),
# and cards need most of them.
_A_MINUTE = 20
_REMEMBERED = 10_000
_WRITES, _AWAY, _HERE = "✍️ The contact is writing…", "👋 The contact left the page.", "👋 The contact is here."


class Presence:
    """Sees contacts write by the live bus; it only remembers those whose handoff this front has shown in Slack."""

    def __init__(self, database: Database, work: str) -> None:
        """``work`` is the kind of work that brings a thread up to date; its key is a handoff."""
        self._database, self._work = database, work
        # Conversations in hand with their handoffs; until when somebody writes; when that was shown lately.
        self._attended: dict[str, str] = {}
        self._writes: dict[str, float] = {}
        self._shown: list[float] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def on_signal(self, signal: Signal) -> None:
        """Hears the bus."""
        if (signal.topic, signal.data) != ("typing", CONTACT_TYPES):
            return
        handoff_id, here = self._attended.get(signal.key), time.monotonic()
        if handoff_id is None or self._writes.get(signal.key, 0.0) > here:
            return
        self._shown = [at for at in self._shown if at > here - 60]
        if len(self._shown) >= _A_MINUTE:
            return
        self._shown.append(here)
        self._writes[signal.key] = here + WRITES_FOR
        task = asyncio.get_running_loop().create_task(self._look(handoff_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self, handoff_id: str) -> None:
        async with self._database.write() as tx:
            await schedule(tx, self._work, handoff_id)

    async def __call__(self, handoff: Handoff, detail: HandoffDetail, posts: Mapping[str, Posted]) -> Wanted:
        place = handoff.conversation_id
        if handoff.state not in OPEN_STATES:
            self._attended.pop(place, None)
            self._writes.pop(place, None)
            return Wanted()
        self._attended[place] = handoff.id
        if len(self._attended) > _REMEMBERED:  # what ended on another front is not heard of here
            forgotten = next(iter(self._attended))
            self._attended.pop(forgotten)
            self._writes.pop(forgotten, None)
        left = self._writes.get(place, 0.0) - time.monotonic()
        away = detail.summary.away_since is not None
        text = _AWAY if away else _WRITES if left > 0 else _HERE
        if text == _HERE and PRESENCE not in posts:
            return Wanted()
        mark = Mark(PRESENCE, text, [ContextBlock(elements=[literal(text)])])
        return Wanted([mark], left if text == _WRITES else None)
