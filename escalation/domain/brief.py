"""The brief: what an agent reads first, made from the record without a language model. Pure functions.

Each line names the message that it rests on, so that the agent can look.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conversations.handoff import Handoff
from conversations.model import Message, Sender, Status
from conversations.store.turns import Turn
from conversations.text import shortened
from escalation.domain.facts import Fact, Line, facts, profile
from escalation.domain.sentences import Span, best_sentence, ranked

# With what stands in a module beside, so that who makes a brief needs this one only.
__all__ = ["Fact", "Line", "ask", "best_sentence", "blocks", "facts", "history", "moods", "profile", "tried"]

ASK_LIMIT, LINE_LIMIT = 240, 160
# These say nothing of what the contact wants.
ASIDE = frozenset(
    ("talk_to_human greet goodbye thanks affirm deny small_talk inform nlu_fallback cancel bot_challenge").split()
)
# Entities that name the matter itself; others say who the contact is.
_OF_THE_MATTER = frozenset({"order_number", "product", "date", "amount", "complaint_cause"})
_BARS = "▁▂▃▄▅▆▇█"


def ask(messages: Sequence[Message], turns: Sequence[Turn]) -> Line:
    """What the contact wants, in their own words: of the latest turn that names a wish the sentence that says it best.

    Without one, that of the longest message of the matter; a bare press says least.
    """
    said = [m for m in messages if m.sender is Sender.CONTACT and m.kind == "said" and m.text.strip()]
    wishes = [turn for turn in turns if turn.parse and turn.parse.get("intent") not in ASIDE]
    for turn in reversed(wishes):
        burst = [m for m in said if turn.first <= m.number <= turn.through]
        if any(len(m.text.split()) > 1 for m in burst):
            return _best(burst, turn)
    longest = max(said, key=lambda m: min(len(m.text), ASK_LIMIT), default=None)
    return _best([longest]) if longest else Line("Ask", "No words yet: the contact pressed a button.")


def _best(burst: Sequence[Message], turn: Turn | None = None) -> Line:
    """The best sentence of what a turn answers together; its offsets count through these messages, a line for each."""
    found, offset = [], 0
    for message in burst:
        matter = _matter(turn, message.text, offset) if turn else []
        found.append((*ranked(message.text, matter), message.number))
        offset += len(message.text) + 1
    _, sentence, number = max(found, key=lambda one: one[0])
    return Line("Ask", shortened(" ".join(sentence.split()), ASK_LIMIT), number)


def _matter(turn: Turn, text: str, offset: int) -> list[Span]:
    """Where in a message, which begins at ``offset`` of the turn's text, the matter is named."""
    parse = turn.parse or {}
    named = [
        (entity.get("start", 0) - offset, entity.get("end", 0) - offset)
        for entity in parse.get("entities", ())
        if entity["name"] in _OF_THE_MATTER
    ]
    parts = [wish["text"] for wish in parse.get("wishes", ()) if wish["intent"] not in ASIDE and wish["text"] in text]
    return named + [(text.index(part), text.index(part) + len(part)) for part in parts]


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


def moods(turns: Sequence[Turn], limit: int = 12) -> list[float]:
    """The mood of the contact's messages, oldest first, −1 to 1."""
    return [float(turn.parse.get("mood", 0.0)) for turn in turns if turn.parse][-limit:]


def blocks(moods: Sequence[float]) -> str:
    """Moods (−1 to 1) as a small picture: a low bar is a bad one."""
    highest = len(_BARS) - 1
    return "".join(_BARS[min(highest, max(0, int((mood + 1) / 2 * len(_BARS))))] for mood in moods)


def history(handoffs: Sequence[Handoff], complaints: Sequence[dict[str, Any]], current: Handoff) -> list[Line]:
    """Earlier handoffs and complaints of this contact, newest first.

    A complaint names its message where that is one of the conversation in hand.
    """
    past = [
        Line(f"Handoff {h.reference}", f"{h.state}{f', {h.agent_name}' if h.agent_name else ''}")
        for h in handoffs
        if h.id != current.id
    ]
    filed = [
        Line(
            f"Complaint {c['reference']}",
            shortened(f"{c['cause']}: {c['description']}", LINE_LIMIT),
            c["turn"] if c["conversation_id"] == current.conversation_id else None,
        )
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
