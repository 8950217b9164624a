"""How a contact feels in the course of the episode: a message's own mood, and what came before it. Pure.

Who asks the same again right after an answer, sends the same message once more, says that this was not the question, or
is annoyed a second time, feels worse than the words alone say. Somebody who answers a form's question, is pleased, or
only greets again, does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

import msgspec

from bot.config import HandoffPolicy
from bot.handoff_policy import Heard

REACH = 8  # understood turns before the one in hand that are looked at
ANNOYED = -0.25
PLEASED = 0.3
_ALIKE = 0.95  # of two messages, by difflib's ratio of their words' letters
_READ = 300  # characters of a message that are compared
_FEWEST_WORDS = 3  # a shorter message says the same by chance: "yes", "order status"
_NOT_THE_QUESTION = re.compile(
    r"\b(?:not (?:what i (?:asked|said|wanted|need)|my question|the question|an answer|helpful|helping)"
    r"|(?:doesn't|does not|didn't|did not) (?:help|answer)|you (?:don't|do not|didn't) (?:understand|listen|get it)"
    r"|already (?:told|said|answered|asked|tried)|wrong answer|read (?:my|what i))\b",
    re.IGNORECASE,
)


def in_course(heard: Heard, earlier: Sequence[Heard], policy: HandoffPolicy) -> Heard:
    """The same turn with the mood that it has after the ``earlier`` ones (oldest first), and the reasons for it."""
    lower = list(_signs(heard, earlier, policy))
    if not lower or heard.parse.mood >= PLEASED:
        return heard
    mood = round(max(-1.0, min(heard.parse.mood, 0.0) + sum(by for _, by in lower)), 2)
    reasons = (*heard.parse.mood_reasons, *(name for name, _ in lower))
    parse = msgspec.structs.replace(heard.parse, mood=mood, mood_reasons=reasons)
    return replace(heard, parse=parse)


def _signs(heard: Heard, earlier: Sequence[Heard], policy: HandoffPolicy) -> Iterator[tuple[str, float]]:
    """What in the course lowers the mood, and by how much."""
    if not earlier or earlier[-1].in_form:
        return
    is_copy = any(_alike(heard.text, turn.text) for turn in earlier if not turn.in_form)
    if is_copy:
        yield "sends the same again", -0.25
    yield from _asked_before(heard, earlier, policy, is_copy)
    if _NOT_THE_QUESTION.search(heard.text.replace("\u2019", "'")):
        yield "says it was no answer", -0.2
    if heard.parse.mood <= ANNOYED and earlier[-1].parse.mood <= ANNOYED:
        yield "annoyed again", -0.15


def _asked_before(
    heard: Heard, earlier: Sequence[Heard], policy: HandoffPolicy, is_copy: bool
) -> Iterator[tuple[str, float]]:
    intent = heard.parse.intent
    if heard.in_form or not heard.parse.understood or intent in policy.circle_intents_ignored:
        return
    times = sum(turn.parse.understood and turn.parse.intent == intent and not turn.in_form for turn in earlier)
    if times >= 2:
        yield "asks a third time", -0.25
    elif not is_copy and earlier[-1].parse.understood and earlier[-1].parse.intent == intent:
        yield "asks again after an answer", -0.15


def _alike(one: str, other: str) -> bool:
    """Whether two messages are nearly the same words."""
    first, second = _words(one), _words(other)
    if min(len(first), len(second)) < _FEWEST_WORDS:
        return False
    matcher = SequenceMatcher(None, " ".join(first), " ".join(second), autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text[:_READ].lower())
