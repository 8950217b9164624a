"""Suggests what agents answered to questions like the one that waits. Learned after a matter is resolved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select

from conversations.events import Event, HandoffChanged
from conversations.handoff import OPEN_STATES, Handoff, HandoffError, HandoffState, HandoffUnknown
from conversations.likeness import nearest, packed
from conversations.model import Message
from conversations.ports import Embed, NoVectors
from conversations.store import conversations, handoffs, turns
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.handoffs import LEARN
from conversations.store.work import schedule
from escalation import tables
from escalation.http import wire
from escalation.service.teaching import answers, intent_of, question_of

__all__ = ["LEARN", "LearnLater", "NoSuggestions", "Suggesting"]
_COMPARED, _MOST_SHOWN, _MOST_LEARNED = 200, 3, 32
# What was settled without an answer teaches nothing.
_NOTHING_LEARNED = frozenset({"spam", "no_answer", "blocked"})
# While nobody makes vectors: look again after so many seconds, and for so long after the end.
_AGAIN, _GIVE_UP = 600.0, 86_400.0
_A = tables.answered.c


class NoSuggestions(HandoffError):
    """The assistant's engine makes no suggestions just now. Write your own answer."""


class Suggesting:
    """The use case, and the handler of ``learn`` work. ``language`` is taken where a contact's is not known."""

    def __init__(self, database: Database, embed: Embed, language: str) -> None:
        self._database, self._embed, self._language = database, embed, language

    async def for_handoff(self, handoff_id: str) -> list[wire.Suggestion]:
        """Answers that the same team gave to the questions most like the one that waits, in its language.

        Raises:
            HandoffUnknown. NoSuggestions: the engine is away, or has no sentence encoder.
        """
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None:
                raise HandoffUnknown(handoff_id)
            question = await question_of(tx, handoff) if handoff.state in OPEN_STATES else None
            if question is None:
                return []
            heard = await turns.of_episode(tx, handoff.conversation_id, handoff.episode)
            rows = await self._candidates(tx, handoff, intent_of(question, heard))
        if not rows:
            return []
        try:
            made = await self._embed([question.text])
        except NoVectors as away:
            raise NoSuggestions(handoff_id) from away
        compared = ((row, row.vector) for row in rows if row.encoder == made.encoder)
        alike = nearest(made.rows[0], compared, len(rows))
        different = {row.text: (row, like) for row, like in reversed(alike)}  # the same answer is said once
        best = sorted(different.values(), key=lambda one: -one[1])[:_MOST_SHOWN]
        return [wire.Suggestion(row.text, row.question, round(like, 3), row.reference) for row, like in best]

    async def _candidates(self, tx: Transaction, handoff: Handoff, intent: str | None) -> Sequence[Row[Any]]:
        """Questions of other matters of this team, the latest first, with their answers as they stand now."""
        asked, said = t.message.alias("asked"), t.message.alias("said")
        statement = (
            select(_A.vector, _A.encoder, asked.c.text.label("question"), said.c.text, t.handoff.c.reference)
            .join(t.handoff, t.handoff.c.id == _A.handoff_id)
            .join(asked, (asked.c.conversation_id == _A.conversation_id) & (asked.c.number == _A.question))
            .join(said, (said.c.conversation_id == _A.conversation_id) & (said.c.number == _A.answer))
            .where(
                _A.team == handoff.team,
                _A.language == (handoff.language or self._language),
                _A.handoff_id != handoff.id,
                asked.c.deleted_at.is_(None),
                said.c.deleted_at.is_(None),
            )
            .order_by(_A.at.desc())
            .limit(_COMPARED)
        )
        if intent is not None:
            statement = statement.where(or_(_A.intent == intent, _A.intent.is_(None)))
        return (await tx.execute(statement)).all()

    async def learn(self, handoff_id: str) -> float | None:
        """Keeps the vectors of what was asked and answered in a resolved handoff, anew each time it is called."""
        async with self._database.write() as tx:
            await tx.execute(delete(tables.answered).where(_A.handoff_id == handoff_id))
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None or not _teaches(handoff):
                return None
            pairs = (await answers(tx, handoff))[-_MOST_LEARNED:]
            age = await conversations.clock(tx) - (handoff.ended_at or 0.0)
        if not pairs:
            return None
        try:
            made = await self._embed([question.text for question, _ in pairs])
        except NoVectors:
            return _AGAIN if age < _GIVE_UP else None
        async with self._database.write() as tx:
            held = await conversations.get(tx, handoff.conversation_id, lock=True)
            if held is None or (await answers(tx, handoff))[-_MOST_LEARNED:] != pairs:
                return None if held is None else 0.0  # somebody changed or erased it meanwhile
            heard = await turns.of_episode(tx, held.id, handoff.episode)
            for (question, answer), vector in zip(pairs, made.rows, strict=True):
                row = self._row(handoff, question, answer, intent_of(question, heard))
                vectors = {"encoder": made.encoder, "vector": packed(vector)}
                await tx.execute(insert(tables.answered).values(**row, **vectors, at=now()))
        return None

    def _row(self, handoff: Handoff, question: Message, answer: Message, intent: str | None) -> dict[str, Any]:
        return {
            "conversation_id": handoff.conversation_id,
            "question": question.number,
            "answer": answer.number,
            "handoff_id": handoff.id,
            "team": handoff.team,
            "language": handoff.language or self._language,
            "intent": intent,
        }


def _teaches(handoff: Handoff) -> bool:
    return handoff.state is HandoffState.RESOLVED and handoff.outcome not in _NOTHING_LEARNED


class LearnLater:
    """A listener: what was resolved is looked at for answers."""

    name = "learn_later"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on(self, event_id: int, event: Event) -> None:
        """Asks for ``learn`` work; asked for twice it is done once."""
        if isinstance(event, HandoffChanged) and event.state == HandoffState.RESOLVED:
            async with self._database.write() as tx:
                await schedule(tx, LEARN, event.handoff_id)
