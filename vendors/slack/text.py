"""Text into Slack and out of it: pure functions.

Slack reads ``&``, ``<`` and ``>`` as control characters (https://docs.slack.dev/messaging/formatting-message-text), and
sends what people typed with them escaped; mentions, channels and links arrive in angle brackets.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator

import emoji
from slack_sdk.models.blocks import PlainTextObject

# https://docs.slack.dev/reference/block-kit/blocks/section-block
SECTION_LIMIT = 3000
# https://docs.slack.dev/reference/methods/chat.postMessage
TEXT_LIMIT = 40_000
# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS_LIMIT = 50

_BRACKETS = re.compile(r"<([^<>]*)>")
_PEOPLE = re.compile(r"<(?:@|!(?:here|channel|everyone|subteam\b))")
_SKIN_TONE = re.compile(r":skin-tone-[2-6]:")
_EMOJI = re.compile(r"(?<![\w:]):([a-z0-9_+'-]+):(?!\w)")
_FLAG = re.compile(r"flag-([a-z]{2})")
# Slack's own names that others do not use.
_SLACKS_NAMES = {"simple_smile": "🙂"}
# What may stand before the mark of a private note without anybody meaning it: formats, quotes, bullets.
_DECORATION = "*_~`>•◦▪-–—'\"“”‘’([{|"
_PRIVATE = ("//", "／／")


def escaped(text: str) -> str:
    """The text with nothing in it that Slack acts on: once, and only here."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> PlainTextObject:
    """A text object in which nothing is a mention, a link, a format or an emoji's name."""
    return PlainTextObject(text=text or " ", emoji=False)


def chunks(text: str, limit: int = SECTION_LIMIT) -> Iterator[str]:
    """The text in pieces of at most ``limit`` characters, cut at a line's or a word's end where there is one."""
    while len(text) > limit:
        cut = max(text.rfind("\n", 0, limit), text.rfind(" ", 0, limit)) + 1
        cut = cut if cut > limit // 2 else limit
        yield text[:cut]
        text = text[cut:]
    yield text


def readable(text: str) -> str:
    """What somebody wrote in Slack, as people elsewhere read it: no brackets, no entities, emoji as characters."""
    bare = _SKIN_TONE.sub("", _BRACKETS.sub(_spelled_out, text))
    bare = bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _EMOJI.sub(_as_character, bare).strip()


def private_part(text: str) -> str | None:
    """What stands behind the mark of a private note; None when the text is none.

    Formats, quotes, bullets and characters that nobody sees may stand before the mark: in doubt it is private.
    """
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    bare = seen.lstrip(_DECORATION + string.whitespace)
    mark = next((mark for mark in _PRIVATE if bare.startswith(mark)), None)
    return None if mark is None else bare.removeprefix(mark).strip()


def calls_somebody(text: str) -> bool:
    """Whether the text mentions a person, a group or everybody here."""
    return _PEOPLE.search(text) is not None


def _as_character(found: re.Match[str]) -> str:
    """An emoji by its name in Slack; a name that nobody knows, such as a workspace's own, stays as it is."""
    name = found[1]
    if flag := _FLAG.fullmatch(name):
        return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in flag[1])
    if name in _SLACKS_NAMES:
        return _SLACKS_NAMES[name]
    for spelled in (found[0], found[0].replace("-", "_")):
        made = emoji.emojize(spelled, language="alias")
        if made != spelled:
            return made
    return found[0]


def _spelled_out(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    if target.startswith("@"):
        return f"@{label}" if label else ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    if target.startswith("!"):
        return label
    address = target.removeprefix("mailto:").removeprefix("tel:")
    same = not label or label in (address, re.sub(r"^https?://", "", address))
    return address if same else f"{label} ({address})"
