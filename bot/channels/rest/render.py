"""Messages of the record as Rasa's REST channel gives them: pure functions.

The shapes are those of Rasa's ``CollectingOutputChannel`` (``rasa/core/channels/channel.py``): an object for the text
with its buttons, another for an image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conversations.model import Button, ButtonKind, Message, Sender, Status


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


def payload(button: Button, number: int, index: int) -> str:
    """What a client sends back for a press.

    The assistant's own buttons have Rasa's payload, which counts as a press as long as the assistant has said nothing
    newer. A button that the gateway itself acts on names its message and place, and stays good while it is open.
    """
    if button.kind is ButtonKind.REPLY:
        return button.value or button.title
    return f"/choice {number}:{index}"
