"""What clients send, as messages of the record: pure functions.

``session_request`` has a ``session_id``; ``user_uttered`` a ``message``, a ``session_id`` and ``metadata``. They are
those of Rasa's ``SocketIOInput`` (``rasa/core/channels/socketio.py``); a client may send anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.channels.ids import safe_id
from bot.channels.payloads import choice_in
from bot.channels.web.parse import CHANNEL, TEXT_LIMIT, conversation_of
from conversations.model import InboundKind, InboundMessage

_LONGEST_MESSAGE_ID = 200


class NotTaken(Exception):
    """What a client sent is no message; the text, for the contact, says what to do."""


def field(data: object, name: str) -> object:
    """A field of what a client sent; None when it is not there, or there are no fields."""
    return data.get(name) if isinstance(data, Mapping) else None


def parse(data: object, place: str, metadata_key: str) -> InboundMessage:
    """The message of a ``user_uttered``.

    Raises:
        NotTaken: no text, or too much of it.
    """
    text = field(data, "message")
    if not isinstance(text, str) or not text.strip():
        raise NotTaken("There is nothing in this message. Please write something.")
    if len(text) > TEXT_LIMIT:
        raise NotTaken(
            f"This message has {len(text):,} characters, and the chat takes {TEXT_LIMIT:,}. "
            "Please send it in shorter parts."
        )
    choice = choice_in(text)
    return InboundMessage(
        conversation_of(place),
        CHANNEL,
        place,
        InboundKind.PRESSED if choice else InboundKind.SAID,
        text="" if choice else text,
        choice=choice,
        native_key=_native_key(field(data, metadata_key)),
    )


def _native_key(metadata: object) -> str | None:
    """The key by which a repeat is known: ``message_id`` of the metadata; None without one."""
    if isinstance(metadata, str):  # Rasa takes JSON in a text too
        metadata = _read(metadata)
    given = field(metadata, "message_id")
    if not isinstance(given, str | int) or not str(given).strip() or len(str(given)) > _LONGEST_MESSAGE_ID:
        return None
    try:
        return f"m:{safe_id(str(given))}"
    except UnicodeError:  # a lone surrogate
        return None


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
