"""What a contact asks of the gateway itself, on every channel and whoever owns the conversation; never a turn.

None of it changes the owner, the form that is asking, or the survey that waits for an answer.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot import choices
from bot.config import Assistant
from bot.gateway.linking import Linking, Outcome
from bot.gateway.places import is_private
from bot.gateway.privacy import ERASE, SEND_DATA, sent_lately
from bot.gateway.sight import Sight
from conversations.handoff import HandoffState
from conversations.model import CALL_CHANNELS, Button, ButtonKind, Command, Outbound, Owner, Sender, command
from conversations.notices import Notices
from conversations.ports import Desk
from conversations.store import conversations
from conversations.store.database import Database, Transaction
from conversations.store.posted import FAREWELL
from conversations.store.work import schedule

_OUTCOMES = {
    Outcome.JOINED: "link_joined",
    Outcome.SAME: "link_same",
    Outcome.UNKNOWN: "link_unknown",
    Outcome.TOO_OFTEN: "link_too_often",
    Outcome.PUBLIC: "private_only",
}
# https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address, with a dot in the domain.
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_LONGEST_EMAIL = 254
_Answer = Callable[[Transaction, Sight, Notices], Awaitable[Outbound]]


def email_in(text: str) -> str | None:
    """The e-mail address that a text is; None when it is anything else."""
    given = text.strip().removeprefix("mailto:").rstrip(".")
    return given if len(given) <= _LONGEST_EMAIL and _EMAIL.fullmatch(given) else None


class Commands:
    """Settles the first unsettled message when it is such a command; says whether it was."""

    def __init__(
        self, database: Database, notices: Notices, linking: Linking, desk: Desk, business: str, assistant: Assistant
    ) -> None:
        self._database, self._notices, self._linking, self._desk = database, notices, linking, desk
        self._business, self._assistant = business, assistant
        self._answers: dict[Command, _Answer] = {
            Command.START: self._start,
            Command.HELP: self._help,
            Command.PRIVACY: self._privacy,
            Command.SEND_DATA: self._send_data,
            Command.ERASE: self._erase,
            Command.ERASE_CONFIRMED: self._erase_confirmed,
            Command.ERASE_KEPT: self._erase_kept,
            Command.LINK: self._link,
            Command.LEAVE_WITH_US: self._leave_with_us,
            Command.LEAVE_EMAIL: self._leave_email,
        }

    async def __call__(self, sight: Sight, asked: Command) -> bool:
        answer = self._answers.get(asked)
        if answer is None:
            return False
        async with self._database.write() as tx:
            # The next message may be the address.
            changes: dict[str, Any] = (
                {"expecting": f"email:{sight.conversation.episode}"} if asked is Command.LEAVE_EMAIL else {}
            )
            kept = await conversations.settle(tx, sight.conversation, sight.first.number, **changes)
            if kept is None:
                return True
            said = await answer(tx, sight, self._notices.spoken(kept.language))
            await conversations.say(tx, kept.id, kept.episode, [said])
            if sight.handoff is not None:
                tx.signal("handoff", sight.handoff.id)
        return True

    async def email(self, sight: Sight) -> bool:
        """Keeps the address that was asked for; anything that is none is a message like any other."""
        address = email_in(sight.first.text)
        if address is None:
            return False
        async with self._database.write() as tx:
            kept = await conversations.settle(tx, sight.conversation, sight.first.number, expecting=None, email=address)
            if kept is not None:
                text = self._notices.spoken(kept.language)("leave_email_kept", kept.id, email=address)
                await conversations.say(tx, kept.id, kept.episode, [Outbound(Sender.SYSTEM, text)])
                if sight.handoff is not None:
                    tx.signal("handoff", sight.handoff.id)
                    tx.signal("queue", sight.handoff.team)
        return True

    async def _leave_with_us(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        """They wait no longer: we write to them here."""
        handoff = sight.handoff
        if handoff is None or handoff.state is not HandoffState.WAITING:
            return Outbound(Sender.SYSTEM, notices("choice_closed", str(sight.first.number)))
        opens = await self._desk.left_with_us(tx, handoff)
        name = "left_with_us" if opens is None else "left_with_us_until"
        return Outbound(Sender.SYSTEM, notices(name, handoff.id, opens=opens, reference=handoff.reference))

    async def _leave_email(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        return Outbound(Sender.SYSTEM, notices("leave_email_ask", sight.conversation.id))

    async def _start(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        """Who answers now; while that is the assistant, it greets itself (`bot.gateway.sight`)."""
        return Outbound(Sender.SYSTEM, self._who_answers(sight, notices))

    async def _help(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        given = {"assistant": self._assistant.name, "business": self._business}
        text = notices("help", sight.conversation.id, **given)
        if sight.conversation.owner is not Owner.BOT:
            return Outbound(Sender.SYSTEM, f"{text}\n\n{self._who_answers(sight, notices)}")
        starters = [Button(starter, ButtonKind.REPLY, starter) for starter in self._assistant.starters]
        person = command(notices("talk_to_person"), Command.HUMAN)
        return Outbound(Sender.SYSTEM, text, buttons=(*starters, person))

    def _who_answers(self, sight: Sight, notices: Notices) -> str:
        held, handoff = sight.conversation, sight.handoff
        if held.owner is Owner.AGENT and handoff is not None:
            return notices("now_agent", held.id, agent=handoff.agent_name)
        reference = handoff.reference if handoff is not None else ""
        return notices("now_queue", held.id, reference=reference)

    async def _privacy(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        given = {"assistant": self._assistant.name, "business": self._business}
        text = notices("privacy", sight.conversation.id, **given)
        if not is_private(sight.conversation.id):
            return Outbound(Sender.SYSTEM, f"{text}\n\n{notices('private_only')}")
        offered = Command.SEND_DATA, Command.ERASE, Command.LINK
        buttons = tuple(command(notices(f"button_{one}"), one) for one in offered)
        return Outbound(Sender.SYSTEM, text, buttons=buttons)

    async def _send_data(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        held = sight.conversation
        if not is_private(held.id):
            return Outbound(Sender.SYSTEM, notices("private_only"))
        if held.channel in CALL_CHANNELS:
            person = (command(notices("talk_to_person"), Command.HUMAN),) if held.owner is Owner.BOT else ()
            return Outbound(Sender.SYSTEM, notices("send_data_no_files", business=self._business), buttons=person)
        if await sent_lately(tx, held.id):
            return Outbound(Sender.SYSTEM, notices("send_data_lately", held.id))
        await schedule(tx, SEND_DATA, held.id)
        return Outbound(Sender.SYSTEM, notices("send_data_begun", held.id))

    async def _erase(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        if not is_private(sight.conversation.id):
            return Outbound(Sender.SYSTEM, notices("private_only"))
        sure = command(notices("button_erase_confirmed"), Command.ERASE_CONFIRMED)
        no = command(notices("button_erase_kept"), Command.ERASE_KEPT)
        text = notices("erase_ask", sight.conversation.id, business=self._business)
        return Outbound(Sender.SYSTEM, text, buttons=(sure, no))

    async def _erase_kept(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        return Outbound(Sender.SYSTEM, notices("erase_kept", sight.conversation.id))

    async def _erase_confirmed(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        """The last that they hear: the work waits until it has gone out."""
        await schedule(tx, ERASE, sight.conversation.contact_id)
        text = notices("erase_begun", sight.conversation.id)
        return Outbound(Sender.SYSTEM, text, native_key=f"{FAREWELL}{sight.first.number}")

    async def _link(self, tx: Transaction, sight: Sight, notices: Notices) -> Outbound:
        held = sight.conversation
        outcome = choices.link_outcome(sight.first.choice)
        if outcome is not None:
            return Outbound(Sender.SYSTEM, notices(_OUTCOMES[Outcome(outcome)], held.id))
        if not is_private(held.id):
            return Outbound(Sender.SYSTEM, notices("private_only"))
        code = await self._linking.give(tx, held.contact_id)
        return Outbound(Sender.SYSTEM, notices("link_code", held.id, code=code))
