"""Which intents the content's examples are mixed up with, each example judged by all the others.

``python -m benchmarks.understanding.confusion [--data FOLDER] [--picture FILE]`` prints for editors the share that is
judged rightly, the pairs of intents that are mixed up most, and the examples that are most surely taken for something
else: such a one may stand under the wrong intent, mean two things, or be the first of its kind and want company. With
``--picture`` the confusion matrix is drawn.

It is the ridge regression that judges, without the logistic regression beside it: leaving out an example costs it
nothing. Rare ways to put a matter, which each stand alone, are hardest for it: new messages are mostly easier.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.content import evidence
from bot.content.examples import Example, read_examples
from bot.content.learned.picture import draw, groups_of
from bot.nlu.learning.cache import encode_cached
from bot.nlu.learning.encoder import encoder
from bot.nlu.learning.intent_model import softmax, train

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "var" / "vectors"
SHOWN = 25  # pairs, and examples


@dataclass(frozen=True)
class Judged:
    """One example, the intent that the others take it for, and the probabilities of that one and of its own."""

    example: Example
    taken_for: str
    chance: float
    own: float

    @property
    def right(self) -> bool:
        """Whether it is taken for what it is."""
        return self.taken_for == self.example.intent


def judge_each(examples: list[Example]) -> list[Judged]:
    """Every example, judged by the regression that would have been trained without it."""
    used = encoder()
    encode = None if used is None else lambda texts: encode_cached(used, texts, VECTORS)
    trained = train([one.words for one in examples], [one.intent for one in examples], encode)
    model = trained.model
    raw = trained.ridge.without_each()[: model.examples] + model.prior
    chances = dict(zip(model.pairs, softmax(raw, model.temperature), strict=True))
    return list(_judged(examples, chances, model.intents))


def _judged(
    examples: list[Example], chances: dict[tuple[str, str], NDArray[np.float64]], intents: tuple[str, ...]
) -> Iterator[Judged]:
    for example in examples:
        row = chances[" ".join(example.words.split()), example.intent]
        top = int(row.argmax())
        yield Judged(example, intents[top], float(row[top]), float(row[intents.index(example.intent)]))


def told(judged: list[Judged]) -> Iterator[str]:
    """What an editor should know, line by line."""
    wrong = [one for one in judged if not one.right]
    right = len(judged) - len(wrong)
    intents = {one.example.intent for one in judged}
    yield f"{right} of {len(judged)} examples of {len(intents)} intents are judged rightly: {right / len(judged):.1%}"
    ways = Counter((one.example.intent, one.taken_for) for one in wrong)
    pairs = Counter(tuple(sorted((one.example.intent, one.taken_for))) for one in wrong)
    yield "\nMixed up most:"
    for (first, second), count in pairs.most_common(SHOWN):
        yield f"{count:4}  {first} for {second} {ways[first, second]}, the other way {ways[second, first]}"
    yield "\nMost surely taken for something else:"
    for one in sorted(wrong, key=lambda one: one.own - one.chance)[:SHOWN]:
        place, intent = one.example.place, one.example.intent
        yield f"{place}: {intent} {one.own:.0%}, {one.taken_for} {one.chance:.0%}: {one.example.words}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "nlu", help="where the examples are")
    parser.add_argument("--domain", type=Path, default=ROOT / "domain.yml", help="groups the intents in the picture")
    parser.add_argument("--picture", type=Path, help="the PNG file to draw to")
    chosen = parser.parse_args()
    judged = judge_each(read_examples([chosen.data], ROOT).examples)
    print("\n".join(told(judged)))
    if chosen.picture:
        pairs = [evidence.Judged(one.example.words, one.example.intent, one.taken_for, one.chance) for one in judged]
        draw(pairs, groups_of(chosen.domain), chosen.picture)


if __name__ == "__main__":
    main()
