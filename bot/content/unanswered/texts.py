"""The words of questions and answers, read from the record when they are needed: no copy of them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, select, tuple_

from bot.content.unanswered.veil import LONGEST
from conversations.store import tables as t
from conversations.store.database import Transaction

Place = tuple[str, int]
_AT_ONCE = 200


async def asked(tx: Transaction, spans: Sequence[tuple[str, int, int]]) -> dict[Place, str]:
    """What contacts said in messages ``(conversation, number, through)``, a line for each; deleted ones say nothing."""
    m = t.message.c
    found: dict[Place, list[str]] = {}
    of = {(place, number): (place, first) for place, first, through in spans for number in range(first, through + 1)}
    for part in _parts(list(of)):
        wanted = select(m.conversation_id, m.number, m.text).where(
            _in(t.message, part), m.sender == "contact", m.text != ""
        )
        for row in await tx.execute(wanted.where(m.deleted_at.is_(None)).order_by(m.conversation_id, m.number)):
            found.setdefault(of[row.conversation_id, row.number], []).append(row.text)
    return {place: "\n".join(lines)[: LONGEST + 1] for place, lines in found.items()}


async def answers(tx: Transaction, places: Sequence[Place]) -> dict[Place, tuple[str, str]]:
    """What people answered, and who, by the places of their messages."""
    m = t.message.c
    found: dict[Place, tuple[str, str]] = {}
    for part in _parts(places):
        wanted = select(m.conversation_id, m.number, m.text, m.name).where(
            _in(t.message, part), m.sender == "agent", m.deleted_at.is_(None), m.text != ""
        )
        for row in await tx.execute(wanted):
            found[row.conversation_id, row.number] = (row.text, row.name or "")
    return found


async def said(tx: Transaction, places: Sequence[Place]) -> dict[Place, str]:
    """What the assistant said to questions."""
    m = t.message.c
    found: dict[Place, list[str]] = {}
    for part in _parts(places):
        # By the conversation first: there is an index for that.
        here = (m.conversation_id.in_({place for place, _ in part}), tuple_(m.conversation_id, m.turn).in_(part))
        wanted = select(m.conversation_id, m.turn, m.text).where(*here, m.sender == "bot", m.text != "")
        for row in await tx.execute(wanted.order_by(m.conversation_id, m.number)):
            found.setdefault((row.conversation_id, row.turn), []).append(row.text)
    return {place: "\n".join(lines) for place, lines in found.items()}


async def known(tx: Transaction, conversations: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is known of the contacts of conversations, to be masked wherever it is said."""
    c, found = t.conversation.c, dict[str, dict[str, Any]]()
    for part in _parts(sorted(set(conversations))):
        rows = select(c.id, c.facts, c.slots, t.contact.c.display_name).join(t.contact, t.contact.c.id == c.contact_id)
        for row in await tx.execute(rows.where(c.id.in_(part))):
            slots = {name: value for name, value in row.slots.items() if value}
            found[row.id] = {"name": row.display_name, **row.facts, **slots}
    return found


def _in(table: Table, places: Sequence[Place]) -> ColumnElement[bool]:
    return and_(tuple_(table.c.conversation_id, table.c.number).in_(places))


def _parts[T](of: Sequence[T]) -> list[Sequence[T]]:
    return [of[at : at + _AT_ONCE] for at in range(0, len(of), _AT_ONCE)]
