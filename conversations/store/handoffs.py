"""Handoff rows: opened once per conversation, claimed by exactly one, ended once. All of it compare-and-set."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from prometheus_client import Counter
from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, insert, or_, select, text, update

from conversations.handoff import OPEN_STATES, Handoff, HandoffState, Reason, ReasonKind, Step, new_reference
from conversations.model import Conversation
from conversations.store import steps
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.rows import COLUMNS, conversation_of
from conversations.store.work import schedule

LEASE = "lease"
ENDED = Counter("frontdesk_handoffs_ended", "Handoffs ended, by state", ["state"])

_OPEN = [HandoffState.WAITING, HandoffState.ASSIGNED]


def _handoff(row: Row[Any]) -> Handoff:
    reasons = tuple(Reason(ReasonKind(r["kind"]), r["evidence"], r["priority"], r.get("message")) for r in row.reasons)
    names = Handoff.__dataclass_fields__.keys() - {"reasons", "state", "skills", "tags"}
    fields = {name: row._mapping[name] for name in names}
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


async def get(tx: Transaction, handoff_id: str) -> Handoff | None:
    row = (await tx.execute(_selected().where(t.handoff.c.id == handoff_id))).one_or_none()
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


async def move(tx: Transaction, handoff: Handoff, expected: HandoffState, to: HandoffState, **changes: Any) -> bool:
    """Compare-and-set on the state (and the holder, when it is assigned): False when somebody was first."""
    where = [t.handoff.c.id == handoff.id, t.handoff.c.state == expected]
    if expected is HandoffState.ASSIGNED:
        where.append(t.handoff.c.agent_id == handoff.agent_id)
    if to not in OPEN_STATES:
        changes.setdefault("ended_at", now())
    done = await tx.execute(
        update(t.handoff)
        .where(*where)
        .values(state=to, awaiting_since=None, lease_until=None, **changes)
        .returning(t.handoff.c.id)
    )
    if done.one_or_none() is None:
        return False
    if to not in OPEN_STATES:
        tx.count(ENDED.labels(to))
    tx.signal("queue", handoff.team)
    tx.signal("handoff", handoff.id)
    return True


async def await_agent(tx: Transaction, handoff: Handoff, lease: float) -> None:
    """The contact waits for the assigned agent: the lease runs from the first message that waits.

    The ``lease`` work looks again when it is over; it finds the row as it then stands.
    """
    await tx.execute(
        update(t.handoff)
        .where(
            t.handoff.c.id == handoff.id,
            t.handoff.c.state == HandoffState.ASSIGNED,
            t.handoff.c.awaiting_since.is_(None),
        )
        .values(awaiting_since=now(), lease_until=now() + lease)
    )
    await schedule(tx, LEASE, handoff.id, lease)
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)


async def renew(tx: Transaction, handoff: Handoff, lease: float) -> None:
    """The agent acted without answering: a running lease starts again."""
    await tx.execute(
        update(t.handoff).where(_held(handoff), t.handoff.c.lease_until.is_not(None)).values(lease_until=now() + lease)
    )


async def answered(tx: Transaction, handoff: Handoff) -> None:
    """The agent answered: nobody waits, the lease rests."""
    await tx.execute(update(t.handoff).where(_held(handoff)).values(awaiting_since=None, lease_until=None))
    tx.signal("handoff", handoff.id)
    tx.signal("queue", handoff.team)


def _held(handoff: Handoff) -> ColumnElement[bool]:
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


async def place_of(tx: Transaction, handoff: Handoff) -> int:
    """Place in line, from 1: by priority, then age, then id."""
    before = or_(
        t.handoff.c.priority > handoff.priority,
        and_(t.handoff.c.priority == handoff.priority, t.handoff.c.waiting_since < handoff.waiting_since),
        and_(
            t.handoff.c.priority == handoff.priority,
            t.handoff.c.waiting_since == handoff.waiting_since,
            t.handoff.c.id < handoff.id,
        ),
    )
    statement = (
        select(func.count())
        .select_from(t.handoff)
        .where(t.handoff.c.team == handoff.team, t.handoff.c.state == HandoffState.WAITING, before)
    )
    return int((await tx.execute(statement)).scalar_one()) + 1


async def is_behind_later_ones(tx: Transaction, handoff: Handoff) -> bool:
    """Whether somebody who came later waits before it, since their matter is more urgent."""
    later = select(t.handoff.c.id).where(
        t.handoff.c.team == handoff.team,
        t.handoff.c.state == HandoffState.WAITING,
        t.handoff.c.priority > handoff.priority,
        t.handoff.c.created_at > handoff.created_at,
    )
    return (await tx.execute(later.limit(1))).one_or_none() is not None


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


async def ended(tx: Transaction, limit: int = 20) -> list[Handoff]:
    """What ended last."""
    statement = (
        _selected()
        .where(t.handoff.c.ended_at.is_not(None), t.handoff.c.state.not_in(_OPEN))
        .order_by(t.handoff.c.ended_at.desc())
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


async def recent_waits(tx: Transaction, team: str, limit: int = 50) -> list[float]:
    """Seconds that the last claimed handoffs of a team waited, newest first."""
    statement = (
        select(t.handoff.c.assigned_at - t.handoff.c.created_at)
        .where(t.handoff.c.team == team, t.handoff.c.assigned_at.is_not(None))
        .order_by(t.handoff.c.assigned_at.desc())
        .limit(limit)
    )
    return [float(seconds) for seconds in (await tx.execute(statement)).scalars()]
