"""Work rows: what is to be done, when, and who has it in hand. The row is the truth; a wake-up is only a nudge.

The lease of a row is also the lease on what its key names (a conversation's turn, say): it saves work done twice and
proves nothing; the commit of the work itself proves.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass

from sqlalchemy import Double, TextClause, bindparam, case, delete, select, text, update

from conversations.store.database import Claimed, Transaction, Wake, now, now_in
from conversations.store.tables import work

# Work that failed so often is set aside with its cause, counted, and shown by ``frontdesk doctor``.
MAX_ATTEMPTS = 25
# A new row's version is drawn from so many: whoever had the row before it in hand cannot take it for its own.
_VERSIONS = 2**30


@dataclass(frozen=True, slots=True)
class Wanted:
    """Work that is asked for in ``delay`` seconds."""

    kind: str
    key: str
    delay: float = 0.0


async def schedule(tx: Transaction, kind: str, key: str, delay: float = 0.0, *, move: bool = False) -> None:
    """Asks for work in ``delay`` seconds. Asked for twice it is done once, at the earlier time.

    New work that is due at once is written down as in the hands of this process, if it has a worker with a hand free:
    that saves the transaction that would claim it.

    Args:
        move: replace the time even by a later one (a timer that starts anew).
    """
    await schedule_all(tx, Wanted(kind, key, delay), move=move)


async def schedule_all(tx: Transaction, *wanted: Wanted, move: bool = False) -> None:
    """As `schedule`, of several pieces of work in one statement; no two of them of one kind and key."""
    leases = [tx.takes(one.kind) if one.delay == 0 else 0.0 for one in wanted]
    versions = {}
    given: dict[str, str | float] = {}
    for n, (one, lease) in enumerate(zip(wanted, leases, strict=True)):
        versions[one.kind, one.key] = random.randrange(1, _VERSIONS)  # noqa: S311 - it need not be hard to guess
        given |= {f"kind{n}": one.kind, f"key{n}": one.key, f"delay{n}": one.delay}
        given[f"version{n}"] = versions[one.kind, one.key]
        if lease:
            given[f"lease{n}"] = lease
    statement = _schedule(tx.connection.dialect.name, move=move, taken=tuple(map(bool, leases)))
    made = {(row.kind, row.key): row.version for row in await tx.execute(statement, given)}
    for one, lease in zip(wanted, leases, strict=True):
        name = one.kind, one.key
        if lease and made[name] == versions[name]:
            tx.taken.append(Claimed(*name, made[name], 1))
        else:
            tx.wakes.append(Wake(*name, one.delay, made[name]))


@functools.cache
def _schedule(dialect: str, *, move: bool, taken: tuple[bool, ...]) -> TextClause:
    """As text: SQLAlchemy compiles an insert with a conflict clause anew each time; that takes longer than the rest."""
    clock = now_in(dialect)
    rows = ", ".join(
        f"(:kind{n}, :key{n}, {clock} + :delay{n}, :version{n}, "
        + (f"1, {clock} + :lease{n}, false)" if take else "0, NULL, false)")
        for n, take in enumerate(taken)
    )
    earlier = "CASE WHEN excluded.due_at < work.due_at THEN excluded.due_at ELSE work.due_at END"
    due = "excluded.due_at" if move else earlier
    seconds = [f"delay{n}" for n in range(len(taken))] + [f"lease{n}" for n, take in enumerate(taken) if take]
    return text(
        f"""
        INSERT INTO work (kind, "key", due_at, version, attempts, lease_until, set_aside)
        VALUES {rows}
        ON CONFLICT (kind, "key") DO UPDATE
        SET due_at = {due}, version = work.version + 1, attempts = 0, set_aside = false
        RETURNING kind, "key", version
        """  # noqa: S608 - all of it is ours
    ).bindparams(*(bindparam(name, type_=Double) for name in seconds))


_CANCEL = delete(work).where(work.c.kind == bindparam("of_kind"), work.c.key == bindparam("of_key"))
_FINISH = _CANCEL.where(work.c.version == bindparam("of_version"))


async def cancel(tx: Transaction, kind: str, key: str) -> None:
    """The work is no longer wanted, or ends with this transaction."""
    await tx.execute(_CANCEL, {"of_kind": kind, "of_key": key})


_CLAIM = (
    update(work)
    .where(
        work.c.kind == bindparam("of_kind"),
        work.c.key == bindparam("of_key"),
        work.c.due_at <= now(),
        (work.c.lease_until.is_(None)) | (work.c.lease_until < now()),
        work.c.set_aside.is_(False),
    )
    .values(lease_until=now() + bindparam("lease", type_=Double), attempts=work.c.attempts + 1)
    .returning(work.c.version, work.c.attempts)
)


async def claim(tx: Transaction, kind: str, key: str, lease: float) -> Claimed | None:
    """Takes due work in hand for ``lease`` seconds; None when it is not due, gone, or in other hands."""
    row = (await tx.execute(_CLAIM, {"of_kind": kind, "of_key": key, "lease": lease})).one_or_none()
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
        row = {"of_kind": done.kind, "of_key": done.key, "of_version": done.version}
        gone = await tx.execute(_FINISH, row)
        if gone.rowcount:
            return
    delay = again_in or 0.0
    left = (
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
    if left is not None:
        tx.wakes.append(Wake(done.kind, done.key, delay if left.version == done.version else 0.0, left.version))


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


async def overdue(tx: Transaction, limit: int = 500, *, ahead: float = 0.0) -> list[Wake]:
    """Work that is due and in nobody's hands: what the sweep wakes. Times are the database's.

    Args:
        ahead: also what is due within so many seconds; its ``delay`` says when.
    """
    left = (work.c.due_at - now()).label("left")
    statement = (
        select(work.c.kind, work.c.key, work.c.version, left)
        .where(
            work.c.due_at <= now() + ahead,
            (work.c.lease_until.is_(None)) | (work.c.lease_until < now()),
            work.c.set_aside.is_(False),
        )
        .order_by(work.c.due_at)
        .limit(limit)
    )
    return [Wake(row.kind, row.key, max(0.0, row.left), row.version) for row in await tx.execute(statement)]
