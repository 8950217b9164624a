"""What people do in the lobby: press, and write in a card's thread. Acknowledged means committed.

Only people on the roster act; whoever else tries is told so, and they alone see it. A button is believed only where
the record says that its card stands.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.models.blocks import Block

from conversations.handoff import Handoff, HandoffError, HandoffState
from conversations.staff import Principal
from conversations.store import handoffs, staff
from conversations.store.database import Database
from escalation.adapters.slack import forms
from escalation.adapters.slack.card import CLAIM, GIVE_BACK, OUTCOMES, RELEASE, RESOLVE
from escalation.adapters.slack.posting import Place, coming, place_of
from escalation.service.desk import Desk
from escalation.service.view import View
from vendors.slack.api import SlackApi, SlackBusy, SlackError
from vendors.slack.text import calls_somebody, readable

log = structlog.get_logger()
_WHISPERS = 3  # times that a whisper is tried


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

    def __init__(self, database: Database, desk: Desk, view: View, api: SlackApi) -> None:
        self._database, self._desk, self._view, self._api = database, desk, view, api
        self._whispers: set[asyncio.Task[None]] = set()
        self._simple: Mapping[str, Callable[[Principal, str], Awaitable[None]]] = {
            CLAIM: self._claim,
            GIVE_BACK: desk.give_back,
            RELEASE: desk.release,
        }

    async def finish(self) -> None:
        """Waits for what is still to be said to people."""
        await asyncio.gather(*self._whispers, return_exceptions=True)

    async def pressed(self, body: dict[str, Any]) -> None:
        """A press on a button of a card, or of what only one person sees.

        https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
        """
        slack_id, action, container = str(body["user"]["id"]), body["actions"][0], body.get("container") or {}
        channel, ts = str(container.get("channel_id")), str(container.get("message_ts"))
        thread = str(container.get("thread_ts") or ts)
        name, value = str(action.get("action_id")), str(action.get("value"))
        log.info("slack: pressed", action=name, slack_id=slack_id)
        try:
            who = await self._person(slack_id)
            handoff_id, _, key = value.partition(" ")
            place = await self._card(channel, thread if name == forms.CLAIM_AND_SEND else ts, handoff_id)
            await self._press(name, who, place, key, str(body.get("trigger_id")))
        except Refused as refused:
            self._whisper(channel, slack_id, str(refused), thread)

    async def _press(self, name: str, who: Principal, place: Place, key: str, trigger_id: str) -> None:
        if name == RESOLVE:
            await self._ask_outcome(who, place, trigger_id)
            return
        try:
            if name == forms.CLAIM_AND_SEND:
                await self._claim_and_send(who, place.handoff_id, key)
            else:
                await self._simple[name](who, place.handoff_id)
        except HandoffError as no:
            raise Refused(forms.who_has_it(await self._handoff(place.handoff_id))) from no

    async def _claim(self, who: Principal, handoff_id: str) -> None:
        await self._desk.claim(who, handoff_id)
        await self._view.opened(who, handoff_id, "slack")

    async def _claim_and_send(self, who: Principal, handoff_id: str, key: str) -> None:
        """What somebody wrote before they held the handoff goes out after all."""
        text = await self._view.note_of(handoff_id, who.id, key)
        if text is None:
            raise Refused(forms.NOT_ITS_CARD)
        await self._claim(who, handoff_id)
        await self._desk.reply(who, handoff_id, text, key)

    async def _ask_outcome(self, who: Principal, place: Place, trigger_id: str) -> None:
        handoff = await self._handoff(place.handoff_id)
        if handoff is None or not _holds(who, handoff):
            raise Refused(forms.who_has_it(handoff))
        try:
            await self._api.open_view(trigger_id, forms.outcome_form(handoff, place.channel, place.ts))
        except SlackError as failed:
            log.warning("slack: the form did not open", cause=str(failed))
            raise Refused(forms.NO_FORM) from failed

    async def submitted(self, body: dict[str, Any]) -> dict[str, str] | None:
        """The form of *Resolve* was sent; returns what is wrong with it by field, or None.

        https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
        """
        view = body["view"]
        values, meant = view["state"]["values"], json.loads(view["private_metadata"])
        outcome = (values["outcome"]["outcome"].get("selected_option") or {}).get("value")
        comment = str(values["comment"]["comment"].get("value") or "")[: forms.COMMENT_LIMIT]
        try:
            who = await self._person(str(body["user"]["id"]))
            place = await self._card(str(meant["channel"]), str(meant["ts"]), str(meant["handoff"]))
            if outcome not in OUTCOMES:
                raise Refused(forms.NOT_ITS_CARD)
            await self._desk.resolve(who, place.handoff_id, str(outcome), comment)
        except Refused as refused:
            return {"outcome": str(refused)}
        except HandoffError:
            return {"outcome": forms.who_has_it(await self._handoff(place.handoff_id))}
        return None

    async def said(self, event: dict[str, Any]) -> None:
        """Somebody wrote in the thread of a card: the holder's words go to the contact, all others stay inside.

        https://docs.slack.dev/reference/events/message
        """
        if not _is_written_in_a_thread(event):
            return
        channel, slack_id, thread = str(event["channel"]), str(event.get("user")), str(event["thread_ts"])
        on_its_way, place = await self._coming(channel), await self._place(channel, thread)
        if place is None:
            if on_its_way:
                raise TooSoon("a thread of a card whose place is not known yet")
            return
        key = f"m:{channel}:{event['ts']}"
        try:
            who = await self._person(slack_id)
            told = await self._take(who, place.handoff_id, str(event.get("text") or ""), key, bool(event.get("files")))
        except Refused as refused:
            told = Told(str(refused))
        if told is not None:
            blocks = forms.offer_to_send(told.text, place.handoff_id, told.key) if told.key else None
            self._whisper(channel, slack_id, told.text, thread, blocks)

    async def _take(self, who: Principal, handoff_id: str, written: str, key: str, files: bool) -> Told | None:
        handoff = await self._handoff(handoff_id)
        assert handoff is not None, "a card's row refers to it"
        text, holds = readable(written), _holds(who, handoff)
        private = text.startswith("//")
        if not text:
            return Told(forms.NO_FILES) if files else None
        if holds and not private and not calls_somebody(written):
            try:
                await self._desk.reply(who, handoff_id, text, key)
            except HandoffError as no:  # lost in this very moment
                raise Refused(forms.who_has_it(await self._handoff(handoff_id))) from no
            return Told(forms.NO_FILE_WITH_IT) if files else None
        if note := text.removeprefix("//").strip():
            await self._desk.note(who, handoff_id, note, key)
        if private or (handoff.state is HandoffState.ASSIGNED and not holds):
            return None
        if holds:
            return Told(forms.KEPT_MENTION)
        if handoff.state is HandoffState.WAITING:
            return Told(forms.KEPT_WAITING, key)
        return Told(forms.KEPT_ENDED)

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

    async def _handoff(self, handoff_id: str) -> Handoff | None:
        async with self._database.read() as tx:
            return await handoffs.get(tx, handoff_id)

    def _whisper(
        self, channel: str, slack_id: str, text: str, thread: str, blocks: Sequence[Block] | None = None
    ) -> None:
        """Tells only them, once Slack has its acknowledgement. It may be lost in a crash: then they try again."""
        task = asyncio.get_running_loop().create_task(self._tell(channel, slack_id, text, thread, blocks))
        self._whispers.add(task)
        task.add_done_callback(self._whispers.discard)

    async def _tell(self, channel: str, slack_id: str, text: str, thread: str, blocks: Sequence[Block] | None) -> None:
        for _ in range(_WHISPERS):
            try:
                await self._api.whisper(channel, slack_id, text, blocks, thread=thread)
            except SlackBusy as busy:
                await asyncio.sleep(min(busy.retry_after, 5.0))
            except SlackError as failed:
                log.warning("slack: could not tell somebody", cause=str(failed))
                return
            else:
                return


def _holds(who: Principal, handoff: Handoff) -> bool:
    return handoff.state is HandoffState.ASSIGNED and handoff.agent_id == who.id


def _is_written_in_a_thread(event: dict[str, Any]) -> bool:
    """A message as a person writes it in a thread; not an edit, a deletion, or what a program or Slack itself tells."""
    plain = event.get("subtype") in {None, "thread_broadcast", "file_share"}
    return plain and not event.get("bot_id") and event.get("thread_ts") not in {None, event.get("ts")}
