"""Takes Telegram's updates in: when it returns, what they say is committed.

Updates of one conversation are taken one after the other, in the order in which they came: a file takes a while, and
what was written after it must not overtake it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgspec
import structlog

from bot import choices
from bot.channels.known import came_before
from bot.channels.telegram.files import Fetch, Missed
from bot.channels.telegram.parse import Bot, Heard, NotForUs, NotTheirs, Unknown, parse
from bot.channels.telegram.place import CHANNEL, Place
from bot.channels.telegram.placing import Placing
from bot.channels.telegram.render import group_of
from bot.channels.telegram.shapes import HEARD, KINDS, Update
from bot.gateway.receive import UNKNOWN, Receive
from conversations.model import Attachment, InboundKind, InboundMessage, Outbound, Sender
from conversations.notices import Notices
from conversations.store import conversations
from conversations.store.database import Database
from vendors.telegram.api import TelegramApi
from vendors.telegram.errors import TelegramError

log = structlog.get_logger()


class NotYet(Exception):
    """An update of a group cannot be judged before Telegram has told the bot's own name; it must come again."""


class Intake:
    """The one way in, for webhook and polling alike."""

    def __init__(
        self, api: TelegramApi, database: Database, receive: Receive, fetch: Fetch, placing: Placing, notices: Notices
    ) -> None:
        self._api, self._database, self._receive = api, database, receive
        self._fetch, self._placing, self._notices = fetch, placing, notices
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, raw: Mapping[str, Any]) -> None:
        """Takes one update in. It may come again, at any time: it counts once.

        Raises:
            NotYet: see there. SQLAlchemyError, OSError: the database is away.
        """
        if not any(kind in raw for kind in HEARD):
            kind = next((name for name in raw if name != "update_id"), "")
            self._unknown(kind if kind in KINDS else "other")
            return
        try:
            update = msgspec.convert(raw, Update)
        except (msgspec.ValidationError, RecursionError) as strange:
            log.warning("telegram: an update of another shape", cause=str(strange))
            self._unknown("unreadable")
            return
        match parse(update, await self._bot(update)):
            case Heard() as heard:
                await self._take(heard)
            case NotTheirs(press):
                self._afterwards(self._answer(press, self._notices("not_your_button")))
            case Unknown(kind):
                self._unknown(kind)
            case NotForUs():
                pass

    async def _bot(self, update: Update) -> Bot:
        if update.chat is None or update.chat.id >= 0:
            known = self._api.known
            return Bot(self._api.id, known.username if known is not None else "")
        try:
            me = await self._api.me()
        except TelegramError as away:
            raise NotYet from away
        return Bot(me.id, me.username)

    def _unknown(self, kind: str) -> None:
        UNKNOWN.labels(CHANNEL, kind).inc()

    async def _take(self, heard: Heard) -> None:
        async with self._in_order(heard.inbound.conversation_id):
            if await self._has_come_by_a_link(heard):
                return
            inbound = heard.inbound
            if heard.if_known and not await self._is_known(inbound):
                return
            if inbound.kind not in {InboundKind.JOINED, InboundKind.LEFT} and heard.press is None:
                inbound = await self._meant(inbound)
            refused = False
            if heard.enclosed is None:
                refused = (await self._receive(inbound)).refused
            elif not await self._is_known(inbound):  # else not fetched again, nor compared: a file may not come twice
                await self._with_file(inbound, await self._fetch(inbound.conversation_id, heard.enclosed))
        if heard.press is not None and not refused:  # a flood of presses is not a flood of calls
            self._afterwards(self._answer(heard.press))

    async def _meant(self, inbound: InboundMessage) -> InboundMessage:
        place = Place.of(inbound.conversation_id)
        if place.is_group or choices.concerns_contact(inbound.choice, inbound.text):
            return inbound
        return await self._placing.meant(inbound)

    async def _has_come_by_a_link(self, heard: Heard) -> bool:
        """Whether they opened the private chat by a group's link: then what waited for that is told."""
        group = group_of(heard.start)
        if group is None:
            return False
        person = Place.of(heard.inbound.conversation_id).person
        return await self._placing.opened(str(Place(group, person)))

    async def _is_known(self, inbound: InboundMessage) -> bool:
        """Whether a message, or what it changes, came before."""
        return await came_before(self._database, inbound.conversation_id, inbound.of or inbound.native_key)

    async def _with_file(self, inbound: InboundMessage, found: Attachment | Missed) -> None:
        if isinstance(found, Missed):
            await self._without_file(inbound, found)
            return
        receipt = await self._receive(replace(inbound, attachments=(found,)))
        if receipt.repeated or receipt.refused:
            await self._fetch.forget(found)

    async def _without_file(self, inbound: InboundMessage, missed: Missed) -> None:
        """The message counts, with a remark in the place of the file; its contact is told."""
        text = f"{inbound.text}\n{missed.remark}".strip()
        receipt = await self._receive(replace(inbound, text=text))
        if receipt.repeated or receipt.refused:
            return
        async with self._database.write() as tx:
            held = await conversations.get(tx, inbound.conversation_id, lock=True)
            assert held is not None, "its message was just stored"
            await conversations.say(
                tx, held.id, held.episode, [Outbound(Sender.SYSTEM, missed.told(self._notices.spoken(held.language)))]
            )

    async def _answer(self, press: str, text: str | None = None) -> None:
        """Ends the little clock on the button; by now Telegram may have forgotten it."""
        try:
            await self._api.answer_press(press, text)
        except TelegramError as failed:
            log.info("telegram: a press was not answered", cause=str(failed))

    def _afterwards(self, call: Awaitable[None]) -> None:
        """Does something that need not be waited for: it is over when it fails."""
        task = asyncio.ensure_future(call)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Waits for what was left for afterwards."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @asynccontextmanager
    async def _in_order(self, key: str) -> AsyncIterator[None]:
        """One at a time for each key, first come, first served."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = lock, waiting + 1
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks.pop(key)
            if waiting > 1:
                self._locks[key] = lock, waiting - 1
