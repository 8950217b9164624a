"""Files of visitors: what may come, what it is by its bytes, and the handles by which a message carries it.

A file is uploaded first. Its handle is signed: it says what the file is and whose, so that nothing has to be stored for
a file whose message may never come.
"""

from __future__ import annotations

import codecs
import re
import time
from dataclasses import dataclass

import filetype
import jwt

from conversations.model import Attachment

# So many bytes tell what a file is (`filetype` looks at 8,192 at most).
HEAD = 8192
# Pictures that every browser shows and that cannot hold a script.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_AUDIENCE, _ALGORITHM, _LIFETIME = "frontdesk-file", "HS256", 86_400
_LONGEST_NAME = 100
_TEXT = "text/plain"
_SPOKEN = {"application/pdf": "PDF", _TEXT: "text"}
# Nobody's business in a file's name: paths, what ends a header's value, and what turns its letters round.
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')


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


def media_type(head: bytes) -> str | None:
    """What a file is by its first bytes; None: nothing that we know. What can be read as text is plain text."""
    found = filetype.guess(head)
    if found is not None:
        return str(found.mime)
    try:
        # What is only the beginning of the file may end in the middle of a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return None
    return _TEXT if text and not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text) else None


def own_name(given: str, kind: str) -> str:
    """A name of ours for a file: the given one made harmless, with the ending of what the file really is."""
    stem = _NOT_IN_A_NAME.sub("_", given.strip()).strip(" .")
    ending = "txt" if kind == _TEXT else next((one.extension for one in filetype.TYPES if one.mime == kind), "bin")
    before, dot, after = stem.rpartition(".")
    same = after.lower() == ending or (ending == "jpg" and after.lower() == "jpeg")
    if dot and 0 < len(after) <= 5 and after.isalnum():
        stem = before
    stem = stem[: _LONGEST_NAME - len(ending) - 1].strip(" .") or "file"
    return f"{stem}.{after.lower() if same else ending}"


def handle(file: Attachment, place: str, secret: str) -> str:
    """What the browser names in its message."""
    claims = {**file.as_json(), "sub": place, "aud": _AUDIENCE, "exp": int(time.time()) + _LIFETIME}
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


def opened(given: str, place: str, secret: str) -> Attachment | None:
    """The file of a handle that we made for this visitor; None when it is forged, another's or a day old."""
    try:
        claims = jwt.decode(
            given, secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": ["sub", "exp"]}
        )
    except (jwt.InvalidTokenError, UnicodeError):
        return None
    if claims["sub"] != place:
        return None
    return Attachment(claims["file_id"], claims["name"], claims["media_type"], claims["size"])
