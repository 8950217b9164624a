"""Conversations and their messages: every change of owner and every settling is one compare-and-set statement.

Statements of every turn are built once, with parameters: to build one anew takes longer than to run it.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, Select, bindparam, insert, null, select, update
from sqlalchemy.exc import IntegrityError

from conversations.model import (
    PULL_CHANNELS,
    Conversation,
    InboundKind,
    InboundMessage,
    Message,
    Outbound,
    Owner,
    Sender,
    Status,
)
from conversations.store import contacts, files
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.rows import COLUMNS, IS_BLOCKED, MESSAGE, conversation_of, message_of
from conversations.store.work import schedule

# The kind of work that sends what was said; its key is a conversation.
DELIVER = "deliver"


_GET = select(*COLUMNS).where(t.conversation.c.id == bindparam("conversation_id"))
_GET_LOCKED = _GET.with_for_update()


async def get(tx: Transaction, conversation_id: str, *, lock: bool = False) -> Conversation | None:
    """The conversation; ``lock`` holds its row until the end of the transaction (SQLite's writers hold it anyway)."""
    found = await tx.execute(_GET_LOCKED if lock else _GET, {"conversation_id": conversation_id})
    row = found.one_or_none()
    return conversation_of(row) if row else None


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
    name = {"name": inbound.display_name} if inbound.display_name else {}
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
            facts={**await contacts.profile_of(tx, contact_id), **name},
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


_NUMBER_OF = select(t.message.c.number).where(
    t.message.c.conversation_id == bindparam("conversation_id"), t.message.c.native_key == bindparam("key")
)


async def number_of(tx: Transaction, conversation_id: str, native_key: str) -> int | None:
    """The number of the message that came (or was said) under this native key."""
    found = await tx.execute(_NUMBER_OF, {"conversation_id": conversation_id, "key": native_key})
    return found.scalar_one_or_none()


async def latest_press(tx: Transaction, conversation_id: str, choice: str) -> tuple[int, float] | None:
    """Number and time (Unix seconds) of the latest message that pressed this; None when nobody has."""
    c = t.message.c
    pressed = select(c.number, c.at).where(
        c.conversation_id == conversation_id, c.sender == Sender.CONTACT, c.choice == choice, c.deleted_at.is_(None)
    )
    row = (await tx.execute(pressed.order_by(c.number.desc()).limit(1))).one_or_none()
    return None if row is None else (row.number, row.at)


_TAKE_NUMBERS = (
    update(t.conversation)
    .where(t.conversation.c.id == bindparam("conversation_id"))
    .values(last_number=t.conversation.c.last_number + bindparam("count"))
    .returning(t.conversation.c.last_number, IS_BLOCKED.label("is_blocked"))
)


async def take_numbers(tx: Transaction, conversation_id: str, count: int) -> int:
    """Reserves ``count`` numbers in the conversation's row, which it locks; returns the first."""
    return (await _take_numbers(tx, conversation_id, count))[0]


async def _take_numbers(tx: Transaction, conversation_id: str, count: int) -> tuple[int, bool]:
    """As `take_numbers`; and whether the contact is blocked."""
    taken = (await tx.execute(_TAKE_NUMBERS, {"conversation_id": conversation_id, "count": count})).one()
    return int(taken.last_number) - count + 1, bool(taken.is_blocked)


_HEARD = (
    update(t.conversation)
    .where(t.conversation.c.id == bindparam("conversation_id"))
    .values(
        last_number=t.conversation.c.last_number + 1,
        last_contact_number=t.conversation.c.last_number + 1,
        last_contact_at=now(),
        left_at=None,
    )
    .returning(t.conversation.c.last_number)
)
_ADD_MESSAGE = insert(t.message).values(at=now())


async def add_inbound(tx: Transaction, held: Conversation, inbound: InboundMessage, text: str) -> int:
    """Stores a contact's message and returns its number. The conversation must be locked."""
    number = int((await tx.execute(_HEARD, {"conversation_id": held.id})).scalar_one())
    changed_at = held.read_at if inbound.sent_at is None else inbound.sent_at
    message = {
        "conversation_id": held.id,
        "number": number,
        "episode": held.episode,
        "sender": Sender.CONTACT,
        "kind": InboundKind.SAID if inbound.kind is InboundKind.DELETED else inbound.kind,
        "text": text,
        "buttons": [],
        "choice": inbound.choice,
        "native_key": inbound.native_key,
        "status": Status.RECEIVED,
        "attachments": [one.as_json() for one in inbound.attachments],
        # Changed before it came: what it said at first is not looked for.
        "edited_at": changed_at if inbound.of else None,
        "deleted_at": changed_at if inbound.kind is InboundKind.DELETED else None,
    }
    await tx.execute(_ADD_MESSAGE, message)
    await files.add(tx, held.id, inbound.attachments)
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
    start: int | None = None,
) -> list[int]:
    """Stores outbound messages and has them delivered; returns their numbers. Nothing reaches who is blocked.

    Args:
        turn: the contact's message that they answer.
        asking: a form asks with them.
        start: the first of their numbers, when the caller has reserved them.
    """
    if not said:
        return []
    blocked = False
    if start is None:
        start, blocked = await _take_numbers(tx, conversation_id, len(said))
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
            "status": Status.WITHDRAWN if blocked else Status.PENDING,
            "turn": turn,
            "asking": asking,
            "attachments": [kept.as_json() for kept in one.attachments],
        }
        for number, one in zip(numbers, said, strict=True)
    ]
    await tx.execute(_ADD_MESSAGE, rows)
    await files.add(tx, conversation_id, [kept for one in said for kept in one.attachments])
    if not blocked and conversation_id.partition(":")[0] not in PULL_CHANNELS:
        await schedule(tx, DELIVER, conversation_id)
    tx.signal("messages", conversation_id, "said")
    return numbers


