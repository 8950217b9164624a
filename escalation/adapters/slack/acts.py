"""What people do in the lobby: press, and write in a card's thread. Acknowledged means committed.

Only people on the roster act; whoever else tries is told so, and they alone see it. A button is believed only where
the record says that its card stands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from conversations.handoff import ClaimLost, Handoff, HandoffError, HandoffState
from conversations.staff import Principal
from conversations.store import handoffs, staff
from conversations.store.database import Database
from escalation.adapters.slack import forms
from escalation.adapters.slack.card import CLAIM, GIVE_BACK, OUTCOMES, RELEASE, RESOLVE, SEND_AGAIN
from escalation.adapters.slack.outgoing import Outgoing
from escalation.adapters.slack.payloads import Meant, before, changed_at, text_now, written_in_a_thread
from escalation.adapters.slack.places import Place, coming, place_of
from escalation.adapters.slack.whispers import Whispers
from escalation.service.amending import Amending, BeingSent, CannotBeRevised, HasArrived, MatterEnded, NotTheirMessage
from escalation.service.desk import Desk
from escalation.service.view import View
from vendors.slack.api import SlackApi, SlackError
from vendors.slack.payloads import Press, Said, Submission, read
from vendors.slack.text import calls_somebody, private_part, readable

log = structlog.get_logger()
# A message's number has fewer.
_DIGITS = 10


class Refused(Exception):
    """Nothing was changed; the message is for the person who tried."""


class TooSoon(Exception):
    """It may belong to a card that is being posted this moment: Slack is to send it again."""


@dataclass(frozen=True, slots=True)
class Told:
    """A word to the one who wrote; with ``key`` they may still send the note that is kept under it."""

    text: str
    key: str | None = None


class Acts:
    """Every act, from Slack's payload to the use case. Answers to the person go out after the commit."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        amending: Amending,
        view: View,
        api: SlackApi,
        outgoing: Outgoing,
        whispers: Whispers,
    ) -> None:
        self._database, self._desk, self._amending, self._view = database, desk, amending, view
        self._api, self._outgoing, self._whispers = api, outgoing, whispers
        self._simple: Mapping[str, Callable[[Principal, str], Awaitable[None]]] = {
            CLAIM: self._claim,
            GIVE_BACK: desk.give_back,
            RELEASE: desk.release,
        }

    async def pressed(self, body: Any) -> None:
        """A press on a button of a card, or of what only one person sees.

        Raises:
            NotThisShape: it is none.
        """
        press = read(Press, body)
        slack_id, action, at = press.person.id, press.actions[0], press.container
        thread = at.thread_ts or at.message_ts
        log.info("slack: pressed", action=action.action_id, slack_id=slack_id)
        try:
            who = await self._person(slack_id)
            handoff_id, _, key = action.value.partition(" ")
            in_thread = action.action_id in {forms.CLAIM_AND_SEND, SEND_AGAIN}
            place = await self._card(at.channel_id, thread if in_thread else at.message_ts, handoff_id)
            await self._press(action.action_id, who, place, key, press.trigger_id)
        except Refused as refused:
            self._whispers.tell(at.channel_id, slack_id, str(refused), thread)

    async def _press(self, name: str, who: Principal, place: Place, key: str, trigger_id: str) -> None:
        if name == RESOLVE:
            await self._ask_outcome(who, place, trigger_id)
            return
        try:
            if name == forms.CLAIM_AND_SEND:
                await self._claim_and_send(who, place.handoff_id, key)
            elif name == SEND_AGAIN:
                await self._send_again(who, place.handoff_id, key)
            elif name in self._simple:
                await self._simple[name](who, place.handoff_id)
        except HandoffError as no:
            raise Refused(await self._why(no, place.handoff_id)) from no

    async def _claim(self, who: Principal, handoff_id: str) -> None:
        await self._desk.claim(who, handoff_id)
        await self._view.opened(who, handoff_id, "slack")

    async def _claim_and_send(self, who: Principal, handoff_id: str, key: str) -> None:
        """What somebody wrote before they held the handoff goes out after all."""
        text = await self._view.note_of(handoff_id, who.id, key)
        if text is None:
            raise Refused(forms.NOT_ITS_CARD)
        await self._claim(who, handoff_id)
        # Under a key of its own: the note keeps the one under which it came.
        await self._desk.reply(who, handoff_id, text, f"{key}:sent")

    async def _send_again(self, who: Principal, handoff_id: str, number: str) -> None:
        if not (number.isascii() and number.isdigit() and len(number) < _DIGITS):
            raise Refused(forms.NOT_ITS_CARD)
        try:
            await self._amending.send_again(who, handoff_id, int(number))
        except HasArrived as no:
            raise Refused(forms.ARRIVED) from no

    async def _ask_outcome(self, who: Principal, place: Place, trigger_id: str) -> None:
        handoff = await self._handoff(place.handoff_id)
        if not _holds(who, handoff):
            raise Refused(forms.who_has_it(handoff.state, handoff.agent_name))
        try:
            await self._api.open_view(trigger_id, forms.outcome_form(handoff, place.channel, place.ts))
        except SlackError as failed:
            log.warning("slack: the form did not open", cause=str(failed))
            raise Refused(forms.NO_FORM) from failed

    async def submitted(self, body: Any) -> dict[str, str] | None:
        """The form of *Resolve* was sent; returns what is wrong with it by field, or None.

        Raises:
            NotThisShape: it is no such form.
        """
        form = read(Submission, body)
        meant, chosen = form.meant(Meant), form.given("outcome").selected_option
        outcome, comment = chosen.value if chosen else "", form.given("comment").value or ""
        try:
            who = await self._person(form.person.id)
            place = await self._card(meant.channel, meant.ts, meant.handoff)
            if outcome not in OUTCOMES:
                raise Refused(forms.NOT_ITS_CARD)
            await self._desk.resolve(who, place.handoff_id, outcome, comment[: forms.COMMENT_LIMIT])
        except Refused as refused:
            return {"outcome": str(refused)}
        except HandoffError as no:
            return {"outcome": await self._why(no, place.handoff_id)}
        return None

    async def said(self, event: Any) -> None:
        """Somebody wrote in the thread of a card: the holder's words go to the contact, all others stay inside.

        Raises:
            NotThisShape: it is no message.
            TooSoon: Slack is to send it again.
        """
        if isinstance(event, dict) and event.get("subtype") in ("message_changed", "message_deleted"):
            await self._changed(read(Said, event))
            return
        said = read(Said, event)
        if not written_in_a_thread(said):
            return
        thread = str(said.thread_ts)
        on_its_way, place = await self._coming(said.channel), await self._place(said.channel, thread)
        if place is None:
            if on_its_way:
                raise TooSoon("a thread of a card whose place is not known yet")
            return
        try:
            who = await self._person(said.person)
            told = await self._take(who, place.handoff_id, said)
        except Refused as refused:
            told = Told(str(refused))
        if told is not None:
            blocks = forms.offer_to_send(told.text, place.handoff_id, told.key) if told.key else None
            self._whispers.tell(said.channel, said.person, told.text, thread, blocks)

    async def _take(self, who: Principal, handoff_id: str, said: Said) -> Told | None:
        key, text = f"m:{said.channel}:{said.ts}", readable(said.text)
        # Sent again by Slack it means what it meant the first time, whoever holds the handoff by now.
        if await self._desk.knows(handoff_id, key) or await self._outgoing.waits(key):
            return None
        handoff = await self._handoff(handoff_id)
        if not text and not said.files:
            return None
        holds, private = _holds(who, handoff), private_part(text)
        if holds and private is None and not calls_somebody(said.text):
            await self._send(who, handoff_id, key, said, text)
            return None
        note = text if private is None else private
        if note:
            await self._desk.note(who, handoff_id, note, key)
        if private is not None:
            return None if text.startswith("//") else Told(forms.KEPT_PRIVATE)
        if holds:
            return Told(forms.KEPT_MENTION)
        return _kept(handoff, key if note else None, files=bool(said.files))

    async def _send(self, who: Principal, handoff_id: str, key: str, said: Said, text: str) -> None:
        """To the contact: at once, or behind the files that are to go with it or before it."""
        if said.files or await self._outgoing.has(handoff_id):
            await self._outgoing.add(
                handoff_id,
                key,
                channel=said.channel,
                ts=said.ts,
                thread=str(said.thread_ts),
                slack_id=said.person,
                text=text,
                files=said.files,
            )
            return
        try:
            await self._desk.reply(who, handoff_id, text, key)
        except HandoffError as no:  # lost in this very moment
            raise Refused(await self._why(no, handoff_id)) from no

    async def _changed(self, changed: Said) -> None:
        """Somebody edited or deleted what they wrote: what went to the contact is changed there, too."""
        was = before(changed)
        if was is None:
            return
        thread = str(was.thread_ts)
        place = await self._place(changed.channel, thread)
        async with self._database.read() as tx:
            who = await staff.by_slack_id(tx, was.person)
        if place is None or who is None or not who.works_the_desk:
            return
        key = f"m:{changed.channel}:{was.ts}"
        told = await self._revise(who, place.handoff_id, key, changed)
        if told is not None:
            self._whispers.tell(changed.channel, was.person, told, thread)

    async def _revise(self, who: Principal, handoff_id: str, key: str, changed: Said) -> str | None:
        """Returns what its writer is to be told, if the contact keeps seeing the old text.

        Raises:
            TooSoon: it is on its way this moment.
        """
        if await self._outgoing.waits(key):
            raise TooSoon("a change of what waits for its files")
        raw = text_now(changed)
        text = None if raw is None else readable(raw)
        number = await self._amending.number_of(handoff_id, key)
        if number is None:
            await self._amending.revise_note(who, handoff_id, key, text)
            return None
        if text is not None and private_part(text) is not None:
            return forms.EDIT_PRIVATE
        if raw is not None and calls_somebody(raw):
            return forms.EDIT_MENTION
        try:
            await self._amending.revise(who, handoff_id, number, text, changed_at(changed))
        except BeingSent as moment:
            raise TooSoon("a change of what is being sent") from moment
        except HandoffError as no:
            return _STAYS.get(type(no), forms.EDIT_STAYS)
        return None

    async def _person(self, slack_id: str) -> Principal:
        async with self._database.read() as tx:
            who = await staff.by_slack_id(tx, slack_id)
        if who is None:
            log.warning("slack: somebody who is not on the roster", slack_id=slack_id)
            raise Refused(forms.NOT_ON_ROSTER.format(slack_id=slack_id))
        if not who.works_the_desk:
            raise Refused(forms.NOT_THE_DESK)
        return who

    async def _card(self, channel: str, ts: str, handoff_id: str) -> Place:
        """The card at this place, if it is this handoff's; one that was posted this moment has no known place yet."""
        posted = next((place for place in await self._coming(channel) if place.handoff_id == handoff_id), None)
        place = await self._place(channel, ts) or posted
        if place is None or place.handoff_id != handoff_id:
            log.warning("slack: a button that is not its card's", channel=channel, ts=ts)
            raise Refused(forms.NOT_ITS_CARD)
        return place

    async def _place(self, channel: str, ts: str) -> Place | None:
        async with self._database.read() as tx:
            return await place_of(tx, channel, ts)

    async def _coming(self, channel: str) -> list[Place]:
        """Asked before the place is: what was not known yet then may be known now."""
        async with self._database.read() as tx:
            return await coming(tx, channel)

    async def _handoff(self, handoff_id: str) -> Handoff:
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
        assert handoff is not None, "a card's row refers to it"
        return handoff

    async def _why(self, no: HandoffError, handoff_id: str) -> str:
        """A refusal in words. Who won a claim is known from the refusal itself, before others can read it."""
        if isinstance(no, ClaimLost):
            return forms.who_has_it(no.state, no.agent_name)
        handoff = await self._handoff(handoff_id)
        return forms.who_has_it(handoff.state, handoff.agent_name)


# Why the contact keeps seeing the old text.
_STAYS: dict[type[HandoffError], str] = {
    CannotBeRevised: forms.EDIT_STAYS,
    MatterEnded: forms.EDIT_ENDED,
    NotTheirMessage: forms.EDIT_NOT_YOURS,
}


def _holds(who: Principal, handoff: Handoff) -> bool:
    return handoff.state is HandoffState.ASSIGNED and handoff.agent_id == who.id


def _kept(handoff: Handoff, key: str | None, *, files: bool) -> Told | None:
    """What somebody is told whose words or files stayed inside because they do not hold the handoff."""
    match handoff.state:
        case HandoffState.WAITING if key is None:
            return Told(f"{forms.FILE_KEPT} {forms.FILE_NOT_WITH_IT}")
        case HandoffState.WAITING:
            return Told(f"{forms.KEPT_WAITING} {forms.FILE_NOT_WITH_IT}" if files else forms.KEPT_WAITING, key)
        case HandoffState.ASSIGNED:
            return None  # a discussion
        case _:
            return Told(forms.KEPT_ENDED)
