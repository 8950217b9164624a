"""Who a contact is: their identities and conversations, and two contacts who turn out to be one person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import Column, Row, Table, delete, func, select, update

from conversations.model import CARRIED_SLOTS
from conversations.store import tables as t
from conversations.store.database import Transaction, now

log = structlog.get_logger()
# The kind of work that erases a contact; its key is the contact's id.
ERASE = "erase"
# What is known of a person wherever they write; the language is a conversation's own.
_PROFILE = tuple(name for name in CARRIED_SLOTS if name != "language")


async def contact_of(tx: Transaction, channel: str, native_id: str) -> str | None:
    """The contact whom a channel calls by this id."""
    statement = select(t.identity.c.contact_id).where(
        t.identity.c.channel == channel, t.identity.c.native_id == native_id
    )
    return (await tx.execute(statement)).scalar_one_or_none()


async def find(tx: Transaction, name: str) -> str | None:
    """The contact who is meant by their own id, a conversation's, or an identity such as ``telegram:4711``."""
    for statement in (
        select(t.contact.c.id).where(t.contact.c.id == name),
        select(t.conversation.c.contact_id).where(t.conversation.c.id == name),
    ):
        found: str | None = (await tx.execute(statement)).scalar_one_or_none()
        if found is not None:
            return found
    channel, _, native_id = name.partition(":")
    return await contact_of(tx, channel, native_id)


async def conversations_of(tx: Transaction, contact_id: str) -> list[str]:
    """The ids of a contact's conversations, in order."""
    statement = select(t.conversation.c.id).where(t.conversation.c.contact_id == contact_id)
    return list((await tx.execute(statement.order_by(t.conversation.c.id))).scalars())


async def lock(tx: Transaction, *contact_ids: str) -> list[str]:
    """Locks what these contacts write in, then themselves, each in the order of their ids.

    Whoever takes several conversations, or a contact, takes them in this order and before any other lock: so nobody
    waits for somebody who waits for them. Returns the ids of their conversations; no more come while this lasts.
    """
    c, whose = t.conversation.c, t.contact.c.id.in_(contact_ids)
    places = select(c.id).where(c.contact_id.in_(contact_ids)).order_by(c.id)
    await tx.execute(places.with_for_update())
    await tx.execute(select(t.contact.c.id).where(whose).order_by(t.contact.c.id).with_for_update())
    return list((await tx.execute(places)).scalars())


async def lock_of(tx: Transaction, conversation_id: str) -> tuple[str | None, list[str]]:
    """As `lock`, the contact of a conversation, and who that is: they may become another while one waits for the lock.

    None: the conversation is not there.
    """
    whose = select(t.conversation.c.contact_id).where(t.conversation.c.id == conversation_id)
    found: str | None = (await tx.execute(whose)).scalar_one_or_none()
    locked, places = None, list[str]()
    while found is not None and found != locked:
        locked, places = found, await lock(tx, found)
        found = (await tx.execute(whose)).scalar_one_or_none()
    return found, places


async def join(tx: Transaction, from_contact: str, into_contact: str) -> bool:
    """Makes two contacts one: ``from_contact`` is no more, what was theirs is ``into_contact``'s.

    Identities and conversations move; conversations stay separate. What is known of the person (name, e-mail, last
    order) is known in all of them from their next matter on, where it was not known otherwise. The caller must have
    proof that both are one person: nothing is ever joined on a guess.

    Returns:
        False when they are one already, or one of them is not there, or about to be erased: nothing is changed.
    """
    both = {from_contact, into_contact}
    await lock(tx, *both)
    found = {row.id: row for row in await tx.execute(select(t.contact).where(t.contact.c.id.in_(both)))}
    if len(both) < 2 or found.keys() != both or await _is_being_erased(tx, both):
        return False
    await tx.execute(delete(t.link_code).where(t.link_code.c.contact_id == from_contact))
    for table, column in _of_contacts():
        await tx.execute(update(table).where(column == from_contact).values({column.name: into_contact}))
    await tx.execute(delete(t.contact).where(t.contact.c.id == from_contact))
    former = found[from_contact]
    await tx.execute(
        update(t.contact)
        .where(t.contact.c.id == into_contact)
        .values(
            display_name=func.coalesce(t.contact.c.display_name, former.display_name),
            locale=func.coalesce(t.contact.c.locale, former.locale),
            timezone=func.coalesce(t.contact.c.timezone, former.timezone),
            profile={**former.profile, **found[into_contact].profile},
            blocked_at=func.coalesce(t.contact.c.blocked_at, former.blocked_at),
            blocked_by=func.coalesce(t.contact.c.blocked_by, former.blocked_by),
            blocked_why=func.coalesce(t.contact.c.blocked_why, former.blocked_why),
        )
    )
    await _share_profile(tx, into_contact)
    log.info("two contacts are one", contact_id=into_contact, former_id=from_contact)
    return True