async def settle(
    tx: Transaction, seen: Conversation, through: int, *, more: int = 0, **changes: Any
) -> Conversation | None:
    """The fence: settles the contact's messages up to ``through`` if nothing changed since ``seen`` was read.

    None when the owner changed or somebody settled first: the caller must drop its whole turn. ``more`` as in `change`.
    """
    return await change(tx, seen, more=more, settled_through=through, told=0, **changes)


@functools.cache
def _change(names: frozenset[str], *, news: bool) -> Executable:
    """Sets the named columns to parameters of their names; ``last_number`` grows by its own."""
    c = t.conversation.c
    where = [c.id == bindparam("of_id"), c.epoch == bindparam("of_epoch"), c.settled_through == bindparam("of_through")]
    if news:
        where.append(c.told < bindparam("to_told"))
    values: dict[str, Any] = {name: bindparam(f"to_{name}", type_=c[name].type) for name in names}
    if "last_number" in names:
        values["last_number"] = c.last_number + values["last_number"]
    return update(t.conversation).where(*where).values(values).returning(*COLUMNS)


async def change(tx: Transaction, seen: Conversation, *, more: int = 0, **changes: Any) -> Conversation | None:
    """Changes the row if epoch and settling still stand as they were seen; else None, and nothing is changed.

    A new ``owner`` always comes with a new epoch; a new ``told`` only with a higher level than was told before.

    Args:
        more: so many numbers are reserved; the last of them is the result's ``last_number``.
    """
    if "owner" in changes:
        changes |= {"epoch": seen.epoch + 1, "asking": None}
        tx.signal("state", seen.id)
    if more:
        changes["last_number"] = more
    given = {f"to_{name}": value for name, value in changes.items()}
    fence = {"of_id": seen.id, "of_epoch": seen.epoch, "of_through": seen.settled_through}
    statement = _change(frozenset(changes), news=bool(changes.get("told")))
    row = (await tx.execute(statement, {**given, **fence})).one_or_none()
    return conversation_of(row) if row else None


