"""What contacts press, fill in and command in Slack, from its payloads to the gateway: only rows are written."""

from __future__ import annotations

from typing import Any

import structlog
from slack_sdk.models.views import View

from bot import choices
from bot.channels.known import exists
from bot.channels.slack import forms, later
from bot.channels.slack.beside import Beside
from bot.channels.slack.forms import Forms
from bot.channels.slack.parse import command
from bot.channels.slack.payloads import CommandGiven
from bot.channels.slack.places import CHANNEL, Place, is_direct, place_of
from bot.channels.slack.placing import Placing
from bot.channels.slack.status import Status
from bot.channels.slack.workspaces import NotInstalled, Workspaces
from bot.gateway.receive import Receive
from conversations.model import InboundKind, InboundMessage
from conversations.notices import Notices
from conversations.store.database import Database
from conversations.store.work import schedule
from vendors.slack.api import SlackError
from vendors.slack.payloads import Press, Submission, read

log = structlog.get_logger()
_CODE_DIRECTLY = "Please write that to me in our direct message: you find me under Apps."


class Presses:
    """``offers`` are the forms; a press counts only for whom its message was meant."""

    def __init__(
        self,
        database: Database,
        receive: Receive,
        workspaces: Workspaces,
        placing: Placing,
        status: Status,
        beside: Beside,
        offers: Forms,
        notices: Notices,
    ) -> None:
        self._database, self._receive, self._workspaces = database, receive, workspaces
        self._placing, self._status, self._beside = placing, status, beside
        self._forms, self._notices = offers, notices

    async def pressed(self, body: Any) -> None:
        """A press of a button under a message. It counts only for whom the message was meant.

        Raises:
            NotThisShape: it is none.
        """
        press = read(Press, body)
        conversation_id, _, choice = press.actions[0].value.partition(" ")
        place = place_of(conversation_id)
        team = press.person.team_id or (press.team.id if press.team else "")
        if place is None or not await self._is_theirs(place, press):
            self._refuse(place, press)
            return
        self._status.show(place)
        await self._receive(
            InboundMessage(
                conversation_id,
                CHANNEL,
                f"{team or place.team}/{press.person.id}",
                InboundKind.PRESSED,
                choice=choice,
                native_key=f"a:{press.container.channel_id}:{press.trigger_id}",
            )
        )

    def _refuse(self, place: Place | None, press: Press) -> None:
        """A button under what was said to somebody else, in a thread that all can read: they alone are told."""
        log.warning("slack: a button that is not theirs", channel=press.container.channel_id)
        if place is not None and press.container.channel_id == place.channel:
            self._beside.start(self._whisper(place, press.person.id, self._notices("not_your_button")))

    async def _whisper(self, place: Place, person: str, text: str) -> None:
        try:
            await (await self._workspaces.api(place.team)).whisper(place.channel, person, text, thread=place.thread)
        except (SlackError, NotInstalled) as failed:
            log.info("slack: could not tell somebody", cause=str(failed))

    async def _is_theirs(self, place: Place, press: Press) -> bool:
        """Whether the message stands where this conversation is told, and who pressed is its contact."""
        there = press.container.channel_id
        if place.is_shared:
            return place.person == press.person.id and (there == place.channel or is_direct(there))
        return there == place.channel and await exists(self._database, place.conversation_id)

    async def asked_for_form(self, body: Any) -> None:
        """A press on *Fill in a form*: it opens beside the acknowledgement, and whoever gets none can still write.

        Raises:
            NotThisShape: it is none.
        """
        press = read(Press, body)
        place, intent = forms.place_and_intent(press.actions[0].value)
        labels = self._forms.get(intent)
        if place is None or not labels or not await self._is_theirs(place, press):
            self._refuse(place, press)
            return
        meant = forms.Meant(place.conversation_id, press.container.channel_id, intent)
        self._beside.start(self._open(place, press.trigger_id, forms.form(meant, labels, self._notices)))

    async def _open(self, place: Place, trigger_id: str, view: View) -> None:
        try:
            await (await self._workspaces.api(place.team)).open_view(trigger_id, view)
        except (SlackError, NotInstalled) as failed:
            log.warning("slack: the form did not open", cause=str(failed))

    async def filled_in(self, body: Any) -> None:
        """What was filled in, as one message.

        Raises:
            NotThisShape: it is no form of ours.
        """
        await self._receive(forms.filled(read(Submission, body), self._forms))

    async def commanded(self, body: Any) -> str | None:
        """``/frontdesk help`` and its like: as a menu's command in the direct message; returns what to tell them.

        Raises:
            NotThisShape: it is none.
        """
        given = read(CommandGiven, body)
        direct = Place(given.team, given.channel)
        here, identity = is_direct(given.channel), f"{given.team}/{given.person}"
        here = here and await exists(self._database, direct.conversation_id)
        if choices.typed_code(given.text) is not None:  # it opens what is kept about somebody: it waits nowhere
            if not here:
                return _CODE_DIRECTLY
            key = f"a:{given.channel}:{given.trigger_id}"
            place = direct.conversation_id
            await self._receive(
                InboundMessage(place, CHANNEL, identity, InboundKind.SAID, text=given.text, native_key=key)
            )
            return None
        if here:
            asked, meant = command(given), direct.conversation_id
            if not choices.concerns_contact(asked, ""):
                meant = await self._placing.meant(direct, identity, None)
            await self._receive(later.command_inbound(meant, identity, asked, given.channel, given.trigger_id))
            return None
        async with self._database.write() as tx:
            await schedule(tx, later.SLACK_COMMAND, later.command_key(given, command(given)))
        return "I've answered you in our direct message."
