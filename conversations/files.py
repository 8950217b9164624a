"""Files by their bytes: what one is, and a name of our own making for it. Nobody is believed about either."""

from __future__ import annotations

import codecs
import re

import filetype

# So many bytes tell what a file is (`filetype` looks at 8,192 at most).
HEAD = 8192
PLAIN_TEXT = "text/plain"
_LONGEST_NAME = 100
# Nobody's business in a file's name: paths, what ends a header's value, and what turns its letters round.
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')


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
    return PLAIN_TEXT if text and not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text) else None


def own_name(given: str, kind: str) -> str:
    """A name of ours for a file: the given one made harmless, with the ending of what the file really is."""
    stem = _NOT_IN_A_NAME.sub("_", given.strip()).strip(" .")
    ending = "txt" if kind == PLAIN_TEXT else next((one.extension for one in filetype.TYPES if one.mime == kind), "bin")
    before, dot, after = stem.rpartition(".")
    same = after.lower() == ending or (ending == "jpg" and after.lower() == "jpeg")
    if dot and 0 < len(after) <= 5 and after.isalnum():
        stem = before
    stem = stem[: _LONGEST_NAME - len(ending) - 1].strip(" .") or "file"
    return f"{stem}.{after.lower() if same else ending}"
