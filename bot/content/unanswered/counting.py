"""How many people asked, by groups: exact at every moment, read from the questions by one index."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, case, func, select

from bot.content.unanswered.tables import question as q
from conversations.store import tables as t
from conversations.store.database import Transaction

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Counted:
    """Of a group: people and questions of the last days, and people of as many days before."""

    people: int
    before: int
    questions: int


@dataclass(slots=True)
class Details:
    """Of a group's questions of the last days: how they came to be known, how many a person answered, their stars."""

    sources: Counter[str] = field(default_factory=Counter)
    understood: int = 0
    answered: int = 0
    stars: list[int] = field(default_factory=list)

    @property
    def csat(self) -> float | None:
        """The mean of the stars, to two places; None without any."""
        return round(sum(self.stars) / len(self.stars), 2) if self.stars else None


async def counts(tx: Transaction, since: float, until: float) -> dict[int, Counted]:
    """All groups that were asked for from twice as long ago on; ``since`` and ``until`` are Unix seconds."""
    c = t.conversation.c
    is_now = q.c.at >= since
    wanted = (
        select(
            q.c.group_id,
            _people(is_now).label("people"),
            _people(~is_now).label("before"),
            func.sum(case((is_now, 1), else_=0)).label("questions"),
        )
        .join(t.conversation, c.id == q.c.conversation_id)
        .where(q.c.at >= 2 * since - until, q.c.group_id.is_not(None))
        .group_by(q.c.group_id)
    )
    rows = await tx.execute(wanted)
    return {row.group_id: Counted(row.people, row.before, int(row.questions)) for row in rows}


def _people(when: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(func.distinct(case((when, t.conversation.c.contact_id))))


async def details(tx: Transaction, group_ids: Sequence[int], since: float) -> dict[int, Details]:
    """Of some groups, what is known of their questions since then."""
    e = t.episode.c
    is_answered = case((q.c.answer.is_not(None), 1), else_=0).label("answered")
    wanted = (
        select(q.c.group_id, q.c.sources, is_answered, e.stars, func.count().label("times"))
        .outerjoin(t.episode, (e.conversation_id == q.c.conversation_id) & (e.number == q.c.episode))
        .where(q.c.group_id.in_(group_ids), q.c.at >= since)
        .group_by(q.c.group_id, q.c.sources, is_answered, e.stars)
    )
    found: defaultdict[int, Details] = defaultdict(Details)
    for row in await tx.execute(wanted):
        one, sources = found[row.group_id], row.sources.split()
        for source in sources:
            one.sources[source] += row.times
        one.understood += row.times * ("out_of_scope" not in sources and "unsure" not in sources)
        one.answered += row.times * row.answered
        if row.stars is not None:
            one.stars += [row.stars] * row.times
    return found


async def after(tx: Transaction, moments: Sequence[tuple[int, float]]) -> dict[int, int]:
    """How many questions came into each group after a moment of its own."""
    found = {}
    for group_id, at in moments:
        wanted = select(func.count()).select_from(q).where(q.c.group_id == group_id, q.c.at > at)
        found[group_id] = int((await tx.execute(wanted)).scalar_one())
    return found
