"""Makes ``bot/nlu/mood_model.npz``: how upset a message sounds. Half an hour on one core, the same for the same data.

    OMP_NUM_THREADS=1 python -m benchmarks.understanding.mood_training

Needs ``../shared/data`` and the packaged encoder. What a message's readings and signs weigh is learnt from readings by
models that had not seen it (five folds). The weights' zero is put where ``FALSE`` of the calm ones are flagged: the
mean of the share among the development messages, which are written to deceive, and of that among the content's own
examples. Where a person takes over is set from there by ``bot.nlu.mood_judge``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks.understanding import mood_data, public
from benchmarks.understanding.mood_network import Part, answers, train
from bot.nlu.learning.encoder import encoder
from bot.nlu.mood_model import BUCKETS, MODEL, READINGS, SOUR, SOUR_LETTERS, UPSET, Floats, weighed
from bot.nlu.mood_rules import NAMES, signs

FALSE = 0.04
FOLDS = 5
SMOOTHING = 0.05  # of the targets of messages, which are few
_COMMENTS, _MESSAGES, _CALM, _RUDE = 96, 56, 8, 2  # in a batch
_OF_SHOP = 0.5  # weight of an example of the content beside a development message

Bools = NDArray[np.bool_]


class Learner:
    """All that is learnt from, read once."""

    def __init__(self) -> None:
        used = encoder()
        assert used is not None, "the mood is learnt with the packaged encoder"
        self.encoder = used.name
        parts = [mood_data.development(), mood_data.shop(), mood_data.banking_upset()]
        self.texts = [text for part in parts for text in part.texts]
        self.groups = np.array([group for part in parts for group in part.groups])
        self.upset = np.concatenate([part.upset for part in parts])
        self.states = mood_data.states_of(used, self.texts)
        self.vectors = self.states.vectors()
        self.letters = rows_of(self.texts)
        self.calm, self.rude = mood_data.calm_elsewhere(), mood_data.rude()
        self.calm_states, self.rude_states = mood_data.states_of(used, self.calm), mood_data.states_of(used, self.rude)
        self.comments, self.emotions = mood_data.goemotions("train")
        self.comment_states = mood_data.states_of(used, self.comments)
        # Of the many alike, so many that a line can be drawn in seconds.
        self.few_calm, self.few_rude = slice(None, None, 6), slice(None, None, 5)
        self.other_vectors = np.concatenate(
            [self.calm_states.vectors()[self.few_calm], self.rude_states.vectors()[self.few_rude]]
        )
        self.other_letters = rows_of([*self.calm[self.few_calm], *self.rude[self.few_rude]])
        self.other_upset = np.repeat([False, True], [len(self.calm[self.few_calm]), len(self.rude[self.few_rude])])

    def network(self, rows: NDArray[Any], seed: int) -> dict[str, Floats]:
        """The network, learnt from some of the messages and all of the rest."""
        sour, pleased = (mood_data.grouped(self.emotions, names) for names in (mood_data.SOUR, mood_data.PLEASED))
        felt = np.column_stack([sour, pleased & ~sour, self.emotions]).astype(np.float32)
        weights = np.array([1.0] + [0.3] * (felt.shape[1] - 1), np.float32) / _COMMENTS
        comments = Part(
            self.comment_states, np.arange(len(felt)), felt, slice(1, 1 + felt.shape[1]), weights, _COMMENTS,
            (0.1, 0.15, 0.4),
        )  # fmt: skip
        weight = np.float32(1 / (_MESSAGES + _CALM + _RUDE))
        told = self.upset[rows, None] * (1 - 2 * SMOOTHING) + SMOOTHING
        others = [
            (self.states, rows, told, _MESSAGES),
            (self.calm_states, np.arange(len(self.calm)), np.zeros((len(self.calm), 1)), _CALM),
            (self.rude_states, np.arange(len(self.rude)), np.ones((len(self.rude), 1)), _RUDE),
        ]
        parts = [Part(seen, of, target.astype(np.float32), slice(1), weight, size) for seen, of, target, size in others]
        return train(comments, parts, seed)

    def line(self, rows: NDArray[Any]) -> Floats:
        """Weights for the vector, and the bias."""
        return self._drawn(LogisticRegression(C=5, max_iter=2000), self.vectors[rows], self.other_vectors, rows)

    def upset_letters(self, rows: NDArray[Any]) -> Floats:
        """Weights for the n-grams, and the bias."""
        drawn = LogisticRegression(C=3, solver="liblinear")
        return self._drawn(drawn, self.letters[rows], self.other_letters, rows)

    def _drawn(self, line: LogisticRegression, taught: Any, others: Any, rows: NDArray[Any]) -> Floats:
        weights = np.where(self.groups[rows] == "shop", _OF_SHOP, 1.0)
        stack = vstack if hasattr(taught, "tocsr") else np.concatenate
        line.fit(
            stack([taught, others]),
            np.concatenate([self.upset[rows], self.other_upset]),
            np.concatenate([weights, np.where(self.other_upset, 0.2, 0.05)]),
        )
        return np.append(line.coef_[0], line.intercept_).astype(np.float32)

    def felt_letters(self, names: Sequence[str], but: Sequence[str] = ()) -> Floats:
        """Weights of the n-grams for emotions of the comments, and the bias."""
        has = mood_data.grouped(self.emotions, names) & ~mood_data.grouped(self.emotions, but)
        line = LogisticRegression(C=5, solver="liblinear").fit(rows_of(self.comments), has)
        return np.append(line.coef_[0], line.intercept_).astype(np.float32)


def rows_of(texts: Sequence[str]) -> Any:
    """The weighed n-grams of texts, a sparse row each."""
    parts = [weighed(text) for text in texts]
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in parts)])
    columns, values = (np.concatenate([part[which] for part in parts]) for which in (0, 1))
    return csr_matrix((values, columns, ends), shape=(len(texts), BUCKETS))


def unseen_readings(learner: Learner, sour_letters: Floats) -> NDArray[Any]:
    """The readings of each message by models that were taught the other folds."""
    read = np.zeros((len(learner.texts), len(READINGS)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(learner.texts, learner.groups)
    sour = learner.letters @ sour_letters[:-1] + sour_letters[-1]
    for number, (taught, left) in enumerate(folds):
        line, letters = learner.line(taught), learner.upset_letters(taught)
        told = answers(learner.network(taught, number), learner.states, left)
        read[left, 0] = told[:, UPSET]
        read[left, 1] = learner.vectors[left] @ line[:-1] + line[-1]
        read[left, 2] = learner.letters[left] @ letters[:-1] + letters[-1]
        read[left, 3] = told[:, SOUR] + SOUR_LETTERS * sour[left]
        print(f"fold {number + 1} of {FOLDS}", flush=True)
    return read


def weigh(read: NDArray[Any], shown: NDArray[Any], learner: Learner) -> tuple[Floats, Floats]:
    """Weights of the readings and of the signs with the bias at the end, and what the messages come to."""
    spread = read.std(0)
    given = np.concatenate([read / spread, shown], 1)
    weights = np.where(learner.groups == "shop", _OF_SHOP, 1.0)
    drawn = LogisticRegression(C=0.5, max_iter=2000).fit(given, learner.upset, weights)
    found = drawn.coef_[0] / np.append(spread, np.ones(shown.shape[1]))
    found[read.shape[1] :] = np.maximum(found[read.shape[1] :], 0)  # a sign never speaks for being calm
    come = np.concatenate([read, shown], 1) @ found
    bias = -threshold(come, learner)
    return np.append(found, bias).astype(np.float32), (come + bias).astype(np.float32)


def threshold(come: NDArray[Any], learner: Learner) -> float:
    """Where ``FALSE`` of the calm are above, the mean of the two kinds."""
    calm = [come[~learner.upset & (learner.groups == "shop")], come[~learner.upset & (learner.groups != "shop")]]
    tried = np.sort(np.concatenate(calm))[::-1]
    return float(next(at for at in tried[::-1] if np.mean([(kind > at).mean() for kind in calm]) <= FALSE))


def report(kind: str, come: Floats, learner: Learner) -> None:
    """How many of each sort of message are flagged, by models that had not seen them."""
    flagged = come > 0
    for sort in sorted(set(learner.groups)):
        of = learner.groups == sort
        print(f"{kind:8} {sort:40} {flagged[of].sum():5} of {of.sum():5} flagged")


def main(path: Path = MODEL) -> None:
    """Learn everything and write the file."""
    public.require()
    learner = Learner()
    everything = np.arange(len(learner.texts))
    sour, pleased = learner.felt_letters(mood_data.SOUR), learner.felt_letters(mood_data.PLEASED, mood_data.SOUR)
    read = unseen_readings(learner, sour)
    shown = np.array([[name in found for name in NAMES] for found in map(signs, learner.texts)], float)
    with_states, come = weigh(read, shown, learner)
    report("encoder", come, learner)
    alone = read[:, 2:].copy()
    alone[:, 1] = learner.letters @ sour[:-1] + sour[-1]
    by_letters, come = weigh(alone, shown, learner)
    report("letters", come, learner)
    letters = np.column_stack([learner.upset_letters(everything), sour, pleased])
    scale = (np.abs(letters[:-1]).max(0) / 127).astype(np.float32)
    network = learner.network(everything, FOLDS)
    np.savez_compressed(
        path,
        encoder=np.array(learner.encoder),
        line=learner.line(everything),
        letters=np.round(letters[:-1] / scale).astype(np.int8),
        letters_scale=scale,
        letters_bias=letters[-1],
        names=np.array([*READINGS, *NAMES, "bias"]),
        weights_states=with_states,
        weights_letters=np.concatenate([[0, 0], by_letters]).astype(np.float32),
        **{f"network_{name}": value.astype(np.float16) for name, value in network.items()},
    )
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
