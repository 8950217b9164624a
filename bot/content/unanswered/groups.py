"""Rows of groups: made, joined, reckoned anew, merged, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, select, update

from bot.content.unanswered.tables import group as g
from bot.content.unanswered.tables import question as q
from bot.content.unanswered.tables import step
from conversations.likeness import likeness, middle, packed, unpacked
from conversations.store.database import Transaction, now

# A middle is reckoned from so many of the latest questions.
_RECKONED = 256
_PLACE = (q.c.conversation_id == bindparam("of"), q.c.number == bindparam("numbered"))
_LIKENESS = update(q).where(*_PLACE).values(likeness=bindparam("alike"))


async def create(tx: Transaction, language: str, encoder: str, vector: Sequence[float], at: float) -> int:
    """A new group of one question that was asked ``at`` (Unix seconds); its id."""
    row = {
        "language": language,
        "encoder": encoder,
        "centroid": packed(vector),
        "size": 1,
        "first_at": at,
        "last_at": at,
    }
    made = await tx.execute(insert(g).values(**row, state="new", state_at=now()).returning(g.c.id))
    return int(made.scalar_one())


async def join(tx: Transaction, group_id: int, centre: Sequence[float], at: float) -> int | None:
    """One more question, with the middle that it leads to; how many there are now. None: the group is gone."""
    asked = {"first_at": case((g.c.first_at > at, at), else_=g.c.first_at)}
    asked |= {"last_at": case((g.c.last_at < at, at), else_=g.c.last_at)}
    done = await tx.execute(
        update(g)
        .where(g.c.id == group_id)
        .values(centroid=packed(centre), size=g.c.size + 1, **asked)
        .returning(g.c.size)
    )
    return done.scalar_one_or_none()


async def reckon(tx: Transaction, group_id: int) -> list[float] | None:
    """The middle of a group anew, with how near each question is to it. A group without questions goes: None."""
    latest = select(q.c.conversation_id, q.c.number, q.c.vector, q.c.at).where(q.c.group_id == group_id)
    rows = (await tx.execute(latest.order_by(q.c.at.desc()).limit(_RECKONED))).all()
    if not rows:
        await tx.execute(delete(step).where(step.c.group_id == group_id))
        await tx.execute(delete(g).where(g.c.id == group_id))
        return None
    vectors = [unpacked(row.vector) for row in rows]
    centre = middle(vectors)
    all_of_it = select(
        func.count().label("size"), func.min(q.c.at).label("first_at"), func.max(q.c.at).label("last_at")
    )
    counted = (await tx.execute(all_of_it.where(q.c.group_id == group_id))).one()
    values = {"centroid": packed(centre), **counted._mapping}
    await tx.execute(update(g).where(g.c.id == group_id).values(**values))
    alike: list[dict[str, Any]] = [
        {"of": row.conversation_id, "numbered": row.number, "alike": likeness(centre, vector)}
        for row, vector in zip(rows, vectors, strict=True)
    ]
    await tx.execute(_LIKENESS, alike)
    return centre


async def uneven(tx: Transaction) -> list[int]:
    """Groups that have lost questions since their middle was reckoned: these were erased, or edited."""
    counted = select(q.c.group_id, func.count().label("size")).group_by(q.c.group_id).subquery()
    lost = select(g.c.id).outerjoin(counted, counted.c.group_id == g.c.id)
    return list((await tx.execute(lost.where(g.c.size != func.coalesce(counted.c.size, 0)))).scalars())


async def merge(tx: Transaction, group_id: int, into: int) -> None:
    """All questions of a group go to another, and it ends."""
    await tx.execute(update(q).where(q.c.group_id == group_id).values(group_id=into))
    await reckon(tx, group_id)
    await reckon(tx, into)
