"""Handoff rows: opened once per conversation, claimed by exactly one, ended once. All of it compare-and-set."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from prometheus_client import Counter
from sqlalchemy import (
    ColumnElement,
    Double,
    Row,
    Select,
    TextClause,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from conversations.handoff import OPEN_STATES, Handoff, HandoffState, Reason, ReasonKind, Step, new_reference
from conversations.model import Conversation
from conversations.store import steps
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.rows import COLUMNS, conversation_of
from conversations.store.work import schedule

LEASE = "lease"
# Looks at what was answered in a handoff that has ended, so that it can be suggested; its key is the handoff's id.
LEARN = "learn"
ENDED = Counter("frontdesk_handoffs_ended", "Handoffs ended, by state", ["state"])

_OPEN = [HandoffState.WAITING, HandoffState.ASSIGNED]


_PLAIN = Handoff.__dataclass_fields__.keys() - {"reasons", "state", "skills", "tags"}


def _handoff(row: Row[Any]) -> Handoff:
    reasons = tuple(Reason(ReasonKind(r["kind"]), r["evidence"], r["priority"], r.get("message")) for r in row.reasons)
    fields = {name: row._mapping[name] for name in _PLAIN}
    return Handoff(
        **fields, state=HandoffState(row.state), reasons=reasons, skills=tuple(row.skills), tags=tuple(row.tags)
    )


def _selected() -> Any:
    holder, offered = t.staff.alias("holder"), t.staff.alias("offered")
    names = holder.c.name.label("agent_name"), offered.c.name.label("offered_name")
    return (
        select(t.handoff, *names)
        .outerjoin(holder, holder.c.id == t.handoff.c.agent_id)
        .outerjoin(offered, offered.c.id == t.handoff.c.offered_to)
    )


# Built once: to build it takes longer than to run it.
_GET = _selected().where(t.handoff.c.id == bindparam("of_id"))


async def get(tx: Transaction, handoff_id: str) -> Handoff | None:
    row = (await tx.execute(_GET, {"of_id": handoff_id})).one_or_none()
    return _handoff(row) if row else None


# To the letter as the index ``uq_handoff_open`` has it.
_IS_OPEN = text("handoff.state IN ('waiting', 'assigned')")
_OPEN_OF = _selected().where(t.handoff.c.conversation_id == bindparam("conversation_id"), _IS_OPEN)


async def open_of(tx: Transaction, conversation_id: str) -> Handoff | None:
    """The conversation's open handoff: there is never more than one."""
    row = (await tx.execute(_OPEN_OF, {"conversation_id": conversation_id})).one_or_none()
    return _handoff(row) if row else None


_BESIDE = select(
    *COLUMNS, exists().where(t.handoff.c.conversation_id == t.conversation.c.id, _IS_OPEN).label("has_handoff")
).where(t.conversation.c.id == bindparam("conversation_id"))
_BESIDE_LOCKED = _BESIDE.with_for_update(of=t.conversation)


async def beside(
    tx: Transaction, conversation_id: str, *, lock: bool = False
) -> tuple[Conversation | None, Handoff | None]:
    """The conversation, as `conversations.get` has it, and its open handoff. Mostly there is none: one statement."""
    found = await tx.execute(_BESIDE_LOCKED if lock else _BESIDE, {"conversation_id": conversation_id})
    row = found.one_or_none()
    if row is None:
        return None, None
    return conversation_of(row), await open_of(tx, conversation_id) if row.has_handoff else None


async def of_episode(tx: Transaction, conversation_id: str, episode: int) -> str | None:
    """The id of the latest handoff of an episode."""
    statement = (
        select(t.handoff.c.id)
        .where(t.handoff.c.conversation_id == conversation_id, t.handoff.c.episode == episode)
        .order_by(t.handoff.c.created_at.desc())
        .limit(1)
    )
    return (await tx.execute(statement)).scalar_one_or_none()


