"""What changed in the queue since an earlier answer, so that whoever asks again and again is answered cheaply.

Whatever happens to a handoff is an event of its conversation, so events say where to look: a short walk at the end of
their table, however many wait.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, func, not_, select

from conversations.staff import Principal
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from escalation.service.paging import split
from escalation.service.seeing import visible_to

# Transactions are not committed in the order of their numbers: so far back (events, seconds) is looked again.
_EVENTS, _SECONDS = 5_000, 10.0
_LONGEST_NUMBER = 18


async def mark(tx: Transaction) -> str:
    """Where the record stands now: what is given as ``since`` the next time."""
    latest = select(func.coalesce(func.max(t.event.c.id), 0).label("number"), now().label("at"))
    row = (await tx.execute(latest)).one()
    return f"{row.number}~{row.at}"


async def touched(tx: Transaction, since: str, most: int) -> Sequence[str] | None:
    """The conversations that something happened to since a `mark`, or shortly before; None when they are more.

    Raises:
        NoSuchPage: ``since`` is no mark.
    """
    number, at = split(since, _digits, float)
    e = t.event.c
    statement = select(e.conversation_id).where(e.id > int(number) - _EVENTS, e.at > at - _SECONDS).distinct()
    found = list((await tx.execute(statement.limit(most + 1))).scalars())
    return found if len(found) <= most else None


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise ValueError(text)
    return text


def gone_for(who: Principal) -> ColumnElement[bool]:
    """The rows of ``handoff`` that were once in a team of theirs, and are nothing of theirs any more."""
    h, s = t.handoff.c, t.handoff_step.c
    was_theirs = select(s.id).where(s.handoff_id == h.id, s.team.in_(who.teams)).exists()
    # Nobody holds it, or is offered it: then to ask who does is answered with NULL.
    return and_(not_(func.coalesce(visible_to(who), false())), was_theirs)
