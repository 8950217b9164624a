"""Brings messages to contacts on Telegram: in parts, each once, in the group or the private chat where they belong.

A bot cannot look up what it has sent: a call without an answer ends as "unknown", and is never made again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.channels.telegram import revising
from bot.channels.telegram.calls import Calls, outcome
from bot.channels.telegram.place import Place
from bot.channels.telegram.placing import LINKED, TOLD, Placing
from bot.channels.telegram.render import Key, Text, rendered, start_link
from bot.channels.telegram.sent import Sent, ids_of, link_of
from bot.gateway.delivery import ChannelError, OutcomeUnknown, PermanentError, TemporaryError
from bot.gateway.placing import Whereto
from conversations.model import Message, Sender, Status
from conversations.notices import Notices
from conversations.store import conversations
from conversations.store.blobs import Blobs
from conversations.store.database import Database
from conversations.store.work import schedule
from vendors.telegram.api import TelegramApi

log = structlog.get_logger()
# So many messages back an earlier one whose outcome is unknown is looked for.
_REACH = 20
# The kind of work that leaves a link in the group; its key is ``<conversation>#<number>``.
TELEGRAM_LINK = "telegram_link"
# By then (seconds) the message that it tells of is marked as sent.
_SENT_BY_THEN, _AGAIN = 0.2, 1.0


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a message goes: ``prefix`` is how the record tells it; ``reply_to`` is a message of that chat."""

    chat: int
    private: bool
    prefix: str
    reply_to: int | None