async def create(
    tx: Transaction, held: Conversation, reasons: Sequence[Reason], team: str, skills: Collection[str] = ()
) -> Handoff:
    """A new handoff at the end of its priority's line; ``skills`` are those that its matter needs."""
    handoff_id = uuid.uuid4().hex
    await tx.execute(
        insert(t.handoff).values(
            id=handoff_id,
            reference=new_reference(),
            conversation_id=held.id,
            episode=held.episode,
            team=team,
            state=HandoffState.WAITING,
            priority=max(reason.priority for reason in reasons),
            reasons=[reason.as_json() for reason in reasons],
            created_at=now(),
            waiting_since=now(),
            language=held.language,
            first_episode=held.episode,
            skills=sorted(skills),
        )
    )
    tx.signal("queue", team)
    made = await get(tx, handoff_id)
    assert made is not None
    await steps.record(tx, made, Step.OPENED)
    return made


async def add_reasons(tx: Transaction, handoff: Handoff, reasons: Sequence[Reason]) -> None:
    """More reasons for an open handoff; it may rise in priority, and keeps its age."""
    await tx.execute(
        update(t.handoff)
        .where(t.handoff.c.id == handoff.id)
        .values(
            reasons=[reason.as_json() for reason in (*handoff.reasons, *reasons)],
            priority=max([handoff.priority, *(reason.priority for reason in reasons)]),
        )
    )
    tx.signal("queue", handoff.team)
    tx.signal("handoff", handoff.id)


# What every move ends: the contact's waiting for an agent, an offer, a sleep.
_MOVED: dict[str, Any] = dict.fromkeys(
    ("awaiting_since", "lease_until", "offered_to", "offered_until", "snoozed_at", "snoozed_until")
)


async def move(
    tx: Transaction,
    handoff: Handoff,
    expected: HandoffState,
    to: HandoffState,
    *also: ColumnElement[bool],
    **changes: Any,
) -> bool:
    """Compare-and-set on the state (and the holder, when it is assigned): False when somebody was first.

    ``also`` must hold, too. An offer and a sleep end with it.
    """
    where = [t.handoff.c.id == handoff.id, t.handoff.c.state == expected, *also]
    if expected is HandoffState.ASSIGNED:
        where.append(t.handoff.c.agent_id == handoff.agent_id)
    if to not in OPEN_STATES:
        held, _ = await beside(tx, handoff.conversation_id)
        assert held is not None, "a handoff's row refers to it"
        changes = {"ended_at": now(), "known": held.known, **changes}
    done = await tx.execute(
        update(t.handoff).where(*where).values({**_MOVED, "state": to, **changes}).returning(t.handoff.c.id)
    )
    if done.one_or_none() is None:
        return False
    if to not in OPEN_STATES:
        tx.count(ENDED.labels(to))
    tx.signal("queue", handoff.team)
    tx.signal("handoff", handoff.id)
    return True


_CLAIM = (
    update(t.handoff)
    .where(t.handoff.c.id == bindparam("of_id"), t.handoff.c.state == HandoffState.WAITING)
    .values(
        {
            **_MOVED,
            "state": HandoffState.ASSIGNED,
            "agent_id": bindparam("agent"),
            "assigned_at": now(),
            "awaiting_since": now(),
            "lease_until": now() + bindparam("lease", type_=Double),
        }
    )
    .returning(t.handoff.c.id)
)


async def claim(tx: Transaction, handoff: Handoff, agent_id: str, lease: float, *, reserved: bool) -> bool:
    """`move` to an agent, whose lease runs from now on, in one statement that is built once: many claim at once.

    ``reserved``: not what is offered to somebody else just now. False when somebody was first, or it is not theirs.
    The caller has the ``lease`` looked at when it is over.
    """
    statement = _CLAIM_FREE if reserved else _CLAIM
    done = await tx.execute(statement, {"of_id": handoff.id, "agent": agent_id, "lease": lease})
    if done.one_or_none() is None:
        return False
    tx.signal("queue", handoff.team)
    tx.signal("handoff", handoff.id)
    return True


