"""What a contact does beside saying something: edits, deletes, leaves, comes back. None of it is answered."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from bot.gateway.forgetting import forget
from conversations.events import ContactLeft, ContactRevised
from conversations.model import PULL_CHANNELS, Conversation, InboundKind, InboundMessage, Sender
from conversations.store import conversations, events, files, handoffs, revising
from conversations.store import tables as t
from conversations.store.database import Transaction, now


async def revised(tx: Transaction, held: Conversation, inbound: InboundMessage) -> InboundMessage | None:
    """Writes an edit or a deletion down; whoever has the conversation in hand is told.

    What never came is returned as the message that it must have been, edited or taken back already: channels may bring
    them in any order, and it must not be taken for new when it comes.
    """
    number = await conversations.number_of(tx, held.id, inbound.of) if inbound.of else None
    if number is None:
        # A browser sends in order: what it takes back and never sent is nothing.
        if not inbound.of or (inbound.kind is InboundKind.DELETED and inbound.channel in PULL_CHANNELS):
            return None
        kind = InboundKind.SAID if inbound.kind is InboundKind.EDITED else inbound.kind
        return replace(inbound, kind=kind, native_key=inbound.of)
    stored = await conversations.message(tx, held.id, number)
    assert stored is not None, "its number was just read"
    if stored.sender is not Sender.CONTACT:
        return None
    text = None if inbound.kind is InboundKind.DELETED else inbound.text
    at = inbound.sent_at if inbound.sent_at is not None else await conversations.clock(tx)
    if stored.text == text or not await revising.revise(tx, held.id, number, text, at):
        return None
    await forget(tx, held, stored)
    handoff = await handoffs.open_of(tx, held.id)
    if handoff is not None:
        await events.record(tx, held.id, ContactRevised(handoff.id, held.id, number))
        tx.signal("handoff", handoff.id)
    return None


async def with_its_files(tx: Transaction, held: Conversation, number: int, inbound: InboundMessage) -> None:
    """Adds the files of a message to what an edit said of it before it came."""
    stored = await conversations.message(tx, held.id, number) if inbound.attachments else None
    if stored is not None and stored.edited_at is not None and not stored.attachments and stored.deleted_at is None:
        await files.attach(tx, held.id, number, inbound.attachments)


async def came_or_went(tx: Transaction, held: Conversation, inbound: InboundMessage) -> None:
    """Writes down whether the contact can be reached here; what comes again after something later changes nothing."""
    left, at = inbound.kind is InboundKind.LEFT, inbound.sent_at
    if at is not None and held.came_or_went_at is not None and at < held.came_or_went_at:
        return
    row = update(t.conversation).where(t.conversation.c.id == held.id)
    if left == (held.left_at is not None):
        await tx.execute(row.values(came_or_went_at=at))
        return
    await tx.execute(row.values(left_at=now() if left else None, came_or_went_at=at))
    tx.signal("state", held.id)
    handoff = await handoffs.open_of(tx, held.id)
    if handoff is not None:
        await events.record(tx, held.id, ContactLeft(handoff.id, held.id, left))
        tx.signal("handoff", handoff.id)
