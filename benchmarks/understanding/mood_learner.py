"""All that the mood is learnt from, and how each of its readings is learnt (``mood_training`` puts them together)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from benchmarks.understanding import mood_data
from benchmarks.understanding.mood_network import Part, train
from bot.nlu.feeling.model import BUCKETS, Floats, weighed
from bot.nlu.learning.encoder import encoder

OF_SHOP = 0.5  # weight of an example of the content beside a development message
_SMOOTHING = 0.05  # of the targets of messages, which are few
_COMMENTS, _MESSAGES, _CALM, _RUDE = 96, 56, 8, 2  # in a batch


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
        self.pleased = np.concatenate([part.pleased for part in parts])
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
        told = self.upset[rows, None] * (1 - 2 * _SMOOTHING) + _SMOOTHING
        others = [
            (self.states, rows, told, _MESSAGES),
            (self.calm_states, np.arange(len(self.calm)), np.zeros((len(self.calm), 1)), _CALM),
            (self.rude_states, np.arange(len(self.rude)), np.ones((len(self.rude), 1)), _RUDE),
        ]
        parts = [Part(seen, of, target.astype(np.float32), slice(1), weight, size) for seen, of, target, size in others]
        return train(comments, parts, seed)

    def line(self, rows: NDArray[Any]) -> Floats:
        """Weights for the vector, and the bias at the end: a column for upset, one for pleased."""
        drawn = LogisticRegression(C=5, max_iter=2000)
        return self._drawn(drawn, self.vectors[rows], self.other_vectors, rows)

    def letters_here(self, rows: NDArray[Any]) -> Floats:
        """Weights for the n-grams, likewise."""
        drawn = LogisticRegression(C=3, solver="liblinear")
        return self._drawn(drawn, self.letters[rows], self.other_letters, rows)

    def _drawn(self, line: LogisticRegression, taught: Any, others: Any, rows: NDArray[Any]) -> Floats:
        weights = np.where(self.groups[rows] == "shop", OF_SHOP, 1.0)
        stack = vstack if hasattr(taught, "tocsr") else np.concatenate
        columns = []
        for wanted, other in ((self.upset, self.other_upset), (self.pleased, np.zeros_like(self.other_upset))):
            line.fit(
                stack([taught, others]),
                np.concatenate([wanted[rows], other]),
                np.concatenate([weights, np.where(self.other_upset, 0.2, 0.05)]),
            )
            columns.append(np.append(line.coef_[0], line.intercept_))
        return np.column_stack(columns).astype(np.float32)

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
