"""Keeps in a handoff's row what lists say of its talk, so that a list reads no conversation: a listener."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from conversations.events import BotSaid, ContactRevised, ContactSaid, Event, HandoffOpened, ReasonAdded
from conversations.handoff import OPEN_STATES, Handoff
from conversations.model import Sender
from conversations.store import handoffs, turns
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.rows import MESSAGE, message_of
from escalation.domain import brief

_LATEST = 100  # messages of the matter


@dataclass(frozen=True, slots=True)
class Lines:
    """The contact's ask, the message that says it, and how they feel now (−1 to 1)."""

    ask: str
    ask_message: int | None
    mood: float


async def read(tx: Transaction, handoff: Handoff) -> Lines:
    """What the talk says at this moment."""
    m = t.message.c
    statement = (
        select(*MESSAGE)
        .where(
            m.conversation_id == handoff.conversation_id,
            m.episode == handoff.episode,
            m.sender == Sender.CONTACT,
        )
        .order_by(m.number.desc())
        .limit(_LATEST)
    )
    said = [message_of(row) for row in await tx.execute(statement)][::-1]
    heard = await turns.of_episode(tx, handoff.conversation_id, handoff.episode)
    ask, moods = brief.ask(said, heard), brief.moods(heard)
    return Lines(ask.value, ask.message, moods[-1] if moods else 0.0)


class Outline:
    """The listener."""

    name = "outline"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on(self, event_id: int, event: Event) -> None:
        """Reads anew: so an event that comes twice changes nothing."""
        if not isinstance(event, HandoffOpened | ReasonAdded | ContactSaid | ContactRevised | BotSaid):
            return
        async with self._database.write() as tx:
            handoff = await handoffs.get(tx, event.handoff_id)
            if handoff is None or handoff.state not in OPEN_STATES:
                return
            lines = await read(tx, handoff)
            kept = Lines(handoff.ask or "", handoff.ask_message, handoff.mood or 0.0)
            if handoff.ask is not None and kept == lines:
                return
            row = update(t.handoff).where(t.handoff.c.id == handoff.id)
            await tx.execute(row.values(ask=lines.ask, ask_message=lines.ask_message, mood=lines.mood))
            tx.signal("handoff", handoff.id)
            tx.signal("queue", handoff.team)
