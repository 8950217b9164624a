"""What the desk shows: the queue, and one handoff whole. Every opening of a transcript is recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import structlog
from sqlalchemy import Row, insert, select

from conversations.handoff import Handoff, HandoffState, HandoffUnknown
from conversations.model import Conversation, Message, Sender
from conversations.staff import Principal
from conversations.store import conversations, handoffs, steps
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from escalation import tables
from escalation.domain import brief
from escalation.http import wire
from escalation.service import goodwill
from escalation.service.allowed import may
from escalation.service.amending import NOT_ARRIVED, again_key, may_revise
from escalation.service.briefing import brief_of
from escalation.service.queueing import Queueing
from escalation.service.rows import Rows
from escalation.service.seeing import seen

log = structlog.get_logger()

# Orders of a contact as (label, value), found by what is known of them; nothing is found for a stranger.
Orders = Callable[[dict[str, Any]], Awaitable[list[tuple[str, str]]]]
_TRANSCRIPT = 500
# Reads by one person within so many seconds are one opening.
_SAME_OPENING = 600
LineAct = Literal["edit", "delete", "send_again"]


class View:
    """Reads for the desk."""

    def __init__(self, database: Database, orders: Orders, rows: Rows) -> None:
        self._database, self._orders, self._rows = database, orders, rows
        self._queueing = Queueing(database, rows)
        # Lists; see `Queueing`.
        self.queue, self.page, self.changed = self._queueing.queue, self._queueing.page, self._queueing.changed

    async def detail(self, who: Principal, handoff_id: str, surface: str = "web") -> wire.HandoffDetail:
        """One handoff whole; that this person opened it is written down first.

        Raises:
            HandoffUnknown: there is no such handoff, or none that this person may see.
        """
        await self.opened(who, handoff_id, surface)
        return await self.whole(handoff_id, who)

    async def whole(self, handoff_id: str, who: Principal | None = None) -> wire.HandoffDetail:
        """One handoff whole, for ``who`` or for nobody in particular. Nobody's opening is written down.

        Raises:
            HandoffUnknown: there is no such handoff.
        """
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None:
                raise HandoffUnknown(handoff_id)
            detail, known = await self._detail(tx, who, handoff)
        # The shop is asked over a network: not while a transaction is open.
        detail.brief.orders = [wire.Fact(label, value, None) for label, value in await self._orders(known)]
        return detail

    async def seen(self, who: Principal, handoff_id: str) -> Handoff:
        """The handoff's row, as far as this person may see it.

        Raises:
            HandoffUnknown.
        """
        async with self._database.read() as tx:
            return await seen(tx, who, handoff_id)

    async def opened(self, who: Principal, handoff_id: str, surface: str) -> None:
        """Writes down who read it and when; a page that refreshes itself is not a new opening.

        Raises:
            HandoffUnknown: there is no such handoff, or none that this person may see.
        """
        lately = select(tables.opening.c.id).where(
            tables.opening.c.handoff_id == handoff_id,
            tables.opening.c.staff_id == who.id,
            tables.opening.c.surface == surface,
            tables.opening.c.at > now() - _SAME_OPENING,
        )
        async with self._database.read() as tx:
            handoff = await seen(tx, who, handoff_id)
            if (await tx.execute(lately.limit(1))).one_or_none() is not None:
                return
        async with self._database.write() as tx:
            await tx.execute(
                insert(tables.opening).values(
                    conversation_id=handoff.conversation_id,
                    handoff_id=handoff.id,
                    staff_id=who.id,
                    surface=surface,
                    at=now(),
                )
            )
        log.info("transcript opened", handoff_id=handoff.id, agent_id=who.id, surface=surface)

    async def note_of(self, handoff_id: str, agent_id: str, key: str) -> str | None:
        """The text of a note of this person's, masked, by the key under which it came."""
        statement = select(tables.note.c.text).where(
            tables.note.c.handoff_id == handoff_id, tables.note.c.agent_id == agent_id, tables.note.c.key == key
        )
        async with self._database.read() as tx:
            return (await tx.execute(statement)).scalar_one_or_none()

    async def _detail(
        self, tx: Transaction, who: Principal | None, handoff: Handoff
    ) -> tuple[wire.HandoffDetail, dict[str, Any]]:
        held = await conversations.get(tx, handoff.conversation_id)
        assert held is not None
        said = await self._transcript(tx, handoff, held)
        summary = (await self._rows.of(tx, [handoff]))[handoff.id]
        if handoff.state is HandoffState.WAITING:
            summary.place = await handoffs.place_of(tx, handoff)
        allowed = may(who, handoff, blocked=held.is_blocked) if who else []
        detail = wire.HandoffDetail(
            summary=summary,
            brief=await brief_of(tx, self._rows, handoff, held, said),
            transcript=_with_notes(said, await self._notes(tx, handoff.id), _acts(who, handoff, held, said)),
            may=allowed,
            conversation_id=held.id,
            contact_id=held.contact_id,
            steps=await _steps(tx, handoff.id),
            goodwill=await goodwill.given(tx, held.contact_id),
        )
        return detail, handoff.knows(held.known)

    async def _transcript(self, tx: Transaction, handoff: Handoff, held: Conversation) -> list[Message]:
        """The latest messages of the matter and what went before it.

        What was said in later episodes was not handed to people, and is not theirs to read.
        """
        return await conversations.latest(tx, held.id, _TRANSCRIPT, episode=handoff.episode)

    async def _notes(self, tx: Transaction, handoff_id: str) -> Sequence[Row[Any]]:
        statement = select(tables.note).where(tables.note.c.handoff_id == handoff_id).order_by(tables.note.c.at)
        return (await tx.execute(statement)).all()


