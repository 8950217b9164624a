"""The rows of lists: many handoffs in a few queries, without reading what was said in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, and_, select

from conversations.handoff import OPEN_STATES, REASON_LABELS, Handoff
from conversations.languages import name_of
from conversations.model import Message
from conversations.store import tables as t
from conversations.store import turns
from conversations.store.database import Transaction
from conversations.store.rows import MESSAGE, message_of
from conversations.text import shortened
from escalation.config import Teams
from escalation.domain import brief
from escalation.http import wire
from escalation.service import outline


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes them. ``languages`` are the content's (ISO 639-1); ``mails``: whether e-mail can be sent."""

    teams: Teams
    languages: Collection[str]
    mails: bool = False

    async def of(self, tx: Transaction, found: Sequence[Handoff]) -> dict[str, wire.HandoffSummary]:
        """The rows of these handoffs by their ids, without a place."""
        episodes = sorted({(handoff.conversation_id, handoff.episode) for handoff in found})
        stars = await turns.stars_of(tx, episodes)
        places = [conversation_id for conversation_id, _ in episodes]
        beside, last = await _beside(tx, places), await _last_words(tx, places)
        lines = await _lines(tx, found)
        rows = {}
        for handoff in found:
            place = handoff.conversation_id
            row = self._row(handoff, beside[place], last.get(place), lines[handoff.id])
            row.stars = stars.get((handoff.conversation_id, handoff.episode))
            rows[handoff.id] = row
        return rows

    def foreign(self, handoff: Handoff) -> str | None:
        """The name of the language that the contact wrote, when the content has it not."""
        code = handoff.language
        return name_of(code) if code and code not in self.languages else None

    def _row(
        self, handoff: Handoff, beside: Row[Any], last: Message | None, line: outline.Lines
    ) -> wire.HandoffSummary:
        last = last if last and last.episode == handoff.episode else None  # what came later is not theirs to read
        is_open = handoff.state in OPEN_STATES
        return wire.HandoffSummary(
            id=handoff.id,
            reference=handoff.reference,
            state=handoff.state,
            priority=handoff.priority,
            channel=handoff.conversation_id.partition(":")[0],
            contact=contact_name(handoff.conversation_id, handoff.knows({**beside.facts, **beside.slots})),
            ask=line.ask,
            mood=line.mood,
            reasons=reasons(handoff),
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
            language=self.foreign(handoff),
            last_text=shortened(brief.in_short(last), brief.LINE_LIMIT) if last else "",
            last_at=last.at if last else handoff.created_at,
            left_at=beside.left_at if is_open else None,
            team=handoff.team,
            team_title=self.teams.of(handoff.team).shown,
            offered_to=handoff.offered_name,
            offered_until=handoff.offered_until,
            snoozed=handoff.is_snoozed,
            snoozed_until=handoff.snoozed_until,
            left_with_us_at=handoff.left_with_us_at,
            tags=list(handoff.tags),
            blocked=beside.blocked_at is not None,
            reachable=self._reachable(beside) if is_open else "yes",
            away_since=beside.away_since if is_open else None,
            sla=sla(handoff),
            rung=handoff.rung,
            ended_at=handoff.ended_at,
        )

    def _reachable(self, beside: Row[Any]) -> Literal["yes", "mail", "no"]:
        if beside.left_at is not None:
            return "no"
        if beside.away_since is None:
            return "yes"
        return "mail" if self.mails and beside.email else "no"


def contact_name(conversation_id: str, known: dict[str, Any]) -> str:
    """What agents call the contact."""
    return str(known.get("name") or f"Visitor {conversation_id.rpartition(':')[2][:4]}")


def reasons(handoff: Handoff) -> list[wire.Reason]:
    """Why it was handed over."""
    return [wire.Reason(r.kind, REASON_LABELS[r.kind], r.evidence, r.message) for r in handoff.reasons]


def sla(handoff: Handoff) -> wire.Sla | None:
    """How its targets stand, as was announced last; None without targets."""
    if not handoff.sla:
        return None
    due = handoff.sla_due
    clocks = {name: wire.ClockView(state, due.get(name)) for name, state in handoff.sla.items()}  # type: ignore[arg-type] # a state
    return wire.Sla(clocks.get("first"), clocks.get("next"), clocks.get("resolution"), handoff.sla_due_at)


async def _beside(tx: Transaction, conversation_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """What a row says of the contact."""
    c = t.conversation.c
    statement = (
        select(c.id, c.facts, c.slots, c.left_at, c.away_since, c.email, t.contact.c.blocked_at)
        .join(t.contact, t.contact.c.id == c.contact_id)
        .where(c.id.in_(conversation_ids))
    )
    return {row.id: row for row in await tx.execute(statement)}


async def _last_words(tx: Transaction, conversation_ids: Sequence[str]) -> dict[str, Message]:
    """The last message of each contact, found by its number."""
    c, m = t.conversation.c, t.message.c
    last = and_(m.conversation_id == c.id, m.number == c.last_contact_number)
    statement = select(*MESSAGE).join(t.conversation, last).where(c.id.in_(conversation_ids))
    return {row.conversation_id: message_of(row) for row in await tx.execute(statement)}


async def _lines(tx: Transaction, found: Sequence[Handoff]) -> dict[str, outline.Lines]:
    """What each handoff's row keeps of its talk; read from the talk where the listener has not come yet."""
    lines = {one.id: outline.Lines(one.ask, one.ask_message, one.mood or 0.0) for one in found if one.ask is not None}
    for one in found:
        if one.ask is None:
            lines[one.id] = await outline.read(tx, one)
    return lines
