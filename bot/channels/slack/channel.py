"""Brings messages to contacts in Slack: each once, in the thread or the direct message where it belongs.

Every post carries its ``delivery_id``. When Slack's answer is lost the message stays in hand, and is looked for in
Slack before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.channels.slack import forms
from bot.channels.slack.forms import Forms
from bot.channels.slack.places import Place, place_of
from bot.channels.slack.placing import Placing
from bot.channels.slack.render import Post, delivery_id, posts
from bot.channels.slack.sending import ELSEWHERE, Outgoing, Sending, Went
from bot.channels.slack.status import Status
from bot.channels.slack.taking_back import take_back
from bot.channels.slack.workspaces import NotInstalled, Workspaces
from bot.gateway.delivery import NotYetKnown, PermanentError, TemporaryError
from conversations.model import Message
from conversations.notices import Notices
from conversations.store.blobs import Blobs
from conversations.store.database import Database
from vendors.slack.api import SlackBusy, SlackRefused, SlackSilent

log = structlog.get_logger()
# So long (seconds) after Slack fell silent it is asked whether it took the post; a call takes ten at most.
_LOOK_AGAIN = 3.0


class SlackChannel:
    """The push channel of the gateway."""

    def __init__(
        self,
        database: Database,
        workspaces: Workspaces,
        placing: Placing,
        status: Status,
        blobs: Blobs,
        notices: Notices,
        offers: Forms,
    ) -> None:
        self._database, self._offers = database, offers
        self._workspaces, self._placing, self._status = workspaces, placing, status
        self._blobs, self._notices = blobs, notices
        # Parts of messages that `find` saw in Slack while others are missing: for the `send` that follows.
        self._partly: dict[str, Went] = {}

    async def send(self, message: Message) -> str:
        """Posts what is not there yet; returns the channel with the ids of posts and files.

        Raises:
            TemporaryError, PermanentError, NotYetKnown.
        """
        went = self._partly.pop(delivery_id(message), None) or Went()
        await self._status.settled(message.conversation_id)
        with _translated(went):
            sending, place, announced = await self._sending(message)
            if announced:
                went.announced = await self._announce(place, message, went)
            await sending.send(await self._outgoing(message, sending), went)
        return sending.vendor_id(went)

    async def find(self, message: Message) -> str | None:
        """What `send` returned, if all of it is in Slack.

        Raises:
            PermanentError, NotYetKnown.
        """
        went = Went(any_answer_lost=True)
        with _translated(went):
            sending, place, announced = await self._sending(message)
            if announced:
                went.announced = await self._announced(place, message)
            outgoing = await self._outgoing(message, sending)
            if await sending.find(outgoing, went, since=message.at):
                return sending.vendor_id(went)
        self._partly[delivery_id(message)] = went
        return None

    async def revise(self, message: Message, chosen: int | None) -> None:
        """Raises: TemporaryError, PermanentError."""
        if message.deleted_at is not None:
            await self.take_back(message.conversation_id, _without_announcement(message.vendor_id or ""))
            return
        place = _place(message)
        channel, _, ids = (message.vendor_id or "").partition(":")
        with _asked_again():
            api = await self._workspaces.api(place.team)
            stamps = [one for one in ids.split(",") if one[:1].isdigit()]
            own_line = await self._workspaces.shows_speaker(place.team)
            shown = posts(message, own_line=own_line, chosen=chosen, done=chosen is not None)
            for ts, post in zip(stamps, _fitted(shown, len(stamps)), strict=False):
                await api.update(channel, ts, post.text, post.blocks)

    async def take_back(self, conversation_id: str, vendor_id: str) -> None:
        """Raises: TemporaryError, PermanentError."""
        place = place_of(conversation_id)
        channel, _, ids = vendor_id.partition(":")
        if place is None:
            raise PermanentError("no place in Slack has this id")
        with _asked_again():
            await take_back(await self._workspaces.api(place.team), channel, ids.split(","))

    async def _sending(self, message: Message) -> tuple[Sending, Place, bool]:
        """How the message is sent, the conversation's own place, and whether leaving that is to be told there."""
        place = _place(message)
        api = await self._workspaces.api(place.team)
        own_line = await self._workspaces.shows_speaker(place.team)
        if place.is_shared:
            whereto = await self._placing.whereto(message)
            if whereto.private:
                channel = await self._workspaces.direct(api, place.team, str(place.person))
                return Sending(api, self._blobs, channel, None, own_line), place, whereto.announced
        return Sending(api, self._blobs, place.channel, place.thread, own_line), place, False

    async def _outgoing(self, message: Message, sending: Sending) -> Outgoing:
        intent = await forms.offered(self._database, self._offers, message)
        more = [forms.button(message, intent, self._notices)] if intent else []
        made = posts(message, own_line=sending.own_line, more=more)
        return Outgoing([(delivery_id(message, at), post) for at, post in enumerate(made)], list(message.attachments))

    async def _announce(self, place: Place, message: Message, went: Went) -> str:
        """One sentence in the thread: the rest is for the contact alone. Returns where it stands."""
        found = await self._announced(place, message)
        if found is not None:
            return found
        api, post = (
            await self._workspaces.api(place.team),
            Post.of_text(self._notices("moved_to_direct", message.conversation_id)),
        )
        went.any_answer_lost = True  # from here on only what is looked up is known not to be there
        key = _announcement(message)
        ts = await api.post(place.channel, post.text, post.blocks, delivery_id=key, thread=place.thread)
        return _elsewhere(place, ts)

    async def _announced(self, place: Place, message: Message) -> str | None:
        api = await self._workspaces.api(place.team)
        ts = await api.find(place.channel, _announcement(message), thread=place.thread)
        return None if ts is None else _elsewhere(place, ts)


def _without_announcement(vendor_id: str) -> str:
    return ",".join(one for one in vendor_id.split(",") if not one.startswith(ELSEWHERE))


def _announcement(message: Message) -> str:
    return f"{delivery_id(message)}.moved"


def _elsewhere(place: Place, ts: str) -> str:
    return f"{ELSEWHERE}{place.channel}/{ts}"


@contextmanager
def _translated(went: Went) -> Iterator[None]:
    """Slack's answers in the gateway's words; what may have been taken in part stays in hand."""
    try:
        yield
    except SlackBusy as busy:
        if went.anything:
            raise NotYetKnown(str(busy), busy.retry_after) from busy
        raise TemporaryError(str(busy), busy.retry_after) from busy
    except SlackSilent as silent:
        raise NotYetKnown(f"Slack did not answer: {silent}", _LOOK_AGAIN) from silent
    except SlackRefused as refused:
        raise PermanentError(f"Slack refused: {refused.code}") from refused
    except NotInstalled as gone:
        raise PermanentError("the app is not installed in this workspace any more") from gone


@contextmanager
def _asked_again() -> Iterator[None]:
    """Slack's answers to what is the same each time that it is asked."""
    try:
        yield
    except (SlackBusy, SlackSilent) as later:
        raise TemporaryError(str(later), getattr(later, "retry_after", None)) from later
    except (SlackRefused, NotInstalled) as never:
        raise PermanentError(str(never)) from never


def _place(message: Message) -> Place:
    place = place_of(message.conversation_id)
    if place is None:
        raise PermanentError("no place in Slack has this id")
    return place


def _fitted(shown: list[Post], count: int) -> list[Post]:
    """As many posts as there are: an edit that made a text longer is cut, and says so."""
    if len(shown) <= count or count == 0:
        return shown
    last = shown[count - 1]
    return [*shown[: count - 1], Post(last.text, [*last.blocks, *Post.of_text("…").blocks])]
