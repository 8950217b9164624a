"""Several wishes in one message: which parts of it may be one, and which of them are. Pure.

"Where is my parcel, and can I return the pan?" wants two things; "My parcel came. It is broken. I want my money back"
wants one. So a part counts only if it asks for something, or "and" or "also" joins a question to it, and only if it is
surely understood as another matter than the parts before it: one story cut in two is worse than a wish missed.

The limits were chosen on benchmarks/understanding/wishes_development.yml, by ``benchmarks.understanding.wishes``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.nlu.wish_words import SENTENCE_ENDS, WORD, wish_words

MOST = 4  # parts of a message that are judged
SURE = 0.6  # the least probability of a wish's intent …
BACKED = 0.3  # … or this, if the whole message speaks for it, too: it is one of its two likeliest intents
SAME = 0.05  # two parts are one matter when one of them has this chance of meaning what the other means
PERSON = "talk_to_human"  # the intent that asks for one of us
_SHORTEST = 2  # words of a part
_BEFORE = 40  # characters before a request for a person in which it may be denied
_BLANKS = str.maketrans("\t\r\n\u00a0", "    ")


@dataclass(frozen=True)
class Part:
    """A part of a message, the character that it begins at, and whether it asks for something."""

    text: str
    start: int
    asks: bool = True


@dataclass(frozen=True)
class Reading:
    """How a part is understood by itself: whether it is in scope, and the probabilities of its likeliest intents."""

    in_scope: bool
    chances: Mapping[str, float]

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return max(self.chances, key=lambda intent: self.chances[intent])

    @property
    def confidence(self) -> float:
        """The probability of the likeliest intent."""
        return self.chances[self.intent]


@dataclass(frozen=True)
class Wish:
    """A wish: the stretch of the message that says it, its intent, and how probable that is."""

    text: str
    intent: str
    confidence: float


def candidates(text: str) -> list[Part]:
    """The parts of a text that may each be a wish, at most ``MOST``; none when there are not two.

    What is told before the first of them belongs to it, and to each what is told before it in the same sentence:
    "My card is declined. What now? And I moved, where can I change that?" has two.
    """
    every = _parts(text)
    following = [*every, None][1:]
    found: list[Part] = []
    start: int | None = 0
    for part, then in zip(every, following, strict=True):
        start = part.start if start is None else start
        if part.asks or wish_words().adds.match(part.text) or (then and _is_joined(part, then)):
            found.append(Part(text[start : part.start] + part.text, start, part.asks))
            start = None
        elif found and SENTENCE_ENDS.search(part.text):
            start = None
    return found[:MOST] if len(found) > 1 else []


def _is_joined(part: Part, then: Part) -> bool:
    """Whether what is told goes on with "also …", or in a new sentence with "And when …?"."""
    starts_anew = SENTENCE_ENDS.search(part.text) and wish_words().joined.match(then.text) and then.asks
    return bool(wish_words().adds.match(then.text) or starts_anew)


def _parts(text: str) -> list[Part]:
    """The text cut where a sentence or a line ends, and where a question, a request or "also" begins."""
    found: list[Part] = []
    start = 0
    for end in [*(cut.end() for cut in wish_words().cut.finditer(text)), len(text)]:
        words = text[start:end].strip()
        if len(WORD.findall(words)) >= _SHORTEST:
            asks = wish_words().asks.match(text, start) or wish_words().asks_plainly.search(words)
            found.append(Part(words, start, bool(asks)))
            start = end
    return found


def told_apart(
    text: str,
    whole: Reading,
    readings: Sequence[tuple[Part, Reading]],
    aside: Collection[str],
    answers: Collection[str],
) -> list[Wish]:
    """The distinct wishes of a text, in their order; none when there are not two.

    What the whole message is surely about must be among them: then it is not a story that its parts misread. Each
    wish's text goes up to where the next one begins, so that together they are all that was told.

    Args:
        aside: intents that are no wish beside another one: manners.
        answers: intents that answer a question of ours: one counts beside a single wish, and is part of two.
    """
    likeliest = sorted(whole.chances, key=lambda intent: whole.chances[intent])[-2:]
    kept: list[tuple[Part, Reading]] = []
    for part, reading in readings:
        sure = reading.in_scope and reading.confidence >= SURE
        backed = reading.confidence >= BACKED and reading.intent in likeliest
        wanted = (sure or backed) and reading.intent not in {*aside, *answers}
        if wanted and not any(_same_matter(reading, other) for _, other in kept):
            kept.append((part, reading))
    if len(kept) == 1:
        told = [one for one in readings if one[1].intent in answers and one[1].confidence >= SURE]
        kept = sorted([*kept, *told[:1]], key=lambda one: one[0].start)
    intents = [reading.intent for _, reading in kept]
    if len(kept) < 2 or (whole.in_scope and whole.intent not in {*intents, *aside, *answers}):
        return []
    starts = [0, *(part.start for part, _ in kept[1:]), len(text)]
    return [
        Wish(text[start:end].strip(), reading.intent, reading.confidence)
        for (start, end), (_, reading) in zip(pairwise(starts), kept, strict=True)
    ]


def with_person(
    told: Sequence[Wish], text: str, whole: Reading, aside: Collection[str], read: Callable[[str], Reading]
) -> list[Wish]:
    """The wishes, and beside them a person, if the text plainly asks for one: that is never dropped for another matter.

    A person alone, when nothing else was told apart, and what the whole is about is not sure, or is manners.

    Args:
        told: the wishes that were told apart; none when the text has but one, which is that of ``whole``.
        aside: intents that are no wish beside another one.
        read: how a text is understood by itself; asked for what is left without the request for a person.
    """
    stretches = list(told)
    if not told and (not whole.in_scope or whole.intent in {PERSON, *aside}):
        return [Wish(text, PERSON, 1.0)] if _asks_for_person(text) else []
    if not told:
        stretches = [Wish(text, whole.intent, whole.confidence)]
    if any(wish.intent == PERSON for wish in stretches):
        return list(told)
    for at, wish in enumerate(stretches):
        if found := _asks_for_person(wish.text):
            parts = _beside(wish, *found)
            beside = [one if one.intent == PERSON else _reread(one, read(one.text), aside) for one in parts]
            return [*stretches[:at], *beside, *stretches[at + 1 :]]
    return list(told)


def _asks_for_person(text: str) -> tuple[int, int] | None:
    """Where the first request for a person begins and ends that is not denied."""
    words = text.translate(_BLANKS)
    for match in wish_words().person.finditer(words):
        if not wish_words().no_person.search(words[max(0, match.start() - _BEFORE) : match.start()]):
            return match.span()
    return None


def _reread(wish: Wish, reading: Reading, aside: Collection[str]) -> Wish:
    """The matter as it is understood without the request for a person, if that is sure."""
    is_sure = reading.in_scope and reading.confidence >= SURE and reading.intent not in {PERSON, *aside}
    return replace(wish, intent=reading.intent, confidence=reading.confidence) if is_sure else wish


def _beside(wish: Wish, start: int, end: int) -> list[Wish]:
    """A wish cut in two, its own matter and the person; only the person when no matter is left."""
    before, after = wish.text[:start].strip(), wish.text[end:].strip()
    if len(WORD.findall(before)) >= _SHORTEST:
        return [replace(wish, text=before), Wish(wish.text[start:].strip(), PERSON, 1.0)]
    if len(WORD.findall(after)) >= _SHORTEST:
        return [Wish(wish.text[:end].strip(), PERSON, 1.0), replace(wish, text=after)]
    return [Wish(wish.text, PERSON, 1.0)]


def _same_matter(one: Reading, other: Reading) -> bool:
    return one.chances.get(other.intent, 0.0) >= SAME or other.chances.get(one.intent, 0.0) >= SAME
