"""*Label 20*: past messages to which somebody who knows says what they mean, so that the gate can judge by real ones.

A message is asked about once, whoever answers; which ones are asked about is chance, so that labels are a fair sample.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.content.past import SAID, WAS_ALONE, masked
from bot.content.unanswered.tables import label
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now

AT_ONCE = 20
LABELLED = "labelled"
_AMONG = 500  # latest messages that the twenty are drawn from


class ToLabel(msgspec.Struct, frozen=True):
    """A past message (masked), and how it was read: ``likely`` are the likeliest intents, the first is the model's."""

    conversation_id: str
    number: int
    text: str
    at: float
    understood: bool
    likely: tuple[tuple[str, float], ...]


class NotThere(Exception):
    """There is no such message of a contact any more: it was deleted, or the contact was erased."""


async def to_label(tx: Transaction, most: int = AT_ONCE) -> list[ToLabel]:
    """Some of the latest messages that nobody has labelled, by chance."""
    is_labelled = exists().where(label.c.conversation_id == t.turn.c.conversation_id, label.c.number == t.turn.c.first)
    wanted = (
        select(t.turn.c.conversation_id, t.turn.c.first, t.turn.c.at, t.turn.c.parse, t.message.c.text)
        .join(
            t.message,
            (t.message.c.conversation_id == t.turn.c.conversation_id) & (t.message.c.number == t.turn.c.first),
        )
        .where(t.message.c.number == t.turn.c.first, WAS_ALONE, SAID, ~is_labelled)
        .order_by(t.turn.c.at.desc())
        .limit(_AMONG)
    )
    found: dict[str, ToLabel] = {}
    for row in await tx.execute(wanted):
        if row.text.strip() and row.text not in found:
            found[row.text] = _to_label(row.conversation_id, row.first, row.at, row.text, row.parse)
    return random.sample(list(found.values()), min(most, len(found)))


async def put(database: Database, conversation_id: str, number: int, intent: str, by: str) -> int:
    """Writes down what a message means ("" for none of our intents); returns how many labels there are.

    Raises:
        NotThere: the message is gone.
    """
    async with database.write() as tx:
        wanted = select(t.message.c.number).where(
            t.message.c.conversation_id == conversation_id, t.message.c.number == number, SAID
        )
        if (await tx.execute(wanted)).one_or_none() is None:
            raise NotThere(NotThere.__doc__)
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        said = {"intent": intent, "source": LABELLED, "by": by, "at": now()}
        row = insert(label).values(conversation_id=conversation_id, number=number, **said)
        await tx.execute(row.on_conflict_do_update(index_elements=["conversation_id", "number"], set_=said))
        return await count(tx)


async def count(tx: Transaction) -> int:
    """How many messages people have labelled, at the desk or here."""
    return int((await tx.execute(select(func.count()).select_from(label))).scalar_one())


def _to_label(conversation_id: str, number: int, at: float, text: str, parse: Mapping[str, Any]) -> ToLabel:
    ranking = parse.get("ranking") or ()
    likely = tuple((str(one["intent"]), float(one["confidence"])) for one in ranking[:5])
    return ToLabel(conversation_id, number, masked(text, parse), at, bool(parse.get("understood")), likely)
