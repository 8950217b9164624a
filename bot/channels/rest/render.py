"""Messages of the record as Rasa's REST channel gives them: pure functions.

The shapes are those of Rasa's ``CollectingOutputChannel`` (``rasa/core/channels/channel.py``): an object for the text
with its buttons, another for an image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.channels.payloads import payload
from conversations.model import Message, Sender, Status


def responses(messages: Sequence[Message], recipient: str) -> list[dict[str, Any]]:
    """What a client is answered: what was said to the contact, in order, less what was withdrawn."""
    said = [m for m in messages if m.sender is not Sender.CONTACT and m.status is not Status.WITHDRAWN]
    return [one for message in said for one in response(message, recipient)]


def response(message: Message, recipient: str) -> list[dict[str, Any]]:
    """One message: its text with its buttons, then its image."""
    found: list[dict[str, Any]] = []
    if message.text or message.buttons:
        found.append({"recipient_id": recipient, "text": message.text})
    if message.buttons:
        buttons = [
            {"title": button.title, "payload": payload(button, message.number, index)}
            for index, button in enumerate(message.buttons)
        ]
        found[0]["buttons"] = buttons
    if message.image:
        found.append({"recipient_id": recipient, "image": message.image})
    return found
