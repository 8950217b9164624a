"""Frames of the browser as messages of the record: a pure function."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from bot.channels.web.wire import Act, ClientFrame, Delete, Edit, Menu, Press, Say
from bot.choices import MENU, menu_command, offered_number
from conversations import typed_json
from conversations.model import Attachment, InboundKind, InboundMessage

CHANNEL = "web"
TEXT_LIMIT = 20_000
BAD_FRAME = "bad_frame"


class FrameRefused(ValueError):
    """What the browser sent is no frame of ours; the message says what is wrong with it, ``key`` which one it was."""

    def __init__(self, code: str, text: str, key: str | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.key = code, text, key


def conversation_of(place: str) -> str:
    """The id of a visitor's conversation."""
    return f"{CHANNEL}:{place}"


def place_of(conversation_id: str) -> str:
    """Whose conversation it is: the visitor's place."""
    return conversation_id.removeprefix(f"{CHANNEL}:")


def decode(raw: str | bytes) -> ClientFrame:
    """A frame.

    Raises:
        FrameRefused: broken JSON, wrong types, unknown fields, or nested too deep.
    """
    try:
        frame: ClientFrame = typed_json.decode(raw, ClientFrame)
    except typed_json.NotThisShape as wrong:
        raise FrameRefused(BAD_FRAME, "This could not be read as a message. Please write it again.") from wrong
    return frame


def parse(
    frame: Act,
    place: str,
    locale: str | None,
    attachments: Sequence[Attachment] = (),
    display_name: str | None = None,
    timezone: str | None = None,
    profile: tuple[tuple[str, str], ...] = (),
) -> InboundMessage:
    """The message that a frame means.

    Raises:
        FrameRefused: no UUID, no text, too much text, or a choice that cannot be one.
    """
    key, text, choice, of = _key(frame.id), "", None, None
    match frame:
        case Say():
            kind, text = InboundKind.SAID, _text(frame.text, key, may_be_empty=bool(attachments))
        case Press() | Menu():
            kind, choice = InboundKind.PRESSED, _choice(frame, key)
        case Edit():
            kind, text, of = InboundKind.EDITED, _text(frame.text, key), _key(frame.of)
        case Delete():
            kind, of = InboundKind.DELETED, _key(frame.of)
    return InboundMessage(
        conversation_of(place),
        CHANNEL,
        place,
        kind,
        text=text,
        native_key=key,
        choice=choice,
        attachments=tuple(attachments),
        locale=locale,
        display_name=display_name,
        of=of,
        timezone=timezone,
        profile=profile,
    )


def _key(given: str) -> str:
    try:
        return str(uuid.UUID(given))
    except ValueError as wrong:
        raise FrameRefused("bad_id", "A message needs a UUID as its id.") from wrong


def _choice(frame: Press | Menu, key: str) -> str:
    choice = frame.choice if isinstance(frame, Press) else MENU + frame.command
    if menu_command(choice) is None and offered_number(choice) is None:
        raise FrameRefused("bad_choice", "This is not a choice that was offered here.", key)
    return choice


def _text(text: str, key: str, *, may_be_empty: bool = False) -> str:
    if not text.strip() and not may_be_empty:
        raise FrameRefused("empty", "There is nothing in this message. Please write something.", key)
    if len(text) > TEXT_LIMIT:
        raise FrameRefused(
            "too_long",
            f"This message has {len(text):,} characters, and the chat takes {TEXT_LIMIT:,}. "
            "Please send it in shorter parts.",
            key,
        )
    return text
