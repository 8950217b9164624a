"""What is known of the matter and of the contact, for the brief: lines that name what they rest on. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conversations.store.turns import Turn

CHANNELS = {"web": "Web", "rest": "REST", "telegram": "Telegram", "slack": "Slack"}
_MENTIONED = 3  # of the things of one kind that a contact names, the latest
_FACT_LABELS = {
    "name": "Name",
    "email": "E-mail",
    "order_number": "Order",
    "last_order": "Last order",
    "complaint_cause": "Complaint about",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the brief; ``message`` is the number that it rests on."""

    label: str
    value: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Fact(Line):
    """Something known. ``confidence`` (0 to 1) is how sure the assistant was of what it read it from.

    None: it was not read from a message of this matter.
    """

    confidence: float | None = None


def facts(known: dict[str, Any], turns: Sequence[Turn], language: str | None = None) -> list[Fact]:
    """What is known of the matter: filled slots that mean something to a person, then products and days it is about.

    Each with the latest message that said it, if one did.

    Args:
        language: the name of the one that the contact writes, when that has to be told.
    """
    mentions = [
        (entity["name"], str(entity["value"]), turn.first, float(turn.parse.get("confidence", 0)))
        for turn in turns
        if turn.parse
        for entity in turn.parse.get("entities", ())
    ]
    lines = [Fact("Writes in", language)] if language else []
    for slot, label in _FACT_LABELS.items():
        if value := known.get(slot):
            said = [rest for name, read, *rest in mentions if name == slot and _is_the_same(read, str(value))]
            lines.append(Fact(label, str(value), *(said[-1] if said else ())))
    return lines + _named(mentions, "product", "Product") + _named(mentions, "date", "Date")


def _is_the_same(read: str, kept: str) -> bool:
    """Whether a slot holds what was read, which is completed in places: ``10452`` is kept as ``PC-10452``."""
    return kept.casefold().endswith(read.casefold())


def _named(mentions: Sequence[tuple[str, str, int, float]], kind: str, label: str) -> list[Fact]:
    """The latest things of a kind, each once, in the order in which they were named last."""
    latest = {value: (number, sure) for name, value, number, sure in mentions if name == kind}
    in_order = sorted(latest.items(), key=lambda item: item[1][0])[-_MENTIONED:]
    return [Fact(label, _days_in_words(value) if kind == "date" else value, *where) for value, where in in_order]


def _days_in_words(value: str) -> str:
    """An ISO date, or ``first/last``, as people write it; anything else as it is."""
    try:
        days = [date.fromisoformat(part) for part in value.split("/")]
    except ValueError:
        return value
    return " to ".join(_in_words(day) for day in days)


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def profile(
    *,
    since: float,
    at: float,
    channels: Sequence[str] = (),
    vip: bool = False,
    timezone: str | None = None,
) -> list[Line]:
    """Who the contact is to us: how important, for how long, where else, and what time it is where they are.

    Args:
        since: when the contact first came, and ``at`` now, in Unix seconds.
        channels: where they have an identity, such as ``telegram``.
        timezone: the contact's, IANA's name; one that does not exist is passed over, for it is the browser's word.
    """
    there = _zone(timezone)
    first = datetime.fromtimestamp(since, there or UTC)
    lines = [Line("VIP", "yes")] if vip else []
    lines.append(Line("Contact since", _in_words(first.date())))
    if channels:
        lines.append(Line("Known on", ", ".join(dict.fromkeys(CHANNELS.get(one, one) for one in channels))))
    if there:
        lines.append(Line("Local time", f"{datetime.fromtimestamp(at, there):%A %H:%M} ({there.key})"))
    return lines


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
