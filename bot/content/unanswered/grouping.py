"""Groups questions by meaning, one after the other: ``group`` work, with one key for all of them.

The engine makes a vector of each question, and reads those that it has not read; while it is away they wait. A question
joins the group whose middle is nearest, if that is near enough, else it begins one. Only one language is compared with
itself. The lease sees to it that one front does this at a time; should two, like groups may come to be, which an editor
can merge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from sqlalchemy import ColumnElement, Row, delete, select, update

from bot.content.unanswered import groups, texts
from bot.content.unanswered.ports import Read
from bot.content.unanswered.sources import likeliest
from bot.content.unanswered.tables import group as g
from bot.content.unanswered.tables import question as q
from bot.content.unanswered.veil import Spans, spans_of
from bot.engine.client import EngineDown, EngineError, EngineSlow
from bot.engine.wire import Parse
from conversations.likeness import likeness, moved, packed, unpacked
from conversations.ports import Embed, NoVectors
from conversations.store.database import Database, Transaction

log = structlog.get_logger()
_AT_ONCE = 32
_AGAIN = 30.0
# At this likeness (cosine) to its middle a question joins a group: by python -m benchmarks.unanswered.
ALIKE = 0.55
# Groups that a question is compared with: the latest of its language.
MOST_COMPARED = 5000


@dataclass(slots=True)
class Middle:
    """The middle of a group, as numbers to compare with."""

    group_id: int
    language: str
    size: int
    centre: list[float]


@dataclass(frozen=True, slots=True)
class Learned:
    """What the engine made of a question: None where it was not asked."""

    text: str
    vector: list[float]
    parse: Parse | None
    answer: Spans | None


class Grouping:
    """The handler of ``group`` work. ``unknown`` are intents that nothing is answered to."""

    def __init__(self, database: Database, embed: Embed, read: Read, unknown: Collection[str] = ()) -> None:
        self._database, self._embed, self._read, self._unknown = database, embed, read, frozenset(unknown)

    async def __call__(self, key: str) -> float | None:
        async with self._database.read() as tx:
            rows = await _pending(tx)
            said = await texts.asked(tx, [(row.conversation_id, row.number, row.through) for row in rows])
            given = await texts.answers(tx, [(row.conversation_id, row.answer) for row in rows if row.answer])
        if not rows:
            await self._level()
            return None
        whole = [row for row in rows if (row.conversation_id, row.number) in said]
        await self._drop([row for row in rows if row not in whole])
        if not whole:
            return 0.0
        try:
            made = await self._embed([said[row.conversation_id, row.number] for row in whole])
            learned = [
                await self._learned(row, said[row.conversation_id, row.number], vector, given)
                for row, vector in zip(whole, made.rows, strict=True)
            ]
        except (NoVectors, EngineDown, EngineSlow) as away:
            log.info("questions wait to be grouped: the engine is away", cause=type(away).__name__)
            return _AGAIN
        middles = await self._middles(made.encoder)
        for row, one in zip(whole, learned, strict=True):
            await self._place(row, one, made.encoder, middles)
            await asyncio.sleep(0)  # others have their turn
        return 0.0

    async def _learned(
        self, row: Row[Any], text: str, vector: Sequence[float], given: dict[texts.Place, tuple[str, str]]
    ) -> Learned:
        answer, _ = given.get((row.conversation_id, row.answer), (None, ""))
        parse = await self._parse(text) if row.ranking is None or row.personal is None else None
        of_answer = await self._parse(answer) if answer is not None and row.answer_personal is None else None
        return Learned(text, list(vector), parse, spans_of(_plain(of_answer)) if of_answer else None)

    async def _parse(self, text: str) -> Parse:
        try:
            return await self._read(text)
        except (EngineDown, EngineSlow):
            raise
        except EngineError:  # it will never be read: nothing is known of it
            return Parse("", 0.0, understood=False)

    async def _middles(self, encoder: str) -> list[Middle]:
        wanted = select(g.c.id, g.c.language, g.c.size, g.c.centroid).where(g.c.encoder == encoder)
        async with self._database.read() as tx:
            rows = (await tx.execute(wanted.order_by(g.c.last_at.desc()).limit(MOST_COMPARED))).all()
        return [Middle(row.id, row.language, row.size, unpacked(row.centroid).tolist()) for row in rows]

    async def _place(self, row: Row[Any], one: Learned, encoder: str, middles: list[Middle]) -> None:
        """Writes down what was learned, and puts the question into a group, if it is in none."""
        values: dict[str, Any] = {"pending": False}
        if one.parse is not None:
            parse = _plain(one.parse)
            values |= {"ranking": likeliest(parse, self._unknown), "personal": spans_of(parse)}
        if one.answer is not None:
            values |= {"answer_personal": one.answer}
        near = nearest(one.vector, row.language, middles) if row.group_id is None else None
        async with self._database.write() as tx:
            if not await _still_stands(tx, row, one.text):
                return
            if row.group_id is None:
                near = near if near and await self._join(tx, near, one.vector, row.at) else None
                if near is None:
                    made = await groups.create(tx, row.language, encoder, one.vector, row.at)
                    near = Middle(made, row.language, 1, one.vector)
                    middles.append(near)
                alike = likeness(near.centre, one.vector)
                values |= {"encoder": encoder, "vector": packed(one.vector)}
                values |= {"group_id": near.group_id, "likeness": alike}
            await tx.execute(update(q).where(*_at(row)).values(**values))
            if near is not None and near.size > 1 and near.size & (near.size - 1) == 0:
                # At 2, 4, 8 …: often while there are few, seldom later.
                near.centre = await groups.reckon(tx, near.group_id) or near.centre

    async def _join(self, tx: Transaction, near: Middle, vector: list[float], at: float) -> bool:
        centre = moved(near.centre, near.size, vector)
        size = await groups.join(tx, near.group_id, centre, at)
        if size is None:  # merged away meanwhile: nothing more is put there
            near.language = ""
            return False
        near.centre, near.size = centre, size
        return True

    async def _drop(self, rows: Sequence[Row[Any]]) -> None:
        """Questions that say nothing any more."""
        if not rows:
            return
        async with self._database.write() as tx:
            for row in rows:
                await tx.execute(delete(q).where(*_at(row)))

    async def _level(self) -> None:
        async with self._database.read() as tx:
            lost = await groups.uneven(tx)
        for group_id in lost:
            async with self._database.write() as tx:
                await groups.reckon(tx, group_id)


def nearest(vector: Sequence[float], language: str, middles: Sequence[Middle], least: float = ALIKE) -> Middle | None:
    """The group that a question belongs to; None when none is near enough."""
    alike = ((likeness(vector, one.centre), one) for one in middles if one.language == language)
    best = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= least else None


def _at(row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    return q.c.conversation_id == row.conversation_id, q.c.number == row.number


async def _still_stands(tx: Transaction, row: Row[Any], text: str) -> bool:
    """Whether a question is as it was read: not erased, edited or answered meanwhile. It is locked."""
    same = select(q.c.number).where(*_at(row), q.c.pending, q.c.answer == row.answer).with_for_update()
    if (await tx.execute(same)).one_or_none() is None:
        return False
    place = row.conversation_id, row.number
    return (await texts.asked(tx, [(*place, row.through)])).get(place) == text


async def _pending(tx: Transaction) -> Sequence[Row[Any]]:
    columns = (q.c.conversation_id, q.c.number, q.c.through, q.c.at, q.c.language, q.c.group_id)
    more = (q.c.ranking, q.c.personal, q.c.answer, q.c.answer_personal)
    return (await tx.execute(select(*columns, *more).where(q.c.pending).order_by(q.c.at).limit(_AT_ONCE))).all()


def _plain(parse: Parse) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(parse)
    return found