class TelegramPush:
    """The channel as delivery sees it."""

    def __init__(self, api: TelegramApi, database: Database, blobs: Blobs, notices: Notices, placing: Placing) -> None:
        self._api, self._database, self._notices, self._placing = api, database, notices, placing
        self._calls, self._sent = Calls(api, blobs), Sent(database)

    async def find(self, message: Message) -> str | None:
        """Telegram offers bots no way to look."""
        raise OutcomeUnknown("nobody knows whether Telegram took it")

    async def send(self, message: Message) -> str:
        """Sends what of the message has not gone yet; returns the ids of its parts.

        Raises:
            TemporaryError, PermanentError, OutcomeUnknown.
        """
        place, notices = Place.of(message.conversation_id), await self._spoken(message)
        if not place.is_group:
            way = _Way(place.chat, True, "", await self._reply_to(message, private=True))
            return await self._send(message, way, notices)
        begun = bool(ids_of(message.vendor_id))  # then the rest goes where the beginning went
        whereto = await self._placing.whereto(message)
        if (message.vendor_id or "").startswith(TOLD) if begun else whereto.private:
            return await self._send_in_private(message, place, whereto, notices)
        way = _Way(place.chat, False, "", await self._reply_to(message, private=False))
        return await self._send(message, way, notices)

    async def revise(self, message: Message, chosen: int | None) -> None:
        """Shows a message that was sent as it is now.

        Raises:
            TemporaryError, PermanentError, OutcomeUnknown: it may be asked again, it is the same each time.
        """
        if (message.vendor_id or "").startswith(LINKED):
            return
        notices = await self._spoken(message)
        before = await self._before(message, notices)
        await revising.revise(self._calls, self._sent, message, chosen, before, notices("taken_back"))

    async def take_back(self, conversation_id: str, vendor_id: str) -> None:
        """Raises: TemporaryError, OutcomeUnknown; PermanentError when some of it stays."""
        await revising.take_back(self._calls, conversation_id, vendor_id, self._notices("taken_back"))

    async def link(self, key: str) -> float | None:
        """The handler of ``telegram_link`` work: leaves the link of a message that was told in private."""
        conversation_id, _, number = key.rpartition("#")
        async with self._database.read() as tx:
            message = await conversations.message(tx, conversation_id, int(number))
        if message is None:
            return None  # erased
        if message.status in {Status.PENDING, Status.SENDING}:
            return _AGAIN
        try:
            link = await self._link(message, Place.of(conversation_id), await self._spoken(message))
        except TemporaryError as later:
            return later.retry_after or _AGAIN
        except ChannelError as failed:
            log.warning("telegram: no link was left in the group", cause=str(failed))
        else:
            await self._sent.changed(message, ids_of(message.vendor_id), link)
        return None

    async def _send(self, message: Message, way: _Way, notices: Notices) -> str:
        before = await self._before(message, notices)
        made = rendered(message, Place.of(message.conversation_id), private=way.private, before=before)
        done = ids_of(message.vendor_id)
        for part in made[len(done) :]:
            done.append(await self._calls.send(way.chat, part, way.reply_to, notices))
            if len(done) < len(made):
                await self._sent.so_far(message, done, way.prefix)
        return self._sent.named(done, way.prefix, link_of(message.vendor_id))

    async def _send_in_private(self, message: Message, place: Place, whereto: Whereto, notices: Notices) -> str:
        """To the contact's own chat with the bot, and a link to it in the group, which is all if it is not open yet."""
        way = _Way(place.person, True, TOLD, await self._reply_to(message, private=True))
        try:
            sent = await self._send(message, way, notices)
        except PermanentError as cannot:
            link = await self._link(message, place, notices) if whereto.announced else 0
            if message.sender is not Sender.AGENT:
                return f"{LINKED}{link}"
            await self._sent.failed_with_link(message, link)
            raise PermanentError(
                f"they have not opened their chat with the bot; they have a link ({cannot})"
            ) from cannot
        if whereto.announced:
            async with self._database.write() as tx:
                await schedule(tx, TELEGRAM_LINK, f"{message.conversation_id}#{message.number}", _SENT_BY_THEN)
        return sent

    async def _link(self, message: Message, place: Place, notices: Notices) -> int:
        """One sentence in the group, with a button that opens the private chat."""
        me = await outcome(self._api.me())
        button = Key(notices("open_private"), url=start_link(me.username, place))
        reply_to = await self._reply_to(message, private=False)
        return await self._calls.send(
            place.chat, Text(notices("moved_to_direct"), keyboard=((button,),)), reply_to, notices
        )

    async def _before(self, message: Message, notices: Notices) -> str:
        """The bot begins by saying that its last message may not have arrived, when nobody knows."""
        if message.sender is not Sender.BOT or not await self._is_in_doubt(message):
            return ""
        return notices("may_not_have_arrived", message.conversation_id)

    async def _is_in_doubt(self, message: Message) -> bool:
        """Whether the outcome of something said before is unknown, and the bot has said nothing since."""
        after, through = message.number - _REACH - 1, message.number - 1
        async with self._database.read() as tx:
            earlier = await conversations.messages(tx, message.conversation_id, after, through=through, limit=_REACH)
        for said in reversed(earlier):
            if said.status is Status.UNKNOWN:
                return True
            if said.sender is Sender.BOT and said.status is Status.SENT:
                return False
        return False

    async def _reply_to(self, message: Message, *, private: bool) -> int | None:
        """The contact's message that this one answers, where that is not plain to see.

        It never is in a group; in a private chat it is, unless they wrote something else meanwhile.
        """
        if message.turn is None:
            return None
        async with self._database.read() as tx:
            answered = await conversations.message(tx, message.conversation_id, message.turn)
            held = await conversations.get(tx, message.conversation_id)
        kind, _, number = ((answered.native_key if answered else None) or "").partition(":")
        came_in_private = not Place.of(message.conversation_id).is_group or number.startswith("p")
        number = number.removeprefix("p")
        if kind != "m" or held is None or came_in_private != private or not number.isdigit():
            return None
        return None if private and held.last_contact_number == message.turn else int(number)

    async def _spoken(self, message: Message) -> Notices:
        async with self._database.read() as tx:
            held = await conversations.get(tx, message.conversation_id)
        return self._notices.spoken(held.language if held is not None else None)
