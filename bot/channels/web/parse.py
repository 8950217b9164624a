"""Frames of the browser as messages of the record: a pure function."""

from __future__ import annotations

import uuid

from bot.channels.web.wire import ClientFrame, Menu, Press, Say
from bot.choices import MENU, menu_command, offered_number
from conversations import typed_json
from conversations.model import InboundKind, InboundMessage

CHANNEL = "web"
TEXT_LIMIT = 20_000


class FrameRefused(ValueError):
    """What the browser sent is no frame of ours; the message says what is wrong with it, ``key`` which one it was."""

    def __init__(self, code: str, text: str, key: str | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.key = code, text, key


def decode(raw: str | bytes) -> ClientFrame:
    """A frame.

    Raises:
        FrameRefused: broken JSON, wrong types, unknown fields, or nested too deep.
    """
    try:
        frame: ClientFrame = typed_json.decode(raw, ClientFrame)
    except typed_json.NotThisShape as wrong:
        raise FrameRefused("bad_frame", "This could not be read as a message. Please write it again.") from wrong
    return frame


def parse(frame: Say | Press | Menu, visitor: str, locale: str | None) -> InboundMessage:
    """The message that a frame means.

    Raises:
        FrameRefused: no UUID, no text, too much text, or a choice that cannot be one.
    """
    conversation_id = f"{CHANNEL}:{visitor}"
    key = _key(frame.id)
    if isinstance(frame, Say):
        _check_text(frame.text, key)
        return InboundMessage(
            conversation_id, CHANNEL, visitor, InboundKind.SAID, text=frame.text, native_key=key, locale=locale
        )
    choice = frame.choice if isinstance(frame, Press) else MENU + frame.command
    if menu_command(choice) is None and offered_number(choice) is None:
        raise FrameRefused("bad_choice", "This is not a choice that was offered here.", key)
    return InboundMessage(
        conversation_id, CHANNEL, visitor, InboundKind.PRESSED, choice=choice, native_key=key, locale=locale
    )


def _key(given: str) -> str:
    try:
        return str(uuid.UUID(given))
    except ValueError as wrong:
        raise FrameRefused("bad_id", "A message needs a UUID as its id.") from wrong


def _check_text(text: str, key: str) -> None:
    if not text.strip():
        raise FrameRefused("empty", "There is nothing in this message. Please write something.", key)
    if len(text) > TEXT_LIMIT:
        raise FrameRefused(
            "too_long",
            f"This message has {len(text):,} characters, and the chat takes {TEXT_LIMIT:,}. "
            "Please send it in shorter parts.",
            key,
        )
