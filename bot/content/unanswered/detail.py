"""One group with all that an editor needs to decide: questions, answers as drafts, days, decisions, near groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select

from bot.content.check import key_of
from bot.content.unanswered import showing, texts, wire
from bot.content.unanswered.counting import DAY
from bot.content.unanswered.grouping import MOST_COMPARED
from bot.content.unanswered.sources import Source
from bot.content.unanswered.tables import group as g
from bot.content.unanswered.tables import label, step
from bot.content.unanswered.tables import question as q
from bot.content.unanswered.veil import veiled
from conversations.likeness import nearest, unpacked
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction

_QUESTIONS, _DRAFTS, _DAYS, _NEAR = 200, 10, 28, 5
# Groups are near (cosine) that an editor may want to make one.
_WORTH_A_LOOK = 0.5


async def detail(database: Database, group_id: int, days: int = 7) -> wire.Shown:
    """A group in full; `errors.Unknown` when there is none."""
    async with database.read_aside() as tx:
        group = await showing.one_group(tx, group_id, days)
        rows = await _rows(tx, group_id)
        asked = await texts.asked(tx, [(row.conversation_id, row.number, row.through) for row in rows])
        said = await texts.said(tx, [(row.conversation_id, row.number) for row in rows])
        given = await texts.answers(tx, [(row.conversation_id, row.answer) for row in rows if row.answer])
        known = await texts.known(tx, [row.conversation_id for row in rows])
        answers = {(row.conversation_id, row.number): _answer(row, given, known) for row in rows}
        questions = [_question(row, asked, said, answers, known) for row in rows]
        by_day, steps = await _by_day(tx, group_id), await _steps(tx, group_id)
        near = await _near(tx, group_id)
    drafts = _drafts(rows, answers)
    return wire.Shown(group, [one for one in questions if one.text], drafts, by_day, steps, near)


async def _rows(tx: Transaction, group_id: int) -> Sequence[Row[Any]]:
    c, h, e = t.conversation.c, t.handoff.c, t.episode.c
    wanted = (
        select(q, c.channel, h.reference, e.stars, label.c.intent, label.c.source)
        .join(t.conversation, c.id == q.c.conversation_id)
        .outerjoin(t.handoff, h.id == q.c.handoff_id)
        .outerjoin(t.episode, (e.conversation_id == q.c.conversation_id) & (e.number == q.c.episode))
        .outerjoin(label, (label.c.conversation_id == q.c.conversation_id) & (label.c.number == q.c.number))
        .where(q.c.group_id == group_id)
        .order_by(q.c.likeness.desc(), q.c.at.desc())
        .limit(_QUESTIONS)
    )
    return (await tx.execute(wanted)).all()


def _question(
    row: Row[Any],
    asked: Mapping[texts.Place, str],
    said: Mapping[texts.Place, str],
    answers: Mapping[texts.Place, wire.Answer | None],
    known: Mapping[str, Mapping[str, Any]],
) -> wire.Question:
    place = row.conversation_id, row.number
    return wire.Question(
        *place,
        text=showing.masked_question(row, asked, known),
        at=row.at,
        channel=row.channel,
        language=row.language,
        sources=row.sources.split(),
        likely=showing.likely_of(row),
        said=veiled(said.get(place, ""), known=known.get(row.conversation_id)),
        answer=answers[place],
        stars=row.stars,
        label=wire.Label(row.intent, row.source) if row.intent else None,
        likeness=round(row.likeness or 0.0, 3),
    )


def _answer(
    row: Row[Any], given: Mapping[texts.Place, tuple[str, str]], known: Mapping[str, Mapping[str, Any]]
) -> wire.Answer | None:
    """What a person answered; None also until the engine has said what is personal in it."""
    text, by = given.get((row.conversation_id, row.answer), ("", ""))
    if not text or row.answer_personal is None:
        return None
    shown = veiled(text, row.answer_personal, known.get(row.conversation_id))
    return wire.Answer(shown, by, row.handoff_id, row.reference, row.answer)


def _drafts(rows: Sequence[Row[Any]], answers: Mapping[texts.Place, wire.Answer | None]) -> list[wire.Draft]:
    """What people answered, alike ones once: those that an agent wants taught first, then what was said most often."""
    found: dict[str, wire.Draft] = {}
    seen: set[tuple[str, int]] = set()
    for row in rows:  # the most central question's answer first
        answer = answers[row.conversation_id, row.number]
        if answer is None or (row.conversation_id, answer.number) in seen:
            continue
        seen.add((row.conversation_id, answer.number))
        key, taught = key_of(answer.text), Source.TAUGHT in row.sources.split()
        before = found.get(key)
        if before is None:
            found[key] = wire.Draft(answer.text, answer.by, 1, answer.handoff_id, answer.reference, taught)
        else:
            found[key] = wire.Draft(
                before.text, before.by, before.count + 1, before.handoff_id, before.reference, before.taught or taught
            )
    return sorted(found.values(), key=lambda one: (not one.taught, -one.count))[:_DRAFTS]


async def _by_day(tx: Transaction, group_id: int) -> list[wire.Day]:
    today = int(await conversations.clock(tx) // DAY)
    c = t.conversation.c
    wanted = select(q.c.at, c.contact_id).join(t.conversation, c.id == q.c.conversation_id)
    first = today - _DAYS + 1
    asked: dict[int, list[str]] = {day: [] for day in range(first, today + 1)}
    for row in await tx.execute(wanted.where(q.c.group_id == group_id, q.c.at >= first * DAY)):
        asked.setdefault(int(row.at // DAY), []).append(row.contact_id)
    return [wire.Day(_date(day), len(people), len(set(people))) for day, people in sorted(asked.items())]


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


async def _steps(tx: Transaction, group_id: int) -> list[wire.Step]:
    rows = await tx.execute(select(step).where(step.c.group_id == group_id).order_by(step.c.id))
    return [wire.Step(row.state, row.at, row.by, row.note) for row in rows]


async def _near(tx: Transaction, group_id: int) -> list[wire.Near]:
    """Other groups of the language that mean nearly the same."""
    own = (await tx.execute(select(g.c.centroid, g.c.encoder, g.c.language).where(g.c.id == group_id))).one()
    wanted = select(g.c.id, g.c.state, g.c.size, g.c.centroid).where(
        g.c.id != group_id, g.c.encoder == own.encoder, g.c.language == own.language
    )
    rows = (await tx.execute(wanted.order_by(g.c.last_at.desc()).limit(MOST_COMPARED))).all()
    found = nearest(unpacked(own.centroid), ((row, row.centroid) for row in rows), _NEAR, _WORTH_A_LOOK)
    named = await showing.names(tx, [row.id for row, _ in found])
    return [
        wire.Near(row.id, named[row.id][0] if row.id in named else "", row.state, round(like, 3), row.size)
        for row, like in found
    ]
