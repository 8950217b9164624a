"""Takes everything about a contact out of the record, in one transaction.

Which tables hold something about people is read from their foreign keys, so that a table that is added later is not
forgotten: whatever refers to a conversation, a contact or a handoff goes with them.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Table, case, delete, false, func, insert, or_, select, update

from conversations.events import ContactErased
from conversations.handoff import OPEN_STATES, HandoffState
from conversations.model import Owner, Sender
from conversations.store import contacts, events
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.erased import ErasedKeys
from conversations.store.work import schedule

# Beginning of the id under which an erasure is known, and of the blank conversation that what is left hangs on.
ERASED = "erased:"
# What agents read where a handoff stood.
TOLD = "The contact had everything about them erased."
# The kind of work that takes the blank handoffs of an erasure away, after so many seconds.
FORGET_BLANKS, _SHOWN = "forget_blanks", 86_400.0
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What was taken out: rows by table, ``files``; ``left`` says in sentences what could not be, and why."""

    contact_id: str
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    left: tuple[str, ...] = ()


class Elsewhere(Protocol):
    """What a side of ours has put into other people's systems, and takes away once the record is rid of it."""

    @property
    def tables(self) -> Collection[str]:
        """Tables of handoffs whose rows say where that is: they stay until it is done, on a handoff that is blank."""

    async def of(
        self, tx: Transaction, places: Sequence[str], handoff_ids: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Looks it up while it is still known what was said in these conversations, and in these handoffs.

        Returns those of the handoffs that there is something of; and in sentences what cannot be taken away.
        """


async def erase(
    tx: Transaction, contact_id: str, keys: ErasedKeys, elsewhere: Sequence[Elsewhere] = ()
) -> Report | None:
    """Erases a contact; None when there is nobody of this id.

    Open handoffs are abandoned. Those that an agent has before them stay as blank rows, so that they are told.
    """
    places = await contacts.lock(tx, contact_id)
    if (await tx.execute(select(t.contact.c.id).where(t.contact.c.id == contact_id))).one_or_none() is None:
        return None
    handoffs = (await tx.execute(select(t.handoff).where(t.handoff.c.conversation_id.in_(places)))).all()
    ids, kept, left = [row.id for row in handoffs], {row.id for row in handoffs if row.state in OPEN_STATES}, []
    for side in elsewhere:
        there, cannot = await side.of(tx, places, ids)
        kept |= set(there)
        left += cannot
    await _remember_keys(tx, places, keys)
    count: Counter[str] = Counter()
    for team in {row.team for row in handoffs}:
        tx.signal("queue", team)
    if kept:
        await _blank(tx, contact_id, sorted(kept))
        await schedule(tx, FORGET_BLANKS, ERASED + contact_id, _SHOWN)
    await _delete_all(tx, contact_id, places, ids, kept, {name for side in elsewhere for name in side.tables}, count)
    for place in places:
        for topic in ("erased", "messages", "state"):
            tx.signal(topic, place)
    for handoff_id in ids:
        tx.signal("handoff", handoff_id)
    await events.record(tx, ERASED + contact_id, ContactErased(ERASED + contact_id))
    return Report(contact_id, dict(sorted(count.items())), left=tuple(left))


async def _remember_keys(tx: Transaction, places: Sequence[str], keys: ErasedKeys) -> None:
    c = t.message.c
    for place in places:
        after = 0
        while True:
            page = (
                select(c.number, c.native_key)
                .where(c.conversation_id == place, c.number > after, c.sender == Sender.CONTACT)
                .order_by(c.number)
                .limit(_AT_ONCE)
            )
            rows = (await tx.execute(page)).all()
            if not rows:
                break
            await keys.add(tx, [(place, row.native_key) for row in rows if row.native_key is not None])
            after = rows[-1].number


async def _blank(tx: Transaction, contact_id: str, handoff_ids: Sequence[str]) -> None:
    """Hangs handoffs on a conversation of nobody; of the reasons only the kinds stay."""
    nobody, place = uuid.uuid4().hex, ERASED + contact_id
    zeros = dict.fromkeys(("settled_through", "last_number", "last_contact_number"), 0)
    await tx.execute(insert(t.contact).values(id=nobody, created_at=now()))
    await tx.execute(
        insert(t.conversation).values(
            id=place,
            channel=ERASED.removesuffix(":"),
            contact_id=nobody,
            owner=Owner.BOT,
            epoch=1,
            episode=1,
            created_at=now(),
            last_contact_at=now(),
            facts={},
            slots={},
            **zeros,
        )
    )
    c = t.handoff.c
    for row in (await tx.execute(select(c.id, c.reasons).where(c.id.in_(handoff_ids)))).all():
        await tx.execute(
            update(t.handoff)
            .where(c.id == row.id)
            .values(
                conversation_id=place,
                episode=1,
                reasons=[{**reason, "evidence": "", "message": None} for reason in row.reasons],
                state=case((c.state.in_(OPEN_STATES), HandoffState.ABANDONED), else_=c.state),
                ended_at=func.coalesce(c.ended_at, now()),
                awaiting_since=None,
                lease_until=None,
                outcome=None,
                language=None,
                comment=TOLD,
                tags=[],
                told=None,
                known={},
                ask="",
                ask_message=None,
                mood=None,
            )
        )


async def _delete_all(
    tx: Transaction,
    contact_id: str,
    places: Sequence[str],
    handoff_ids: Sequence[str],
    kept: Collection[str],
    elsewhere: Collection[str],
    count: Counter[str],
) -> None:
    """From the tables that refer to others to those that are referred to."""

    async def gone(table: Table, where: ColumnElement[bool]) -> None:
        done = await tx.execute(delete(table).where(where))
        count[table.name] += done.rowcount

    ended = [one for one in handoff_ids if one not in kept]
    for table in reversed(t.metadata.sorted_tables):
        for column in _references(table, t.handoff.c.id):
            await gone(table, column.in_(ended if table.name in elsewhere else handoff_ids))
        for column in _references(table, t.conversation.c.id):
            await gone(table, column.in_(places))
    for table in (t.event, t.listener_cursor):
        await gone(table, table.c.conversation_id.in_(places))
    await gone(t.work, _about(t.work.c.key, places, handoff_ids))
    await gone(t.conversation, t.conversation.c.id.in_(places))
    for table in reversed(t.metadata.sorted_tables):
        for column in _references(table, t.contact.c.id):
            await gone(table, column == contact_id)
    await gone(t.contact, t.contact.c.id == contact_id)


def _references(table: Table, to: Column[Any]) -> list[Column[Any]]:
    return [column for column in table.c if any(key.column is to for key in column.foreign_keys)]


def _about(key: Column[Any], places: Sequence[str], handoff_ids: Sequence[str]) -> ColumnElement[bool]:
    """Work for a conversation, for one of its messages (``#<number>`` or a blank and more behind its id), a handoff."""
    messages = [key.startswith(place + mark, autoescape=True) for place in places for mark in "# "]
    return or_(false(), key.in_(places), *messages, *(key.contains(one) for one in handoff_ids))


async def forget_blanks(tx: Transaction, place: str, elsewhere: Sequence[Elsewhere]) -> bool:
    """Forgets the blank handoffs of an erasure; False when something of them is still elsewhere: nothing is changed."""
    names = {name for side in elsewhere for name in side.tables}
    blank = select(t.handoff.c.id).where(t.handoff.c.conversation_id == place)
    tables = reversed(t.metadata.sorted_tables)
    referring = [(table, column) for table in tables for column in _references(table, t.handoff.c.id)]
    for table, column in referring:
        if table.name in names and (await tx.execute(select(column).where(column.in_(blank)).limit(1))).first():
            return False
    for table, column in referring:
        await tx.execute(delete(table).where(column.in_(blank)))
    await tx.execute(delete(t.handoff).where(t.handoff.c.conversation_id == place))
    nobody = select(t.conversation.c.contact_id).where(t.conversation.c.id == place)
    contact_id = (await tx.execute(nobody)).scalar_one_or_none()
    await tx.execute(delete(t.conversation).where(t.conversation.c.id == place))
    await tx.execute(delete(t.contact).where(t.contact.c.id == contact_id))
    return True


async def erasures(tx: Transaction, since: float = 0.0) -> list[tuple[str, float]]:
    """The ids of contacts erased since then (Unix seconds), with when, oldest first: nothing else is left of them."""
    c = t.event.c
    statement = select(c.conversation_id, c.at).where(c.kind == ContactErased.kind, c.at >= since).order_by(c.id)
    return [(row.conversation_id.removeprefix(ERASED), row.at) for row in await tx.execute(statement)]
