"""Text for Telegram: pure functions. Telegram counts and points into text in UTF-16 code units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# https://core.telegram.org/bots/api#sendmessage
TEXT_LIMIT = 4096
# https://core.telegram.org/bots/api#sendphoto
CAPTION_LIMIT = 1024
# Telegram names no limit for a button's title; a phone shows about so many characters.
TITLE_LIMIT = 64

# Ends of sentences, and what may stand behind them.
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[」』）]?")
_JOINER, _VARIATIONS = "\u200d", {"\ufe0e", "\ufe0f"}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# The longest run of characters that are drawn as one which is looked for: a family of emoji has eleven.
_LONGEST_CLUSTER = 40


def units(text: str) -> int:
    """The length as Telegram counts it: in UTF-16 code units (https://core.telegram.org/api/entities)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, limit: int) -> str:
    """As much of the beginning as has at most ``limit`` units."""
    return text.encode("utf-16-le", "surrogatepass")[: limit * 2].decode("utf-16-le", "ignore")


def within(text: str, start: int, length: int) -> str:
    """The part that begins at ``start`` and is ``length`` long, in units."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[start * 2 : (start + length) * 2].decode("utf-16-le", "replace")


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` units, ended by an ellipsis when something was cut."""
    return text if units(text) <= limit else head(text, limit - 1).rstrip() + "…"


def parts(text: str, limit: int = TEXT_LIMIT) -> Iterator[str]:
    """The text in messages of at most ``limit`` units: cut at a paragraph's, a sentence's, a line's or a word's end.

    An end in the first half is passed over for a lesser one in the second. Blanks at the cuts are dropped.
    """
    while units(text) > limit:
        cut = _cut(text, len(head(text, limit)), limit // 2)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if last := text.rstrip():
        yield last


def _cut(text: str, most: int, least: int) -> int:
    """Where to cut among the first ``most`` characters."""
    ahead = text[: most + 1]
    ends = (
        ahead.rfind("\n\n", least, most),
        max((found.end() for found in _SENTENCE_END.finditer(ahead, least) if found.end() <= most), default=-1),
        ahead.rfind("\n", least, most),
        ahead.rfind(" ", least),
    )
    return next((end for end in ends if end > 0), _between_clusters(text, most))


def _between_clusters(text: str, cut: int) -> int:
    """The last place up to ``cut`` that is not within an emoji or a letter with its marks."""
    for place in range(cut, max(cut - _LONGEST_CLUSTER, 0), -1):
        if text[place - 1] != _JOINER and not _continues(text[place]):
            return place
    return cut


def _continues(character: str) -> bool:
    joins = character == _JOINER or character in _VARIATIONS or ord(character) in _SKIN_TONES
    return joins or unicodedata.combining(character) > 0
