"""The roster: people who work here, found by id or by the hash of their token."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from conversations.staff import Principal, Role, new_token, token_hash
from conversations.store.database import Transaction, now
from conversations.store.tables import staff


class NameTaken(Exception):
    """Somebody on the roster has this name or Slack id already."""


_COLUMNS = (staff.c.id, staff.c.name, staff.c.role, staff.c.team, staff.c.slack_id, staff.c.languages)


async def add(
    tx: Transaction, name: str, role: Role, team: str, slack_id: str | None = None, languages: Sequence[str] = ()
) -> tuple[Principal, str]:
    """Puts a person on the roster; returns them and their token, which is shown once and stored hashed.

    Raises:
        NameTaken: the name or the Slack id is on the roster.
    """
    token = new_token()
    person = Principal(uuid.uuid4().hex, name, role, team, slack_id, tuple(languages))
    try:
        async with tx.connection.begin_nested():
            await tx.execute(
                insert(staff).values(
                    id=person.id,
                    name=name,
                    role=role,
                    team=team,
                    slack_id=slack_id,
                    languages=list(languages),
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


async def remove(tx: Transaction, name: str) -> bool:
    """Takes a person off the roster: their token stops working at once; what they did stays in the record."""
    statement = (
        update(staff)
        .where(staff.c.name == name, staff.c.removed_at.is_(None))
        .values(removed_at=now(), token_hash=None, slack_id=None)
    )
    return bool((await tx.execute(statement)).rowcount)


async def everyone(tx: Transaction) -> list[Principal]:
    """The roster by name."""
    rows = await tx.execute(select(*_COLUMNS).where(staff.c.removed_at.is_(None)).order_by(staff.c.name))
    return [_principal(row) for row in rows]


async def by_token(tx: Transaction, token: str) -> Principal | None:
    """Who holds this token; found by its hash, so that no comparison can be timed."""
    return await _one(tx, staff.c.token_hash == token_hash(token))


async def by_id(tx: Transaction, staff_id: str) -> Principal | None:
    """The person with this id, if still on the roster."""
    return await _one(tx, staff.c.id == staff_id)


async def by_slack_id(tx: Transaction, slack_id: str) -> Principal | None:
    """The person with this Slack member id, if on the roster."""
    return await _one(tx, staff.c.slack_id == slack_id)


async def _one(tx: Transaction, where: object) -> Principal | None:
    row = (await tx.execute(select(*_COLUMNS).where(where, staff.c.removed_at.is_(None)))).one_or_none()  # type: ignore[arg-type] # a column expression
    return _principal(row) if row else None


def _principal(row: object) -> Principal:
    return Principal(row.id, row.name, Role(row.role), row.team, row.slack_id, tuple(row.languages))  # type: ignore[attr-defined] # a result row


async def holds_key(tx: Transaction, staff_id: str, key: str) -> bool:
    """Whether the hash of this person's present token begins with ``key``."""
    held = (await tx.execute(select(staff.c.token_hash).where(staff.c.id == staff_id))).scalar_one_or_none()
    return bool(held) and len(key) >= 16 and str(held).startswith(key)
