"""Presses that the gateway itself acts on, and the survey's answers: none of them is a turn of the assistant."""

from __future__ import annotations

from typing import Any

import structlog

from bot.gateway.commands import Commands
from bot.gateway.sight import Sight
from conversations.events import HandoffChanged, SurveyAnswered
from conversations.handoff import HandoffState, Step
from conversations.model import (
    Button,
    ButtonKind,
    Command,
    Conversation,
    InboundKind,
    Outbound,
    Owner,
    Sender,
    command,
)
from conversations.notices import Notices
from conversations.store import conversations, events, handoffs, steps, turns
from conversations.store.database import Database, Transaction
from conversations.survey import STARS, stars_in

log = structlog.get_logger()


class Press:
    """Settles the first unsettled message when it is the gateway's to answer; says whether it was."""

    def __init__(self, database: Database, notices: Notices, commands: Commands) -> None:
        self._database, self._notices, self._commands = database, notices, commands

    async def __call__(self, sight: Sight) -> bool:
        if sight.first.kind == InboundKind.PRESSED:
            return await self._pressed(sight)
        return await self._expected(sight)

    async def _pressed(self, sight: Sight) -> bool:
        button = sight.button
        if button is None or not sight.button_open:
            if sight.conversation.owner is not Owner.BOT and button is not None and button.kind is ButtonKind.REPLY:
                return False
            await self._say_closed(sight)
            return True
        if button.kind is ButtonKind.SURVEY:
            await self._stars(sight, int(button.value), self._episode_of(sight))
            return True
        if button.kind is not ButtonKind.COMMAND:
            return False
        asked = Command(button.value)
        if await self._commands(sight, asked):
            return True
        actions = {
            Command.SURVEY_COMMENT: self._ask_comment,
            Command.ASK_MEANWHILE: self._ask_meanwhile,
            Command.CANCEL_HANDOFF: self.cancel,
        }
        act = actions.get(asked)
        if act is None:
            return False
        await act(sight)
        return True

    async def _expected(self, sight: Sight) -> bool:
        """A bare 1 to 5 right after the survey, or the comment or the e-mail address that was just asked for."""
        what, _, episode = (sight.conversation.expecting or "").partition(":")
        stars = stars_in(sight.first.text)
        if what == "survey" and stars is not None:
            await self._stars(sight, stars, int(episode))
            return True
        if what == "comment":
            await self._comment(sight, int(episode))
            return True
        return what == "email" and await self._commands.email(sight)

    def _episode_of(self, sight: Sight) -> int:
        return sight.offered.episode if sight.offered else sight.conversation.episode

    async def _settle(self, tx: Transaction, sight: Sight, **changes: Any) -> Conversation | None:
        changes.setdefault("expecting", None)
        return await conversations.settle(tx, sight.conversation, sight.first.number, **changes)

    async def _say(self, sight: Sight, text: str, *buttons: Button, expecting: str | None = None) -> None:
        async with self._database.write() as tx:
            kept = await self._settle(tx, sight, expecting=expecting)
            if kept is not None:
                await conversations.say(tx, kept.id, kept.episode, [Outbound(Sender.SYSTEM, text, buttons=buttons)])

    async def _say_closed(self, sight: Sight) -> None:
        notices = self._notices.spoken(sight.conversation.language)
        await self._say(sight, notices("choice_closed", str(sight.first.number)))

    async def _stars(self, sight: Sight, stars: int, episode: int) -> None:
        if stars not in STARS:
            return
        async with self._database.write() as tx:
            kept = await self._settle(tx, sight)
            if kept is None:
                return
            await turns.store_stars(tx, kept.id, episode, stars)
            await events.record(tx, kept.id, SurveyAnswered(kept.id, episode, stars))
            thanks = Outbound(
                Sender.SYSTEM,
                self._notices.spoken(kept.language)("survey_thanks", kept.id, stars=stars),
                buttons=(command("Add a comment", Command.SURVEY_COMMENT),),
            )
            await conversations.say(tx, kept.id, episode, [thanks])

    async def _ask_comment(self, sight: Sight) -> None:
        text = self._notices.spoken(sight.conversation.language)("survey_comment_ask", sight.conversation.id)
        await self._say(sight, text, expecting=f"comment:{self._episode_of(sight)}")

    async def _comment(self, sight: Sight, episode: int) -> None:
        async with self._database.write() as tx:
            kept = await self._settle(tx, sight)
            if kept is None:
                return
            await turns.store_comment(tx, kept.id, episode, sight.first.text)
            thanks = Outbound(Sender.SYSTEM, self._notices.spoken(kept.language)("survey_comment_thanks", kept.id))
            await conversations.say(tx, kept.id, kept.episode, [thanks])

    async def _ask_meanwhile(self, sight: Sight) -> None:
        """The assistant answers again; the handoff keeps waiting in its place."""
        if sight.conversation.owner is not Owner.QUEUE:
            await self._say_closed(sight)
            return
        async with self._database.write() as tx:
            kept = await self._settle(tx, sight, owner=Owner.BOT)
            if kept is not None:
                text = self._notices.spoken(kept.language)("ask_meanwhile", kept.id)
                await conversations.say(tx, kept.id, kept.episode, [Outbound(Sender.SYSTEM, text)])

    async def cancel(self, sight: Sight) -> None:
        """The contact needs no person any more: the handoff is abandoned, the bot answers."""
        handoff = sight.handoff
        if handoff is None or handoff.state is not HandoffState.WAITING:
            await self._say_closed(sight)
            return
        async with self._database.write() as tx:
            kept = await self._settle(tx, sight, owner=Owner.BOT, cut_form=None)
            if kept is None or not await handoffs.move(tx, handoff, HandoffState.WAITING, HandoffState.ABANDONED):
                return
            await steps.record(tx, handoff, Step.ABANDONED, seconds=await steps.waited(tx, handoff))
            await events.record(tx, kept.id, HandoffChanged(handoff.id, kept.id, HandoffState.ABANDONED))
            text = self._notices.spoken(handoff.language)("cancelled", handoff.id, reference=handoff.reference)
            await conversations.say(tx, kept.id, kept.episode, [Outbound(Sender.SYSTEM, text)])
