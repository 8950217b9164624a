"""Stores what a contact did, masked, before anything else happens. Acknowledged means committed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog
from prometheus_client import Counter
from sqlalchemy import select, update

from bot import choices
from conversations.masking import mask
from conversations.model import Conversation, InboundKind, InboundMessage, Owner
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.work import schedule
from conversations.text import storable

log = structlog.get_logger()
TURN = "turn"
RECEIVED = Counter("frontdesk_messages_received", "Contacts' messages stored", ["channel"])
REPEATED = Counter("frontdesk_messages_repeated", "Updates that came again and were dropped", ["channel"])

_MENU_TITLES = {"human": "Talk to a person"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message is in the record as ``number``; ``repeated`` when it was there already."""

    number: int
    repeated: bool


class Receive:
    """The gateway's door.

    Args:
        silence: seconds of silence after which a new matter begins.
    """

    def __init__(self, database: Database, silence: float) -> None:
        self._database, self._silence = database, silence

    async def __call__(self, inbound: InboundMessage) -> Receipt:
        """Stores a message in one transaction and has it looked at; a redelivered one is recognised by its key."""
        clean = replace(inbound, text=mask(storable(inbound.text)))
        async with self._database.write() as tx:
            receipt = await self._store(tx, clean)
        (REPEATED if receipt.repeated else RECEIVED).labels(inbound.channel).inc()
        return receipt

    async def _store(self, tx: Transaction, inbound: InboundMessage) -> Receipt:
        held = await conversations.open_for(tx, inbound)
        inbound = await self._titled(tx, held, inbound)
        if inbound.native_key is not None:
            number = await conversations.number_of(tx, held.id, inbound.native_key)
            if number is not None and not await self._differs(tx, held, number, inbound):
                return Receipt(number, repeated=True)
            if number is not None:
                log.warning("one native key, two contents", conversation_id=held.id, number=number)
                inbound = replace(inbound, native_key=inbound.native_key + "#2")
                again = await conversations.number_of(tx, held.id, inbound.native_key or "")
                if again is not None:
                    return Receipt(again, repeated=True)
        held = await self._after_silence(tx, held)
        number = await conversations.add_inbound(tx, held, inbound, inbound.text)
        if held.owner is Owner.BOT:
            tx.signal("typing", held.id, "on")
        await schedule(tx, TURN, held.id)
        return Receipt(number, repeated=False)

    async def _titled(self, tx: Transaction, held: Conversation, inbound: InboundMessage) -> InboundMessage:
        """A press reads in the transcript as the title of its button."""
        if inbound.kind is not InboundKind.PRESSED:
            return inbound
        command = choices.menu_command(inbound.choice)
        if command is not None:
            return replace(inbound, text=_MENU_TITLES[command])
        number = choices.offered_number(inbound.choice)
        offered = await conversations.message(tx, held.id, number) if number else None
        button = choices.pressed(inbound.choice, offered)
        return replace(inbound, text=button.title if button else "(a choice that is no longer there)")

    async def _differs(self, tx: Transaction, held: Conversation, number: int, inbound: InboundMessage) -> bool:
        stored = await conversations.message(tx, held.id, number)
        return stored is not None and (stored.text, stored.choice) != (inbound.text, inbound.choice)

    async def _after_silence(self, tx: Transaction, held: Conversation) -> Conversation:
        """A new episode when the last message is long ago and nothing is open."""
        if held.owner is not Owner.BOT or held.last_number == 0:
            return held
        silent = await tx.execute(
            select(t.conversation.c.id).where(
                t.conversation.c.id == held.id, t.conversation.c.last_contact_at < now() - self._silence
            )
        )
        if silent.one_or_none() is None or await handoffs.open_of(tx, held.id) is not None:
            return held
        episode = await conversations.new_episode(tx, held, "silence")
        facts = held.carried_facts()
        await tx.execute(
            update(t.conversation)
            .where(t.conversation.c.id == held.id)
            .values(episode=episode, state=None, slots={}, facts=facts, cut_form=None, expecting=None, asking=None)
        )
        return replace(held, episode=episode, state=None, slots={}, facts=facts)
