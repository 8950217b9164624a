"""Examples of different intents that mean nearly the same, and intents whose examples all say one thing.

How alike two sentences are is the cosine of their vectors, or of their n-grams where there is no encoder. How the model
confuses two intents is told by a regression on the vectors that judges each example without knowing it: the closed form
of bot.nlu.learning.ridge, over the 384 dimensions and not over the examples, so that 5,000 of them take a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.content.check import FEW
from bot.content.examples import Example
from bot.content.problems import Problem, warning
from bot.content.whole import Whole
from bot.nlu.learning.lexical import Lexical

if TYPE_CHECKING:
    from bot.nlu.learning.intent_model import Encode

NEARLY_THE_SAME = 0.88  # likeness: above, two sentences differ in a word or two that do not matter
SHOWN = 3  # pairs of examples for each pair of intents
_NOISE = 0.3
_MOST = 12_000  # examples: their likeness to each other is kept in memory


@dataclass(frozen=True)
class Overlap:
    """Two examples of different intents that mean nearly the same; ``likeness`` is at most 1."""

    one: Example
    other: Example
    likeness: float


@dataclass(frozen=True)
class Alike:
    """Sentences as rows of length 1, dense or sparse, with their intents as numbers."""

    examples: Sequence[Example]
    intents: Sequence[str]
    labels: NDArray[np.int64]
    rows: Any
    closeness: NDArray[np.float32]

    @classmethod
    def of(cls, examples: Sequence[Example], encode: Encode | None) -> Alike:
        """The likeness of all examples that hold a word: to an encoder any emoji is any other."""
        kept = [one for one in examples if any(sign.isalnum() for sign in one.words)][:_MOST]
        intents = sorted({one.intent for one in kept})
        texts = [one.words for one in kept]
        rows: Any = encode(texts) if encode is not None else _letters(texts)
        close = np.asarray(rows @ rows.T) if encode is not None else (rows @ rows.T).toarray()
        return cls(kept, intents, np.array([intents.index(one.intent) for one in kept], np.int64), rows, close)


def _letters(texts: Sequence[str]) -> Any:
    return Lexical.learn(texts).sparse(texts)


def problems(whole: Whole, encode: Encode | None) -> Iterator[Problem]:
    """What is wrong with what the examples mean."""
    alike = Alike.of([one for one in whole.data.examples if one.text], encode)
    if len(alike.intents) < 2:
        return
    yield from _uniform(alike)
    taken = taken_for(alike)
    shown: defaultdict[tuple[str, str], int] = defaultdict(int)
    for found in overlaps(alike):
        pair = (found.one.intent, found.other.intent)
        shown[pair] += 1
        if shown[pair] <= SHOWN:
            yield _told(found, alike, taken)


def overlaps(alike: Alike, least: float = NEARLY_THE_SAME) -> list[Overlap]:
    """Pairs of examples of different intents that are at least so alike, the likeliest to be confused first."""
    near = np.triu((alike.closeness >= least) & (alike.labels[:, None] != alike.labels[None, :]), 1)
    found = [
        Overlap(alike.examples[one], alike.examples[other], float(alike.closeness[one, other]))
        for one, other in zip(*np.nonzero(near), strict=True)
    ]
    return sorted(found, key=lambda pair: -pair.likeness)


def taken_for(alike: Alike) -> NDArray[np.int64]:
    """The intent of each example, judged by all the others."""
    if not isinstance(alike.rows, np.ndarray):  # letters: the nearest other example tells
        others = alike.closeness - 2 * np.eye(len(alike.labels), dtype=np.float32)
        nearest: NDArray[np.int64] = alike.labels[others.argmax(1)]
        return nearest
    known = np.hstack([alike.rows, np.ones((len(alike.rows), 1))]).astype(np.float64)
    targets = np.eye(len(alike.intents))[alike.labels]
    inverse = np.linalg.inv(known.T @ known + _NOISE * np.eye(known.shape[1]))
    own = np.einsum("ij,ij->i", known @ inverse, known)[:, None]
    held_out: NDArray[np.int64] = ((known @ (inverse @ (known.T @ targets)) - own * targets) / (1 - own)).argmax(1)
    return held_out


def _told(found: Overlap, alike: Alike, taken: NDArray[np.int64]) -> Problem:
    one, other = found.one.intent, found.other.intent
    confused = f"{_confused(alike, taken, one, other)}, and {_confused(alike, taken, other, one)}"
    text = (
        f'"{found.one.words}" under "{one}" means nearly the same as "{found.other.words}" under "{other}" at '
        f"{found.other.place} (likeness {found.likeness:.2f}). Judged by all others, {confused}. "
        "Put both under the one that is meant, or say in each what tells them apart."
    )
    return warning(found.one.place, text)


def _confused(alike: Alike, taken: NDArray[np.int64], one: str, other: str) -> str:
    own = alike.labels == alike.intents.index(one)
    wrong = int((taken[own] == alike.intents.index(other)).sum())
    return f'{wrong} of {int(own.sum())} examples of "{one}" are taken for "{other}"'


def _uniform(alike: Alike) -> Iterator[Problem]:
    for label, intent in enumerate(alike.intents):
        own = np.flatnonzero(alike.labels == label)
        different = _different(alike.closeness[np.ix_(own, own)])
        if len(own) >= FEW > different and 2 * different <= len(own):
            first = alike.examples[own[0]]
            say = "all say one thing" if different == 1 else f"say only {different} different things"
            text = (
                f'The {len(own)} examples of "{intent}" {say}. Vary who asks, how, and about what: near-copies teach '
                "nothing."
            )
            yield warning(first.place, text)


def _different(closeness: NDArray[np.float32]) -> int:
    """How many sentences are left when each that is nearly the same as one before it is left out."""
    kept: list[int] = []
    for at, row in enumerate(closeness):
        if not any(row[before] >= NEARLY_THE_SAME for before in kept):
            kept.append(at)
    return len(kept)
