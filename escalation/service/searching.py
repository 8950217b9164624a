"""Searches what was said in handoffs, as far as somebody may see them. To open what was found is an opening."""

from __future__ import annotations

import re

from sqlalchemy import and_, func, or_, select

from conversations.model import Sender
from conversations.staff import Principal
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database
from escalation.http import wire
from escalation.service.paging import Page, split
from escalation.service.rows import contact_name
from escalation.service.seeing import visible_to

DAYS = 180
_MOST_WORDS, _AROUND = 8, 80
_SENDERS = [Sender.CONTACT, Sender.BOT, Sender.AGENT]
_H, _M, _C = t.handoff.c, t.message.c, t.conversation.c


class Searching:
    """The use case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, who: Principal, words: str, after: str | None = None, limit: int = 20) -> wire.Hits:
        """Messages with all of the words, newest first: of matters handed over in the last 180 days; or a reference.

        Each word is looked for as it is, wherever it stands in a message; capitals do not matter.

        Raises:
            NoSuchPage: ``after`` is not what the part before gave.
        """
        asked = words.split()[:_MOST_WORDS]
        if not asked:
            return wire.Hits([])
        since = await self._now() - DAYS * 86_400
        said = [_M.text.icontains(word, autoescape=True) for word in asked]
        its_reference = and_(_H.reference == words.strip().upper(), _M.number == _first_of_the_matter())
        where = [_M.sender.in_(_SENDERS), _M.deleted_at.is_(None), _H.created_at > since, visible_to(who)]
        if after:
            at, handoff_id, number = split(after, float, str, int)
            earlier = and_(_H.id == handoff_id, _M.number < number)
            where.append(or_(_M.at < at, and_(_M.at == at, or_(_H.id < handoff_id, earlier))))
        statement = (
            select(_H.id, _H.reference, _C.id.label("place"), _C.facts, _C.slots, _M.number, _M.sender, _M.text, _M.at)
            .join(t.conversation, _C.id == _H.conversation_id)
            .join(t.message, and_(_M.conversation_id == _C.id, _M.episode.between(_H.first_episode, _H.episode)))
            .where(*where, or_(and_(*said), its_reference))
            .order_by(_M.at.desc(), _H.id.desc(), _M.number.desc())
            .limit(limit + 1)
        )
        async with self._database.read() as tx:
            rows = (await tx.execute(statement)).all()
        page = Page.of(rows, limit, lambda row: (row.at, row.id, row.number))
        hits = [
            wire.Hit(
                row.id,
                row.reference,
                contact_name(row.place, {**row.facts, **row.slots}),
                row.number,
                row.sender,
                excerpt(row.text, asked),
                row.at,
            )
            for row in page.items
        ]
        return wire.Hits(hits, page.next)

    async def _now(self) -> float:
        async with self._database.read() as tx:
            return await conversations.clock(tx)


def _first_of_the_matter() -> object:
    """The number of the first thing said in a handoff's episode."""
    m = t.message.alias("first_message").c
    return (
        select(func.min(m.number))
        .where(m.conversation_id == _H.conversation_id, m.episode == _H.episode)
        .correlate(t.handoff)
        .scalar_subquery()
    )


def excerpt(text: str, words: list[str]) -> str:
    """The text around the first of the words, in one line."""
    line = " ".join(text.split())
    found = re.search("|".join(map(re.escape, words)), line, re.IGNORECASE)
    start = max(0, (found.start() if found else 0) - _AROUND)
    end = start + 2 * _AROUND
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")
