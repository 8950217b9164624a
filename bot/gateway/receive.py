"""Stores what a contact did, masked, before anything else happens. Acknowledged means committed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import structlog
from prometheus_client import Counter
from sqlalchemy import update

from bot import choices
from bot.gateway import changes
from bot.gateway.limits import Pace
from bot.gateway.linking import Linking
from conversations.handoff import HandoffState
from conversations.masking import mask
from conversations.model import (
    ButtonKind,
    Command,
    Conversation,
    InboundKind,
    InboundMessage,
    Message,
    Outbound,
    Owner,
    Sender,
    Status,
)
from conversations.notices import Notices
from conversations.store import contacts, conversations, handoffs, revising
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.erased import KEPT, ErasedKeys
from conversations.store.work import schedule
from conversations.text import beginning, storable

log = structlog.get_logger()
TURN = "turn"
# Seconds between two presses of one button that are one.
DOUBLE_TAP = 2.0
RECEIVED = Counter("frontdesk_messages_received", "Contacts' messages stored", ["channel"])
REPEATED = Counter("frontdesk_messages_repeated", "Updates that came again and were dropped", ["channel"])
UNKNOWN = Counter(
    "frontdesk_updates_unknown", "Updates of kinds that nobody here knows: acknowledged, not kept", ["channel", "kind"]
)
REFUSED = Counter("frontdesk_messages_refused", "Messages not kept: their contact wrote too fast", ["channel"])

# Characters of a message that are kept. Whatever works on a text (masking takes 1 to 2 ms per 1,000) stops the others.
KEPT_TEXT = 20_000
# Nobody types more than that to name a choice.
_LONGEST_CHOICE = 1000
# So far back the latest offer is looked for: a turn says a few messages.
_OFFER_REACH = 20
_MENU_TITLES = {
    Command.START: "Start",
    Command.HELP: "Help",
    Command.HUMAN: "Talk to a person",
    Command.PRIVACY: "Privacy",
    Command.SEND_DATA: "Send me my data",
    Command.ERASE: "Erase me",
    Command.LINK: "Use me on another channel",
}
_CODE = "Code from another channel"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message is in the record as ``number``; ``repeated`` when it was there already.

    An edit, a deletion, a contact who leaves or comes back are no messages: 0. So is what was ``refused`` of a contact
    who writes faster than anybody could read; they were told.
    """

    number: int
    repeated: bool
    refused: bool = False


