"""Lets time go by: the record's times are moved back, since clocks are read from the database in the statement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row, select, update

from conversations.handoff import Handoff
from conversations.store import handoffs
from conversations.store import tables as t
from conversations.store.work import schedule
from tests.front import House

_TIMES = {
    t.handoff: ("created_at", "waiting_since", "assigned_at", "rung_at", "snoozed_at", "left_with_us_at", "ended_at"),
    t.handoff_step: ("at",),
    t.message: ("at",),
    t.promise: ("made_at", "due_at"),
    t.conversation: ("last_contact_at", "away_since"),
}


async def pass_time(home: House, seconds: float) -> None:
    """Everything happened so much earlier."""
    async with home.front.database.write() as tx:
        for table, names in _TIMES.items():
            await tx.execute(update(table).values({name: table.c[name] - seconds for name in names}))


async def look(home: House, kind: str, key: str) -> None:
    """Has work looked at now."""
    async with home.front.database.write() as tx:
        await schedule(tx, kind, key, move=True)


async def handoff(home: House, handoff_id: str) -> Handoff:
    async with home.front.database.read() as tx:
        found = await handoffs.get(tx, handoff_id)
    assert found is not None
    return found


async def rows(home: House, table: Any, **equal: object) -> list[Row[Any]]:
    """The rows of a table whose columns have these values."""
    statement = select(table).where(*(table.c[name] == value for name, value in equal.items()))
    async with home.front.database.read() as tx:
        return list(await tx.execute(statement))


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.02)
