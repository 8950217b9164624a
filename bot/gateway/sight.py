"""What the gateway sees of a conversation before it acts: read in one go, acted on only if it still stands."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bot import choices
from bot.engine.wire import Parse
from bot.handoff_policy import Heard
from conversations.handoff import Handoff, HandoffState
from conversations.model import (
    CALL_CHANNELS,
    Button,
    ButtonKind,
    Command,
    Conversation,
    InboundKind,
    Message,
    Owner,
    command,
)
from conversations.store import conversations, handoffs, turns
from conversations.store.database import Database, Transaction

# Characters of a burst that is answered in one turn; a longer one message by message.
LONGEST_BURST = 2000
# The payload with which the assistant greets.
GREETING = "/greet"


@dataclass(frozen=True, slots=True)
class Sight:
    """A conversation with unsettled messages.

    ``age`` is for how many seconds the first of them has waited, by the database's clock. ``button`` is what the first
    pressed, ``button_open`` whether it still does something. ``person`` is the first press of *Talk to a person*.
    """

    conversation: Conversation
    pending: tuple[Message, ...]
    handoff: Handoff | None
    age: float
    button: Button | None
    offered: Message | None
    button_open: bool
    person: Message | None

    @property
    def first(self) -> Message:
        return self.pending[0]

    @property
    def through(self) -> int:
        return self.pending[-1].number

    @property
    def burst(self) -> tuple[Message, ...]:
        """What one turn answers: the first, and what was said right after it ("hi" / "my order" / "1045")."""
        if self.first.kind != InboundKind.SAID or self.conversation.channel in CALL_CHANNELS:
            return self.pending[:1]
        said = itertools.takewhile(lambda one: one.kind == InboundKind.SAID, self.pending)
        together = tuple(one for one in said if one.deleted_at is None)
        return together if sum(len(one.text) for one in together) <= LONGEST_BURST else self.pending[:1]

    @property
    def text(self) -> str:
        """What the burst says, a line for each message."""
        return "\n".join(one.text for one in self.burst if one.text)

    @property
    def turn_through(self) -> int:
        """The last message that one turn answers."""
        return max(one.number for one in self.burst)


async def look(database: Database, conversation_id: str) -> Sight | None:
    """The conversation as it stands; None when nothing is unsettled."""
    async with database.read() as tx:
        conversation, handoff = await handoffs.beside(tx, conversation_id)
        if conversation is None or conversation.last_contact_number <= conversation.settled_through:
            return None
        pending = await conversations.unsettled(tx, conversation_id, conversation.settled_through)
        if not pending:
            return None
        button, offered = await _button(tx, conversation, pending[0])
        person = await _press_for_person(tx, conversation, pending)
    waiting = handoff is not None and handoff.state is HandoffState.WAITING
    return Sight(
        conversation,
        tuple(pending),
        handoff,
        max(0.0, conversation.read_at - pending[0].at),
        button,
        offered,
        bool(button and (not offered or choices.is_open(button, offered, conversation, waiting=waiting))),
        person,
    )


async def _button(tx: Transaction, held: Conversation, message: Message) -> tuple[Button | None, Message | None]:
    if message.kind != InboundKind.PRESSED:
        return None, None
    menu = choices.menu_command(message.choice)
    if menu is Command.START and held.owner is Owner.BOT:
        return Button(message.text, ButtonKind.REPLY, GREETING), None
    if menu is not None:
        return command(message.text, menu), None
    if choices.link_outcome(message.choice) is not None:
        return command(message.text, Command.LINK), None
    opening = choices.opening_payload(message.choice)
    if opening is not None:
        return Button(message.text, ButtonKind.REPLY, opening), None
    number = choices.offered_number(message.choice)
    offered = await conversations.message(tx, held.id, number) if number else None
    return choices.pressed(message.choice, offered), offered


async def asking_for_person(database: Database, sight: Sight) -> Message | None:
    """The first unsettled press of *Talk to a person*, by now: it need not wait for the engine."""
    async with database.read() as tx:
        pending = await conversations.unsettled(tx, sight.conversation.id, sight.conversation.settled_through)
        return await _press_for_person(tx, sight.conversation, pending)


async def _press_for_person(tx: Transaction, held: Conversation, pending: Sequence[Message]) -> Message | None:
    for message in pending:
        button, _ = await _button(tx, held, message)
        if button is not None and button.value == Command.HUMAN:
            return message
    return None


async def heard_before(tx: Transaction, held: Conversation, limit: int = 20) -> list[Heard]:
    """The latest turns of this episode so far, oldest first."""
    return [
        Heard(turn.first, turn.text, msgspec.convert(turn.parse, Parse), turn.in_form)
        for turn in await turns.of_episode(tx, held.id, held.episode, limit, parsed=True)
        if turn.parse is not None
    ]