async def know(tx: Transaction, contact_id: str, timezone: str | None, profile: Mapping[str, str]) -> None:
    """Keeps what came to be known of a contact; what did not come stays as it is."""
    known = {"timezone": timezone, "profile": dict(profile)}
    values = {name: value for name, value in known.items() if value}
    if values:
        await tx.execute(update(t.contact).where(t.contact.c.id == contact_id).values(values))


async def business_profile(tx: Transaction, contact_id: str) -> dict[str, str]:
    """What the business says of a contact."""
    found = (await tx.execute(select(t.contact.c.profile).where(t.contact.c.id == contact_id))).scalar_one_or_none()
    return dict(found or {})


async def block(tx: Transaction, contact_id: str, by: str, why: str) -> bool:
    """This contact is answered no more; False when that is so already, or there is no such contact."""
    c = t.contact.c
    done = await tx.execute(
        update(t.contact)
        .where(c.id == contact_id, c.blocked_at.is_(None))
        .values(blocked_at=now(), blocked_by=by, blocked_why=why)
    )
    return bool(done.rowcount)


async def unblock(tx: Transaction, contact_id: str) -> None:
    """This contact is answered again."""
    undone = {"blocked_at": None, "blocked_by": None, "blocked_why": None}
    await tx.execute(update(t.contact).where(t.contact.c.id == contact_id).values(undone))


async def blocked_by(tx: Transaction, contact_id: str) -> str | None:
    """Who blocked this contact; None when nobody did."""
    statement = select(t.contact.c.blocked_by).where(t.contact.c.id == contact_id, t.contact.c.blocked_at.is_not(None))
    return (await tx.execute(statement)).scalar_one_or_none()


def _of_contacts() -> list[tuple[Table, Column[Any]]]:
    """Whatever refers to a contact, read from the foreign keys: a table that is added later is not forgotten."""
    tables = t.metadata.sorted_tables
    return [(table, key.parent) for table in tables for key in table.foreign_keys if key.column is t.contact.c.id]


async def _is_being_erased(tx: Transaction, contact_ids: Collection[str]) -> bool:
    """Whoever asked to be erased meant what was theirs then."""
    asked = select(t.work.c.key).where(t.work.c.kind == ERASE, t.work.c.key.in_(contact_ids))
    return (await tx.execute(asked.limit(1))).one_or_none() is not None


async def profile_of(tx: Transaction, contact_id: str) -> dict[str, Any]:
    """What is known of a person from all of their conversations; the latest one is believed."""
    profile: dict[str, Any] = {}
    for row in await _known_in(tx, contact_id):
        profile = {**_profile_in(row), **profile}
    return profile


async def _share_profile(tx: Transaction, contact_id: str) -> None:
    """Each conversation learns for its next matter what only another one knows."""
    profile = await profile_of(tx, contact_id)
    for row in await _known_in(tx, contact_id):
        missing = {name: value for name, value in profile.items() if name not in _profile_in(row)}
        if missing:
            await tx.execute(
                update(t.conversation).where(t.conversation.c.id == row.id).values(facts={**row.facts, **missing})
            )


async def _known_in(tx: Transaction, contact_id: str) -> Sequence[Row[Any]]:
    """Facts and slots of a contact's conversations, the latest first."""
    c = t.conversation.c
    statement = select(c.id, c.facts, c.slots).where(c.contact_id == contact_id)
    return (await tx.execute(statement.order_by(c.last_contact_at.desc(), c.id))).all()


def _profile_in(row: Row[Any]) -> dict[str, Any]:
    known = {name: row.slots.get(name) or row.facts.get(name) for name in _PROFILE}
    return {name: value for name, value in known.items() if value}