class Receive:
    """The gateway's door.

    Args:
        silence: seconds of silence after which a new matter begins.
        client_payloads: payloads (``/greet``) that a client may open a conversation with.
        pace: how fast one contact may write on channels whose vendor lets any number through; None: at any pace.
        erased: what was erased and must not come back when it is delivered late.
        linking: takes the codes by which contacts join what they are on another channel.
    """

    def __init__(
        self,
        database: Database,
        silence: float,
        notices: Notices,
        client_payloads: Collection[str] = (),
        pace: Pace | None = None,
        *,
        erased: ErasedKeys,
        linking: Linking,
    ) -> None:
        self._database, self._silence, self._pace = database, silence, pace
        self._notices, self._client_payloads = notices, frozenset(client_payloads)
        self._erased, self._linking = erased, linking

    async def __call__(self, inbound: InboundMessage) -> Receipt:
        """Stores a message in one transaction and has it looked at; a redelivered one is recognised by its key."""
        kept = beginning(inbound.text, KEPT_TEXT)
        typed = kept if len(kept) <= _LONGEST_CHOICE else ""
        clean = self._commanded(replace(inbound, text=mask(storable(kept))), typed)
        try:
            async with self._database.write() as tx:
                receipt = await self._store(tx, clean, typed)
                if len(kept) < len(inbound.text) and receipt.number and not receipt.repeated:
                    await self._tell_cut(tx, inbound.conversation_id)
        except BaseException:
            if self._pace is not None:
                self._pace.undo(inbound)
            raise
        counted = REFUSED if receipt.refused else REPEATED if receipt.repeated else RECEIVED
        counted.labels(inbound.channel).inc()
        return receipt

    def _commanded(self, inbound: InboundMessage, typed: str) -> InboundMessage:
        """A text that is a command and nothing else is a press in the standing menu. No code is left in a text."""
        if inbound.kind is not InboundKind.SAID or inbound.attachments or typed.strip() in self._client_payloads:
            return inbound
        asked = Command.LINK if choices.typed_code(typed) else choices.typed_command(typed)
        if asked is None:
            return inbound
        return replace(inbound, kind=InboundKind.PRESSED, choice=choices.MENU + asked, text=_MENU_TITLES[asked])

    async def _is_too_fast(self, tx: Transaction, held: Conversation, inbound: InboundMessage) -> bool:
        """What comes too fast is not kept; the contact is told once, and that it must be written again."""
        if self._pace is None or self._pace.allows(inbound):
            return False
        if self._pace.is_first_refusal(inbound):
            text = self._notices.spoken(held.language)("too_fast", held.id)
            await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text)])
        return True

    async def _store(self, tx: Transaction, inbound: InboundMessage, typed: str) -> Receipt:
        code = choices.typed_code(typed) if choices.menu_command(inbound.choice) is Command.LINK else None
        if code is not None:
            await self._linking.hold(tx, inbound.conversation_id, code)
        known = await conversations.get(tx, inbound.conversation_id, lock=True)
        if await self._was_erased(tx, known, inbound):
            return Receipt(0, repeated=True)
        held = known or await conversations.open_for(tx, inbound)
        if inbound.kind in {InboundKind.JOINED, InboundKind.LEFT}:
            await changes.came_or_went(tx, held, inbound)
            return Receipt(0, repeated=False)
        if inbound.kind is InboundKind.EDITED and await self._is_too_fast(tx, held, inbound):
            return Receipt(0, repeated=False, refused=True)
        if inbound.kind in {InboundKind.EDITED, InboundKind.DELETED}:
            never_came = await changes.revised(tx, held, inbound)
            if never_came is None:
                return Receipt(0, repeated=False)
            inbound = never_came
        inbound = await self._titled(tx, held, inbound)
        if inbound.native_key is not None:
            number = await conversations.number_of(tx, held.id, inbound.native_key)
            if number is not None and not await self._differs(tx, held, number, inbound, typed):
                await changes.with_its_files(tx, held, number, inbound)
                return Receipt(number, repeated=True)
            if number is not None:
                log.warning("one native key, two contents", conversation_id=held.id, number=number)
                inbound = replace(inbound, native_key=inbound.native_key + "#2")
                again = await conversations.number_of(tx, held.id, inbound.native_key or "")
                if again is not None:
                    return Receipt(again, repeated=True)
        if (number := await self._pressed_before(tx, held, inbound)) is not None:
            return Receipt(number, repeated=True)
        if await self._is_too_fast(tx, held, inbound):
            return Receipt(0, repeated=False, refused=True)
        held = await self._after_silence(tx, held)
        if inbound.kind is InboundKind.SAID and typed:
            inbound = await self._clicked(tx, held, inbound, typed)
        if code is not None:
            outcome = await self._linking.take(tx, held, code)
            inbound = replace(inbound, choice=choices.LINKED + outcome, text=_CODE)
        if inbound.timezone or inbound.profile:
            await contacts.know(tx, held.contact_id, inbound.timezone, dict(inbound.profile))
        number = await conversations.add_inbound(tx, held, inbound, inbound.text)
        if (offered := choices.offered_number(inbound.choice)) is not None:
            await revising.show(tx, held.id, offered)
        if held.owner is Owner.BOT and not held.is_blocked:
            tx.signal("typing", held.id, "on")
        await schedule(tx, TURN, held.id)
        return Receipt(number, repeated=False)

    async def _pressed_before(self, tx: Transaction, held: Conversation, inbound: InboundMessage) -> int | None:
        """The number of the same choice of the same offer a moment ago: a double tap counts once.

        So does whatever is pressed again before it is answered; later it is a choice like any other.
        """
        if inbound.kind is not InboundKind.PRESSED or inbound.choice is None:
            return None
        button = choices.pressed(inbound.choice, await self._offered(tx, held, inbound.choice))
        if button is None or button.kind is not ButtonKind.REPLY:
            return None
        found = await conversations.latest_press(tx, held.id, inbound.choice)
        if found is None:
            return None
        number, at = found
        return number if number > held.settled_through or held.read_at - at < DOUBLE_TAP else None

    async def _was_erased(self, tx: Transaction, known: Conversation | None, inbound: InboundMessage) -> bool:
        """Whether it is about something that was erased. That can be only while the conversation is young."""
        if known is not None and known.read_at - known.created_at > KEPT:
            return False
        if known is None and inbound.kind in {InboundKind.DELETED, InboundKind.LEFT}:
            return True  # whoever goes, or takes something back, is not known by it
        keys = {inbound.native_key, inbound.of} if inbound.of else {inbound.native_key}
        return any([await self._erased.has(tx, inbound.conversation_id, key) for key in keys])

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
        if stored is None or stored.deleted_at is not None or stored.edited_at is not None:
            return False  # what it first said is no longer there to compare
        if (stored.text, stored.choice) == (inbound.text, inbound.choice):
            return False
        if choices.link_outcome(stored.choice) is not None:
            return choices.typed_code(typed) is None
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
