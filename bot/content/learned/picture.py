"""The confusion of intents as a picture: a row for each intent, a column for what its examples are taken for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.content.domain import domain_files, read_domain
from bot.content.evidence import Judged

DARKEST = 0.15  # share of an intent's examples


def groups_of(domain: Path) -> list[list[str]]:
    """The intents as a domain groups them: each group has a comment above it."""
    lines = [written for file in domain_files(domain)[:1] for written in file.read_text("utf-8").splitlines()]
    found: list[list[str]] = []
    for intent, place in read_domain(domain, domain.parent).intents.items():
        above = lines[(place.line or 1) - 2].strip() if (place.line or 1) - 2 < len(lines) else ""
        if above.startswith("#") or not found:
            found.append([])
        found[-1].append(intent)
    return found


def draw(judged: Sequence[Judged], groups: Sequence[Sequence[str]], path: Path) -> None:
    """Draws to a PNG file, with frames around the groups; intents that no group has come last."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot
    from matplotlib.patches import Rectangle

    taught = {one.intent for one in judged}
    grouped = [[intent for intent in group if intent in taught] for group in groups]
    grouped.append(sorted(taught.difference(*grouped)))
    counts = _counts(judged, [intent for group in grouped for intent in group])
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    at_home = np.eye(len(counts), dtype=bool)
    figure, axes = pyplot.subplots(figsize=(14, 13.4), dpi=100, layout="constrained")
    shown = axes.imshow(np.where(at_home, 0, shares), cmap="OrRd", vmin=0, vmax=DARKEST)
    for row, column in np.argwhere(counts > 0):
        said, colour = str(counts[row, column]), "white" if shares[row, column] > DARKEST * 0.7 else "black"
        if row == column:
            said, colour = f"{100 * shares[row, column]:.0f}", "0.6"
        axes.text(column, row, said, ha="center", va="center", fontsize=7, color=colour)
    names = [intent.replace("_", " ") for group in grouped for intent in group]
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.tick_params(length=0)
    for group, end in zip(grouped, accumulate(map(len, grouped)), strict=True):
        corner, side = end - len(group) - 0.5, len(group)
        axes.add_patch(Rectangle((corner, corner), side, side, fill=False, edgecolor="0.4"))
    axes.set_title(
        f"What each of the {counts.sum()} examples is taken for by a model of all the others: "
        f"{np.trace(counts) / max(1, counts.sum()):.1%} rightly\n"
        "Row: the intent that it stands under. Grey: % judged rightly. Elsewhere: how many are taken for the column's.",
        fontsize=10,
        loc="left",
    )
    label = "share of the row's examples"
    figure.colorbar(shown, ax=axes, shrink=0.3, aspect=30, label=label, format="{x:.0%}", extend="max")
    figure.savefig(path)
    pyplot.close(figure)


def _counts(judged: Sequence[Judged], order: Sequence[str]) -> NDArray[np.int64]:
    """How many examples of each intent (rows) are taken for each (columns)."""
    place = {intent: at for at, intent in enumerate(order)}
    counts = np.zeros((len(order), len(order)), np.int64)
    for one in judged:
        counts[place[one.intent], place[one.taken_for]] += 1
    return counts
