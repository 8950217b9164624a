"""What people press: a table of acts by the name of the button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from conversations.handoff import HandoffError
from conversations.staff import Principal
from escalation.adapters.slack import buttons as names
from escalation.adapters.slack.canned import CannedReplying
from escalation.adapters.slack.opening import Opening
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.views import words
from escalation.adapters.slack.views.offers import CLAIM_AND_SEND, KEEP, REOPEN_AND_SEND
from escalation.adapters.slack.whispers import Whispers
from escalation.adapters.slack.who import Door, Refused
from escalation.service.amending import HasArrived
from escalation.service.parts import DeskParts
from vendors.slack.api import SlackApi, SlackError
from vendors.slack.payloads import Action, Press, read
from vendors.slack.text import readable

log = structlog.get_logger()
USE_SUGGESTION = "use_suggestion"
# A message's number has fewer.
_DIGITS = 10
# These buttons stand in the thread of the card, not on it; the first three before one person only.
_TO_ONE = frozenset({CLAIM_AND_SEND, REOPEN_AND_SEND, KEEP})
_IN_THREAD = _TO_ONE | {names.SEND_AGAIN, USE_SUGGESTION}


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press that is believed: by whom, on which card. ``key`` is what the button carried beside the handoff."""

    who: Principal
    place: Place
    key: str
    trigger_id: str

    @property
    def handoff_id(self) -> str:
        return self.place.handoff_id


Act = Callable[[Pressed], Awaitable[None]]
Take = Callable[[Principal, str], Awaitable[None]]


class Presses:
    """Every press, from Slack's payload to the use case.

    ``elsewhere`` are the acts of buttons that stand on no card: in a form, or on somebody's App Home.
    """

    def __init__(
        self,
        door: Door,
        parts: DeskParts,
        opening: Opening,
        canned: CannedReplying,
        api: SlackApi,
        whispers: Whispers,
        elsewhere: Mapping[str, Callable[[Press], Awaitable[None]]],
    ) -> None:
        self._door, self._parts, self._opening, self._canned = door, parts, opening, canned
        self._api, self._whispers, self._elsewhere = api, whispers, elsewhere
        moving, ending = parts.moving, parts.ending
        self._acts: Mapping[str, Act] = {
            names.CLAIM: lambda press: self._take(press, parts.desk.claim),
            names.GREET: lambda press: self._take(press, partial(parts.desk.claim, greet=True)),
            names.STEP_IN: lambda press: self._take(press, moving.step_in),
            names.REOPEN: lambda press: self._take(press, ending.reopen),
            names.GIVE_BACK: lambda press: moving.give_back(press.who, press.handoff_id),
            names.RELEASE: lambda press: moving.release(press.who, press.handoff_id),
            names.WAKE: lambda press: moving.wake(press.who, press.handoff_id),
            names.DECLINE: lambda press: moving.decline(press.who, press.handoff_id),
            names.UNBLOCK: self._unblock,
            names.SEND_AGAIN: self._send_again,
            names.CANNED: lambda press: canned.open(press.who, press.trigger_id, press.handoff_id),
            USE_SUGGESTION: lambda press: canned.suggest(press.who, press.trigger_id, press.handoff_id, press.key),
            CLAIM_AND_SEND: lambda press: self._and_send(press, parts.desk.claim),
            REOPEN_AND_SEND: lambda press: self._and_send(press, ending.reopen),
            KEEP: self._keep,
            **{name: self._form(name) for name in opening.names},
        }

    async def __call__(self, body: Any) -> None:
        """A press on a button of a card, of what only one person sees, of a form or of an App Home.

        Raises:
            NotThisShape: it is none.
        """
        press = read(Press, body)
        slack_id, at = press.person.id, press.container
        name, value = _named(press.actions[0])
        log.info("slack: pressed", action=name, slack_id=slack_id)
        if name in self._elsewhere:
            await self._elsewhere[name](press)
            return
        thread = at.thread_ts or at.message_ts
        try:
            who = await self._door.person(slack_id)
            handoff_id, _, key = value.partition(" ")
            place = await self._door.card(at.channel_id, thread if name in _IN_THREAD else at.message_ts, handoff_id)
            await self._door.require_sight(who, handoff_id)
            await self._press(name, Pressed(who, place, key, press.trigger_id))
        except Refused as refused:
            self._whispers.tell(at.channel_id, slack_id, str(refused), thread)
        else:
            if name in _TO_ONE:
                self._whispers.take_back(press.response_url)

    async def _press(self, name: str, press: Pressed) -> None:
        act = self._acts.get(name)
        if act is None:
            return
        try:
            await act(press)
        except HandoffError as no:
            raise Refused(await self._door.why(no, press.handoff_id)) from no

    async def _take(self, press: Pressed, take: Take) -> None:
        """Whoever takes a handoff has read it from then on."""
        await take(press.who, press.handoff_id)
        await self._parts.view.opened(press.who, press.handoff_id, "slack")

    async def _and_send(self, press: Pressed, take: Take) -> None:
        """What somebody wrote before they held the handoff goes out after all."""
        if await self._parts.view.note_of(press.handoff_id, press.who.id, press.key) is None:
            raise Refused(words.NOT_ITS_CARD)
        text = await self._written(press.key)
        await self._take(press, take)
        # Under a key of its own: the note keeps the one under which it came.
        await self._parts.desk.reply(press.who, press.handoff_id, text, f"{press.key}:sent")

    async def _written(self, key: str) -> str:
        """The words as Slack has them, which are the agent's: the note is masked."""
        _, channel, ts = key.split(":")
        try:
            text = readable(await self._api.text_of(channel, ts) or "")
        except SlackError as failed:
            raise Refused(words.NOT_READ_AGAIN) from failed
        if not text:
            raise Refused(words.NOT_READ_AGAIN)
        return text

    async def _keep(self, press: Pressed) -> None:
        """It is a note already."""

    async def _unblock(self, press: Pressed) -> None:
        await self._parts.ending.unblock(press.who, await self._door.contact_of(press.handoff_id))

    async def _send_again(self, press: Pressed) -> None:
        number = press.key
        if not (number.isascii() and number.isdigit() and len(number) < _DIGITS):
            raise Refused(words.NOT_ITS_CARD)
        try:
            await self._parts.amending.send_again(press.who, press.handoff_id, int(number))
        except HasArrived as no:
            raise Refused(words.ARRIVED) from no

    def _form(self, name: str) -> Act:
        return lambda press: self._opening(name, press.who, press.place, press.trigger_id)


def _named(action: Action) -> tuple[str, str]:
    """The act's name and what it carries; of a card's menu both stand in the option that was chosen."""
    if action.action_id != names.MORE or action.selected_option is None:
        return action.action_id, action.value
    name, _, value = action.selected_option.value.partition(" ")
    return name, value
