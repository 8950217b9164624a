"""Bodies of Rasa's REST protocol as messages of the record: a pure function.

``{"sender": "…", "message": "…", "metadata": {"message_id": "…"}}``; other fields, such as Rasa's ``input_channel``,
are not looked at. https://rasa.com/docs/rasa/connectors/your-own-website/#restinput
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot.channels.ids import safe_id
from bot.channels.payloads import choice_in
from conversations import typed_json
from conversations.model import InboundKind, InboundMessage

CHANNEL = "rest"
# A body has fewer bytes than this.
BODY_LIMIT = 1_000_000
SENDER_LIMIT = 200
MESSAGE_ID_LIMIT = 200
# Rasa puts everybody without an id of their own into one conversation of this name.
_RASAS_DEFAULT = "default"
# How ids of the record begin. A sender like that is a mistake, or somebody's try to be somebody else.
_OTHERS_IDS = ("web:", "rest:", "telegram:", "slack:")
_EXAMPLE = 'Send {"sender": "an id of the contact", "message": "their text"}.'


class RestRefused(Exception):
    """The request is not answered; the message says what happened and what to do, ``status`` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Call:
    """A request: the message, and the sender as the client wrote it, which is the ``recipient_id`` of the answers."""

    sender: str
    inbound: InboundMessage


class _Metadata(msgspec.Struct):
    message_id: str | int | None = None


class _Body(msgspec.Struct):
    sender: str
    message: str
    metadata: _Metadata | None = None


def parse(body: bytes) -> Call:
    """The message that a body means.

    Raises:
        RestRefused: 400 with the reason: broken JSON, wrong types, nested too deep, too long, nobody or nothing in it.
    """
    if len(body) >= BODY_LIMIT:
        raise too_large()
    try:
        given: _Body = typed_json.decode(body, _Body)
    except typed_json.NotThisShape as wrong:
        raise RestRefused(400, f"This body cannot be read: {wrong}. {_EXAMPLE}") from wrong
    _check_sender(given.sender)
    if not given.message.strip():
        raise RestRefused(400, f"The message is empty. {_EXAMPLE}")
    return Call(given.sender, _inbound(given))


def too_large() -> RestRefused:
    """The refusal of a body that is too long."""
    return RestRefused(400, f"The body has {BODY_LIMIT:,} bytes or more. Send the message in shorter parts.")


def _inbound(given: _Body) -> InboundMessage:
    identity = safe_id(given.sender)
    press = choice_in(given.message)
    return InboundMessage(
        f"{CHANNEL}:{identity}",
        CHANNEL,
        identity,
        InboundKind.PRESSED if press else InboundKind.SAID,
        text="" if press else given.message,
        choice=press,
        native_key=_native_key(given.metadata),
    )


def _check_sender(sender: str) -> None:
    if not sender.strip():
        raise RestRefused(400, f"The sender is empty. {_EXAMPLE}")
    if len(sender) > SENDER_LIMIT:
        raise RestRefused(400, f"The sender has more than {SENDER_LIMIT} characters. Give each contact a shorter id.")
    if sender == _RASAS_DEFAULT:
        raise RestRefused(400, 'The sender "default" would be everybody. Give each contact an id of their own.')
    if sender.lower().lstrip().startswith(_OTHERS_IDS):
        raise RestRefused(400, "The sender is written like another channel's id. Give each contact an id of yours.")
    if not _is_text(sender):
        raise RestRefused(400, "The sender has half a character (a lone surrogate). Give each contact a plain id.")


def _native_key(metadata: _Metadata | None) -> str | None:
    """The key by which a repeat is known: ``metadata.message_id``; None without one, and then a repeat is a message."""
    given = str(metadata.message_id) if metadata and metadata.message_id is not None else ""
    if not given.strip():
        return None
    if len(given) > MESSAGE_ID_LIMIT or not _is_text(given):
        raise RestRefused(400, f"metadata.message_id is not a text of at most {MESSAGE_ID_LIMIT} characters.")
    return f"m:{safe_id(given)}"


def _is_text(given: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in given)
