"""Messages that change after they were said: another text, none, or a choice in the place of the buttons."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update

from conversations.model import PULL_CHANNELS, Sender, Status
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Transaction
from conversations.store.work import schedule

# The kind of work that shows it; its key is ``<conversation>#<number>``.
REVISE = "revise"


async def revise(tx: Transaction, conversation_id: str, number: int, text: str | None, at: float) -> bool:
    """Puts another text in the place of a message's, or deletes it (None); ``at`` is when, in Unix seconds.

    False when a later edit, or its deletion, is in the record already: edits may come out of order, and twice.
    """
    c = t.message.c
    changes: dict[str, Any] = {"deleted_at": at, "text": "", "attachments": []} if text is None else {"text": text}
    before = await conversations.message(tx, conversation_id, number)
    statement = (
        update(t.message)
        .where(
            c.conversation_id == conversation_id,
            c.number == number,
            c.deleted_at.is_(None),
            or_(c.edited_at.is_(None), c.edited_at < at),
        )
        .values(**changes, **({} if text is None else {"edited_at": at}))
    )
    done = (await tx.execute(statement.returning(c.sender, c.status))).one_or_none()
    if done is None:
        return False
    if text is None and before is not None and before.attachments:
        gone = [one.file_id for one in before.attachments]
        await tx.execute(delete(t.file).where(t.file.c.id.in_(gone)))  # the sweep takes their contents
    if done.sender != Sender.CONTACT and done.status == Status.SENT:
        await show(tx, conversation_id, number)
    tx.signal("messages", conversation_id, "revised")
    return True


async def chosen_of(tx: Transaction, conversation_id: str, number: int) -> int | None:
    """The index of the button of a message that was pressed last."""
    c = t.message.c
    statement = (
        select(c.choice)
        .where(c.conversation_id == conversation_id, c.number > number, c.choice.like(f"{number}:%"))
        .order_by(c.number.desc())
        .limit(1)
    )
    choice = (await tx.execute(statement)).scalar_one_or_none()
    return int(choice.partition(":")[2]) if choice else None


async def show(tx: Transaction, conversation_id: str, number: int) -> None:
    """Has a message shown as it is now, where the channel is pushed to: its words, the choice in place of buttons."""
    if conversation_id.partition(":")[0] not in PULL_CHANNELS:
        await schedule(tx, REVISE, f"{conversation_id}#{number}")