_AWAIT = (
    update(t.handoff)
    .where(
        t.handoff.c.id == bindparam("of_id"),
        t.handoff.c.state == HandoffState.ASSIGNED,
        t.handoff.c.awaiting_since.is_(None),
    )
    .values(awaiting_since=now(), lease_until=now() + bindparam("lease", type_=Double))
)


async def await_agent(tx: Transaction, handoff: Handoff, lease: float) -> None:
    """The contact waits for the assigned agent: the lease runs from the first message that waits.

    The ``lease`` work looks again when it is over; it finds the row as it then stands.
    """
    await tx.execute(_AWAIT, {"of_id": handoff.id, "lease": lease})
    await schedule(tx, LEASE, handoff.id, lease)
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)


async def renew(tx: Transaction, handoff: Handoff, lease: float) -> None:
    """The agent acted without answering: a running lease starts again."""
    await tx.execute(
        update(t.handoff).where(held(handoff), t.handoff.c.lease_until.is_not(None)).values(lease_until=now() + lease)
    )


def free_for(agent_id: str | ColumnElement[str]) -> ColumnElement[bool]:
    """It is offered to nobody else just now."""
    c = t.handoff.c
    return or_(c.offered_to.is_(None), c.offered_to == agent_id, c.offered_until <= now())


_CLAIM_FREE = _CLAIM.where(free_for(bindparam("agent")))


async def answered(tx: Transaction, handoff: Handoff) -> None:
    """The agent answered: nobody waits, the lease rests."""
    await tx.execute(update(t.handoff).where(held(handoff)).values(awaiting_since=None, lease_until=None))
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)


def held(handoff: Handoff) -> ColumnElement[bool]:
    """It is in the hands in which it was seen."""
    return and_(
        t.handoff.c.id == handoff.id,
        t.handoff.c.state == HandoffState.ASSIGNED,
        t.handoff.c.agent_id == handoff.agent_id,
    )


async def lease_over(tx: Transaction, handoff_id: str) -> tuple[bool, float]:
    """Whether the lease has ended by the database's clock, and the seconds left (0 when there is no lease)."""
    left = (
        await tx.execute(select(t.handoff.c.lease_until - now()).where(t.handoff.c.id == handoff_id))
    ).scalar_one_or_none()
    return (False, 0.0) if left is None else (left <= 0, max(0.0, float(left)))


# A longer line is not counted: its end is told as "more than 1,000".
PLACE_SHOWN = 1000


def _before() -> Select[Any]:
    """Two ranges of the index ``ix_handoff_queue``, neither read further than is told."""
    c = t.handoff.c
    line = select(c.id).where(c.team == bindparam("in_team"), IS_WAITING)
    urgent = line.where(c.priority > bindparam("of_priority"))
    # As a row, so that each database goes straight to the place in the index.
    earlier = tuple_(c.waiting_since, c.id) < tuple_(bindparam("since", type_=Double), bindparam("of_id"))
    older = line.where(c.priority == bindparam("of_priority"), earlier)
    return select(_counted(urgent) + _counted(older))


def _counted(ahead: Select[Any]) -> Any:
    return select(func.count()).select_from(ahead.limit(PLACE_SHOWN).subquery()).scalar_subquery()


# To the letter as the indexes ``ix_handoff_queue`` and ``ix_handoff_agent`` have it.
IS_WAITING, IS_ASSIGNED = text("handoff.state = 'waiting'"), text("handoff.state = 'assigned'")
_BEFORE = _before()


async def place_of(tx: Transaction, handoff: Handoff) -> int:
    """Place in line, from 1: by priority, then age, then id. Beyond `PLACE_SHOWN` it is one more than that."""
    of = {
        "in_team": handoff.team,
        "of_priority": handoff.priority,
        "since": handoff.waiting_since,
        "of_id": handoff.id,
    }
    return min(int((await tx.execute(_BEFORE, of)).scalar_one()), PLACE_SHOWN) + 1


