"""Messages of the record as Rasa's Socket.IO channel gives them: pure functions.

The shapes are those of Rasa's ``SocketIOOutput`` (``rasa/core/channels/socketio.py``), to the letter: clients tell a
text from quick replies by which keys there are, so that there is no place for more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.payloads import payload
from conversations.model import Message, Sender, Status


def utterances(message: Message, pictures: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is emitted for one message, in order; nothing for the contact's own, and what was taken back.

    ``pictures`` are attached ones as data addresses, by their file's id: the protocol has no way to fetch a file with a
    token in a header. Other files are named in the text only.
    """
    if message.sender is Sender.CONTACT or message.status is Status.WITHDRAWN or message.deleted_at is not None:
        return []
    parts = [part for part in _text(message, pictures).strip().split("\n\n") if part.strip()]
    found: list[dict[str, Any]] = [{"text": part} for part in parts]
    if message.buttons:
        found = found or [{"text": ""}]
        # Rasa gives every part of a text with buttons the key.
        for one in found:
            one["quick_replies"] = []
        found[-1]["quick_replies"] = [
            {"content_type": "text", "title": button.title, "payload": payload(button, message.number, index)}
            for index, button in enumerate(message.buttons)
        ]
    for src in [*([message.image] if message.image else []), *pictures.values()]:
        found.append({"attachment": {"type": "image", "payload": {"src": src}}})
    return found


def _text(message: Message, pictures: Mapping[str, str]) -> str:
    """With an agent's name before what they say: the protocol has no other place for it."""
    files = [f"📎 {file.name}" for file in message.attachments if file.file_id not in pictures]
    text = "\n".join([message.text, *files] if message.text else files)
    return f"{message.name}: {text}" if message.sender is Sender.AGENT and message.name and text else text
