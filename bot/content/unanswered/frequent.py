"""The report of frequent issues: what people ask most, how it goes, and what of it is not answered well."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, exists, func, select

from bot.content.unanswered import wire
from bot.content.unanswered.counting import DAY, counts, details
from bot.content.unanswered.showing import names
from bot.content.unanswered.sources import Source
from bot.content.unanswered.tables import group as g
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction

_MOST = 200
_FALLBACK = "nlu_fallback"


async def frequent(database: Database, days: int = 7, most: int = _MOST) -> wire.Frequent:
    """Intents and groups of the last ``days``, most people first, beside as many days before."""
    async with database.read_aside() as tx:
        now = await conversations.clock(tx)
        since = now - days * DAY
        return wire.Frequent(days, (await _intents(tx, since, now))[:most], (await _groups(tx, since, now))[:most])


async def _intents(tx: Transaction, since: float, until: float) -> list[wire.OfIntent]:
    """By what the assistant took messages for; an episode with a handoff was not contained."""
    turn, c, e, h = t.turn.c, t.conversation.c, t.episode.c, t.handoff.c
    intent = turn.parse["intent"].as_string().label("intent")
    in_grey = turn.parse["scope"].as_string() == "grey"
    is_now = turn.at >= since
    episode = turn.conversation_id.concat("#").concat(turn.episode)
    moved = exists().where(h.conversation_id == turn.conversation_id, h.first_episode == turn.episode)
    wanted = (
        select(
            intent,
            _distinct(c.contact_id, is_now).label("people"),
            _distinct(c.contact_id, ~is_now).label("before"),
            func.sum(case((is_now, 1), else_=0)).label("turns"),
            func.sum(case((is_now & in_grey, 1), else_=0)).label("unsure"),
            _distinct(episode, is_now).label("episodes"),
            _distinct(episode, is_now & moved).label("escalated"),
            func.avg(case((is_now, e.stars))).label("stars"),
        )
        .join(t.conversation, c.id == turn.conversation_id)
        .outerjoin(t.episode, (e.conversation_id == turn.conversation_id) & (e.number == turn.episode))
        .where(turn.at >= 2 * since - until, turn.parse.is_not(None), turn.failed.is_(None))
        .group_by(intent)
    )
    rows = [row for row in await tx.execute(wanted) if row.intent and row.intent != _FALLBACK and row.turns]
    found = [
        wire.OfIntent(
            row.intent,
            int(row.turns),
            row.people,
            row.before,
            round(1 - row.escalated / row.episodes, 3),
            row.escalated,
            int(row.unsure),
            None if row.stars is None else round(float(row.stars), 2),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.people, -one.turns, one.intent))


def _distinct(what: ColumnElement[str], when: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(func.distinct(case((when, what))))


async def _groups(tx: Transaction, since: float, until: float) -> list[wire.OfGroup]:
    counted = {of: one for of, one in (await counts(tx, since, until)).items() if one.questions}
    most = sorted(counted, key=lambda of: (-counted[of].people, -counted[of].questions, of))[:_MOST]
    states = {row.id: row.state for row in await tx.execute(select(g.c.id, g.c.state).where(g.c.id.in_(most)))}
    known, named = await details(tx, most, since), await names(tx, most)
    return [
        wire.OfGroup(
            of,
            named.get(of, ("", []))[0],
            states[of],
            counted[of].people,
            counted[of].before,
            counted[of].questions,
            known[of].sources[Source.ESCALATED],
            known[of].csat,
        )
        for of in most
    ]
