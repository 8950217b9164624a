"""What of a message would be live in a reader's Slack: mentions, links and formatting.

https://docs.slack.dev/messaging/formatting-message-text. With no ``parse`` Slack follows ``<…>`` and links bare URLs;
``none`` leaves bare URLs alone; ``full`` shows ``<…>`` as it is and links URLs, names and channels. What ``mrkdwn:
false`` does with ``<…>`` the page does not say: it is taken here to switch off formatting alone, which is the stricter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SEQUENCES = {
    "mention": re.compile(r"<@[^>]*>"),
    "broadcast": re.compile(r"<![^>]*>"),
    "channel": re.compile(r"<#[^>]*>"),
    "mailto": re.compile(r"<mailto:[^>]*>", re.IGNORECASE),
    "link": re.compile(r"<(?![@!#]|mailto:)[a-z][a-z0-9+.-]*:[^>]*>", re.IGNORECASE),
}
URL = re.compile(r"(?:https?://|www\.)[^\s<>|]+|\b[\w.+-]+@[\w-]+\.[\w.]+\b", re.IGNORECASE)
NAMES = re.compile(r"(?<!\w)[@#][\w.-]+")
FORMATS = re.compile(
    r"```.+?```|`[^`\n]+`|(?<![\w*])\*(?=\S)[^*\n]+(?<=\S)\*(?![\w*])|(?<![\w])_(?=\S)[^_\n]+(?<=\S)_(?!\w)"
    r"|(?<![\w~])~(?=\S)[^~\n]+(?<=\S)~(?![\w~])|^[ \t]*(?:>|&gt;)+[^\n]*",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Live:
    """One live part: its kind (a key of SEQUENCES, ``url``, ``name``, ``format``), its text, and where it stands."""

    kind: str
    text: str
    where: str


def live_parts(message: Any) -> list[Live]:
    """Every live part of a message, an ephemeral or a view: of the notification text and of all that is not plain_text.

    Takes a stored Message, Ephemeral or View, or a dictionary as sent. A button's or option's ``url`` is a link.
    """
    told = message if isinstance(message, dict) else message.told() | getattr(message, "args", {})
    formatted, parse = told.get("mrkdwn") is not False, str(told.get("parse") or "")
    found = list(_of_text(told.get("text") or "", "/text", formatted=formatted, parse=parse))
    for key in ("title", "submit", "close"):
        found += _walk(told.get(key), f"/{key}")
    for key in ("blocks", "attachments"):
        found += _walk(told.get(key) or [], f"/{key}")
    return found


def live_texts(message: Any, *kinds: str) -> list[str]:
    """The live parts' texts alone, of these kinds if any are named."""
    return [part.text for part in live_parts(message) if not kinds or part.kind in kinds]


def _walk(found: Any, at: str) -> Iterator[Live]:
    if isinstance(found, list):
        for n, one in enumerate(found):
            yield from _walk(one, f"{at}/{n}")
        return
    if not isinstance(found, dict):
        return
    kind = found.get("type")
    if kind == "plain_text":
        return
    if kind in ("mrkdwn", "markdown") or at.startswith("/attachments"):
        for key in ("text", "pretext", "title", "value", "footer"):
            if isinstance(found.get(key), str):
                yield from _of_text(found[key], f"{at}/{key}", parse="none" if found.get("verbatim") else "")
    if kind in ("user", "usergroup", "broadcast", "channel", "link") and "/elements" in at:
        yield Live({"link": "link", "channel": "channel"}.get(kind, "mention"), str(found), at)
    if isinstance(found.get("url"), str) and kind != "link":
        yield Live("link", found["url"], f"{at}/url")
    for key, one in found.items():
        yield from _walk(one, f"{at}/{key}")


def _of_text(text: str, at: str, *, formatted: bool = True, parse: str = "") -> Iterator[Live]:
    if parse != "full":
        for kind, pattern in SEQUENCES.items():
            for hit in pattern.findall(text):
                yield Live(kind, hit, at)
    rest = re.sub(r"<[^>]*>", " ", text) if parse != "full" else text
    if parse != "none":
        for hit in URL.findall(rest):
            yield Live("url", hit, at)
    if parse == "full":
        for hit in NAMES.findall(rest):
            yield Live("name", hit, at)
    elif formatted:
        for hit in FORMATS.findall(rest):
            yield Live("format", hit, at)
