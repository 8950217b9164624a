"""Event rows, and how far each listener has come in each conversation."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Executable, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.events import Event
from conversations.store.database import Transaction, now
from conversations.store.tables import event, listener_cursor
from conversations.store.work import Wanted, schedule_all

LISTEN = "listen"


_RECORD = insert(event).values(at=now())


async def record(tx: Transaction, conversation_id: str, happened: Event, *also: Wanted) -> None:
    """Writes an event with the change that it tells of. The conversation's row must be locked by this transaction.

    ``also`` is work that the change asks for, beside the listeners'.
    """
    row = {
        "conversation_id": conversation_id,
        "kind": happened.kind,
        "version": happened.version,
        "payload": happened.payload(),
    }
    await tx.execute(_RECORD, row)
    await schedule_all(tx, Wanted(LISTEN, conversation_id), *also)


Row = tuple[int, str, int, dict[str, Any]]
_CURSORS = select(listener_cursor.c.listener, listener_cursor.c.event_id).where(
    listener_cursor.c.conversation_id == bindparam("conversation_id")
)
_AFTER = (
    select(event.c.id, event.c.kind, event.c.version, event.c.payload)
    .where(event.c.conversation_id == bindparam("conversation_id"), event.c.id > bindparam("done"))
    .order_by(event.c.id)
)


async def news_for(tx: Transaction, listeners: Collection[str], conversation_id: str) -> dict[str, list[Row]]:
    """What each listener has not done yet in this conversation, in order: (id, kind, version, payload)."""
    found = await tx.execute(_CURSORS, {"conversation_id": conversation_id})
    done: dict[str, int] = {row.listener: row.event_id for row in found}
    lowest = min((done.get(name, 0) for name in listeners), default=0)
    after = await tx.execute(_AFTER, {"conversation_id": conversation_id, "done": lowest})
    rows = [(row.id, row.kind, row.version, row.payload) for row in after]
    return {name: [row for row in rows if row[0] > done.get(name, 0)] for name in listeners}


async def move_cursors(tx: Transaction, done: Mapping[str, int]) -> None:
    """These listeners have done everything up to these events; nothing is kept of events that were erased meanwhile."""
    given = [{"named": name, "of_event": event_id} for name, event_id in done.items()]
    await tx.execute(_move(tx.connection.dialect.name), given)


@functools.cache
def _move(dialect: str) -> Executable:
    dialect_insert = sqlite_insert if dialect == "sqlite" else pg_insert
    named = bindparam("named", type_=listener_cursor.c.listener.type)
    done = select(named, event.c.conversation_id, event.c.id).where(event.c.id == bindparam("of_event"))
    new = dialect_insert(listener_cursor).from_select(["listener", "conversation_id", "event_id"], done)
    return new.on_conflict_do_update(
        index_elements=["listener", "conversation_id"], set_={"event_id": new.excluded.event_id}
    )
