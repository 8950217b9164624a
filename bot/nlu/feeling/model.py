"""How upset a message sounds: a small model over what the encoder saw, and over the letters. Pure numpy.

It reads a message in four ways, each a number that is high for an upset one: a network looks at the encoder's token
states (an attention picks those that matter, beside their mean and maximum), a line goes through the message's vector,
its n-grams have weights, and network and n-grams together tell what would be sour among comments on the web. In much
the same ways it tells whether a message is pleased: rough praise ("bloody love it") has the words of anger. The
weights, and those of the signs (``feeling.rules``), are learnt by ``benchmarks/understanding/mood_training.py``, which
names the data and its licences. Without token states of the encoder that it was trained with, n-grams and signs have
weights of their own.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODEL = Path(__file__).with_name("model.npz")
BUCKETS = 1 << 16  # of the n-grams' weights
UPSET, SOUR, PLEASED = range(3)  # columns: of a shop's contacts, and of GoEmotions' comments
PLEASED_HERE = 3  # of the n-grams: of a shop's contacts
SOUR_LETTERS = 0.7  # what the n-grams' answer counts beside the network's
READINGS = ("network", "vector", "letters", "sour")  # what is weighed, beside the signs
PLEASED_READINGS = ("network", "comments' letters", "vector", "letters")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_SIZES = (3, 4, 5)  # of character n-grams

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Scores:
    """Readings of a message: by the names of ``READINGS``, without the encoder's two when there is none.

    ``pleased`` is a logit, its zero where few upset messages are above.
    """

    readings: dict[str, float]
    pleased: float


@dataclass(frozen=True)
class MoodModel:
    """The weights. ``encoder`` is the name of the one whose token states the network understands.

    ``line`` has a column for upset and one for pleased; ``pleased`` the weights of ``PLEASED_READINGS``, and the bias.
    """

    encoder: str
    network: dict[str, Floats]
    line: Floats
    letters: Floats
    weights: dict[str, dict[str, float]]
    pleased: dict[str, Floats]

    def read(self, text: str, states: Floats | None) -> Scores:
        """Read a text, with the encoder's token states (tokens, dimension) if it has them."""
        letters = by_letters(text, self.letters)
        upset, sour = float(letters[UPSET]), float(letters[SOUR])
        if states is None:
            glad = (0, letters[PLEASED], 0, letters[PLEASED_HERE], 1)
            return Scores({"letters": upset, "sour": sour}, float(self.pleased["letters"] @ glad))
        seen = by_network(states, np.array([0]), self.network)[0]
        mean = states.mean(0)
        line = mean @ self.line[:-1] / max(float(np.linalg.norm(mean)), 1e-9) + self.line[-1]
        readings = {
            "network": float(seen[UPSET]),
            "vector": float(line[0]),
            "letters": upset,
            "sour": float(seen[SOUR]) + SOUR_LETTERS * sour,
        }
        glad = (seen[PLEASED], letters[PLEASED], line[1], letters[PLEASED_HERE], 1)
        return Scores(readings, float(self.pleased["states"] @ glad))

    def upset(self, scores: Scores, signs: tuple[str, ...]) -> float:
        """How upset a message is, as a logit; where a person takes over is the judge's to say (``feeling.judge``)."""
        weights = self.weights_for(scores)
        evidence = sum(weights[name] * value for name, value in scores.readings.items())
        return weights["bias"] + evidence + sum(weights[name] for name in signs)

    def weights_for(self, scores: Scores) -> dict[str, float]:
        """What readings and signs weigh, with the encoder's readings or without."""
        return self.weights["states" if "network" in scores.readings else "letters"]


def grams(text: str) -> Counter[int]:
    """The buckets of a text's words, pairs of words, and characters within words, with their counts."""
    words = _TOKEN.findall(text.lower())
    found = [*words, *(f"{one} {two}" for one, two in pairwise(words))]
    for word in words:
        padded = f" {word} "
        for size in _SIZES:
            found += [padded[at : at + size] + "\0" for at in range(max(1, len(padded) - size + 1))]
    return Counter(zlib.crc32(gram.encode(errors="replace")) % BUCKETS for gram in found)


def weighed(text: str) -> tuple[NDArray[np.int64], Floats]:
    """A text's buckets and their values: logarithms of the counts, scaled to length 1."""
    counts = grams(text)
    buckets = np.fromiter(counts, np.int64, len(counts))
    values = 1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))
    return buckets, (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)


def by_letters(text: str, letters: Floats) -> Floats:
    """The weights of a text's n-grams; the last row holds the biases."""
    buckets, values = weighed(text)
    told: Floats = values @ letters[buckets] + letters[BUCKETS]
    return told


def by_network(states: Floats, starts: NDArray[Any], network: dict[str, Floats]) -> Floats:
    """The network's answers for texts whose token states stand below one another, each from its start on."""
    return layers(states, starts, network)["out"]


def layers(
    states: Floats, starts: NDArray[Any], network: dict[str, Floats], mask: Floats | float = 1.0
) -> dict[str, Floats]:
    """What each layer gives, since training needs all of them; ``mask`` leaves out some of what is pooled."""
    lengths = np.diff(np.append(starts, len(states)))
    scores = states @ network["look"]
    scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths, 0))
    attention = scores / np.repeat(np.add.reduceat(scores, starts), lengths, 0)
    raw = states @ network["see"] + network["see_bias"]
    values = silu(raw).reshape(len(states), attention.shape[1], -1)
    picked = 3 * np.add.reduceat(attention[:, :, None] * values, starts).reshape(len(starts), -1)
    mean = 3 * np.add.reduceat(states, starts) / lengths[:, None]
    pooled = np.concatenate([mean, 1.5 * np.maximum.reduceat(states, starts)], 1) * mask
    hidden = pooled @ network["pooled"] + picked @ network["picked"] + network["bias"]
    out = silu(hidden) @ network["out"] + network["out_bias"]
    kept = {"attention": attention, "raw": raw, "values": values, "picked": picked, "pooled": pooled}
    return {**kept, "hidden": hidden, "out": out}


def silu(x: Floats) -> Floats:
    """x times its sigmoid."""
    smooth: Floats = x / (1 + np.exp(-x))
    return smooth


@cache
def model(path: Path = MODEL) -> MoodModel:
    """The model of the file, read once a process."""
    with np.load(path) as stored:
        network = {name[8:]: stored[name].astype(np.float32) for name in stored if name.startswith("network_")}
        letters = np.vstack([stored["letters"] * stored["letters_scale"], stored["letters_bias"]])
        weights = {
            kind: dict(zip(stored["names"].tolist(), map(float, stored[f"weights_{kind}"]), strict=True))
            for kind in ("states", "letters")
        }
        pleased = {kind: stored[f"pleased_{kind}"] for kind in weights}
        return MoodModel(str(stored["encoder"]), network, stored["line"], letters, weights, pleased)
