"""What contacts do in Slack, from its payloads to the gateway. Acknowledged means committed: only rows are written."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import structlog

from bot import choices
from bot.channels.known import came_before, exists
from bot.channels.slack import later
from bot.channels.slack.beside import Beside
from bot.channels.slack.fetching import Fetched, Fetching
from bot.channels.slack.parse import Heard, UnknownKind, heard
from bot.channels.slack.payloads import ContainerStarted, Event
from bot.channels.slack.places import CHANNEL, Place, place_of
from bot.channels.slack.placing import Placing
from bot.channels.slack.status import Status
from bot.channels.slack.workspaces import NotInstalled, Workspaces
from bot.config import Assistant
from bot.gateway.limits import Buckets
from bot.gateway.receive import UNKNOWN, Receive
from conversations.model import InboundKind, InboundMessage, Outbound, Sender
from conversations.notices import Notices
from conversations.store import conversations
from conversations.store.database import Database, Transaction
from conversations.store.work import cancel, schedule
from vendors.slack.api import SlackError
from vendors.slack.payloads import read

log = structlog.get_logger()
# Slack waits three seconds for its acknowledgement; files that take longer than this are fetched after it.
_FILES_AT_ONCE = 1.5
# https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
_PROMPTS = 4
# So many contacts whose name was looked up are remembered.
_REMEMBERED = 10_000


class Contacts:
    """``lobbies`` are the agents' channels: never a contact's."""

    def __init__(
        self,
        database: Database,
        receive: Receive,
        workspaces: Workspaces,
        placing: Placing,
        fetching: Fetching,
        status: Status,
        lobbies: Collection[str],
        beside: Beside,
        assistant: Assistant,
        notices: Notices,
    ) -> None:
        self._database, self._receive, self._workspaces = database, receive, workspaces
        self._placing, self._fetching, self._status = placing, fetching, status
        self._lobbies, self._assistant = frozenset(lobbies), assistant
        self._beside, self._notices = beside, notices
        self._asked_about: set[str] = set()
        self._files_pace = Buckets(rate=0.5, burst=20)

    def is_lobby(self, channel: Any) -> bool:
        return isinstance(channel, str) and channel in self._lobbies

    async def finish(self) -> None:
        """Waits for what goes on beside the acknowledgements."""
        await self._status.finish()
        await self._beside.finish()

    async def said(self, body: Any) -> None:
        """A message, a mention, an edit or a deletion.

        Raises:
            NotThisShape: it is none.
        """
        try:
            this = heard(body)
        except UnknownKind as unknown:
            UNKNOWN.labels(CHANNEL, str(unknown)).inc()
            return
        if this is None or self.is_lobby(this.channel):
            return
        conversation_id = await self._conversation(this)
        if conversation_id is None:
            return
        if this.kind is InboundKind.SAID:
            self._status.show(place_of(conversation_id) or Place(this.team, this.channel))
            await self._take_in_order(this, conversation_id, bot=read(Event, body).bot)
        else:
            await self._receive(this.inbound(conversation_id))
        if this.identity not in self._asked_about:
            self._beside.start(self._ask_about(this.team, this.identity))

    async def _conversation(self, this: Heard) -> str | None:
        """Which conversation it belongs to; None when it was not said to the app."""
        direct = Place(this.team, this.channel)
        if this.is_direct:
            chat = Place(this.team, this.channel, this.thread).conversation_id
            if this.threaded and (this.in_container or await exists(self._database, chat)):
                return chat
            if choices.concerns_contact(None, this.text):
                return direct.conversation_id
            return await self._placing.meant(direct, this.identity, this.of or this.native_key)
        place = Place(this.team, this.channel, this.thread, this.person).conversation_id
        if this.kind is InboundKind.SAID and this.mention:
            return place
        if this.kind is InboundKind.SAID:  # in a thread that they began with the app, and to nobody else
            return place if this.threaded and not this.to_others and await exists(self._database, place) else None
        return place if await came_before(self._database, place, this.of) else None

    async def _take_in_order(self, this: Heard, conversation_id: str, bot: str) -> None:
        """At once, unless it comes after a message whose files are still fetched: then it waits for its turn."""
        key = later.files_key(this, conversation_id, bot)
        if this.files and await came_before(self._database, conversation_id, this.native_key):
            return
        async with self._database.read() as tx:
            waits = await later.any_waits(tx, conversation_id)
        if waits or this.files:  # before it is fetched, so that whatever follows on any front finds it
            async with self._database.write() as tx:
                await schedule(tx, later.SLACK_FILES, key, 0 if waits else _FILES_AT_ONCE + 1)
        if waits:
            return
        if not this.files:
            await self._receive(this.inbound(conversation_id))
        elif await self._take_files(this, conversation_id):
            async with self._database.write() as tx:
                await cancel(tx, later.SLACK_FILES, key)

    async def _take_files(self, this: Heard, conversation_id: str) -> bool:
        """Whether Slack gave them soon, or they come too fast to be taken at all."""
        if not self._files_pace.take(conversation_id):
            await self.take(this, conversation_id, Fetched(refused=[self._notices("too_fast")]))
            return True
        try:
            async with asyncio.timeout(_FILES_AT_ONCE):
                fetched = await self._fetching.fetch(this.team, this.files)
        except (TimeoutError, SlackError, NotInstalled):
            return False
        await self.take(this, conversation_id, fetched)
        return True

    async def take(self, this: Heard, conversation_id: str, fetched: Fetched) -> None:
        """A message with its files; of what was not taken the contact is told why."""
        inbound = this.inbound(conversation_id, attachments=tuple(fetched.attachments))
        if inbound.text or inbound.attachments or not this.files:
            await self._receive(inbound)
        if fetched.refused:
            async with self._database.write() as tx:
                await _say_once(tx, inbound, f"refused:{this.native_key}", "\n".join(fetched.refused))

    async def not_read(self, conversation_id: str) -> None:
        """What was acknowledged cannot be read again from Slack: the contact is told to send it once more."""
        async with self._database.write() as tx:
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is not None:
                text = self._notices.spoken(held.language)("not_read", conversation_id)
                await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text)])

    async def container_started(self, body: Any) -> None:
        """Somebody opened a chat in the assistant container: it is greeted, and offered questions.

        Raises:
            NotThisShape: it is none.
        """
        envelope = read(Event, body)
        started = read(ContainerStarted, envelope.event).assistant_thread
        place = Place(envelope.team, started.channel, started.thread)
        opened = InboundMessage(place.conversation_id, CHANNEL, f"{envelope.team}/{started.person}", InboundKind.JOINED)
        async with self._database.write() as tx:
            await _say_once(tx, opened, "greeting", self._assistant.greeting, self._assistant.name)
        self._beside.start(self._suggest(place))

    async def _suggest(self, place: Place) -> None:
        """The questions are an offer: when Slack does not take them, nothing else is lost."""
        prompts = [{"title": one, "message": one} for one in self._assistant.starters[:_PROMPTS]]
        about = {"channel_id": place.channel, "thread_ts": str(place.thread)}
        try:
            api = await self._workspaces.api(place.team)
            await api.suggest(prompts=prompts, **about)
        except (SlackError, NotInstalled) as failed:
            log.info("slack: no questions are offered", cause=type(failed).__name__)

    async def gone(self, body: Any) -> None:
        """The app was taken out of a workspace, or its token revoked.

        Raises:
            NotThisShape: it is no such event.
        """
        envelope = read(Event, body)
        event = envelope.event if isinstance(envelope.event, dict) else {}
        tokens = event.get("tokens")
        of_the_bot = isinstance(tokens, dict) and bool(tokens.get("bot"))
        if envelope.team_id and (event.get("type") == "app_uninstalled" or of_the_bot):
            await self._workspaces.revoked(envelope.team_id)

    async def _ask_about(self, team: str, identity: str) -> None:
        """Has a contact's name looked up, once for each start of a front: it may wait."""
        if len(self._asked_about) >= _REMEMBERED:
            self._asked_about.clear()
        self._asked_about.add(identity)
        async with self._database.write() as tx:
            await schedule(tx, later.SLACK_PERSON, f"{team} {identity}")


async def _say_once(tx: Transaction, inbound: InboundMessage, key: str, text: str, name: str | None = None) -> None:
    """Says something of ours in a conversation, which is opened for it, unless it was said before."""
    held = await conversations.open_for(tx, inbound)
    if await conversations.number_of(tx, held.id, key) is None:
        sender = Sender.BOT if name else Sender.SYSTEM
        await conversations.say(tx, held.id, held.episode, [Outbound(sender, text, name, native_key=key)])
