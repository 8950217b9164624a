"""Where handoffs stand in Slack: the card, how far its thread has come, and each post in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.store.database import Database, Transaction, now
from escalation import tables
from vendors.slack.api import CALL_SECONDS, SlackBusy

# A call that another process began may still be under way for as long as one takes.
UNDER_WAY = CALL_SECONDS + 2
# Slack's words for a message that somebody deleted, and for a channel that is not there for us.
GONE = {"message_not_found", "thread_not_found", "invalid_thread_ts"}
NOWHERE = {"channel_not_found", "is_archived", "not_in_channel"}
# What tells that nobody else has posted meanwhile.
_PROGRESS = ("channel", "ts", "message", "note", "posting", "posting_at")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of ``slack_card``: where a handoff stands in Slack, and how far."""

    handoff_id: str
    channel: str
    ts: str | None
    shown: str | None
    message: int
    note: int
    former_ts: str | None
    posting: str | None
    posting_at: float | None
    posting_message: int | None
    posting_note: int | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A row of ``slack_post``; ``shown`` is None when it is not known what Slack shows."""

    key: str
    ts: str
    messages: Sequence[int] = ()
    notes: Sequence[int] = ()
    shown: str | None = None


async def place_of(tx: Transaction, channel: str, ts: str) -> Place | None:
    """The place of the handoff whose card is this message, or was it before somebody deleted it."""
    at = or_(tables.slack_card.c.ts == ts, tables.slack_card.c.former_ts == ts)
    return await _one(tx, and_(tables.slack_card.c.channel == channel, at))


async def moved_from(tx: Transaction, channel: str, ts: str) -> str | None:
    """The handoff whose card this message was, before it moved to another lobby."""
    f = tables.slack_former.c
    found = await tx.execute(select(f.handoff_id).where(f.channel == channel, f.ts == ts))
    return found.scalar_one_or_none()


async def coming(tx: Transaction, channel: str) -> list[Place]:
    """Cards that Slack may show already while we do not know yet where: their post is not answered."""
    where = and_(
        tables.slack_card.c.channel == channel,
        tables.slack_card.c.ts.is_(None),
        tables.slack_card.c.posting.is_not(None),
        tables.slack_card.c.posting_at > now() - 2 * UNDER_WAY,
    )
    return [Place(**row._mapping) for row in await tx.execute(select(tables.slack_card).where(where))]


async def of_handoff(tx: Transaction, handoff_id: str) -> Place | None:
    """The place of a handoff, if it has one."""
    return await _one(tx, tables.slack_card.c.handoff_id == handoff_id)


async def _one(tx: Transaction, where: Any) -> Place | None:
    row = (await tx.execute(select(tables.slack_card).where(where))).one_or_none()
    return Place(**row._mapping) if row else None


def fingerprint(text: str, blocks: Sequence[Block]) -> str:
    """Tells whether two posts look the same."""
    shown = json.dumps([text, [block.to_dict() for block in blocks]], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()


class Places:
    """Writes down where things stand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite_insert if database.is_sqlite else pg_insert

    async def begin(self, handoff_id: str, channel: str) -> Place:
        """A row for the card that is to be."""
        row = self._insert(tables.slack_card).values(handoff_id=handoff_id, channel=channel, message=0, note=0)
        async with self._database.write() as tx:
            await tx.execute(row.on_conflict_do_nothing())
            place = await of_handoff(tx, handoff_id)
        assert place is not None
        return place

    async def save(
        self, handoff_id: str, *, seen: Place | None = None, posted: Posted | None = None, **changes: Any
    ) -> Place:
        """Changes the row, and writes down a post with it.

        With ``seen`` only if it still stands as it was read.

        Raises:
            SlackBusy: it does not: somebody else is at it.
        """
        statement = update(tables.slack_card).where(tables.slack_card.c.handoff_id == handoff_id)
        if seen is not None:
            statement = statement.where(
                *(tables.slack_card.c[name].is_not_distinct_from(getattr(seen, name)) for name in _PROGRESS)
            )
        async with self._database.write() as tx:
            row = (await tx.execute(statement.values(**changes).returning(tables.slack_card))).one_or_none()
            if row is not None and posted is not None:
                await tx.execute(self._post(handoff_id, posted))
        if row is None:
            raise SlackBusy(UNDER_WAY)
        return Place(**row._mapping)

    def _post(self, handoff_id: str, posted: Posted, *, fresh: bool = False) -> Any:
        """``fresh``: what is there already is changed, if it shows something else."""
        given = {"messages": list(posted.messages), "notes": list(posted.notes)}
        row = {"handoff_id": handoff_id, "key": posted.key, "ts": posted.ts, "shown": posted.shown, **given}
        statement = self._insert(tables.slack_post).values(**row)
        if not fresh:
            return statement.on_conflict_do_nothing()
        p = tables.slack_post
        statement = statement.on_conflict_do_update(
            index_elements=[p.c.handoff_id, p.c.key],
            set_={"shown": posted.shown, "ts": posted.ts},
            where=p.c.shown.is_distinct_from(posted.shown),
        )
        return statement.returning(p.c.key)

    async def put(self, handoff_id: str, posted: Posted) -> bool:
        """Writes down something of the thread, or that it shows otherwise now; False when that was written before."""
        row = self._post(handoff_id, posted, fresh=True)
        async with self._database.write() as tx:
            return (await tx.execute(row)).one_or_none() is not None

    async def forget_thread(self, handoff_id: str, **changes: Any) -> None:
        """The thread is gone, with all that stood in it: it is to be posted anew."""
        async with self._database.write() as tx:
            for table in (tables.slack_post, tables.slack_file):
                await tx.execute(delete(table).where(table.c.handoff_id == handoff_id))
            row = update(tables.slack_card).where(tables.slack_card.c.handoff_id == handoff_id)
            await tx.execute(row.values(ts=None, shown=None, posting=None, **changes))

    async def leave(self, place: Place) -> None:
        """The card is about to stand in another lobby; what was posted here is still to be found."""
        row = self._insert(tables.slack_former).values(handoff_id=place.handoff_id, channel=place.channel, ts=place.ts)
        async with self._database.write() as tx:
            await tx.execute(row.on_conflict_do_nothing())

    async def posts(self, handoff_id: str) -> list[Posted]:
        """Every post in the thread."""
        p = tables.slack_post.c
        statement = select(p.key, p.ts, p.messages, p.notes, p.shown).where(p.handoff_id == handoff_id)
        async with self._database.read() as tx:
            return [Posted(*row) for row in await tx.execute(statement)]

    async def shows(self, handoff_id: str, key: str, shown: str) -> None:
        """Slack shows a post like this now."""
        p = tables.slack_post
        row = update(p).where(p.c.handoff_id == handoff_id, p.c.key == key)
        async with self._database.write() as tx:
            await tx.execute(row.values(shown=shown))
