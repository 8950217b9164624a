"""What the desk shows: the queue, and one handoff whole. Every opening of a transcript is recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Literal

import structlog
from sqlalchemy import Row, insert, select

from conversations.handoff import OPEN_STATES, REASON_LABELS, Handoff, HandoffState, HandoffUnknown
from conversations.languages import name_of
from conversations.model import Conversation, Message, Sender
from conversations.staff import Principal
from conversations.store import conversations, handoffs, turns
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.turns import Turn
from conversations.text import shortened
from escalation import tables
from escalation.domain import brief
from escalation.http import wire
from escalation.service.amending import NOT_ARRIVED, again_key, may_revise

log = structlog.get_logger()

# Orders of a contact as (label, value), found by what is known of them; nothing is found for a stranger.
Orders = Callable[[dict[str, Any]], Awaitable[list[tuple[str, str]]]]
_TRANSCRIPT = 500
# Reads by one person within so many seconds are one opening.
_SAME_OPENING = 600
May = wire.May
LineAct = Literal["edit", "delete", "send_again"]


class View:
    """Reads for the desk."""

    def __init__(self, database: Database, orders: Orders, languages: Collection[str]) -> None:
        """``languages`` (ISO 639-1) are the content's: a contact who writes another one is shown with it."""
        self._database, self._orders, self._languages = database, orders, frozenset(languages)

    async def queue(self) -> wire.HandoffList:
        """Who waits, who is in hand, what ended lately."""
        async with self._database.read() as tx:
            waiting = await handoffs.waiting(tx)
            assigned, ended = await handoffs.assigned(tx), await handoffs.ended(tx)
            rows = await self._summaries(tx, [*waiting, *assigned, *ended])
            at = await conversations.clock(tx)
        for place, handoff in enumerate(waiting, start=1):
            rows[handoff.id].place = place
        return wire.HandoffList(
            waiting=[rows[handoff.id] for handoff in waiting],
            assigned=[rows[handoff.id] for handoff in assigned],
            ended=[rows[handoff.id] for handoff in ended],
            now=at,
        )

    async def _summaries(self, tx: Transaction, found: Sequence[Handoff]) -> dict[str, wire.HandoffSummary]:
        """The rows of many handoffs by their ids, without a place."""
        episodes = sorted({(handoff.conversation_id, handoff.episode) for handoff in found})
        said = await conversations.said_by_contacts(tx, episodes)
        heard = await turns.of_episodes(tx, episodes)
        known = await conversations.known_of(tx, [conversation_id for conversation_id, _ in episodes])
        stars = await turns.stars_of(tx, episodes)
        gone = await self._gone(tx, [handoff.conversation_id for handoff in found])
        rows = {}
        for handoff in found:
            key = handoff.conversation_id, handoff.episode
            rows[handoff.id] = _summary(handoff, said[key], heard[key], known[handoff.conversation_id])
            rows[handoff.id].stars = stars.get(key)
            rows[handoff.id].language = self._foreign(handoff)
            rows[handoff.id].left_at = gone.get(handoff.conversation_id) if handoff.state in OPEN_STATES else None
        return rows

    async def _gone(self, tx: Transaction, conversation_ids: Sequence[str]) -> dict[str, float]:
        """Since when the contacts of these conversations cannot be reached; only those of whom that is so."""
        c = t.conversation.c
        statement = select(c.id, c.left_at).where(c.id.in_(conversation_ids), c.left_at.is_not(None))
        return {row.id: row.left_at for row in await tx.execute(statement)}

    def _foreign(self, handoff: Handoff) -> str | None:
        """The name of the language that the contact wrote, when the content has it not."""
        code = handoff.language
        return name_of(code) if code and code not in self._languages else None

    async def detail(self, who: Principal, handoff_id: str, surface: str = "web") -> wire.HandoffDetail:
        """One handoff whole; that this person opened it is written down first.

        Raises:
            HandoffUnknown: there is no such handoff.
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

    async def opened(self, who: Principal, handoff_id: str, surface: str) -> None:
        """Writes down who read it and when; a page that refreshes itself is not a new opening.

        Raises:
            HandoffUnknown: there is no such handoff.
        """
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
        if handoff is None:
            raise HandoffUnknown(handoff_id)
        lately = select(tables.opening.c.id).where(
            tables.opening.c.handoff_id == handoff.id,
            tables.opening.c.staff_id == who.id,
            tables.opening.c.surface == surface,
            tables.opening.c.at > now() - _SAME_OPENING,
        )
        async with self._database.read() as tx:
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
        """The text of a note of this person's, by the key under which it came."""
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
        summary = (await self._summaries(tx, [handoff]))[handoff.id]
        if handoff.state is HandoffState.WAITING:
            summary.place = await handoffs.place_of(tx, handoff)
        detail = wire.HandoffDetail(
            summary=summary,
            brief=await self._brief(tx, handoff, held, said),
            transcript=_with_notes(said, await self._notes(tx, handoff.id), _acts(who, handoff, held, said)),
            may=list(may(who, handoff)) if who else [],
            conversation_id=held.id,
        )
        return detail, held.known

    async def _transcript(self, tx: Transaction, handoff: Handoff, held: Conversation) -> list[Message]:
        """The latest messages of the matter and what went before it.

        What was said in later episodes was not handed to people, and is not theirs to read.
        """
        return await conversations.latest(tx, held.id, _TRANSCRIPT, episode=handoff.episode)

    async def _notes(self, tx: Transaction, handoff_id: str) -> Sequence[Row[Any]]:
        statement = select(tables.note).where(tables.note.c.handoff_id == handoff_id).order_by(tables.note.c.at)
        return (await tx.execute(statement)).all()

    async def _brief(
        self, tx: Transaction, handoff: Handoff, held: Conversation, said: Sequence[Message]
    ) -> wire.Brief:
        heard = await turns.of_episode(tx, held.id, handoff.episode)
        matter = [m for m in said if m.episode == handoff.episode]
        ask = brief.ask(matter, heard)
        known = held.known
        past = await handoffs.of_contact(tx, held.contact_id)
        filed = await turns.complaints_of(tx, held.contact_id)
        return wire.Brief(
            ask=ask.value,
            ask_message=ask.message,
            reasons=_reasons(handoff),
            tried=[wire.Tried(*line) for line in brief.tried(matter, heard)],
            facts=[_fact(line) for line in brief.facts(known, heard, self._foreign(handoff))],
            mood=brief.moods(heard),
            orders=[],
            history=[_fact(line) for line in brief.history(past, filed, handoff.id)],
        )


