"""Past messages of contacts that a candidate is tried on, and labels that contacts gave themselves, from the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select

from bot.content.evidence import Labelled, Past
from bot.content.unanswered.veil import spans_of, veiled
from conversations.store import tables as t
from conversations.store.database import Transaction

# So long (seconds) after a message a person may be asked because of it.
_BECAUSE = 600.0
_PRESSED = 2000

_ESCALATED = exists().where(
    t.handoff.c.conversation_id == t.turn.c.conversation_id,
    t.handoff.c.created_at >= t.turn.c.at,
    t.handoff.c.created_at < t.turn.c.at + _BECAUSE,
)
# Of a burst that was answered as one only the first message would be read; what a form asked for is no question.
WAS_ALONE = (t.turn.c.first == t.turn.c.through) & ~t.turn.c.in_form & t.turn.c.parse.is_not(None)
# Of what was edited later it is not known what is personal in it, and it was read with other words.
SAID = (
    (t.message.c.kind == "said")
    & (t.message.c.sender == "contact")
    & t.message.c.deleted_at.is_(None)
    & t.message.c.edited_at.is_(None)
)


async def past_messages(tx: Transaction, most: int) -> list[Past]:
    """The latest messages of contacts that were turns by themselves, each text once, newest first."""
    wanted = (
        select(t.message.c.text, t.turn.c.parse, _ESCALATED.label("escalated"))
        .join(
            t.turn, (t.turn.c.conversation_id == t.message.c.conversation_id) & (t.turn.c.first == t.message.c.number)
        )
        .where(WAS_ALONE, SAID)
        .order_by(t.turn.c.at.desc())
        .limit(4 * most)
    )
    found: dict[str, Past] = {}
    for row in await tx.execute(wanted):
        before = found.get(row.text)
        if before is None and len(found) == most:
            continue
        if row.text.strip():
            escalated = bool(row.escalated) or (before is not None and before.escalated)
            found[row.text] = Past(row.text, masked(row.text, row.parse), escalated)
    return list(found.values())


async def pressed(tx: Transaction) -> Sequence[Labelled]:
    """Messages in doubt of which the contact pressed what was meant: each is a label that cost nobody work."""
    asked = t.turn.alias("asked")
    number = t.turn.c.parse["clarifies"].as_integer()
    wanted = (
        select(t.message.c.text, t.turn.c.parse)
        .join(t.message, (t.message.c.conversation_id == t.turn.c.conversation_id) & (t.message.c.number == number))
        .join(asked, (asked.c.conversation_id == t.turn.c.conversation_id) & (asked.c.first == number))
        .where(number.is_not(None), SAID)
        .order_by(t.turn.c.at.desc())
        .limit(_PRESSED)
    )
    return [Labelled(row.text, str(row.parse["intent"])) for row in await tx.execute(wanted) if row.text.strip()]


def masked(text: str, parse: Mapping[str, Any]) -> str:
    """The text without what is personal in it, as far as the model saw that or its shape tells."""
    return veiled(text, spans_of(parse))
