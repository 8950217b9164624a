"""Is an answer for everybody? What is about one contact alone leaves a group or a channel's thread.

A general answer stays where others read along. All else (an order, an account, a form's question, a handoff, an agent's
words) is told to the contact alone. It is read from the record, so that a retry comes to the same end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bot.choices import MENU
from conversations.model import ButtonKind, Command, Conversation, Message, Owner, Sender
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction

_PUBLIC_COMMANDS = {f"{MENU}{name}" for name in (Command.START, Command.HELP, Command.PRIVACY, Command.LINK)}
# So far back is looked for what was told before.
_REACH = 50


@dataclass(frozen=True, slots=True)
class Whereto:
    """``private``: to the contact alone. ``announced``: it is the first there since they wrote where others read."""

    private: bool
    announced: bool = False


class Placing:
    """Where messages of a conversation go that others read along.

    Args:
        general: the intents whose answers others may read.
        came_in_private: whether a contact's message came where nobody else reads.
        was_private: whether a message of ours was told there.
    """

    def __init__(
        self,
        database: Database,
        general: Collection[str],
        *,
        came_in_private: Callable[[Message], bool],
        was_private: Callable[[Message], bool],
    ) -> None:
        self._database, self._general = database, frozenset(general)
        self._came_in_private, self._was_private = came_in_private, was_private

    async def whereto(self, message: Message) -> Whereto:
        """Where a message belongs."""
        async with self._database.read() as tx:
            held = await conversations.get(tx, message.conversation_id)
            assert held is not None, "it has this message"
            after, through = message.number - _REACH - 1, message.number - 1
            before = await conversations.messages(tx, held.id, after, through=through, limit=_REACH)
            asked = _asked(message, before)
            private = await self._is_private(tx, held, message, before, asked)
        since = [one for one in before if asked is None or one.number > asked.number]
        in_public = asked is None or not self._came_in_private(asked)
        return Whereto(private, announced=private and in_public and not any(map(self._was_private, since)))

    async def _is_private(
        self, tx: Transaction, held: Conversation, message: Message, before: Sequence[Message], asked: Message | None
    ) -> bool:
        if message.sender is Sender.AGENT or held.owner is not Owner.BOT:
            return True
        if asked is not None and self._came_in_private(asked):
            return True
        if asked is not None and asked.choice in _PUBLIC_COMMANDS:
            return False
        if message.turn is not None:
            return message.asking or not await self._is_general(tx, held.id, message.turn)
        if any(_is_personal(button.kind, button.value) for button in message.buttons):
            return True
        return any(self._was_private(one) for one in before if one.episode == message.episode)

    async def _is_general(self, tx: Transaction, conversation_id: str, first: int) -> bool:
        """By how the turn was understood: every wish in it is general, and no form was asking."""
        c = t.turn.c
        found = select(c.parse, c.in_form).where(c.conversation_id == conversation_id, c.first == first)
        row = (await tx.execute(found)).one_or_none()
        if row is None or row.parse is None or row.in_form:
            return False
        return {row.parse["intent"], *(wish["intent"] for wish in row.parse.get("wishes") or ())} <= self._general


def _asked(message: Message, before: Sequence[Message]) -> Message | None:
    """What the contact said last before a message; of an answer, what it answers."""
    said = [one for one in before if one.sender is Sender.CONTACT]
    answered = next((one for one in said if one.number == message.turn), None)
    return answered or (said[-1] if said else None)


def _is_personal(kind: ButtonKind, value: str) -> bool:
    return kind is ButtonKind.SURVEY or (kind is ButtonKind.COMMAND and value != Command.HUMAN)