def _summary(
    handoff: Handoff, said: Sequence[Message], heard: Sequence[Turn], known: dict[str, Any]
) -> wire.HandoffSummary:
    last, moods = (said[-1] if said else None), brief.moods(heard)
    return wire.HandoffSummary(
        id=handoff.id,
        reference=handoff.reference,
        state=handoff.state,
        priority=handoff.priority,
        channel=handoff.conversation_id.partition(":")[0],
        contact=str(known.get("name") or f"Visitor {handoff.conversation_id.rpartition(':')[2][:4]}"),
        ask=brief.ask(said, heard).value,
        mood=moods[-1] if moods else 0.0,
        reasons=_reasons(handoff),
        place=None,
        waiting_since=handoff.waiting_since,
        created_at=handoff.created_at,
        agent_id=handoff.agent_id,
        agent=handoff.agent_name,
        awaiting=handoff.awaiting_since,
        lease_until=handoff.lease_until,
        outcome=handoff.outcome,
        comment=handoff.comment,
        stars=None,
        language=None,
        last_text=shortened(brief.in_short(last), brief.LINE_LIMIT) if last else "",
        last_at=last.at if last else handoff.created_at,
    )


def may(who: Principal, handoff: Handoff) -> list[May]:
    """What this person may do with the handoff now."""
    if handoff.state is HandoffState.WAITING:
        return ["claim", "note"]
    if handoff.state is HandoffState.ASSIGNED and handoff.agent_id == who.id:
        return ["reply", "note", "resolve", "return", "release"]
    return ["note"]


def _reasons(handoff: Handoff) -> list[wire.Reason]:
    return [wire.Reason(r.kind, REASON_LABELS[r.kind], r.evidence, r.message) for r in handoff.reasons]


def _fact(line: brief.Line) -> wire.Fact:
    return wire.Fact(line.label, line.value, line.message)


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
