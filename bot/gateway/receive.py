"""Stores what a contact did, masked, before anything else happens. Acknowledged means committed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import structlog
from prometheus_client import Counter
from sqlalchemy import update

from bot import choices
from conversations.handoff import HandoffState
from conversations.masking import mask
from conversations.model import Conversation, InboundKind, InboundMessage, Message, Outbound, Owner, Sender, Status
from conversations.notices import Notices
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from conversations.text import beginning, storable

log = structlog.get_logger()
TURN = "turn"
RECEIVED = Counter("frontdesk_messages_received", "Contacts' messages stored", ["channel"])
REPEATED = Counter("frontdesk_messages_repeated", "Updates that came again and were dropped", ["channel"])

# Characters of a message that are kept. Whatever works on a text (masking takes 1 to 2 ms per 1,000) stops the others.
KEPT_TEXT = 20_000
# Nobody types more than that to name a choice.
_LONGEST_CHOICE = 1000
# So far back the latest offer is looked for: a turn says a few messages.
_OFFER_REACH = 20
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
        client_payloads: payloads (``/greet``) that a client may open a conversation with.
    """

    def __init__(
        self, database: Database, silence: float, notices: Notices, client_payloads: Collection[str] = ()
    ) -> None:
        self._database, self._silence = database, silence
        self._notices, self._client_payloads = notices, frozenset(client_payloads)

    async def __call__(self, inbound: InboundMessage) -> Receipt:
        """Stores a message in one transaction and has it looked at; a redelivered one is recognised by its key."""
        kept = beginning(inbound.text, KEPT_TEXT)
        clean = replace(inbound, text=mask(storable(kept)))
        async with self._database.write() as tx:
            receipt = await self._store(tx, clean, typed=kept if len(kept) <= _LONGEST_CHOICE else "")
            if len(kept) < len(inbound.text) and not receipt.repeated:
                await self._tell_cut(tx, inbound.conversation_id)
        (REPEATED if receipt.repeated else RECEIVED).labels(inbound.channel).inc()
        return receipt

    async def _store(self, tx: Transaction, inbound: InboundMessage, typed: str) -> Receipt:
        held = await conversations.open_for(tx, inbound)
        inbound = await self._titled(tx, held, inbound)
        if inbound.native_key is not None:
            number = await conversations.number_of(tx, held.id, inbound.native_key)
            if number is not None and not await self._differs(tx, held, number, inbound, typed):
                return Receipt(number, repeated=True)
            if number is not None:
                log.warning("one native key, two contents", conversation_id=held.id, number=number)
                inbound = replace(inbound, native_key=inbound.native_key + "#2")
                again = await conversations.number_of(tx, held.id, inbound.native_key or "")
                if again is not None:
                    return Receipt(again, repeated=True)
        held = await self._after_silence(tx, held)
        if inbound.kind is InboundKind.SAID and typed:
            inbound = await self._clicked(tx, held, inbound, typed)
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
        button = choices.pressed(inbound.choice, await self._offered(tx, held, inbound.choice))
        return replace(inbound, text=button.title if button else "(a choice that is no longer there)")

    async def _clicked(
        self, tx: Transaction, held: Conversation, inbound: InboundMessage, typed: str
    ) -> InboundMessage:
        """A typed text that names an open choice of the latest offer is a press of it; so is a client's opening.

        Rasa's clients send the payload of a pressed button as if it had been typed. Nothing else that is typed is
        ever taken for a payload.
        """
        if held.last_number == 0:
            payload = typed.strip()
            if payload not in self._client_payloads:
                return inbound
            words = payload.removeprefix("/").replace("_", " ")
            return replace(inbound, kind=InboundKind.PRESSED, choice=choices.OPENING + payload, text=words)
        found = choices.typed_choice(typed, await self._latest_offer(tx, held))
        if found is None:
            return inbound
        choice, button, offered = found
        handoff = await handoffs.open_of(tx, held.id)
        waiting = handoff is not None and handoff.state is HandoffState.WAITING
        if not choices.is_open(button, offered, held, waiting=waiting):
            return inbound
        return replace(inbound, kind=InboundKind.PRESSED, choice=choice, text=button.title)

    async def _latest_offer(self, tx: Transaction, held: Conversation) -> list[Message]:
        """What was said since the contact last spoke; further back only if there is nothing of it."""
        reach = held.last_number - _OFFER_REACH
        for after in sorted({max(held.last_contact_number, reach), reach}, reverse=True):
            latest = await conversations.messages(tx, held.id, after, through=held.last_number)
            if any(message.status is not Status.WITHDRAWN for message in latest):
                return choices.latest_offer(latest)
        return []

    async def _offered(self, tx: Transaction, held: Conversation, choice: str | None) -> Message | None:
        number = choices.offered_number(choice)
        return await conversations.message(tx, held.id, number) if number else None

    async def _differs(
        self, tx: Transaction, held: Conversation, number: int, inbound: InboundMessage, typed: str
    ) -> bool:
        """Whether the message stored under this key says something else; a press says its own name."""
        stored = await conversations.message(tx, held.id, number)
        if stored is None or (stored.text, stored.choice) == (inbound.text, inbound.choice):
            return False
        if inbound.kind is not InboundKind.SAID or stored.kind != InboundKind.PRESSED:
            return True
        if (opening := choices.opening_payload(stored.choice)) is not None:
            return typed.strip() != opening
        button = choices.pressed(stored.choice, await self._offered(tx, held, stored.choice))
        return button is None or not choices.names(typed, button)

    async def _tell_cut(self, tx: Transaction, conversation_id: str) -> None:
        """What is not kept is never dropped in silence."""
        held = await conversations.get(tx, conversation_id)
        assert held is not None, "its message was stored in this transaction"
        text = self._notices.spoken(held.language)("not_kept", conversation_id, limit=f"{KEPT_TEXT:,}")
        await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text)])

    async def _after_silence(self, tx: Transaction, held: Conversation) -> Conversation:
        """A new episode when the last message is long ago and nothing is open."""
        if held.owner is not Owner.BOT or held.last_number == 0 or held.silent_for <= self._silence:
            return held
        if await handoffs.open_of(tx, held.id) is not None:
            return held
        episode = await conversations.new_episode(tx, held, "silence")
        facts = held.carried_facts()
        await tx.execute(
            update(t.conversation)
            .where(t.conversation.c.id == held.id)
            .values(episode=episode, state=None, slots={}, facts=facts, cut_form=None, expecting=None, asking=None)
        )
        return replace(held, episode=episode, state=None, slots={}, facts=facts)