async def _steps(tx: Transaction, handoff_id: str) -> list[wire.Step]:
    """What was done with it, with the names of who did it, also of those who have gone."""
    taken = await steps.of(tx, handoff_id)
    ids = {one for step in taken for one in (step.by, step.agent_id) if one}
    rows = await tx.execute(select(t.staff.c.id, t.staff.c.name).where(t.staff.c.id.in_(ids)))
    names: dict[str | None, str] = {row.id: row.name for row in rows}
    return [wire.Step(s.what, s.at, names.get(s.by), names.get(s.agent_id), s.team, s.comment) for s in taken]


def _acts(
    who: Principal | None, handoff: Handoff, held: Conversation, said: Sequence[Message]
) -> dict[int, list[LineAct]]:
    """What this person may do with which message."""
    if who is None:
        return {}
    again = {m.native_key for m in said}
    holds = handoff.state is HandoffState.ASSIGNED and handoff.agent_id == who.id
    acts: dict[int, list[LineAct]] = {}
    for m in said:
        acts[m.number] = ["edit", "delete"] if may_revise(who, m, held) else []
        failed = m.sender is Sender.AGENT and m.status in NOT_ARRIVED and m.deleted_at is None
        if holds and failed and m.episode == handoff.episode and again_key(m.number) not in again:
            acts[m.number].append("send_again")
    return acts


def _with_notes(
    said: Sequence[Message], notes: Sequence[Row[Any]], acts: dict[int, list[LineAct]]
) -> list[wire.TranscriptLine]:
    lines = [
        wire.TranscriptLine(
            number=m.number,
            sender=m.sender,
            name=m.name,
            text="" if m.deleted_at is not None else brief.visible_text(m),
            at=m.at,
            status=m.status,
            buttons=[button.title for button in m.buttons],
            episode=m.episode,
            files=[wire.File(f.file_id, f.name, f.media_type, f.size) for f in m.attachments],
            edited=m.edited_at is not None,
            deleted=m.deleted_at is not None,
            may=acts.get(m.number, []),
        )
        for m in said
    ]
    lines += [
        wire.TranscriptLine(
            number=None, sender="agent", name=n.agent_name, text=n.text, at=n.at, status="note", note=True
        )
        for n in notes
    ]
    return sorted(lines, key=lambda line: line.at)
