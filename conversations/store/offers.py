"""Offers on handoffs: a waiting one is kept for one person for a while. Attributes of the row, compare-and-set."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Text, and_, cast, func, literal, or_, select, tuple_, union_all, update

from conversations.handoff import Handoff, HandoffState
from conversations.store import handoffs
from conversations.store import tables as t
from conversations.store.database import Transaction, now

_MANY = 10_000


async def offer(tx: Transaction, handoff: Handoff, agent_id: str, seconds: float) -> bool:
    """Keeps a waiting handoff for this person for so long; False when it waits no longer, or is offered already."""
    c = t.handoff.c
    done = await tx.execute(
        update(t.handoff)
        .where(c.id == handoff.id, c.state == HandoffState.WAITING, c.offered_to.is_(None))
        .values(offered_to=agent_id, offered_until=now() + seconds)
    )
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)
    return bool(done.rowcount)


async def end_offer(tx: Transaction, handoff: Handoff) -> bool:
    """Ends the offer that was seen; False when it is another one by now, or none."""
    c = t.handoff.c
    done = await tx.execute(
        update(t.handoff)
        .where(c.id == handoff.id, c.offered_to == handoff.offered_to, c.offered_until == handoff.offered_until)
        .values(offered_to=None, offered_until=None)
    )
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)
    return bool(done.rowcount)


async def offered(tx: Transaction) -> list[Handoff]:
    """What is kept for somebody."""
    c = t.handoff.c
    return await handoffs.listed(tx, handoffs.IS_WAITING, c.offered_to.is_not(None), order=[c.id], limit=_MANY)


@dataclass(frozen=True, slots=True)
class Kind:
    """What unoffered handoffs of a team need alike; ``skills`` as the row has them, without a language ``""``."""

    team: str
    skills: str
    language: str


_SKILLS, _LANGUAGE = cast(t.handoff.c.skills, Text), func.coalesce(t.handoff.c.language, "")
_UNOFFERED = t.handoff.c.offered_to.is_(None)


async def kinds(tx: Transaction, teams: Collection[str]) -> dict[Kind, int]:
    """How many of each kind wait in these teams and are kept for nobody."""
    team = t.handoff.c.team
    asked = select(team, _SKILLS, _LANGUAGE, func.count()).where(handoffs.IS_WAITING, team.in_(teams), _UNOFFERED)
    return {Kind(*row[:3]): row[3] for row in await tx.execute(asked.group_by(team, _SKILLS, _LANGUAGE))}


async def unoffered(
    tx: Transaction, team: str, alike: Collection[Kind], limit: int, after: Handoff | None = None
) -> list[Handoff]:
    """What waits in a team, is of these kinds and kept for nobody: the first in the order of the queue, or those
    behind one of them."""
    c = t.handoff.c
    where = [c.team == team, _UNOFFERED, tuple_(_SKILLS, _LANGUAGE).in_([(k.skills, k.language) for k in alike])]
    if after is not None:
        later = tuple_(c.waiting_since, c.id) > tuple_(literal(after.waiting_since), literal(after.id))
        where.append(or_(c.priority < after.priority, and_(c.priority == after.priority, later)))
    order = [c.priority.desc(), c.waiting_since, c.id]
    return await handoffs.listed(tx, handoffs.IS_WAITING, *where, order=order, limit=limit)


async def in_hand(tx: Transaction) -> dict[str, int]:
    """How many handoffs each agent has in hand or is offered; what sleeps counts for nothing."""
    c = t.handoff.c
    held = select(c.agent_id.label("who")).where(handoffs.IS_ASSIGNED, c.snoozed_at.is_(None))
    kept = select(c.offered_to.label("who")).where(handoffs.IS_WAITING, c.offered_to.is_not(None))
    both = union_all(held, kept).subquery()
    rows = await tx.execute(select(both.c.who, func.count().label("held")).group_by(both.c.who))
    return {row.who: row.held for row in rows}
