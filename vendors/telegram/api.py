"""Telegram's Bot API as this house uses it, by python-telegram-bot: every outcome is told in the words of `errors`.

Nothing is retried here: who calls knows what may be asked twice.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, Any

import aiohttp
from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    WebhookInfo,
)
from telegram.constants import ChatAction
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from vendors.telegram.errors import TelegramBusy, TelegramRefused, TelegramSilent
from vendors.telegram.outcomes import told
from vendors.telegram.pace import Pace

# The longest that a call may take, in seconds; past it nobody knows what became of it. A file may take longer.
CALL_SECONDS, UPLOAD_SECONDS = 10.0, 45.0
# https://core.telegram.org/bots/api#getfile
DOWNLOAD_LIMIT = 20 * 1024 * 1024
# https://core.telegram.org/bots/api#sending-files
UPLOAD_LIMIT, PHOTO_LIMIT = 50 * 1024 * 1024, 10 * 1024 * 1024
# A call that asks for updates is held open for so long when there are none.
POLL_SECONDS = 30
_PART = 64 * 1024
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

# Updates are asked for by name, since the SDK's own reader gives up on a whole batch when one of them is odd.
warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)
for _chatty in ("httpx", "httpcore"):  # they write down addresses, and the token is a part of ours
    logging.getLogger(_chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself."""

    id: int
    username: str
    name: str


