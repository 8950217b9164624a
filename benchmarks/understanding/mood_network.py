"""Trains the mood's network (``bot.nlu.feeling.model.layers``) with plain numpy, the same for the same data.

It learns two things at once, from the same layers: the emotions of GoEmotions' comments (all 28, of which two
groups are kept: many texts teach it what feeling sounds like), and whether a message to a shop is upset, from few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.understanding.mood_data import States
from bot.nlu.feeling.model import Floats, by_network, layers, silu

HEADS, SEEN, HIDDEN = 4, 32, 128
TURNS, RATE, DECAY = 5, 1e-3, 0.02  # of the comments; AdamW, the rate falls as a cosine
KEPT = 3  # outputs: upset, sour, pleased; the emotions after them are only for learning
# Shares of inputs, pooled inputs and hidden units left out while learning: more where there are few texts.
_COMMENTS_DROP, _MESSAGES_DROP = (0.1, 0.15, 0.4), (0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Part:
    """Texts that teach one thing: ``size`` of them in a batch, targets for ``columns`` of the output, with weights."""

    states: States
    rows: NDArray[Any]
    targets: Floats
    columns: slice
    weights: Floats
    size: int
    drop: tuple[float, float, float] = _MESSAGES_DROP


def train(comments: Part, others: Sequence[Part], seed: int) -> dict[str, Floats]:
    """The network's weights; it sees the comments ``TURNS`` times."""
    random = np.random.default_rng(seed)
    parts = [comments, *others]
    network = _begin(random, outputs=max(part.columns.stop for part in parts))
    draws = [_draw(part, random) for part in parts]
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in network.items()}
    steps = TURNS * (len(comments.rows) // comments.size)
    for step in range(1, steps + 1):
        gradient = _gradient(network, parts, [next(draw) for draw in draws], random)
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        for name, value in network.items():
            first, second = moments[name]
            first += 0.1 * (gradient[name] - first)
            second += 0.001 * (gradient[name] ** 2 - second)
            change = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
            value -= (rate * (change + DECAY * value)).astype(np.float32)
    return {**network, "out": network["out"][:, :KEPT], "out_bias": network["out_bias"][:KEPT]}


def answers(network: dict[str, Floats], states: States, rows: NDArray[Any] | None = None) -> Floats:
    """The network's outputs for texts, a row each."""
    wanted = np.arange(len(states.lengths)) if rows is None else rows
    chunks = [wanted[at : at + 512] for at in range(0, len(wanted), 512)]
    return np.concatenate([by_network(*states.take(chunk), network) for chunk in chunks])


def _begin(random: np.random.Generator, outputs: int, dimension: int = 384) -> dict[str, Floats]:
    def normal(rows: int, columns: int, scale: float) -> Floats:
        return (random.standard_normal((rows, columns)) * scale).astype(np.float32)

    return {
        "look": normal(dimension, HEADS, 0.15),
        "see": normal(dimension, HEADS * SEEN, dimension**-0.5),
        "see_bias": np.zeros(HEADS * SEEN, np.float32),
        "pooled": normal(2 * dimension, HIDDEN, (2 * dimension) ** -0.5),
        "picked": normal(HEADS * SEEN, HIDDEN, (HEADS * SEEN) ** -0.5),
        "bias": np.zeros(HIDDEN, np.float32),
        "out": normal(HIDDEN, outputs, 0.01),
        "out_bias": np.array([0.0] + [-3.0] * (outputs - 1), np.float32),
    }


def _draw(part: Part, random: np.random.Generator) -> Iterator[NDArray[Any]]:
    """Batches of positions among a part's rows: all of them in a new order, again and again."""
    left = np.zeros(0, np.int64)
    while True:
        while len(left) < part.size:
            left = np.concatenate([left, random.permutation(len(part.rows))])
        yield left[: part.size]
        left = left[part.size :]


def _gradient(
    network: dict[str, Floats], parts: Sequence[Part], drawn: Sequence[NDArray[Any]], random: np.random.Generator
) -> dict[str, Floats]:
    taken = [part.states.take(part.rows[at]) for part, at in zip(parts, drawn, strict=True)]
    states = np.concatenate([states for states, _ in taken])
    offsets = np.cumsum([0, *(len(states) for states, _ in taken[:-1])])
    starts = np.concatenate([begins + offset for (_, begins), offset in zip(taken, offsets, strict=True)])
    sizes = [part.size for part in parts]
    drop_in, drop_pooled, drop_hidden = (
        np.repeat([part.drop[which] for part in parts], sizes)[:, None].astype(np.float32) for which in range(3)
    )
    lengths = np.diff(np.append(starts, len(states)))
    states = states * np.repeat(_mask(random, drop_in, states.shape[1]), lengths, 0)
    pooled_mask = _mask(random, drop_pooled, len(network["pooled"]))
    hidden_mask = _mask(random, drop_hidden, HIDDEN)
    given = layers(states, starts, network, pooled_mask)
    active = silu(given["hidden"]) * hidden_mask
    wrong = _error(active @ network["out"] + network["out_bias"], parts, drawn)
    found = {"out": active.T @ wrong, "out_bias": wrong.sum(0)}
    hidden = (wrong @ network["out"].T) * hidden_mask * _slope(given["hidden"])
    found |= {"bias": hidden.sum(0), "pooled": given["pooled"].T @ hidden, "picked": given["picked"].T @ hidden}
    values, attention = given["values"], given["attention"]
    picked = np.repeat(3 * hidden @ network["picked"].T, lengths, 0).reshape(values.shape)
    raw = (picked * attention[:, :, None]).reshape(len(states), -1) * _slope(given["raw"])
    found |= {"see": states.T @ raw, "see_bias": raw.sum(0)}
    pull = attention * (picked * values).sum(2)
    look = pull - attention * np.repeat(np.add.reduceat(pull, starts), lengths, 0)
    return {**found, "look": states.T @ look}


def _mask(random: np.random.Generator, drop: Floats, width: int) -> Floats:
    kept: Floats = (random.random((len(drop), width), np.float32) >= drop) / (1 - drop)
    return kept


def _error(out: Floats, parts: Sequence[Part], drawn: Sequence[NDArray[Any]]) -> Floats:
    """The loss' slope: cross entropy of the outputs that each part teaches, each weighed."""
    wrong = np.zeros_like(out)
    row = 0
    for part, at in zip(parts, drawn, strict=True):
        rows = slice(row, row + part.size)
        told = 1 / (1 + np.exp(-out[rows, part.columns]))
        wrong[rows, part.columns] = (told - part.targets[at]) * part.weights
        row += part.size
    return wrong


def _slope(x: Floats) -> Floats:
    """Of ``silu``."""
    sigmoid = 1 / (1 + np.exp(-x))
    slope: Floats = sigmoid * (1 + x * (1 - sigmoid))
    return slope
