"""Labels of real messages that people gave: editors on the first page and by teaching, agents by their tags."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import select

from bot.content import editing, versions
from bot.content.evidence import Labelled
from bot.content.folder import ContentRefused, Files
from bot.content.past import SAID
from bot.content.unanswered.tables import label
from conversations.store import tables as t
from conversations.store.database import Transaction

_MOST = 2000  # the latest of each kind


async def labelled(tx: Transaction) -> Sequence[Labelled]:
    """What editors labelled, the latest first."""
    m = t.message.c
    wanted = (
        select(m.text, label.c.intent)
        .join(label, (label.c.conversation_id == m.conversation_id) & (label.c.number == m.number))
        .where(SAID)
        .order_by(label.c.at.desc())
        .limit(_MOST)
    )
    return [Labelled(row.text, row.intent) for row in await tx.execute(wanted) if row.text.strip()]


async def tagged(tx: Transaction) -> Sequence[Labelled]:
    """What agents tagged with the name of an intent: that is what the contact asked in this matter."""
    m, h = t.message.c, t.handoff.c
    wanted = (
        select(m.text, h.tags)
        .join(t.handoff, (h.conversation_id == m.conversation_id) & (h.ask_message == m.number))
        .where(SAID, h.ended_at.is_not(None))
        .order_by(h.ended_at.desc())
        .limit(_MOST)
    )
    rows = [row for row in await tx.execute(wanted) if row.tags and row.text.strip()]
    newest = await versions.newest(tx) if rows else None
    intents = await asyncio.to_thread(_intents, await versions.content_of(tx, newest)) if newest else set[str]()
    found = [(row.text, [tag for tag in row.tags if tag in intents]) for row in rows]
    return [Labelled(text, names[0]) for text, names in found if len(names) == 1]


def _intents(files: Files) -> set[str]:
    try:
        return {section.intent for _, section in editing.sections(files)}
    except ContentRefused:
        return set()
