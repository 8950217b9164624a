"""Sentences of what somebody wrote, and which of them says the matter best: pure functions, without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Characters from and to (exclusive) of a text.
Span = tuple[int, int]

# After the end of a sentence, which is not that of an abbreviation or of a number in a list; at an empty line; at a
# line that begins like a sentence.
_BOUNDARY = re.compile(
    r"(?<=[.!?…])(?<!\b(?i:no)\.)(?<!\b(?i:nr)\.)(?<!\b(?i:mr)\.)(?<!\b(?i:mrs)\.)(?<!\b(?i:dr)\.)(?<!\b(?i:st)\.)"
    r"(?<!\b(?i:e\.g)\.)(?<!\b(?i:i\.e)\.)(?<!\b(?i:approx)\.)(?<!\b\d\.)\s+"
    r"|\n\s*\n|\n(?=[^\S\n]*[A-ZÀ-ÖØ-Þ])"
)
_WORD = re.compile(r"[^\W\d_][\w'’]*")
_WISH = re.compile(
    r"\b(?:i|we)(?:'d|’d| would| really| just| still)* (?:want|need|like|wish|expect|demand|prefer|hope)\b"
    r"|\bwant(?:ed)? to\b|\b(?:can|could|may) (?:i|we|you|it|somebody|someone)\b|\bhow (?:do|can|could|to|long|much)\b"
    r"|\bwhere(?:'s|’s| is| are|s)?\b|\bwhen (?:will|can|do|is|are)\b|\bplease\b|\bis (?:it|there)\b|\bdo (?:you|i)\b",
    re.IGNORECASE,
)
# These say nothing of a matter: greetings and courtesy, and what holds any sentence together.
_EMPTY = frozenset(
    """
    a about absolutely acceptable actually afternoon again agent ago all already also am an and any anybody anyone
    are as at back be been believe bot both but by can check could customer customers day dear did do does doing
    done else evening ever every everyone explain feel fix for from get getting go good goodbye got guys had happen
    happening hard has have he hear hello help her here hey hi him his hope how human i i'd i'll i'm i've if in into
    is issue it it's its joke just kidding kind kindly know let like look looking lot madam many maybe me might
    minute moment more morning much must my name need no nobody now of off ok okay on once one or our out over
    people perhaps person please possible problem question quite really regard regards reply respond ridiculous
    right robot said same say see seriously she should sir so some somebody someone something sort start still such
    sure talk team tell than thank thanks that that's the their them then there these they thing think this those
    time to told too treat try unacceptable unbelievable understand up us very wait waiting want was we well were
    what what's when where which while who whole why will wish with would write writing yes yet you you're your
    """.split()
)
_MOST_WORDS, _MOST_SPANS = 8, 2
_WORTH_OF_WISH, _WORTH_OF_QUESTION, _WORTH_OF_SPAN = 9, 2, 3


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, without the blanks around them."""
    return [text[start:end] for start, end in spans(text)]


def spans(text: str) -> list[Span]:
    """Where the sentences of a text stand."""
    found, start = [], 0
    for boundary in _BOUNDARY.finditer(text):
        found.append((start, boundary.start()))
        start = boundary.end()
    found.append((start, len(text)))
    return [_stripped(text, start, end) for start, end in found if text[start:end].strip()]


def _stripped(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def worth(sentence: str, named: int = 0) -> int:
    """How much a sentence says of a matter: words that mean something, a wish or question, and what it names.

    Args:
        named: how many things of the matter stand in it, such as an order, a product, a day, or a wish that was seen.
    """
    words = sum(word.lower().replace("’", "'") not in _EMPTY for word in _WORD.findall(sentence))
    if not words and not named:
        return 0
    wish = _WORTH_OF_WISH if _WISH.search(sentence) else _WORTH_OF_QUESTION if "?" in sentence else 0
    return min(words, _MOST_WORDS) + wish + _WORTH_OF_SPAN * min(named, _MOST_SPANS)


def ranked(text: str, matter: Sequence[Span] = ()) -> tuple[int, str]:
    """The sentence that says most, the first of several alike, with its `worth`.

    Args:
        matter: where in the text things of the matter are named.
    """
    values = [
        (worth(text[start:end], sum(begun < end and start < over for begun, over in matter)), text[start:end])
        for start, end in spans(text)
    ]
    return max(values, key=lambda value: value[0], default=(0, ""))


def best_sentence(text: str, matter: Sequence[Span] = ()) -> str:
    """The sentence of a text that says the matter best, as it was written; empty for a text without words."""
    return ranked(text, matter)[1]
