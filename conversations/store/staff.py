"""The roster: people who work here, found by id or by the hash of their token."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, case, insert, select, update
from sqlalchemy.exc import IntegrityError

from conversations.staff import Availability, Principal, Role, new_token, token_hash
from conversations.store.database import Transaction, now
from conversations.store.tables import staff
from conversations.store.work import schedule

# Gives back what somebody holds who is not on the roster any more; its key is their id.
LEFT = "left"


class NameTaken(Exception):
    """Somebody on the roster has this name or Slack id already."""


_COLUMNS = (
    staff.c.id,
    staff.c.name,
    staff.c.role,
    staff.c.teams,
    staff.c.slack_id,
    staff.c.languages,
    staff.c.skills,
    staff.c.capacity,
    staff.c.shifts,
    staff.c.availability,
    # Who was away until now is here again.
    case((staff.c.away_until <= now(), None), else_=staff.c.away_until).label("away_until"),
    (staff.c.away_until <= now()).label("is_back"),
)


async def add(
    tx: Transaction,
    name: str,
    role: Role,
    teams: str | Sequence[str],
    slack_id: str | None = None,
    languages: Sequence[str] = (),
    skills: Sequence[str] = (),
    capacity: int = 4,
) -> tuple[Principal, str]:
    """Puts a person on the roster; returns them and their token, which is shown once and stored hashed.

    Raises:
        NameTaken: the name or the Slack id is on the roster.
    """
    token = new_token()
    served = (teams,) if isinstance(teams, str) else tuple(teams)
    person = Principal(uuid.uuid4().hex, name, role, served, slack_id, tuple(languages), tuple(skills), capacity)
    try:
        async with tx.connection.begin_nested():
            await tx.execute(
                insert(staff).values(
                    id=person.id,
                    name=name,
                    role=role,
                    teams=list(served),
                    slack_id=slack_id,
                    languages=list(languages),
                    skills=list(skills),
                    capacity=capacity,
                    token_hash=token_hash(token),
                    created_at=now(),
                )
            )
    except IntegrityError as taken:
        raise NameTaken(name) from taken
    return person, token


async def link(tx: Transaction, name: str, slack_id: str | None) -> bool:
    """Says who this person is in Slack, or that they are not there; False when there is nobody of this name.

    Raises:
        NameTaken: somebody else on the roster has this Slack id.
    """
    statement = update(staff).where(staff.c.name == name, staff.c.removed_at.is_(None)).values(slack_id=slack_id)
    try:
        async with tx.connection.begin_nested():
            return bool((await tx.execute(statement)).rowcount)
    except IntegrityError as taken:
        raise NameTaken(name) from taken


async def set_languages(tx: Transaction, name: str, languages: Sequence[str]) -> bool:
    """Says which languages this person writes; False when there is nobody of this name."""
    statement = (
        update(staff).where(staff.c.name == name, staff.c.removed_at.is_(None)).values(languages=list(languages))
    )
    return bool((await tx.execute(statement)).rowcount)


async def change(tx: Transaction, staff_id: str, **changes: Any) -> bool:
    """Changes columns of a person on the roster (``teams``, ``skills``, ``capacity``, ``shifts``, ``availability``,
    ``away_until``, ``languages``, ``role``); False when they are not on it."""
    statement = update(staff).where(staff.c.id == staff_id, staff.c.removed_at.is_(None)).values(**changes)
    if not (await tx.execute(statement)).rowcount:
        return False
    tx.signal("staff", staff_id)
    return True


async def by_name(tx: Transaction, name: str) -> Principal | None:
    """The person with this name, if on the roster."""
    return await _one(tx, staff.c.name == name)


async def remove(tx: Transaction, name: str) -> bool:
    """Takes a person off the roster: their token stops working at once; what they did stays in the record.

    What they hold is to be given back: `LEFT` work.
    """
    statement = (
        update(staff)
        .where(staff.c.name == name, staff.c.removed_at.is_(None))
        .values(removed_at=now(), token_hash=None, slack_id=None)
        .returning(staff.c.id)
    )
    staff_id = (await tx.execute(statement)).scalar_one_or_none()
    if staff_id is None:
        return False
    tx.signal("staff", staff_id)
    await schedule(tx, LEFT, staff_id)
    return True


async def everyone(tx: Transaction) -> list[Principal]:
    """The roster by name."""
    rows = await tx.execute(select(*_COLUMNS).where(staff.c.removed_at.is_(None)).order_by(staff.c.name))
    return [_principal(row) for row in rows]


async def by_token(tx: Transaction, token: str) -> Principal | None:
    """Who holds this token; found by its hash, so that no comparison can be timed."""
    return await _one(tx, staff.c.token_hash == token_hash(token))


async def by_id(tx: Transaction, staff_id: str, *, lock: bool = False) -> Principal | None:
    """The person with this id, if still on the roster. ``lock``: until this transaction ends nobody else locks them."""
    return await _one(tx, staff.c.id == staff_id, lock=lock)


async def by_slack_id(tx: Transaction, slack_id: str) -> Principal | None:
    """The person with this Slack member id, if on the roster."""
    return await _one(tx, staff.c.slack_id == slack_id)


async def _one(tx: Transaction, where: ColumnElement[bool], *, lock: bool = False) -> Principal | None:
    statement = select(*_COLUMNS).where(where, staff.c.removed_at.is_(None))
    if lock:  # what refers to them is still written meanwhile
        statement = statement.with_for_update(key_share=True)
    row = (await tx.execute(statement)).one_or_none()
    return _principal(row) if row else None


def _principal(row: Row[Any]) -> Principal:
    is_back = row.is_back
    return Principal(
        row.id,
        row.name,
        Role(row.role),
        tuple(row.teams),
        row.slack_id,
        tuple(row.languages),
        tuple(row.skills),
        row.capacity,
        row.shifts,
        Availability.HERE if is_back else Availability(row.availability),
        row.away_until,
    )


async def holds_key(tx: Transaction, staff_id: str, key: str) -> bool:
    """Whether the hash of this person's present token begins with ``key``."""
    held = (await tx.execute(select(staff.c.token_hash).where(staff.c.id == staff_id))).scalar_one_or_none()
    return bool(held) and len(key) >= 16 and str(held).startswith(key)
