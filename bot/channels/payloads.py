"""What clients made for Rasa's server send back for a press: a payload, as if it had been typed."""

from __future__ import annotations

import re

from conversations.model import Button, ButtonKind

_OURS = re.compile(r"/choice ([0-9]{1,9}:[0-9]{1,9})", re.ASCII)


def payload(button: Button, number: int, index: int) -> str:
    """What a client sends back for a press.

    The assistant's own buttons have Rasa's payload, which counts as a press as long as the assistant has said nothing
    newer. A button that the gateway itself acts on names its message and place, and stays good while it is open.
    """
    if button.kind is ButtonKind.REPLY:
        return button.value or button.title
    return f"/choice {number}:{index}"


def choice_in(text: str) -> str | None:
    """The choice (``<message number>:<index>``) of a payload that names its message and place."""
    found = _OURS.fullmatch(text.strip())
    return found[1] if found else None
