"""Counts when an agent asks the contact for what the brief already had: a listener."""

from __future__ import annotations

from typing import Any

from prometheus_client import Counter
from sqlalchemy import insert, select

from conversations.events import AgentSaid, Event
from conversations.store import conversations, handoffs, turns
from conversations.store.database import Database, Transaction
from conversations.store.turns import Turn
from escalation import tables
from escalation.domain.reask import FACTS, asked_again

REASKS = Counter("frontdesk_reasks", "Facts of the brief for which an agent asked the contact again", ["fact"])
# What the desk says in an agent's name is no question of theirs.
_GREETING = "agent:greet:"


class Reasking:
    """The listener."""

    name = "reasking"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on(self, event_id: int, event: Event) -> None:
        """Writes down each fact once for a message, however often the event comes."""
        if not isinstance(event, AgentSaid):
            return
        async with self._database.read() as tx:
            asked = await self._asked(tx, event)
        if not asked:
            return
        async with self._database.write() as tx:
            held = await conversations.get(tx, event.conversation_id, lock=True)
            r = tables.reask.c
            known = select(r.fact).where(r.handoff_id == event.handoff_id, r.number == event.number)
            new = asked - set((await tx.execute(known)).scalars())
            for fact in sorted(new) if held is not None else ():
                row = {"handoff_id": event.handoff_id, "number": event.number, "fact": fact}
                await tx.execute(insert(tables.reask).values(row))
                tx.count(REASKS.labels(fact))

    async def _asked(self, tx: Transaction, event: AgentSaid) -> set[str]:
        handoff = await handoffs.get(tx, event.handoff_id)
        held = await conversations.get(tx, event.conversation_id)
        message = await conversations.message(tx, event.conversation_id, event.number)
        if handoff is None or held is None or message is None or (message.native_key or "").startswith(_GREETING):
            return set()
        heard = await turns.of_episode(tx, held.id, handoff.episode)
        return asked_again(message.text, known_facts(held.known, heard, before=event.number))


def known_facts(known: dict[str, Any], heard: list[Turn], before: int) -> dict[str, object]:
    """What the brief had before a message: what is known of the contact, and what they named in this matter."""
    named = {
        entity["name"]: entity["value"]
        for turn in heard
        if turn.parse and turn.through < before
        for entity in turn.parse.get("entities", ())
    }
    facts = {**named, **known}
    return {name: facts[name] for name in FACTS if facts.get(name)}
