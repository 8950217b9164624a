"""Several wishes in one message: which parts of it may be one, and which of them are. Pure.

"Where is my parcel, and can I return the pan?" wants two things; "My parcel came. It is broken. I want my money back"
wants one. One story cut in two is worse than a wish missed. So first only what asks for something counts, or what "and"
or "also" expressly adds, and only if it is surely understood as another matter than the parts before it. Where that
finds nothing, what is merely told counts, too ("The pan is warped and you charged me twice"): but only if the message
as a whole is about both matters, and no example tells both in one story. A question that is surely not for us, beside a
wish, is a wish that is not understood.

The limits were chosen on benchmarks/understanding/wishes_development.yml, by ``benchmarks.understanding.wishes``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from bot.nlu.wish_words import SENTENCE_ENDS, WORD, wish_words

MOST = 4  # parts of a message that are judged
MOST_CLAUSES, MOST_WORDS = 6, 50  # of a message in which what is merely told may be a wish: a longer one is a story
SURE = 0.6  # the least probability of a wish's intent …
BACKED = 0.3  # … or this, if the whole message speaks for it, too: it is one of its two likeliest intents
TOLD = 0.9  # … or this of what is merely told; the whole must speak for it in any case …
BOTH = 0.02  # … and be about a second matter with this probability, and of both some clause must seem to speak …
SEEMS = 0.5  # … with this probability, or the clauses are not even read: that takes time
MAY_BE = 0.1  # nor are parts, unless two of them may be about two matters, each with this probability at a glance
BEYOND = 0.9  # the least probability that a question is not for us
SAME = 0.05  # two parts are one matter when one of them has this chance of meaning what the other means
NOT_UNDERSTOOD = "nlu_fallback"  # the intent of a question that is not for us
SHORTEST = 2  # words of a part
_SHORTEST_TOLD = 3  # words of a clause that merely tells
_SHORTEST_BEYOND = 5  # words of a question that is not for us: "What should I do?" is part of any story
_LISTED = re.compile(r"^\d[.)]\s+")
_NUMBER = re.compile(r"[\w-]*\d{3,}[\w-]*")


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


@dataclass(frozen=True)
class Kinds:
    """What sort of intents there are.

    ``aside`` are no wish beside another one: manners. ``answers`` answer a question of ours: one counts beside a single
    wish, and is part of two. ``beyond`` is what the assistant is not for. ``together`` are the pairs that may be told
    in one story; where it is None nobody knows, and nothing that is merely told counts.
    """

    aside: Collection[str] = ()
    answers: Collection[str] = ()
    beyond: Collection[str] = ()
    together: Collection[frozenset[str]] | None = field(default=None, repr=False)

    @property
    def no_wish(self) -> set[str]:
        """The intents that are no wish by themselves."""
        return {*self.aside, *self.answers, *self.beyond}


def first_understood(told: Sequence[Wish]) -> str:
    """The intent of the first wish that is for us."""
    return next(wish.intent for wish in told if wish.intent != NOT_UNDERSTOOD)


Read = Callable[[Sequence[str]], Sequence[Reading]]
Glance = Callable[[Sequence[tuple[int, int]]], Sequence[Mapping[str, float] | None]]
Understood = Sequence[tuple[Part, Reading]]


def wishes_in(text: str, whole: Reading, read: Read, kinds: Kinds, glance: Glance | None = None) -> list[Wish]:
    """The distinct wishes of a text, in their order; none when there are not two.

    Args:
        whole: how the text is understood as a whole.
        read: how texts are understood, each by itself.
        glance: the probabilities of the intents for stretches of the text, roughly, and at no cost; None for one that
            cannot be told of.
    """
    parts = candidates(text)
    if parts and glance is not None and not _may_be_two(_seen(parts, text, glance), kinds):
        parts = []
    if parts and (found := told_apart(text, whole, _read(parts, read), kinds)):
        return found
    is_about_two = sum(chance >= BOTH for chance in whole.chances.values()) > 1
    told = clauses(text) if is_about_two and kinds.together is not None else []
    if glance is not None and not _seem_about_both(_seen(told, text, glance), whole):
        return []
    return told_apart(text, whole, _read(told, read), kinds, merely_told=True) if told else []


def _seen(parts: Sequence[Part], text: str, glance: Glance) -> Sequence[Mapping[str, float] | None]:
    """The parts at a glance."""
    starts = [text.index(part.text, part.start) for part in parts]
    return glance([(start, start + len(part.text)) for start, part in zip(starts, parts, strict=True)])


def _may_be_two(seen: Sequence[Mapping[str, float] | None], kinds: Kinds) -> bool:
    """Whether two parts may each be about a matter of its own."""
    if any(one is None for one in seen):
        return True
    may = [{intent for intent, chance in (one or {}).items() if chance >= MAY_BE} - {*kinds.aside} for one in seen]
    return any(len(one | other) > 1 for one, other in combinations(filter(None, may), 2))


def _seem_about_both(seen: Sequence[Mapping[str, float] | None], whole: Reading) -> bool:
    """Whether of each of the two likeliest intents of the whole some clause seems to speak."""
    return all(any(one is None or one[intent] >= SEEMS for one in seen) for intent in _likeliest(whole))


def _likeliest(whole: Reading) -> list[str]:
    """The two likeliest intents."""
    return sorted(whole.chances, key=lambda intent: whole.chances[intent])[-2:]


def _read(parts: Sequence[Part], read: Read) -> Understood:
    """The parts as they are understood, without the number that a list gives them.

    "Where is it" is read with the order number that a part before it names, if in doubt.
    """
    readings = list(read([_LISTED.sub("", part.text) for part in parts]))
    number = ""
    for at, part in enumerate(parts):
        named = _NUMBER.search(part.text)
        is_sure = readings[at].in_scope and readings[at].confidence >= SURE
        if number and part.asks and not (named or is_sure) and wish_words().refers.search(part.text):
            [readings[at]] = read([f"{part.text} {number}"])
        number = named.group() if named else number
    return list(zip(parts, readings, strict=True))


def candidates(text: str) -> list[Part]:
    """The parts of a text that may each be a wish, at most ``MOST``; none when there are not two.

    What is told before the first of them belongs to it, and to each what is told before it in the same sentence:
    "My card is declined. What now? And I moved, where can I change that?" has two.
    """
    every = _parts(text, wish_words().cut)
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


def clauses(text: str) -> list[Part]:
    """The clauses of a text, what asks and what tells; none when there are not two, or when it is a long story."""
    if len(WORD.findall(text[: MOST_WORDS * 20])) > MOST_WORDS:
        return []
    every = _parts(text, wish_words().clause)
    found = [part for part in every if part.asks or len(WORD.findall(part.text)) >= _SHORTEST_TOLD]
    return found if 1 < len(found) <= MOST_CLAUSES else []


def told_clauses(text: str) -> list[str]:
    """What the clauses of an example say, for ``stories.told_together``; none when there are not two."""
    found = [part.text for part in _parts(text, wish_words().clause)]
    return found if len(found) > 1 else []


def _is_joined(part: Part, then: Part) -> bool:
    """Whether what is told goes on with "also …", or in a new sentence with "And when …?"."""
    starts_anew = SENTENCE_ENDS.search(part.text) and wish_words().joined.match(then.text) and then.asks
    return bool(wish_words().adds.match(then.text) or starts_anew)


def _parts(text: str, cut: re.Pattern[str]) -> list[Part]:
    """The text cut; what is too short to be a part begins the next one."""
    found: list[Part] = []
    start = 0
    for end in [*(at.end() for at in cut.finditer(text)), len(text)]:
        words = text[start:end].strip()
        if len(WORD.findall(words)) >= SHORTEST:
            asks = wish_words().asks.match(text, start) or wish_words().asks_plainly.search(words)
            found.append(Part(words, start, bool(asks)))
            start = end
    return found


def told_apart(
    text: str, whole: Reading, readings: Understood, kinds: Kinds, *, merely_told: bool = False
) -> list[Wish]:
    """The distinct wishes of a text by how its parts are understood; none when there are not two.

    What the whole message is surely about must be among them: then it is not a story that its parts misread. Each
    wish's text goes up to where the next one begins, so that together they are all that was told.

    Args:
        merely_told: whether the parts are clauses, of which not all ask for something.
    """
    likeliest = _likeliest(whole)
    kept: list[tuple[Part, Reading]] = []
    for part, reading in readings:
        is_backed = reading.intent in likeliest
        if merely_told:
            is_wish = is_backed and reading.in_scope and reading.confidence >= TOLD
            is_wish = is_wish and not (kept and wish_words().refers.search(part.text))
        else:
            is_sure = reading.in_scope and reading.confidence >= SURE
            is_wish = is_sure or (is_backed and reading.confidence >= BACKED)
        others = [other for _, other in kept]
        backed = () if merely_told else likeliest
        if is_wish and reading.intent not in kinds.no_wish and not _is_told(reading, others, kinds, backed):
            kept.append((part, reading))
    if len(kept) == 1 and not merely_told:
        told = [one for one in readings if one[1].intent in kinds.answers and one[1].confidence >= SURE]
        kept = _in_order([*kept, *told[:1]])
    is_sure = whole.in_scope and whole.confidence >= SURE
    if not kept or (is_sure and whole.intent not in {*(one.intent for _, one in kept), *kinds.no_wish}):
        return []
    beyond = [one for one in readings if _is_beyond(*one, kinds)]
    return _as_wishes(text, _in_order([*kept, *beyond]), kinds) if len(kept) + len(beyond) > 1 else []


def _is_told(reading: Reading, others: Sequence[Reading], kinds: Kinds, backed: Collection[str]) -> bool:
    """Whether what a part means is one matter with another part: it may mean the same, or both are told in one story.

    A story does not count when the whole message is about both, which ``backed`` are.
    """
    for other in others:
        if reading.chances.get(other.intent, 0.0) >= SAME or other.chances.get(reading.intent, 0.0) >= SAME:
            return True
        pair = frozenset((reading.intent, other.intent))
        if pair in (kinds.together or ()) and not pair <= set(backed):
            return True
    return False


def _is_beyond(part: Part, reading: Reading, kinds: Kinds) -> bool:
    """Whether a part plainly asks for what is surely not for us, and does not speak of what was said before."""
    is_sure = reading.in_scope and reading.intent in kinds.beyond and reading.confidence >= BEYOND
    is_whole = len(WORD.findall(part.text)) >= _SHORTEST_BEYOND and not wish_words().refers.search(part.text)
    return part.asks and is_sure and is_whole


def _in_order(parts: Understood) -> list[tuple[Part, Reading]]:
    return sorted(parts, key=lambda one: one[0].start)


def _as_wishes(text: str, kept: Understood, kinds: Kinds) -> list[Wish]:
    """Each part with what is told after it; but of a question that is not for us only what asks."""
    starts = [0, *(part.start for part, _ in kept[1:]), len(text)]
    found = []
    for (start, end), (part, reading) in zip(pairwise(starts), kept, strict=True):
        if reading.intent in kinds.beyond:
            asked = wish_words().lead.sub("", part.text).rstrip(" ,;")
            found.append(Wish(asked, NOT_UNDERSTOOD, reading.confidence))
        else:
            found.append(Wish(text[start:end].strip(), reading.intent, reading.confidence))
    return found
