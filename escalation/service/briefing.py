"""Makes the brief of one handoff from the record: reads, and leaves what is decided to `escalation.domain.brief`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from conversations.handoff import Handoff, ReasonKind
from conversations.model import Conversation, Message
from conversations.store import conversations, handoffs, turns
from conversations.store import tables as t
from conversations.store.database import Transaction
from escalation.domain import brief
from escalation.http import wire
from escalation.service.rows import Rows, reasons


async def brief_of(
    tx: Transaction, rows: Rows, handoff: Handoff, held: Conversation, said: Sequence[Message]
) -> wire.Brief:
    """The brief, without the orders: the shop is asked over a network.

    Args:
        said: the transcript.
    """
    heard = await turns.of_episode(tx, held.id, handoff.episode)
    matter = [m for m in said if m.episode == handoff.episode]
    ask, moods = brief.ask(matter, heard), brief.moods(heard)
    past = await handoffs.of_contact(tx, held.contact_id)
    filed = await turns.complaints_of(tx, held.contact_id)
    known = brief.facts(handoff.knows(held.known), heard, rows.foreign(handoff))
    return wire.Brief(
        ask=ask.value,
        ask_message=ask.message,
        reasons=reasons(handoff),
        tried=[wire.Tried(*line) for line in brief.tried(matter, heard)],
        facts=[wire.Fact(one.label, one.value, one.message, one.confidence) for one in known],
        mood=moods,
        orders=[],
        history=[_line(one) for one in brief.history(past, filed, handoff)],
        profile=[_line(one) for one in await _profile(tx, handoff, held)],
        moods_in_blocks=brief.blocks(moods),
    )


async def _profile(tx: Transaction, handoff: Handoff, held: Conversation) -> list[brief.Line]:
    """Since when they are known, where else, how they may be reached, what time it is there, what the business says."""
    i, c, e = t.identity.c, t.conversation.c, t.episode.c
    who = select(t.contact.c.created_at, t.contact.c.timezone, t.contact.c.profile)
    known = (await tx.execute(who.where(t.contact.c.id == held.contact_id))).one()
    known_on = select(i.channel).where(i.contact_id == held.contact_id).order_by(i.channel)
    mail = select(c.email).where(c.id == held.id)
    places = select(c.id).where(c.contact_id == held.contact_id)
    matters = select(func.count()).select_from(t.episode).where(e.conversation_id.in_(places), e.ended_at.is_not(None))
    lines = brief.profile(
        since=known.created_at,
        at=await conversations.clock(tx),
        channels=list((await tx.execute(known_on)).scalars()),
        vip=any(reason.kind is ReasonKind.VIP for reason in handoff.reasons),
        timezone=known.timezone,
    )
    lines += [brief.Line(name.replace("_", " ").capitalize(), value) for name, value in known.profile.items()]
    if address := (await tx.execute(mail)).scalar_one():
        lines.append(brief.Line("Left an e-mail", address))
    before = int((await tx.execute(matters)).scalar_one())
    if before:
        lines.append(brief.Line("Earlier matters", str(before)))
    return lines


def _line(line: brief.Line) -> wire.Fact:
    return wire.Fact(line.label, line.value, line.message)
