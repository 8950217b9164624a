"""Which intents the content's examples are mixed up with, each example judged by a model of all the others.

``python -m benchmarks.understanding.confusion [--data FOLDER] [--picture FILE]`` prints for editors the share that is
judged rightly, the pairs of intents that are mixed up most, and the examples that are most surely taken for something
else: such a one may stand under the wrong intent, mean two things, or be the first of a kind that wants company. With
``--picture`` the confusion matrix is drawn. Judging without one example is more hopeful than new messages are: an
example's neighbours were often written on the same day by the same hand.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
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
    """Every example, judged by the model that would have been trained without it."""
    used = encoder()
    encode = None if used is None else lambda texts: encode_cached(used, texts, VECTORS)
    trained = train([one.words for one in examples], [one.intent for one in examples], encode)
    model = trained.model
    raw = trained.ridge.without_each()[: model.examples] + model.prior
    rows = zip(model.texts, model.labels, softmax(raw, model.temperature), strict=False)
    chances = {(text, model.intents[label]): row for text, label, row in rows}
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


def blocks(domain: Path) -> list[tuple[str, list[str]]]:
    """The intents as the domain groups them, each group with the comment above it."""
    lines = domain.read_text("utf-8").splitlines()
    found: list[tuple[str, list[str]]] = []
    for intent, place in read_domain(domain, domain.parent).intents.items():
        above = lines[(place.line or 1) - 2].strip()
        if above.startswith("#") or not found:
            found.append((above.lstrip("# "), []))
        found[-1][1].append(intent)
    return found


def draw(judged: list[Judged], groups: list[tuple[str, list[str]]], path: Path) -> None:
    """The matrix: one row for each intent, one column for what its examples are taken for."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    taught = {one.example.intent for one in judged}
    groups = [(name, kept) for name, group in groups if (kept := [intent for intent in group if intent in taught])]
    order = [intent for _, group in groups for intent in group]
    counts = np.zeros((len(order), len(order)), int)
    for one in judged:
        counts[order.index(one.example.intent), order.index(one.taken_for)] += 1
    shares = counts / counts.sum(1, keepdims=True)
    mistakes = np.where(np.eye(len(order), dtype=bool), 0, shares)
    figure, axes = pyplot.subplots(figsize=(14, 13.4), dpi=100, layout="constrained")
    shown = axes.imshow(mistakes, cmap="OrRd", vmin=0, vmax=0.15)
    for row, column in np.argwhere(counts > 0):
        at_home = row == column
        said = f"{shares[row, column]:.0%}".rstrip("%") if at_home else str(counts[row, column])
        dark = not at_home and mistakes[row, column] > 0.1
        axes.text(
            column,
            row,
            said,
            ha="center",
            va="center",
            fontsize=7,
            color="white" if dark else "0.6" if at_home else "0",
        )
    names = [intent.replace("_", " ") for intent in order]
    axes.set_xticks(range(len(order)), names, rotation=90, fontsize=9)
    axes.set_yticks(range(len(order)), names, fontsize=9)
    axes.tick_params(length=0)
    edges = [0, *np.cumsum([len(group) for _, group in groups])]
    for start, end in pairwise(edges):
        for side in (start, end):
            axes.plot(
                [start - 0.5, end - 0.5],
                [side - 0.5] * 2,
                [side - 0.5] * 2,
                [start - 0.5, end - 0.5],
                color="0.4",
                lw=0.8,
            )
    right = np.trace(counts) / counts.sum()
    axes.set_title(
        f"What each of the {counts.sum()} examples is taken for by a model of all the others: {right:.1%} rightly\n"
        "rows: the intent that it stands under; grey: % of them judged rightly; elsewhere: how many are taken for the "
        "column's intent",
        fontsize=10,
        loc="left",
    )
    figure.colorbar(
        shown, ax=axes, shrink=0.3, aspect=30, label="share of the row's examples", format="{x:.0%}", extend="max"
    )
    figure.savefig(path)


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
