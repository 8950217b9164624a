"""Contacts: found by any of their names, and made one only when both are there to be joined."""

from __future__ import annotations

from sqlalchemy import func, select

from conversations.erasure import ERASE
from conversations.handoff import Reason, ReasonKind
from conversations.model import InboundKind, InboundMessage
from conversations.staff import Role
from conversations.store import contacts, conversations, handoffs, staff, tables
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation import tables as desk


async def arrives(tx: Transaction, channel: str, native_id: str, **more: str) -> str:
    """A contact on a channel; returns their id."""
    message = InboundMessage(f"{channel}:{native_id}", channel, native_id, InboundKind.SAID, **more)  # type: ignore[arg-type]
    return (await conversations.open_for(tx, message)).contact_id


async def test_a_contact_is_found_by_their_id_a_conversation_or_an_identity(database: Database) -> None:
    async with database.write() as tx:
        contact_id = await arrives(tx, "telegram", "4711")
        for name in (contact_id, "telegram:4711"):
            assert await contacts.find(tx, name) == contact_id
        await tx.execute(tables.identity.update().values(native_id="other"))
        assert await contacts.find(tx, "telegram:other") == contact_id
        for name in ("telegram:4712", "telegram", "", "web:4711"):
            assert await contacts.find(tx, name) is None


async def test_joined_contacts_are_one_and_know_what_either_knew(database: Database) -> None:
    async with database.write() as tx:
        first = await arrives(tx, "web", "a", locale="de")
        second = await arrives(tx, "telegram", "4711", display_name="Anna", locale="en")
        assert await contacts.join(tx, second, first)
        assert await contacts.conversations_of(tx, first) == ["telegram:4711", "web:a"]
        (row,) = (await tx.execute(select(tables.contact))).all()
        held = await conversations.get(tx, "web:a")
    assert (row.id, row.display_name, row.locale) == (first, "Anna", "de")
    assert held is not None and held.facts == {"name": "Anna"}


async def test_what_either_was_granted_is_the_joined_contact_s_and_who_was_blocked_stays_so(database: Database) -> None:
    async with database.write() as tx:
        first, second = await arrives(tx, "web", "a"), await arrives(tx, "telegram", "4711")
        who, _ = await staff.add(tx, "Ana", Role.AGENT, "support")
        held = await conversations.get(tx, "telegram:4711")
        assert held is not None
        handoff = await handoffs.create(tx, held, [Reason(ReasonKind.ASKED, "pressed", 1)], "support")
        granted = {"handoff_id": handoff.id, "contact_id": second, "by": who.id, "kind": "voucher", "pence": 500}
        await tx.execute(desk.goodwill.insert().values(**granted, currency="GBP", key="k", at=1.0))
        await tx.execute(tables.contact.update().where(tables.contact.c.id == second).values(blocked_at=2.0))
        assert await contacts.join(tx, second, first)
        assert (await tx.execute(select(desk.goodwill.c.contact_id))).scalar_one() == first
        assert (await tx.execute(select(tables.contact.c.blocked_at))).scalar_one() == 2.0


async def test_what_a_conversation_knows_itself_is_not_overruled_by_the_other(database: Database) -> None:
    async with database.write() as tx:
        first = await arrives(tx, "web", "a", display_name="Anna Maria")
        assert await contacts.join(tx, await arrives(tx, "telegram", "4711", display_name="Anna"), first)
        held = await conversations.get(tx, "web:a")
    assert held is not None and held.facts == {"name": "Anna Maria"}


async def test_nothing_is_joined_that_is_one_already_or_not_there(database: Database) -> None:
    async with database.write() as tx:
        contact_id = await arrives(tx, "web", "a")
        assert not await contacts.join(tx, contact_id, contact_id)
        assert not await contacts.join(tx, contact_id, "nobody")
        assert not await contacts.join(tx, "nobody", contact_id)
        assert (await tx.execute(select(func.count()).select_from(tables.contact))).scalar_one() == 1


async def test_whoever_is_about_to_be_erased_is_joined_to_nobody(database: Database) -> None:
    async with database.write() as tx:
        first, second = await arrives(tx, "web", "a"), await arrives(tx, "telegram", "4711")
        await schedule(tx, ERASE, second)
        assert not await contacts.join(tx, second, first)
        assert not await contacts.join(tx, first, second)