_TAKE_OVER = (
    update(t.conversation)
    .where(t.conversation.c.id == bindparam("of_id"))
    .values(
        owner=Owner.AGENT,
        epoch=t.conversation.c.epoch + 1,
        last_number=t.conversation.c.last_number + 1,
        state=null(),
        expecting=None,
        asking=None,
    )
    .returning(*COLUMNS)
)


async def take_over(tx: Transaction, conversation_id: str) -> Conversation | None:
    """An agent answers from here on. Locks the row and changes it in one statement: claims are many, and at once.

    Reserves a number, ``last_number`` of what it returns, for the words that say who joined. None: it was erased.
    """
    row = (await tx.execute(_TAKE_OVER, {"of_id": conversation_id})).one_or_none()
    if row is None:
        return None
    tx.signal("state", conversation_id)
    return conversation_of(row)


async def new_episode(tx: Transaction, held: Conversation, ended_by: str) -> int:
    """Ends the matter in hand; returns the number of the next episode, for the caller to write with its own change."""
    await tx.execute(
        update(t.episode)
        .where(t.episode.c.conversation_id == held.id, t.episode.c.number == held.episode)
        .values(ended_at=now(), ended_by=ended_by)
    )
    await tx.execute(insert(t.episode).values(conversation_id=held.id, number=held.episode + 1, started_at=now()))
    return held.episode + 1


_UNSETTLED = (
    select(*MESSAGE)
    .where(
        t.message.c.conversation_id == bindparam("conversation_id"),
        t.message.c.number > bindparam("after"),
        t.message.c.sender == Sender.CONTACT,
    )
    .order_by(t.message.c.number)
    .limit(50)
)


async def unsettled(tx: Transaction, conversation_id: str, after: int) -> list[Message]:
    """The contact's messages that nobody has answered, handed over or closed, oldest first."""
    found = await tx.execute(_UNSETTLED, {"conversation_id": conversation_id, "after": after})
    return [message_of(row) for row in found]


@functools.cache
def _messages(*, through: bool, episode: bool) -> Select[Any]:
    statement = (
        select(*MESSAGE)
        .where(t.message.c.conversation_id == bindparam("conversation_id"), t.message.c.number > bindparam("after"))
        .order_by(t.message.c.number)
        .limit(bindparam("limit"))
    )
    if through:
        statement = statement.where(t.message.c.number <= bindparam("through"))
    if episode:
        statement = statement.where(t.message.c.episode == bindparam("episode"))
    return statement


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
    given = {"conversation_id": conversation_id, "after": after, "limit": limit}
    if through is not None:
        given["through"] = through
    if episode is not None:
        given["episode"] = episode
    statement = _messages(through=through is not None, episode=episode is not None)
    return [message_of(row) for row in await tx.execute(statement, given)]


_ONE_MESSAGE = select(*MESSAGE).where(
    t.message.c.conversation_id == bindparam("conversation_id"), t.message.c.number == bindparam("number")
)


async def message(tx: Transaction, conversation_id: str, number: int) -> Message | None:
    """One message by its number."""
    row = (await tx.execute(_ONE_MESSAGE, {"conversation_id": conversation_id, "number": number})).one_or_none()
    return message_of(row) if row else None


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


async def latest(tx: Transaction, conversation_id: str, limit: int, *, episode: int) -> list[Message]:
    """The latest messages up to an episode, in order."""
    statement = (
        select(*MESSAGE)
        .where(t.message.c.conversation_id == conversation_id, t.message.c.episode <= episode)
        .order_by(t.message.c.number.desc())
        .limit(limit)
    )
    return [message_of(row) for row in await tx.execute(statement)][::-1]


async def known_of(tx: Transaction, conversation_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Facts and slots of many conversations, in one query."""
    columns = t.conversation.c.id, t.conversation.c.facts, t.conversation.c.slots
    rows = await tx.execute(select(*columns).where(t.conversation.c.id.in_(conversation_ids)))
    return {row.id: {**row.facts, **row.slots} for row in rows}
