"""Keeps where questions stand that were not answered well: ``unanswered`` work, whose key is a conversation.

The work looks at what is in the record and writes down what is new about it, so doing it again changes nothing. A turn
that was not understood, or asks the same at once, asks for it with its own commit; a listener does for what comes
later: a person was asked, answered or marked it for the editors, or the contact rated it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, exists, insert, select, update

from bot.config import HandoffPolicy
from bot.content.unanswered.ports import Answers
from bot.content.unanswered.sources import Asked, Moved, Question, likeliest, questions
from bot.content.unanswered.tables import label
from bot.content.unanswered.tables import question as q
from bot.content.unanswered.veil import spans_of
from bot.handoff_policy import Heard
from conversations.events import AgentRevised, ContactErased, Event, HandoffChanged, HandoffOpened, SurveyAnswered
from conversations.handoff import OPEN_STATES
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule

UNANSWERED, GROUP, ALL = "unanswered", "group", "questions"
# Later than everybody who waits for an answer: an editor reads it tomorrow.
SOON = 5.0
# The latest turns and handoffs of a conversation that are looked at.
_TURNS, _HANDOFFS = 60, 10


# A question, and what of it is not in its row yet.
_Change = tuple[Question, dict[str, Any]]


def is_worth_a_look(heard: Heard, earlier: Sequence[Heard], policy: HandoffPolicy) -> bool:
    """Whether a turn may be, or may tell of, a question that was not answered well."""
    parse = heard.parse
    if not parse.understood or parse.intent in policy.not_understood_intents:
        return True
    return bool(earlier and earlier[-1].parse.intent == parse.intent)


class Capture:
    """The handler of ``unanswered`` work. ``language`` is taken where a contact's is not known."""

    def __init__(self, database: Database, answers: Answers, policy: HandoffPolicy, language: str) -> None:
        self._database, self._answers, self._language = database, answers, language
        self._aside = frozenset({*policy.asked_intents, *policy.circle_intents_ignored})
        self._unknown = frozenset(policy.not_understood_intents)

    async def __call__(self, conversation_id: str) -> None:
        async with self._database.read() as tx:
            if not any(await self._changes(tx, conversation_id)):
                return
        async with self._database.write() as tx:
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is None:  # erased meanwhile
                return
            # Read again: as long as the conversation is locked, nobody edits what is read.
            new, known, gone = await self._changes(tx, conversation_id)
            for one, values in new:
                language = str((one.parse or {}).get("language") or held.language or self._language)[:8]
                more = {"through": one.through, "episode": one.episode, "at": one.at, "language": language}
                place = {"conversation_id": conversation_id, "number": one.number}
                await tx.execute(insert(q).values(**place, **more, **values))
            for one, values in known:
                await tx.execute(update(q).where(*_at(conversation_id, one.number)).values(**values))
            for number in gone:
                await tx.execute(delete(q).where(*_at(conversation_id, number)))
            await schedule(tx, GROUP, ALL, SOON)

    async def _changes(self, tx: Transaction, conversation_id: str) -> tuple[list[_Change], list[_Change], list[int]]:
        """Questions that are new, those of which something is, and the numbers of those that were taken back."""
        found, kept = await self._found(tx, conversation_id), await _kept(tx, conversation_id)
        changes = [(one, values) for one in found if (values := self._news(one, kept.get(one.number)))]
        new = [change for change in changes if change[0].number not in kept]
        known = [change for change in changes if change[0].number in kept]
        return new, known, await _deleted(tx, conversation_id, kept.keys() - {one.number for one in found})

    async def _found(self, tx: Transaction, conversation_id: str) -> list[Question]:
        turns = await _turns(tx, conversation_id, self._unknown)
        handoffs = await self._handoffs(tx, conversation_id)
        e = t.episode.c
        rated = select(e.number, e.stars).where(e.conversation_id == conversation_id, e.stars.is_not(None))
        stars = {row.number: row.stars for row in await tx.execute(rated)}
        m = t.message.c
        taught = [pair.question for handoff in handoffs for pair in handoff.answers if pair.taught]
        said = select(m.number, m.at).where(m.conversation_id == conversation_id, m.number.in_(taught))
        at = {row.number: row.at for row in await tx.execute(said)} if taught else {}
        return questions(turns, handoffs, stars, self._aside, lambda number: at.get(number, 0.0))

    async def _handoffs(self, tx: Transaction, conversation_id: str) -> list[Moved]:
        h, found = t.handoff.c, []
        latest = select(h.id, h.first_episode, h.created_at, h.reasons, h.agent_id, h.state)
        latest = latest.where(h.conversation_id == conversation_id).order_by(h.created_at.desc()).limit(_HANDOFFS)
        for row in (await tx.execute(latest)).all()[::-1]:
            kinds = frozenset(reason["kind"] for reason in row.reasons)
            answers = () if row.state in OPEN_STATES else await self._answers(tx, row.id)
            found.append(Moved(row.id, row.first_episode, row.created_at, kinds, row.agent_id is not None, answers))
        return found

    def _news(self, one: Question, kept: Any) -> dict[str, Any]:
        """What of a question is not in its row yet; nothing when all of it is."""
        sources = " ".join(sorted({*one.sources, *(kept.sources.split() if kept else ())}))
        values: dict[str, Any] = {"sources": sources}
        if one.answer is not None:
            values |= {"answer": one.answer}
        if one.handoff_id is not None:
            values |= {"handoff_id": one.handoff_id}
        if kept is not None and all(kept._mapping[name] == value for name, value in values.items()):
            return {}
        if kept is None:
            values |= self._reading(one)
        if kept is None or kept.answer != values.get("answer", kept.answer):
            values |= {"pending": True, "answer_personal": None}
        return values

    def _reading(self, one: Question) -> dict[str, Any]:
        if one.parse is None:
            return {}
        return {"ranking": likeliest(one.parse, self._unknown), "personal": spans_of(one.parse)}


