"""What the gateway sees of a conversation before it acts: read in one go, acted on only if it still stands."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot import choices
from bot.engine.wire import Parse
from bot.handoff_policy import Heard
from conversations.handoff import Handoff, HandoffState
from conversations.model import Button, ButtonKind, Command, Conversation, InboundKind, Message, command
from conversations.store import conversations, handoffs, turns
from conversations.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Sight:
    """A conversation with unsettled messages.

    ``age`` is for how many seconds the first of them has waited, by the database's clock. ``button`` is what the first
    pressed, ``button_open`` whether it still does something.
    """

    conversation: Conversation
    pending: tuple[Message, ...]
    handoff: Handoff | None
    age: float
    button: Button | None
    offered: Message | None
    button_open: bool

    @property
    def first(self) -> Message:
        return self.pending[0]

    @property
    def through(self) -> int:
        return self.pending[-1].number


async def look(database: Database, conversation_id: str) -> Sight | None:
    """The conversation as it stands; None when nothing is unsettled."""
    async with database.read() as tx:
        conversation = await conversations.get(tx, conversation_id)
        if conversation is None or conversation.last_contact_number <= conversation.settled_through:
            return None
        pending = await conversations.unsettled(tx, conversation_id, conversation.settled_through)
        if not pending:
            return None
        handoff = await handoffs.open_of(tx, conversation_id)
        button, offered = await _button(tx, conversation, pending[0])
        clock = await conversations.clock(tx)
    waiting = handoff is not None and handoff.state is HandoffState.WAITING
    return Sight(
        conversation,
        tuple(pending),
        handoff,
        max(0.0, clock - pending[0].at),
        button,
        offered,
        bool(button and (not offered or choices.is_open(button, offered, conversation, waiting=waiting))),
    )


async def _button(tx: Transaction, held: Conversation, message: Message) -> tuple[Button | None, Message | None]:
    if message.kind != InboundKind.PRESSED:
        return None, None
    menu = choices.menu_command(message.choice)
    if menu is not None:
        return command(message.text, menu), None
    opening = choices.opening_payload(message.choice)
    if opening is not None:
        return Button(message.text, ButtonKind.REPLY, opening), None
    number = choices.offered_number(message.choice)
    offered = await conversations.message(tx, held.id, number) if number else None
    return choices.pressed(message.choice, offered), offered


async def asking_for_person(database: Database, sight: Sight) -> Message | None:
    """The first unsettled press of *Talk to a person*: it need not wait for the engine."""
    async with database.read() as tx:
        pending = await conversations.unsettled(tx, sight.conversation.id, sight.conversation.settled_through)
        for message in pending:
            button, _ = await _button(tx, sight.conversation, message)
            if button is not None and button.value == Command.HUMAN:
                return message
    return None


async def heard_before(tx: Transaction, held: Conversation) -> list[Heard]:
    """The turns of this episode so far, oldest first."""
    return [
        Heard(turn.first, turn.text, msgspec.convert(turn.parse, Parse), turn.in_form)
        for turn in await turns.of_episode(tx, held.id, held.episode)
        if turn.parse is not None
    ]
