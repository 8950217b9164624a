"""What was said in vendors' places to contacts who were erased: kept without a word of it, until it is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, delete, func, insert, select

from conversations.model import Sender
from conversations.store import tables as t
from conversations.store.database import Transaction
from conversations.store.work import schedule

# The kind of work that takes it back; its key is `_KEY` with the place.
TAKE_BACK, _KEY = "take_back", "erased:"
# The native key of the sentence that tells of the erasure, and stays, begins with it.
FAREWELL = "farewell:"


async def write_down(tx: Transaction, place: str) -> None:
    """Everything of ours that went out to a conversation, the latest first, is to be taken back."""
    c = t.message.c
    ours = select(c.conversation_id, c.vendor_id).where(
        c.conversation_id == place,
        c.sender != Sender.CONTACT,
        c.vendor_id.is_not(None),
        func.coalesce(c.native_key, "").not_like(f"{FAREWELL}%"),
    )
    names = ["conversation_id", "vendor_id"]
    if (await tx.execute(insert(t.posted).from_select(names, ours.order_by(c.number.desc())))).rowcount:
        await schedule(tx, TAKE_BACK, _KEY + place)


async def add(tx: Transaction, place: str, vendor_id: str) -> None:
    """Something that went out while its contact was being erased is to be taken back, too."""
    await tx.execute(insert(t.posted).values(conversation_id=place, vendor_id=vendor_id))
    await schedule(tx, TAKE_BACK, _KEY + place)


def place_of(key: str) -> str:
    """The conversation that a key of work names."""
    return key.removeprefix(_KEY)


async def first(tx: Transaction, place: str, limit: int) -> Sequence[Row[tuple[int, str]]]:
    """The next of them: (id, vendor_id)."""
    c = t.posted.c
    page = select(c.id, c.vendor_id).where(c.conversation_id == place).order_by(c.id).limit(limit)
    return (await tx.execute(page)).all()


async def forget(tx: Transaction, posted_id: int) -> None:
    """It is taken back, or will never be."""
    await tx.execute(delete(t.posted).where(t.posted.c.id == posted_id))
