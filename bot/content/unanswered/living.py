"""Tells of each taught group whether the live model knows what was taught; looked at by each sweep.

It is read from the content that the live model was made of: whoever published, by the page or a command, or rolled
back. What was rolled back is approved again, and waits for the next publishing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from bot.content import editing, models, versions
from bot.content.check import key_of
from bot.content.folder import ContentRefused, Files
from bot.content.unanswered.states import State
from bot.content.unanswered.tables import group as g
from bot.content.unanswered.tables import step
from conversations.store.database import Database, Transaction, now

_TAUGHT = (State.DRAFTED, State.APPROVED, State.LIVE)


class Living:
    """Looks only when another model went live, or something was decided, since it looked last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: tuple[Any, ...] | None = None
        # The version of the content that was read last, and what it teaches.
        self._read: tuple[int, set[tuple[str, str]]] = (0, set())

    async def __call__(self) -> None:
        async with self._database.read() as tx:
            live = await models.live(tx)
            decided = (await tx.execute(select(func.max(step.c.id)))).scalar_one()
            if live is None or live.content is None or self._seen == (live.version, live.live_since, decided):
                return
            wanted = select(g.c.id, g.c.state, g.c.intent, g.c.examples).where(g.c.state.in_(_TAUGHT))
            rows = (await tx.execute(wanted)).all()
            is_read = not rows or self._read[0] == live.content
            version = None if is_read else await versions.get(tx, live.content)
            files = await versions.content_of(tx, version) if version else {}
        if not is_read:
            self._read = live.content, await asyncio.to_thread(_known, files)
        for row in rows:
            await self._tell(row, _is_in(row, self._read[1]), live.version)
        self._seen = live.version, live.live_since, decided

    async def _tell(self, row: Row[Any], is_in: bool, model: int) -> None:
        if is_in == (row.state == State.LIVE):
            return
        to = State.LIVE if is_in else State.APPROVED
        note = f"version {model} knows it" if is_in else f"version {model} does not know it"
        async with self._database.write() as tx:
            values = {"state": to, "state_at": now(), "state_by": None, "model": model if is_in else None}
            came = await tx.execute(update(g).where(g.c.id == row.id, g.c.state == row.state).values(**values))
            if came.rowcount:
                await _write_down(tx, row.id, to, note)


async def _write_down(tx: Transaction, group_id: int, to: State, note: str) -> None:
    await tx.execute(insert(step).values(group_id=group_id, state=to, at=now(), by="publishing", note=note))


def _known(files: Files) -> set[tuple[str, str]]:
    """What a content teaches: intents, and what their examples say."""
    try:
        found = list(editing.sections(files))
    except ContentRefused:  # no model was made of that
        return set()
    return {(section.intent, key_of(example.words)) for _, section in found for example in section.examples}


def _is_in(row: Row[Any], known: set[tuple[str, str]]) -> bool:
    """Whether most of what was taught is known: one example it may have had before, and another be taken out again."""
    texts: Sequence[str] = row.examples or ()
    return 2 * sum((row.intent, key_of(text)) in known for text in texts) > len(texts)
