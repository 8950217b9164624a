"""What contacts were promised, in words that they were told, and whether it was kept: one row, one judgement each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from prometheus_client import Counter
from sqlalchemy import ColumnElement, Row, and_, func, insert, select, update

from conversations.events import ReasonAdded
from conversations.handoff import Handoff, HandoffState, Reason, ReasonKind, Step
from conversations.model import Conversation, Sender
from conversations.ports import OpenHandoff
from conversations.store import conversations, events, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.turns import PROMISE
from conversations.store.work import schedule
from escalation.config import Teams

PROMISES = Counter(
    "frontdesk_promises",
    "Promises to contacts that were due, by kind and outcome: kept, broken, or void (they needed us no more)",
    ["kind", "outcome"],
)
KEPT, BROKEN, VOID = "kept", "broken", "void"


class Kind(StrEnum):
    """``wait``: somebody comes within the range told. ``back``: soon after people are back. ``write``: the matter was
    left with us, and we write. ``snooze``: we write again at a time that was told. ``effect``: the assistant's word."""

    WAIT = "wait"
    BACK = "back"
    WRITE = "write"
    SNOOZE = "snooze"
    EFFECT = "effect"


# More than an agent would read adds nothing.
_MOST_REASONS = 20
# These are kept by somebody who comes; the others only by somebody who writes.
_BY_A_CLAIM = {Kind.WAIT, Kind.BACK}


async def make(tx: Transaction, handoff: Handoff, kind: Kind, what: str, due_at: float) -> None:
    """Writes down what the contact is told now, and has it judged when it is due (Unix seconds).

    One of a kind stands at a time: who is told again was promised before, and the first word counts. What has been
    kept stands no more, though it is not judged yet; and who is told that it is sooner was told something new.
    """
    c = t.promise.c
    standing = select(t.promise).where(_stands(handoff.id), c.kind == kind, c.due_at <= due_at)
    for before in (await tx.execute(standing)).all():
        if await _kept_at(tx, before) is None:
            return
    said = select(t.conversation.c.last_number).where(t.conversation.c.id == handoff.conversation_id)
    made = await tx.execute(
        insert(t.promise)
        .values(
            conversation_id=handoff.conversation_id,
            turn=func.coalesce(said.scalar_subquery(), 0),
            what=what,
            due_at=due_at,
            made_at=now(),
            kind=kind,
            handoff_id=handoff.id,
        )
        .returning(c.id)
    )
    await schedule(tx, PROMISE, str(made.scalar_one()), max(0.001, due_at - await conversations.clock(tx)))


async def last_due_at(tx: Transaction, handoff_id: str) -> float | None:
    """When the last of what a handoff's contact was promised is due (Unix seconds); None: nothing is to come."""
    found: float | None = (await tx.execute(select(func.max(t.promise.c.due_at)).where(_stands(handoff_id)))).scalar()
    return found


def _stands(handoff_id: str) -> ColumnElement[bool]:
    c = t.promise.c
    return and_(c.handoff_id == handoff_id, c.kept_at.is_(None), c.broken_at.is_(None), c.due_at > now())


class Judge:
    """The handler of ``promise`` work: the key is a promise that is due. One that was broken raises the handoff."""

    def __init__(self, database: Database, teams: Teams, open_: OpenHandoff, priority: int | None) -> None:
        """``priority`` is that of a late promise as a reason; None: it is none."""
        self._database, self._teams, self._open, self._priority = database, teams, open_, priority

    async def __call__(self, promise_id: str) -> float | None:
        """Judges it by what the record says was done in time; seconds until it is due when it is not yet."""
        c = t.promise.c
        which = select(t.promise).where(c.id == int(promise_id))
        async with self._database.write() as tx:
            found = (await tx.execute(which)).one_or_none()
            held = await conversations.get(tx, found.conversation_id, lock=True) if found is not None else None
            found = (await tx.execute(which)).one_or_none()
            if held is None or found is None or found.kept_at is not None or found.broken_at is not None:
                return None
            left = found.due_at - await conversations.clock(tx)
            if left > 0:
                return float(left)
            kept_at = await _kept_at(tx, found)
            outcome = KEPT if kept_at is not None else BROKEN
            handoff = await handoffs.get(tx, found.handoff_id) if found.handoff_id else None
            if outcome == BROKEN and handoff is not None and _needed_no_more(handoff, found.due_at):
                outcome = VOID
            if outcome != VOID:
                verdict = {"kept_at": kept_at} if outcome == KEPT else {"broken_at": found.due_at}
                await tx.execute(update(t.promise).where(c.id == found.id).values(**verdict))
            tx.count(PROMISES.labels(found.kind, outcome))
            if outcome == BROKEN and self._priority is not None:
                await self._raise(tx, held, found, self._priority)
        return None

    async def _raise(self, tx: Transaction, held: Conversation, late: Row[Any], priority: int) -> None:
        """The handoff that is open has one more reason; without one, the assistant's word is a matter for a person."""
        handoff = await handoffs.open_of(tx, held.id)
        team = self._teams.of(handoff.team) if handoff else next(iter(self._teams))
        due = datetime.fromtimestamp(late.due_at, ZoneInfo(team.hours.timezone))
        evidence = f"“{late.what}” was due {due:%A} {due.day} {due:%B %H:%M}"
        reason = Reason(ReasonKind.PROMISE_LATE, evidence, priority, late.turn or None)
        if handoff is not None and len(handoff.reasons) < _MOST_REASONS:
            await handoffs.add_reasons(tx, handoff, [reason])
            await events.record(tx, held.id, ReasonAdded(handoff.id, held.id))
        elif handoff is None and late.handoff_id is None and not held.is_blocked:
            await self._open(tx, held, [reason])


def _needed_no_more(handoff: Handoff, due_at: float) -> bool:
    """The contact cancelled, or the matter was settled, before anything was due."""
    ended = handoff.state not in {HandoffState.WAITING, HandoffState.ASSIGNED}
    return ended and handoff.ended_at is not None and handoff.ended_at <= due_at


async def _kept_at(tx: Transaction, promise: Row[Any]) -> float | None:
    """When it was kept, within its time: by a claim, or by an agent's words."""
    kind, made, due = Kind(promise.kind), promise.made_at, promise.due_at
    if kind in _BY_A_CLAIM:
        done = t.handoff_step
        statement = select(func.min(done.c.at)).where(
            done.c.handoff_id == promise.handoff_id,
            done.c.what.in_([Step.CLAIMED, Step.STEPPED_IN]),
            done.c.at.between(made or 0, due),
        )
    else:
        statement = select(func.min(t.message.c.at)).where(
            t.message.c.conversation_id == promise.conversation_id,
            t.message.c.sender == Sender.AGENT,
            t.message.c.at.between(made or 0, due),
        )
    found: float | None = (await tx.execute(statement)).scalar_one()
    return found
