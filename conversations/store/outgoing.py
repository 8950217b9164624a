"""What was said to a contact, on its way: withdrawn, shown, answered to a call, sent."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select, text, update

from conversations.model import Message, Sender, Status
from conversations.store import tables as t
from conversations.store.database import Transaction
from conversations.store.rows import MESSAGE, message_of

# To the letter as the index ``ix_message_in_hand`` has it: with parameters in its place a database reads all messages.
_IN_HAND = text("message.status IN ('pending', 'sending')")


# So many numbers before a contact's message what nobody has fetched yet is looked for; an agent says far less.
_CALL_REACH = 1000


_OUTBOUND = [Sender.BOT, Sender.AGENT, Sender.SYSTEM]


_WITHDRAW = (
    update(t.message)
    .where(
        t.message.c.conversation_id == bindparam("of_id"),
        _IN_HAND,
        t.message.c.sender == Sender.BOT,
        t.message.c.status == Status.PENDING,
    )
    .values(status=Status.WITHDRAWN)
    .returning(t.message.c.number)
)


async def withdraw(tx: Transaction, conversation_id: str) -> list[int]:
    """Takes back the assistant's messages that are not yet being sent; returns their numbers."""
    numbers = sorted((await tx.execute(_WITHDRAW, {"of_id": conversation_id})).scalars())
    if numbers:
        tx.signal("messages", conversation_id)
    return numbers


async def joined_since(tx: Transaction, said: Message) -> bool:
    """Whether an agent took the conversation over after this was said."""
    statement = select(t.message.c.number).where(
        t.message.c.conversation_id == said.conversation_id,
        t.message.c.number > said.number,
        t.message.c.sender == Sender.SYSTEM,
        t.message.c.name.is_not(None),  # the words that somebody joined carry their name
    )
    return (await tx.execute(statement.limit(1))).one_or_none() is not None


_MARK_SHOWN = (
    update(t.message)
    .where(
        t.message.c.conversation_id == bindparam("of_id"),
        t.message.c.number <= bindparam("through"),
        _IN_HAND,
    )
    .values(status=Status.SENT)
)


async def mark_shown(tx: Transaction, conversation_id: str, through: int) -> None:
    """A pull channel takes everything pending up to ``through`` in hand: from here it can no longer be withdrawn."""
    await tx.execute(_MARK_SHOWN, {"of_id": conversation_id, "through": through})


async def answer_call(tx: Transaction, conversation_id: str, number: int) -> tuple[list[Message], bool]:
    """What a call answers that brought the contact's message ``number``, for a channel that answers calls (REST).

    That is all that was said to the contact up to this message's turn and that no call has answered yet: from here it
    can no longer be withdrawn. With it comes what was answered to the same call before, so that a call made again gets
    the same answers; the second value says whether anything is new. The conversation must be locked.
    """
    call = f"call:{number}"
    said = (
        t.message.c.conversation_id == conversation_id,
        t.message.c.number > number - _CALL_REACH,
        t.message.c.sender.in_(_OUTBOUND),
    )
    up_to_its_turn = or_(t.message.c.turn.is_(None), t.message.c.turn <= number)
    taken = await tx.execute(
        update(t.message)
        .where(*said, t.message.c.status == Status.PENDING, up_to_its_turn)
        .values(status=Status.SENT, vendor_id=call)
    )
    answers = select(*MESSAGE).where(*said, t.message.c.vendor_id == call).order_by(t.message.c.number)
    return [message_of(row) for row in await tx.execute(answers)], bool(taken.rowcount)


async def first_to_send(tx: Transaction, conversation_id: str) -> Message | None:
    """The oldest message that is pending, or was being sent when its sender died."""
    statement = (
        select(*MESSAGE)
        .where(
            t.message.c.conversation_id == conversation_id,
            _IN_HAND,
        )
        .order_by(t.message.c.number)
        .limit(1)
    )
    row = (await tx.execute(statement)).one_or_none()
    return message_of(row) if row else None
