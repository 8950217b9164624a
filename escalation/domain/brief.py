"""The brief: what an agent reads first, made from the record without a language model. Pure functions.

Each line names the message that it rests on, so that the agent can look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conversations.handoff import Handoff
from conversations.model import Message, Sender, Status
from conversations.store.turns import Turn
from conversations.text import shortened

ASK_LIMIT, LINE_LIMIT = 240, 160
# These say nothing of what the contact wants.
_ASIDE = frozenset(
    ("talk_to_human greet goodbye thanks affirm deny small_talk inform nlu_fallback cancel bot_challenge").split()
)
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


def ask(messages: Sequence[Message], turns: Sequence[Turn]) -> Line:
    """What the contact wants, in their own words: the latest message of this matter that names a wish.

    Without one, the longest of the matter; a bare press says least.
    """
    said = [m for m in messages if m.sender is Sender.CONTACT and m.kind == "said" and m.text.strip()]
    wishes = {turn.first for turn in turns if turn.parse and turn.parse.get("intent") not in _ASIDE}
    named = [m for m in said if m.number in wishes and len(m.text.split()) > 1]
    best = named[-1] if named else max(said, key=lambda m: min(len(m.text), ASK_LIMIT), default=None)
    if best is None:
        return Line("Ask", "No words yet: the contact pressed a button.")
    return Line("Ask", shortened(" ".join(best.text.split()), ASK_LIMIT), best.number)


def tried(messages: Sequence[Message], turns: Sequence[Turn], limit: int = 5) -> list[tuple[int, str, str]]:
    """What the assistant made of the latest messages, and answered: (message, understood as, answer)."""
    answers = {m.turn: m.text for m in reversed(messages) if m.sender is Sender.BOT and m.turn is not None}
    told = {turn.first: answers.get(turn.first) or "Handed over to a person." for turn in turns}
    return [(turn.first, _understood(turn), shortened(told[turn.first], LINE_LIMIT)) for turn in turns[-limit:]]


def _understood(turn: Turn) -> str:
    if turn.failed is not None or turn.parse is None:
        return "failed"
    if not turn.parse.get("understood", True):
        return "not understood"
    return f"{turn.parse['intent'].replace('_', ' ')} ({round(100 * turn.parse['confidence'])} %)"


def facts(known: dict[str, Any], turns: Sequence[Turn], language: str | None = None) -> list[Line]:
    """Filled slots that mean something to a person, with the message that said them when an entity did.

    Args:
        language: the name of the one that the contact writes, when that has to be told.
    """
    said = {}
    for turn in turns:
        for entity in (turn.parse or {}).get("entities", ()):
            said[entity["name"]] = turn.first
    labels = [(slot, label) for slot, label in _FACT_LABELS.items() if known.get(slot)]
    first = [Line("Writes in", language)] if language else []
    return first + [Line(label, str(known[slot]), said.get(slot)) for slot, label in labels]


def moods(turns: Sequence[Turn], limit: int = 12) -> list[float]:
    """The mood of the contact's messages, oldest first, −1 to 1."""
    return [float(turn.parse.get("mood", 0.0)) for turn in turns if turn.parse][-limit:]


def history(handoffs: Sequence[Handoff], complaints: Sequence[dict[str, Any]], current: str) -> list[Line]:
    """Earlier handoffs and complaints of this contact, newest first."""
    past = [
        Line(f"Handoff {h.reference}", f"{h.state}{f', {h.agent_name}' if h.agent_name else ''}")
        for h in handoffs
        if h.id != current
    ]
    filed = [
        Line(f"Complaint {c['reference']}", shortened(f"{c['cause']}: {c['description']}", LINE_LIMIT), c["turn"])
        for c in complaints
    ]
    return past + filed


def visible_text(message: Message) -> str:
    """What stands in the transcript; a press shows its title."""
    if message.kind == "pressed":
        return f"[{message.text}]" if message.text else "[a button that was no longer open]"
    return message.text


def in_short(message: Message) -> str:
    """What a message says where there is one line for it: of files their names."""
    if message.deleted_at is not None:
        return "(deleted)"
    names = ", ".join(file.name for file in message.attachments)
    return " ".join(part for part in (visible_text(message), f"📎 {names}" if names else "") if part)


def is_withdrawn(message: Message) -> bool:
    return message.status is Status.WITHDRAWN
