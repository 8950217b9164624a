"""Event rows, and how far each listener has come in each conversation."""

from __future__ import annotations

from sqlalchemy import func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.events import Event
from conversations.store.database import Transaction, now
from conversations.store.tables import event, listener_cursor
from conversations.store.work import schedule

LISTEN = "listen"


async def record(tx: Transaction, conversation_id: str, happened: Event) -> None:
    """Writes an event with the change that it tells of. The conversation's row must be locked by this transaction."""
    await tx.execute(
        insert(event).values(
            conversation_id=conversation_id,
            kind=happened.kind,
            version=happened.version,
            payload=happened.payload(),
            at=now(),
        )
    )
    await schedule(tx, LISTEN, conversation_id)


async def after_cursor(tx: Transaction, listener: str, conversation_id: str) -> list[tuple[int, str, int, dict]]:  # type: ignore[type-arg] # a JSON object
    """Events that this listener has not done yet in this conversation, in order: (id, kind, version, payload)."""
    done = (
        select(func.coalesce(func.max(listener_cursor.c.event_id), 0))
        .where(listener_cursor.c.listener == listener, listener_cursor.c.conversation_id == conversation_id)
        .scalar_subquery()
    )
    statement = (
        select(event.c.id, event.c.kind, event.c.version, event.c.payload)
        .where(event.c.conversation_id == conversation_id, event.c.id > done)
        .order_by(event.c.id)
    )
    return [(row.id, row.kind, row.version, row.payload) for row in await tx.execute(statement)]


async def move_cursor(tx: Transaction, listener: str, conversation_id: str, event_id: int) -> None:
    """This listener has done everything up to ``event_id``; nothing is kept of events that were erased meanwhile."""
    dialect_insert = sqlite_insert if tx.connection.dialect.name == "sqlite" else pg_insert
    done = select(literal(listener), event.c.conversation_id, event.c.id).where(event.c.id == event_id)
    new = dialect_insert(listener_cursor).from_select(["listener", "conversation_id", "event_id"], done)
    await tx.execute(
        new.on_conflict_do_update(
            index_elements=["listener", "conversation_id"], set_={"event_id": new.excluded.event_id}
        )
    )
