"""The parts of a message as calls of the Bot API, and their outcomes in delivery's words."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import IO

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.channels.telegram.render import Document, Key, Keyboard, Part, Picture, Text
from bot.gateway.delivery import OutcomeUnknown, PermanentError, TemporaryError
from conversations.model import Attachment
from conversations.notices import Notices
from conversations.store.blobs import Blobs
from vendors.telegram.api import PHOTO_LIMIT, UPLOAD_LIMIT, TelegramApi
from vendors.telegram.errors import TelegramBusy, TelegramError, TelegramMoved, TelegramRefused
from vendors.telegram.text import units

# https://core.telegram.org/bots/api#sendphoto; anything else goes as a document.
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})
_MEGABYTE = 1024 * 1024
# So many groups' new ids are remembered; Telegram tells them again.
_REMEMBERED = 10_000


class Calls:
    """Sends and changes single messages. A group that has become a supergroup is followed to its new id."""

    def __init__(self, api: TelegramApi, blobs: Blobs) -> None:
        self.api, self._blobs = api, blobs
        # By the old id. Telegram tells it again whenever the old one is used.
        self._moved: dict[int, int] = {}

    async def send(self, chat: int, part: Part, reply_to: int | None, notices: Notices) -> int:
        """Sends a part; returns its message's id.

        Raises:
            TemporaryError, PermanentError, OutcomeUnknown.
        """
        try:
            return await self._hand_over(self.now(chat), part, reply_to, notices)
        except TelegramMoved as moved:
            if len(self._moved) >= _REMEMBERED:
                self._moved.clear()
            self._moved[chat] = moved.chat
            return await outcome(self._hand_over(moved.chat, part, reply_to, notices))
        except TelegramError as wrong:
            raise in_our_words(wrong) from wrong

    def now(self, chat: int) -> int:
        """The chat's id of today."""
        return self._moved.get(chat, chat)

    async def edit(self, chat: int, number: int, text: Text) -> None:
        """Puts another text in the place of a message's.

        Raises:
            TemporaryError, PermanentError, OutcomeUnknown.
        """
        await outcome(self.api.edit_text(self.now(chat), number, text.text, bold(text.bold), markup(text.keyboard)))

    async def delete(self, chat: int, number: int) -> None:
        """Deletes a message.

        Raises:
            TemporaryError, PermanentError, OutcomeUnknown.
        """
        await outcome(self.api.delete(self.now(chat), number))

    async def _hand_over(self, chat: int, part: Part, reply_to: int | None, notices: Notices) -> int:
        match part:
            case Text():
                return await self.api.send_text(chat, part.text, bold(part.bold), markup(part.keyboard), reply_to)
            case Picture():
                try:
                    return await self.api.send_photo(chat, part.url, reply_to=reply_to)
                except TelegramRefused:  # Telegram could not fetch it: perhaps the contact can
                    return await self.api.send_text(chat, part.url, reply_to=reply_to)
            case Document():
                return await self._send_file(chat, part, reply_to, notices)

    async def _send_file(self, chat: int, part: Document, reply_to: int | None, notices: Notices) -> int:
        file, marked = part.file, bold(units(part.caption))
        if file.size > UPLOAD_LIMIT:
            told = notices("file_not_sent", name=file.name, limit=UPLOAD_LIMIT // _MEGABYTE)
            return await self.api.send_text(chat, told, reply_to=reply_to)
        async with self._opened(file) as content:
            named = content, file.name
            if file.media_type in _PHOTOS and file.size <= PHOTO_LIMIT:
                try:
                    return await self.api.send_photo(chat, named, part.caption, marked, reply_to)
                except TelegramRefused as refused:
                    if not any(word in str(refused).lower() for word in ("photo", "image")):
                        raise
                    content.seek(0)  # of a size or a shape that Telegram takes for no picture
            return await self.api.send_document(chat, named, part.caption, marked, reply_to)

    @asynccontextmanager
    async def _opened(self, file: Attachment) -> AsyncIterator[IO[bytes]]:
        """A file of ours, on disk: it is read while it is sent."""
        with tempfile.TemporaryFile() as content:
            async for part in self._blobs.get(file.file_id):
                content.write(part)
            if content.tell() == 0 and file.size:
                raise TelegramRefused("the file is no longer there")
            content.seek(0)
            yield content


def bold(length: int) -> list[MessageEntity]:
    """Marks the first ``length`` units of a text."""
    return [MessageEntity(MessageEntity.BOLD, 0, length)] if length else []


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """A keyboard in the SDK's words."""
    rows = [[_button(key) for key in row] for row in keyboard]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(key: Key) -> InlineKeyboardButton:
    if key.url:
        return InlineKeyboardButton(key.title, url=key.url)
    return InlineKeyboardButton(key.title, callback_data=key.data)


async def outcome[T](call: Awaitable[T]) -> T:
    """The call's result.

    Raises:
        TemporaryError, PermanentError, OutcomeUnknown.
    """
    try:
        return await call
    except TelegramError as wrong:
        raise in_our_words(wrong) from wrong


def in_our_words(wrong: TelegramError) -> TemporaryError | PermanentError | OutcomeUnknown:
    """What Telegram answered, as delivery knows it."""
    match wrong:
        case TelegramBusy():
            return TemporaryError(str(wrong), wrong.retry_after)
        case TelegramMoved():
            return TemporaryError(str(wrong))
        case TelegramRefused():
            return PermanentError(str(wrong))
        case _:
            return OutcomeUnknown(str(wrong))