def _at(conversation_id: str, number: int) -> tuple[Any, ...]:
    return q.c.conversation_id == conversation_id, q.c.number == number


async def _kept(tx: Transaction, conversation_id: str) -> dict[int, Any]:
    wanted = select(q.c.number, q.c.sources, q.c.answer, q.c.handoff_id).where(q.c.conversation_id == conversation_id)
    return {row.number: row for row in await tx.execute(wanted)}


async def _turns(tx: Transaction, conversation_id: str, unknown: Collection[str]) -> list[Asked]:
    """The latest turns, in order. A press is typed by nobody, and what was deleted stands no more."""
    turn, m, other = t.turn.c, t.message.c, t.message.alias("other").c
    is_of_it = (other.conversation_id == turn.conversation_id) & other.number.between(turn.first, turn.through)
    edited = exists().where(is_of_it, other.edited_at.is_not(None))
    latest = (
        select(t.turn, m.at.label("asked_at"), m.kind, m.deleted_at, edited.label("edited"))
        .join(t.message, (m.conversation_id == turn.conversation_id) & (m.number == turn.first))
        .where(turn.conversation_id == conversation_id)
        .order_by(turn.first.desc())
        .limit(_TURNS)
    )
    rows = (await tx.execute(latest)).all()[::-1]
    return [
        Asked(
            row.first,
            row.through,
            row.episode,
            row.asked_at,
            row.at,
            row.in_form,
            row.kind == "said" and row.deleted_at is None,
            bool(row.parse and row.parse["understood"] and row.parse["intent"] not in unknown),
            row.parse if row.failed is None else None,
            bool(row.edited),
        )
        for row in rows
    ]


async def _deleted(tx: Transaction, conversation_id: str, numbers: Collection[int]) -> list[int]:
    """Those of some messages that the contact took back."""
    m = t.message.c
    gone = select(m.number).where(m.conversation_id == conversation_id, m.deleted_at.is_not(None))
    return list((await tx.execute(gone.where(m.number.in_(numbers)))).scalars()) if numbers else []


async def forget(tx: Transaction, conversation_id: str, number: int) -> None:
    """A contact edited or deleted a message: what was made of its old words goes, and is made anew of the new ones.

    A label was given to the old words. The group's middle is reckoned anew once its question is gone from it.
    """
    nothing = dict.fromkeys(("ranking", "personal", "encoder", "vector", "group_id", "likeness"))
    its_own = (q.c.conversation_id == conversation_id, q.c.number <= number, q.c.through >= number)
    done = await tx.execute(update(q).where(*its_own).values(**nothing, pending=True))
    if done.rowcount:
        await schedule(tx, GROUP, ALL, SOON)
    await tx.execute(delete(label).where(label.c.conversation_id == conversation_id, label.c.number == number))


class CaptureLater:
    """A listener: what becomes of a matter tells whether its questions were answered well."""

    name = "unanswered"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on(self, event_id: int, event: Event) -> None:
        """Asks for the work; asked for twice it is done once. Whoever's answer was edited: it is read anew."""
        match event:
            case HandoffChanged(state=state) if state in OPEN_STATES:
                return
            case HandoffOpened() | HandoffChanged() | SurveyAnswered():
                async with self._database.write() as tx:
                    await schedule(tx, UNANSWERED, event.conversation_id, SOON)
            case AgentRevised(conversation_id=place, number=number):
                async with self._database.write() as tx:
                    revised = (q.c.conversation_id == place, q.c.answer == number)
                    await tx.execute(update(q).where(*revised).values(answer_personal=None, pending=True))
                    await schedule(tx, GROUP, ALL, SOON)
            case ContactErased():
                async with self._database.write() as tx:
                    await schedule(tx, GROUP, ALL, SOON)