class TelegramApi:
    """The calls that a channel makes, for one bot.

    Args:
        token: as BotFather gave it; the number before its colon is the bot's id.
        url: of the Bot API, without a slash at the end.
    """

    def __init__(self, token: str, url: str, pace: Pace | None = None) -> None:
        url = url.rstrip("/")
        limits: dict[str, Any] = {"connect_timeout": 5.0, "pool_timeout": CALL_SECONDS}
        self._requests = (
            HTTPXRequest(connection_pool_size=4, read_timeout=CALL_SECONDS, **limits),
            HTTPXRequest(
                connection_pool_size=64, read_timeout=CALL_SECONDS, media_write_timeout=UPLOAD_SECONDS, **limits
            ),
        )
        polling, calling = self._requests
        self.bot = Bot(token, f"{url}/bot", f"{url}/file/bot", calling, polling)
        self._files = f"{url}/file/bot{token}/"
        self._pace = pace or Pace()
        self._me: Me | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def id(self) -> int:
        """The bot's id."""
        return int(self.bot.token.partition(":")[0])

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Telegram can be called while the block runs."""
        async with aiohttp.ClientSession() as session:
            self._session = session
            try:
                yield
            finally:
                for request in self._requests:
                    await request.shutdown()

    @property
    def known(self) -> Me | None:
        """The bot itself, once it was asked for."""
        return self._me

    async def me(self) -> Me:
        """The bot itself, asked for once.

        Raises:
            TelegramBusy, TelegramRefused, TelegramSilent.
        """
        if self._me is None:
            found = await told(self.bot.get_me())
            self._me = Me(found.id, found.username or "", found.first_name)
        return self._me

    async def send_text(
        self,
        chat: int,
        text: str,
        entities: Sequence[MessageEntity] = (),
        keyboard: InlineKeyboardMarkup | None = None,
        reply_to: int | None = None,
    ) -> int:
        """Sends a text, to the letter but for what ``entities`` mark; returns the message's id.

        Raises:
            TelegramBusy, TelegramRefused, TelegramMoved, TelegramSilent.
        """
        sending = self.bot.send_message(
            chat,
            text,
            entities=entities,
            reply_markup=keyboard,
            reply_parameters=_reply(reply_to),
            link_preview_options=_NO_PREVIEW,
        )
        return await self._sent(chat, sending)

    async def send_photo(
        self,
        chat: int,
        photo: str | tuple[IO[bytes], str],
        caption: str = "",
        entities: Sequence[MessageEntity] = (),
        reply_to: int | None = None,
    ) -> int:
        """Sends a picture, by its address or as an open file with a name.

        Raises:
            TelegramBusy, TelegramRefused, TelegramMoved, TelegramSilent.
        """
        given = photo if isinstance(photo, str) else InputFile(photo[0], photo[1], read_file_handle=False)
        sending = self.bot.send_photo(
            chat, given, caption or None, caption_entities=entities or None, reply_parameters=_reply(reply_to)
        )
        return await self._sent(chat, sending)

    async def send_document(
        self,
        chat: int,
        file: tuple[IO[bytes], str],
        caption: str = "",
        entities: Sequence[MessageEntity] = (),
        reply_to: int | None = None,
    ) -> int:
        """Sends an open file under a name.

        Raises:
            TelegramBusy, TelegramRefused, TelegramMoved, TelegramSilent.
        """
        sending = self.bot.send_document(
            chat,
            InputFile(file[0], file[1], read_file_handle=False),
            caption or None,
            caption_entities=entities or None,
            reply_parameters=_reply(reply_to),
        )
        return await self._sent(chat, sending)

    async def _sent(self, chat: int, sending: Awaitable[Message]) -> int:
        return (await self._in_turn(chat, sending)).message_id

    async def _in_turn[T](self, chat: int, call: Awaitable[T], *, says: bool = True) -> T:
        try:
            await self._pace.turn(chat, says=says)
            try:
                return await told(call)
            except TelegramBusy as busy:
                self._pace.hold(chat, busy.retry_after)
                raise
            except TelegramRefused:
                if says:
                    self._pace.give_back(chat)
                raise
        finally:
            _close(call)

    async def edit_text(
        self,
        chat: int,
        message: int,
        text: str,
        entities: Sequence[MessageEntity] = (),
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Puts another text, and other buttons or none, in the place of a message's.

        Raises:
            TelegramBusy, TelegramRefused, TelegramMoved, TelegramSilent: it may be asked again.
        """
        editing = self.bot.edit_message_text(
            text, chat, message, entities=entities, reply_markup=keyboard, link_preview_options=_NO_PREVIEW
        )
        try:
            await self._in_turn(chat, editing, says=False)
        except TelegramRefused as refused:
            if "not modified" not in str(refused).lower():
                raise

    async def delete(self, chat: int, message: int) -> None:
        """Takes a message back: within 48 hours (https://core.telegram.org/bots/api#deletemessage).

        Raises:
            TelegramBusy, TelegramRefused, TelegramMoved, TelegramSilent: it may be asked again.
        """
        try:
            await self._in_turn(chat, self.bot.delete_message(chat, message), says=False)
        except TelegramRefused as refused:
            if "not found" not in str(refused).lower():
                raise

    async def answer_press(self, press: str, text: str | None = None) -> None:
        """Ends the little clock on a pressed button; ``text`` is shown for a moment.

        Raises:
            TelegramBusy, TelegramRefused, TelegramSilent.
        """
        await told(self.bot.answer_callback_query(press, text))

    async def show_typing(self, chat: int) -> None:
        """Shows for five seconds that an answer is being written, unless there is much else to say.

        Raises:
            TelegramBusy, TelegramRefused, TelegramMoved, TelegramSilent.
        """
        if self._pace.has_room():
            await told(self.bot.send_chat_action(chat, ChatAction.TYPING))

    async def updates(
        self, offset: int | None, kinds: Sequence[str], seconds: int = POLL_SECONDS
    ) -> list[dict[str, Any]]:
        """The updates from ``offset`` on (it confirms those before), as Telegram's JSON; waits for the first.

        Raises:
            TelegramBusy, TelegramRefused, TelegramConflict, TelegramSilent.
        """
        asked = {"offset": offset, "timeout": seconds, "limit": 100, "allowed_updates": list(kinds)}
        given = {name: value for name, value in asked.items() if value is not None}
        found = await told(self.bot.do_api_request("getUpdates", given, read_timeout=seconds + CALL_SECONDS))
        return [one for one in found if isinstance(one, dict) and isinstance(one.get("update_id"), int)]

    async def set_webhook(self, url: str, secret: str, kinds: Sequence[str]) -> None:
        """Has updates sent to ``url`` with ``secret`` in a header.

        Raises:
            TelegramBusy, TelegramRefused, TelegramSilent.
        """
        await told(self.bot.set_webhook(url, secret_token=secret, allowed_updates=kinds))

    async def delete_webhook(self) -> None:
        """Ends the webhook; updates wait for whoever asks.

        Raises:
            TelegramBusy, TelegramRefused, TelegramSilent.
        """
        await told(self.bot.delete_webhook())

    async def webhook(self) -> WebhookInfo:
        """What Telegram says of the webhook.

        Raises:
            TelegramBusy, TelegramRefused, TelegramSilent.
        """
        return await told(self.bot.get_webhook_info())

    async def set_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """Has Telegram list these commands, each with what it does.

        Raises:
            TelegramBusy, TelegramRefused, TelegramSilent.
        """
        await told(self.bot.set_my_commands(commands))

    async def content(self, file_id: str) -> AsyncIterator[bytes]:
        """A file's content in parts, from the Bot API's own address and nowhere else.

        Raises:
            TelegramBusy, TelegramRefused, TelegramSilent.
        """
        found = await told(self.bot.get_file(file_id))
        address = found.file_path or ""
        if not address.startswith(self._files) or ".." in address:
            raise TelegramRefused("the file is nowhere where files are")
        assert self._session is not None, "files are fetched while it is open"
        try:
            async with self._session.get(address, allow_redirects=False) as response:
                if response.status != 200:
                    raise TelegramRefused(f"the file is not given: {response.status}")
                async for part in response.content.iter_chunked(_PART):
                    yield part
        except (aiohttp.ClientError, OSError) as broken:  # their words have the address, and it the token
            raise TelegramSilent(type(broken).__name__) from None


def _reply(to: int | None) -> ReplyParameters | None:
    return None if to is None else ReplyParameters(to, allow_sending_without_reply=True)


def _close(call: Awaitable[Any]) -> None:
    """A call that never began is not awaited for; one that ended has nothing to close."""
    if asyncio.iscoroutine(call):
        call.close()
