"""Conversations and their messages: every change of owner and every settling is one compare-and-set statement."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, or_, select, true, tuple_, update
from sqlalchemy.exc import IntegrityError

from conversations.model import (
    PULL_CHANNELS,
    Button,
    ButtonKind,
    Conversation,
    InboundMessage,
    Message,
    Outbound,
    Owner,
    Sender,
    Status,
)
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.work import schedule

DELIVER = "deliver"
_OUTBOUND = [Sender.BOT, Sender.AGENT, Sender.SYSTEM]
_WAITING_TO_GO = [Status.PENDING]
# So many numbers before a contact's message what nobody has fetched yet is looked for; an agent says far less.
_CALL_REACH = 1000


def _conversation(row: Row[Any]) -> Conversation:
    fields = {name: value for name, value in row._mapping.items() if name in Conversation.__dataclass_fields__}
    return Conversation(**{**fields, "owner": Owner(row.owner)})


def _message(row: Row[Any]) -> Message:
    fields = {name: value for name, value in row._mapping.items() if name in Message.__dataclass_fields__}
    buttons = tuple(Button(b["title"], ButtonKind(b["kind"]), b["value"]) for b in row.buttons)
    return Message(**{**fields, "sender": Sender(row.sender), "status": Status(row.status), "buttons": buttons})


async def get(tx: Transaction, conversation_id: str, *, lock: bool = False) -> Conversation | None:
    """The conversation; ``lock`` holds its row until the end of the transaction (SQLite's writers hold it anyway)."""
    statement = select(t.conversation).where(t.conversation.c.id == conversation_id)
    row = (await tx.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return _conversation(row) if row else None


async def open_for(tx: Transaction, inbound: InboundMessage) -> Conversation:
    """The locked conversation of an inbound message; it and its contact are made when they are new."""
    found = await get(tx, inbound.conversation_id, lock=True)
    if found is not None:
        return found
    try:
        async with tx.connection.begin_nested():
            await _create(tx, inbound)
    except IntegrityError:  # another process made it in the same moment
        pass
    made = await get(tx, inbound.conversation_id, lock=True)
    assert made is not None
    return made


async def _create(tx: Transaction, inbound: InboundMessage) -> None:
    contact_id = await _contact_of(tx, inbound)
    await tx.execute(
        insert(t.conversation).values(
            id=inbound.conversation_id,
            channel=inbound.channel,
            contact_id=contact_id,
            owner=Owner.BOT,
            epoch=1,
            settled_through=0,
            last_number=0,
            last_contact_number=0,
            episode=1,
            created_at=now(),
            last_contact_at=now(),
            facts={"name": inbound.display_name} if inbound.display_name else {},
            slots={},
        )
    )
    await tx.execute(insert(t.episode).values(conversation_id=inbound.conversation_id, number=1, started_at=now()))


async def _contact_of(tx: Transaction, inbound: InboundMessage) -> str:
    known = select(t.identity.c.contact_id).where(
        t.identity.c.channel == inbound.channel, t.identity.c.native_id == inbound.identity
    )
    found = (await tx.execute(known)).scalar_one_or_none()
    if found is not None:
        return str(found)
    contact_id = uuid.uuid4().hex
    try:
        async with tx.connection.begin_nested():
            await tx.execute(
                insert(t.contact).values(
                    id=contact_id, display_name=inbound.display_name, locale=inbound.locale, created_at=now()
                )
            )
            await tx.execute(
                insert(t.identity).values(channel=inbound.channel, native_id=inbound.identity, contact_id=contact_id)
            )
    except IntegrityError:  # another conversation of the same contact made it in the same moment
        return str((await tx.execute(known)).scalar_one())
    return contact_id


async def number_of(tx: Transaction, conversation_id: str, native_key: str) -> int | None:
    """The number of the message that came (or was said) under this native key."""
    statement = select(t.message.c.number).where(
        t.message.c.conversation_id == conversation_id, t.message.c.native_key == native_key
    )
    return (await tx.execute(statement)).scalar_one_or_none()


async def take_numbers(tx: Transaction, conversation_id: str, count: int) -> int:
    """Reserves ``count`` numbers in the conversation's row, which it locks; returns the first."""
    statement = (
        update(t.conversation)
        .where(t.conversation.c.id == conversation_id)
        .values(last_number=t.conversation.c.last_number + count)
        .returning(t.conversation.c.last_number)
    )
    return int((await tx.execute(statement)).scalar_one()) - count + 1


async def add_inbound(tx: Transaction, held: Conversation, inbound: InboundMessage, text: str) -> int:
    """Stores a contact's message and returns its number. The conversation must be locked."""
    number = await take_numbers(tx, held.id, 1)
    await tx.execute(
        update(t.conversation)
        .where(t.conversation.c.id == held.id)
        .values(last_contact_at=now(), last_contact_number=number)
    )
    await tx.execute(
        insert(t.message).values(
            conversation_id=held.id,
            number=number,
            episode=held.episode,
            sender=Sender.CONTACT,
            kind=inbound.kind,
            text=text,
            buttons=[],
            choice=inbound.choice,
            native_key=inbound.native_key,
            status=Status.RECEIVED,
            at=now(),
        )
    )
    tx.signal("messages", held.id)
    return number


async def say(
    tx: Transaction,
    conversation_id: str,
    episode: int,
    said: Sequence[Outbound],
    *,
    turn: int | None = None,
    asking: bool = False,
) -> list[int]:
    """Stores outbound messages and has them delivered; returns their numbers.

    Args:
        turn: the contact's message that they answer.
        asking: a form asks with them.
    """
    if not said:
        return []
    start = await take_numbers(tx, conversation_id, len(said))
    numbers = list(range(start, start + len(said)))
    rows = [
        {
            "conversation_id": conversation_id,
            "number": number,
            "episode": episode,
            "sender": one.sender,
            "kind": "said",
            "text": one.text,
            "name": one.name,
            "agent_id": one.agent_id,
            "buttons": [button.as_json() for button in one.buttons],
            "image": one.image,
            "native_key": one.native_key,
            "status": Status.PENDING,
            "turn": turn,
            "asking": asking,
        }
        for number, one in zip(numbers, said, strict=True)
    ]
    await tx.execute(insert(t.message).values(at=now()), rows)
    if conversation_id.partition(":")[0] not in PULL_CHANNELS:
        await schedule(tx, DELIVER, conversation_id)
    tx.signal("messages", conversation_id)
    return numbers


async def settle(tx: Transaction, seen: Conversation, through: int, **changes: Any) -> Conversation | None:
    """The fence: settles the contact's messages up to ``through`` if nothing changed since ``seen`` was read.

    None when the owner changed or somebody settled first: the caller must drop its whole turn.
    """
    return await change(tx, seen, settled_through=through, told=0, **changes)


async def change(tx: Transaction, seen: Conversation, **changes: Any) -> Conversation | None:
    """Changes the row if epoch and settling still stand as they were seen; else None, and nothing is changed.

    A new ``owner`` always comes with a new epoch; a new ``told`` only with a higher level than was told before.
    """
    if "owner" in changes:
        changes |= {"epoch": seen.epoch + 1, "asking": None}
        tx.signal("state", seen.id)
    news = t.conversation.c.told < changes["told"] if changes.get("told") else true()
    row = (
        await tx.execute(
            update(t.conversation)
            .where(
                t.conversation.c.id == seen.id,
                t.conversation.c.epoch == seen.epoch,
                t.conversation.c.settled_through == seen.settled_through,
                news,
            )
            .values(**changes)
            .returning(*t.conversation.c)
        )
    ).one_or_none()
    return _conversation(row) if row else None


async def new_episode(tx: Transaction, held: Conversation, ended_by: str) -> int:
    """Ends the matter in hand; returns the number of the next episode, for the caller to write with its own change."""
    await tx.execute(
        update(t.episode)
        .where(t.episode.c.conversation_id == held.id, t.episode.c.number == held.episode)
        .values(ended_at=now(), ended_by=ended_by)
    )
    await tx.execute(insert(t.episode).values(conversation_id=held.id, number=held.episode + 1, started_at=now()))
    return held.episode + 1


async def unsettled(tx: Transaction, conversation_id: str, after: int) -> list[Message]:
    """The contact's messages that nobody has answered, handed over or closed, oldest first."""
    statement = (
        select(t.message)
        .where(
            t.message.c.conversation_id == conversation_id,
            t.message.c.number > after,
            t.message.c.sender == Sender.CONTACT,
        )
        .order_by(t.message.c.number)
        .limit(50)
    )
    return [_message(row) for row in await tx.execute(statement)]


async def messages(
    tx: Transaction,
    conversation_id: str,
    after: int = 0,
    *,
    through: int | None = None,
    episode: int | None = None,
    limit: int = 500,
) -> list[Message]:
    """Messages above ``after``, in order; with ``episode`` only that episode's."""
    statement = (
        select(t.message)
        .where(t.message.c.conversation_id == conversation_id, t.message.c.number > after)
        .order_by(t.message.c.number)
        .limit(limit)
    )
    if through is not None:
        statement = statement.where(t.message.c.number <= through)
    if episode is not None:
        statement = statement.where(t.message.c.episode == episode)
    return [_message(row) for row in await tx.execute(statement)]


async def message(tx: Transaction, conversation_id: str, number: int) -> Message | None:
    """One message by its number."""
    statement = select(t.message).where(t.message.c.conversation_id == conversation_id, t.message.c.number == number)
    row = (await tx.execute(statement)).one_or_none()
    return _message(row) if row else None


async def last_outbound(tx: Transaction, conversation_id: str, before: int) -> Message | None:
    """The last thing said to the contact below number ``before``."""
    statement = (
        select(t.message)
        .where(
            t.message.c.conversation_id == conversation_id,
            t.message.c.number < before,
            t.message.c.sender.in_(_OUTBOUND),
        )
        .order_by(t.message.c.number.desc())
        .limit(1)
    )
    row = (await tx.execute(statement)).one_or_none()
    return _message(row) if row else None


async def withdraw(tx: Transaction, conversation_id: str) -> list[int]:
    """Takes back the assistant's messages that are not yet being sent; returns their numbers."""
    statement = (
        update(t.message)
        .where(
            t.message.c.conversation_id == conversation_id,
            t.message.c.sender == Sender.BOT,
            t.message.c.status.in_(_WAITING_TO_GO),
        )
        .values(status=Status.WITHDRAWN)
        .returning(t.message.c.number)
    )
    numbers = sorted((await tx.execute(statement)).scalars())
    if numbers:
        tx.signal("messages", conversation_id)
    return numbers


async def mark_shown(tx: Transaction, conversation_id: str, through: int) -> None:
    """A pull channel takes everything pending up to ``through`` in hand: from here it can no longer be withdrawn."""
    await tx.execute(
        update(t.message)
        .where(
            t.message.c.conversation_id == conversation_id,
            t.message.c.number <= through,
            or_(t.message.c.status == Status.PENDING, t.message.c.status == Status.SENDING),
        )
        .values(status=Status.SENT)
    )


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
    answers = select(t.message).where(*said, t.message.c.vendor_id == call).order_by(t.message.c.number)
    return [_message(row) for row in await tx.execute(answers)], bool(taken.rowcount)


async def stuck(tx: Transaction, older_than: float, limit: int = 200) -> list[str]:
    """Conversations with a contact's message that stayed unsettled for ``older_than`` seconds: the watchdog's list."""
    in_hand = select(t.work.c.key).where(t.work.c.kind == "turn", t.work.c.key == t.conversation.c.id)
    statement = (
        select(t.conversation.c.id)
        .where(
            t.conversation.c.last_contact_number > t.conversation.c.settled_through,
            t.conversation.c.last_contact_at < now() - older_than,
            ~in_hand.exists(),
        )
        .order_by(t.conversation.c.last_contact_at)
        .limit(limit)
    )
    return list((await tx.execute(statement)).scalars())


async def clock(tx: Transaction) -> float:
    """The database's clock, in Unix seconds."""
    return float((await tx.execute(select(now()))).scalar_one())


async def first_to_send(tx: Transaction, conversation_id: str) -> Message | None:
    """The oldest message that is pending, or was being sent when its sender died."""
    statement = (
        select(t.message)
        .where(
            t.message.c.conversation_id == conversation_id,
            t.message.c.status.in_([Status.PENDING, Status.SENDING]),
        )
        .order_by(t.message.c.number)
        .limit(1)
    )
    row = (await tx.execute(statement)).one_or_none()
    return _message(row) if row else None


async def latest(tx: Transaction, conversation_id: str, limit: int, *, episode: int) -> list[Message]:
    """The latest messages up to an episode, in order."""
    statement = (
        select(t.message)
        .where(t.message.c.conversation_id == conversation_id, t.message.c.episode <= episode)
        .order_by(t.message.c.number.desc())
        .limit(limit)
    )
    return [_message(row) for row in await tx.execute(statement)][::-1]


async def said_by_contacts(
    tx: Transaction, episodes: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], list[Message]]:
    """The contacts' messages of many (conversation, episode), in order, in one query."""
    found: dict[tuple[str, int], list[Message]] = {key: [] for key in episodes}
    key = tuple_(t.message.c.conversation_id, t.message.c.episode)
    statement = (
        select(t.message)
        .where(key.in_(episodes), t.message.c.sender == Sender.CONTACT)
        .order_by(t.message.c.conversation_id, t.message.c.number)
    )
    for row in await tx.execute(statement):
        found[row.conversation_id, row.episode].append(_message(row))
    return found


async def known_of(tx: Transaction, conversation_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Facts and slots of many conversations, in one query."""
    columns = t.conversation.c.id, t.conversation.c.facts, t.conversation.c.slots
    rows = await tx.execute(select(*columns).where(t.conversation.c.id.in_(conversation_ids)))
    return {row.id: {**row.facts, **row.slots} for row in rows}
