"""Which files contacts may send, and what they hear when one is not taken."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.files import PLAIN_TEXT

# Pictures that every browser shows and that cannot hold a script.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SPOKEN = {"application/pdf": "PDF", PLAIN_TEXT: "text"}


class FileRefused(Exception):
    """The file is not taken; the message, for the contact, says why and what to do; ``status`` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class FileRules:
    """What may come: at most ``most`` bytes, of these media types, ``at_once`` in one message."""

    most: int
    types: frozenset[str]
    at_once: int = 5

    def too_large(self) -> FileRefused:
        return FileRefused(413, f"This file is larger than {self.most / 1_000_000:g} MB. Please send a smaller one.")

    def wrong_type(self) -> FileRefused:
        named = sorted({_SPOKEN.get(kind) or kind.rpartition("/")[2].upper() for kind in self.types})
        return FileRefused(415, f"This kind of file cannot be sent here. You can send: {', '.join(named)}.")
