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
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.content.domain import read_domain
from bot.content.examples import Example, read_examples
from bot.nlu.learning.cache import encode_cached
from bot.nlu.learning.encoder import encoder
from bot.nlu.learning.intent_model import softmax, train

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "var" / "vectors"
SHOWN = 25  # pairs, and examples
DARKEST = 0.15  # share of an intent's examples


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


def blocks(domain: Path) -> list[list[str]]:
    """The intents as the domain groups them: each group has a comment above it."""
    lines = domain.read_text("utf-8").splitlines()
    found: list[list[str]] = []
    for intent, place in read_domain(domain, domain.parent).intents.items():
        above = lines[(place.line or 1) - 2].strip()
        if above.startswith("#") or not found:
            found.append([])
        found[-1].append(intent)
    return found


def draw(judged: list[Judged], groups: list[list[str]], path: Path) -> None:
    """The matrix: one row for each intent, one column for what its examples are taken for; frames around the groups."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot
    from matplotlib.patches import Rectangle

    taught = {one.example.intent for one in judged}
    groups = [[intent for intent in group if intent in taught] for group in groups]
    counts = _counts(judged, [intent for group in groups for intent in group])
    shares = counts / counts.sum(1, keepdims=True)
    at_home = np.eye(len(counts), dtype=bool)
    figure, axes = pyplot.subplots(figsize=(14, 13.4), dpi=100, layout="constrained")
    shown = axes.imshow(np.where(at_home, 0, shares), cmap="OrRd", vmin=0, vmax=DARKEST)
    for row, column in np.argwhere(counts > 0):
        said, colour = str(counts[row, column]), "white" if shares[row, column] > DARKEST * 0.7 else "black"
        if row == column:
            said, colour = f"{100 * shares[row, column]:.0f}", "0.6"
        axes.text(column, row, said, ha="center", va="center", fontsize=7, color=colour)
    names = [intent.replace("_", " ") for group in groups for intent in group]
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.tick_params(length=0)
    for group, end in zip(groups, accumulate(map(len, groups)), strict=True):
        corner, side = end - len(group) - 0.5, len(group)
        axes.add_patch(Rectangle((corner, corner), side, side, fill=False, edgecolor="0.4"))
    axes.set_title(
        f"What each of the {counts.sum()} examples is taken for by a model of all the others: "
        f"{np.trace(counts) / counts.sum():.1%} rightly\n"
        "Row: the intent that it stands under. Grey: % judged rightly. Elsewhere: how many are taken for the column's.",
        fontsize=10,
        loc="left",
    )
    label = "share of the row's examples"
    figure.colorbar(shown, ax=axes, shrink=0.3, aspect=30, label=label, format="{x:.0%}", extend="max")
    figure.savefig(path)


def _counts(judged: list[Judged], order: list[str]) -> NDArray[np.int64]:
    """How many examples of each intent (rows) are taken for each (columns)."""
    place = {intent: at for at, intent in enumerate(order)}
    counts = np.zeros((len(order), len(order)), np.int64)
    for one in judged:
        counts[place[one.example.intent], place[one.taken_for]] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "nlu", help="where the examples are")
    parser.add_argument("--domain", type=Path, default=ROOT / "domain.yml", help="groups the intents in the picture")
    parser.add_argument("--picture", type=Path, help="the PNG file to draw to")
    chosen = parser.parse_args()
    judged = judge_each(read_examples([chosen.data], ROOT).examples)
    print("\n".join(told(judged)))
    if chosen.picture:
        draw(judged, blocks(chosen.domain), chosen.picture)


if __name__ == "__main__":
    main()