async def line(tx: Transaction, team: str, limit: int) -> list[str]:
    """The ids of the first of a team who wait, in order."""
    c = t.handoff.c
    first = select(c.id).where(c.team == team, IS_WAITING).order_by(c.priority.desc(), c.waiting_since, c.id)
    return list((await tx.execute(first.limit(limit))).scalars())


async def is_behind_later_ones(tx: Transaction, handoff: Handoff) -> bool:
    """Whether somebody who came later waits before it, since their matter is more urgent."""
    later = select(t.handoff.c.id).where(
        t.handoff.c.team == handoff.team,
        t.handoff.c.state == HandoffState.WAITING,
        t.handoff.c.priority > handoff.priority,
        t.handoff.c.created_at > handoff.created_at,
    )
    return (await tx.execute(later.limit(1))).one_or_none() is not None


async def listed(
    tx: Transaction, *where: ColumnElement[bool] | TextClause, order: Sequence[Any], limit: int
) -> list[Handoff]:
    """Those that fit, in an order of columns."""
    return [_handoff(row) for row in await tx.execute(_selected().where(*where).order_by(*order).limit(limit))]


async def waiting(tx: Transaction, limit: int = 200) -> list[Handoff]:
    """The queue: priority, then age."""
    statement = (
        _selected()
        .where(t.handoff.c.state == HandoffState.WAITING)
        .order_by(t.handoff.c.priority.desc(), t.handoff.c.waiting_since, t.handoff.c.id)
        .limit(limit)
    )
    return [_handoff(row) for row in await tx.execute(statement)]


async def assigned(tx: Transaction, limit: int = 200) -> list[Handoff]:
    """What agents have in hand, longest awaited first."""
    statement = (
        _selected()
        .where(t.handoff.c.state == HandoffState.ASSIGNED)
        .order_by(t.handoff.c.awaiting_since.is_(None), t.handoff.c.awaiting_since, t.handoff.c.assigned_at)
        .limit(limit)
    )
    return [_handoff(row) for row in await tx.execute(statement)]


async def of_contact(tx: Transaction, contact_id: str, limit: int = 20) -> list[Handoff]:
    """Every handoff of a contact, on all of their conversations, newest first."""
    statement = (
        _selected()
        .join(t.conversation, t.conversation.c.id == t.handoff.c.conversation_id)
        .where(t.conversation.c.contact_id == contact_id)
        .order_by(t.handoff.c.created_at.desc())
        .limit(limit)
    )
    return [_handoff(row) for row in await tx.execute(statement)]


async def oldest(tx: Transaction) -> dict[str, float]:
    """Since when the one who waits longest waits, by team."""
    c = t.handoff.c
    rows = await tx.execute(select(c.team, func.min(c.waiting_since).label("since")).where(IS_WAITING).group_by(c.team))
    return {row.team: row.since for row in rows}


async def last_agents(tx: Transaction, conversation_ids: Collection[str]) -> dict[str, str]:
    """Who last had a handoff of the contacts of these conversations, by conversation."""
    place, other, c = t.conversation.alias("place"), t.conversation.alias("other"), t.handoff.c
    statement = (
        select(place.c.id, c.agent_id)
        .join(other, other.c.contact_id == place.c.contact_id)
        .join(t.handoff, c.conversation_id == other.c.id)
        .where(place.c.id.in_(conversation_ids), c.agent_id.is_not(None))
        .order_by(c.assigned_at)
    )
    return {row.id: row.agent_id for row in await tx.execute(statement)}


async def of_conversation(tx: Transaction, conversation_id: str, limit: int = 20) -> list[Handoff]:
    """The handoffs of a conversation, newest first."""
    mine = t.handoff.c.conversation_id == conversation_id
    return await listed(tx, mine, order=[t.handoff.c.created_at.desc()], limit=limit)
