"""Work rows: what is to be done, when, and who has it in hand. The row is the truth; a wake-up is only a nudge.

The lease of a row is also the lease on what its key names (a conversation's turn, say): it saves work done twice and
proves nothing; the commit of the work itself proves.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.store.database import Transaction, Wake, now
from conversations.store.tables import work

# Work that failed so often is set aside with its cause, counted, and shown by ``frontdesk doctor``.
MAX_ATTEMPTS = 25


@dataclass(frozen=True, slots=True)
class Claimed:
    """A work row in hand: ``version`` tells whether it was asked for again meanwhile."""

    kind: str
    key: str
    version: int
    attempts: int


async def schedule(tx: Transaction, kind: str, key: str, delay: float = 0.0, *, move: bool = False) -> None:
    """Asks for work in ``delay`` seconds. Asked for twice it is done once, at the earlier time.

    Args:
        move: replace the time even by a later one (a timer that starts anew).
    """
    insert = sqlite_insert if tx.connection.dialect.name == "sqlite" else pg_insert
    new = insert(work).values(
        kind=kind, key=key, due_at=now() + delay, version=1, attempts=0, lease_until=None, set_aside=False
    )
    earlier = case((new.excluded.due_at < work.c.due_at, new.excluded.due_at), else_=work.c.due_at)
    statement = new.on_conflict_do_update(
        index_elements=[work.c.kind, work.c.key],
        set_={
            "due_at": new.excluded.due_at if move else earlier,
            "version": work.c.version + 1,
            "attempts": 0,
            "set_aside": False,
        },
    ).returning(work.c.version)
    version = (await tx.execute(statement)).scalar_one()
    tx.wakes.append(Wake(kind, key, delay, version))


async def cancel(tx: Transaction, kind: str, key: str) -> None:
    """The work is no longer wanted."""
    await tx.execute(delete(work).where(work.c.kind == kind, work.c.key == key))


async def claim(tx: Transaction, kind: str, key: str, lease: float) -> Claimed | None:
    """Takes due work in hand for ``lease`` seconds; None when it is not due, gone, or in other hands."""
    statement = (
        update(work)
        .where(
            work.c.kind == kind,
            work.c.key == key,
            work.c.due_at <= now(),
            (work.c.lease_until.is_(None)) | (work.c.lease_until < now()),
            work.c.set_aside.is_(False),
        )
        .values(lease_until=now() + lease, attempts=work.c.attempts + 1)
        .returning(work.c.version, work.c.attempts)
    )
    row = (await tx.execute(statement)).one_or_none()
    return Claimed(kind, key, row.version, row.attempts) if row else None


async def renew(tx: Transaction, held: Claimed, lease: float) -> None:
    """Keeps work in hand for another ``lease`` seconds."""
    await tx.execute(
        update(work)
        .where(work.c.kind == held.kind, work.c.key == held.key, work.c.lease_until.is_not(None))
        .values(lease_until=now() + lease)
    )


async def finish(tx: Transaction, done: Claimed, again_in: float | None = None) -> None:
    """Ends work in hand: gone, or due again; asked for meanwhile, it is due at once."""
    mine = (work.c.kind == done.kind) & (work.c.key == done.key)
    if again_in is None:
        gone = await tx.execute(delete(work).where(mine, work.c.version == done.version))
        if gone.rowcount:
            return
    delay = again_in or 0.0
    row = (
        await tx.execute(
            update(work)
            .where(mine)
            .values(
                lease_until=None,
                attempts=0,
                due_at=case((work.c.version == done.version, now() + delay), else_=work.c.due_at),
            )
            .returning(work.c.version)
        )
    ).one_or_none()
    if row is not None:
        tx.wakes.append(Wake(done.kind, done.key, delay if row.version == done.version else 0.0, row.version))


async def fail(tx: Transaction, failed: Claimed, cause: str, again_in: float) -> bool:
    """Puts failed work back for later; True when it has failed too often and is set aside."""
    aside = failed.attempts >= MAX_ATTEMPTS
    done = await tx.execute(
        update(work)
        .where(work.c.kind == failed.kind, work.c.key == failed.key, work.c.version == failed.version)
        .values(lease_until=None, due_at=now() + again_in, failure=cause, set_aside=aside)
        .returning(work.c.version)
    )
    if done.one_or_none() is None:  # asked for again meanwhile: due at once, and its failures count anew
        await finish(tx, failed)
        return False
    if not aside:
        tx.wakes.append(Wake(failed.kind, failed.key, again_in, failed.version))
    return aside


async def aside(tx: Transaction, kind: str, limit: int = 100) -> list[str]:
    """The keys of work of this kind that was set aside."""
    statement = select(work.c.key).where(work.c.kind == kind, work.c.set_aside.is_(True)).limit(limit)
    return list((await tx.execute(statement)).scalars())


async def overdue(tx: Transaction, limit: int = 500) -> list[Wake]:
    """Work that is due and in nobody's hands: what the sweep wakes. Times are the database's."""
    statement = (
        select(work.c.kind, work.c.key, work.c.version)
        .where(
            work.c.due_at <= now(),
            (work.c.lease_until.is_(None)) | (work.c.lease_until < now()),
            work.c.set_aside.is_(False),
        )
        .order_by(work.c.due_at)
        .limit(limit)
    )
    return [Wake(row.kind, row.key, 0.0, row.version) for row in await tx.execute(statement)]
