"""Which intent a text has: two classifiers that err differently, over vectors and n-grams.

One is ridge regression on how alike the text is to each example, by meaning and by letters; the other, where there is
an encoder, logistic regression on the text's vectors (C = 20), which draws the borders between intents.

The kernel of two texts is exp(2(cosine of their vectors − 1)) plus ``lexical`` times the similarity of their n-grams:
close to linear where examples are few, and mindful of close neighbours where they are many. Where the encoder gives two
layers both count: the last knows what is meant, the middle one how it is worded. The names of the intents
are examples, too, where they hold words. Probabilities are a softmax of both, weighed so that the examples are
likeliest when they are held out (temperature scaling: Guo et al. 2017, "On calibration of modern neural networks").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from bot.nlu.learning.encoder import Vectors, pooled
from bot.nlu.learning.lexical import Lexical
from bot.nlu.learning.ridge import Matrix, Ridge, solve
from bot.nlu.learning.spelling import Spelling

SHARPNESS = 2.0
# Weight of the n-grams and noise. Chosen by the held-out likelihood where there are examples enough to tell them apart.
CHOICES = tuple((lexical, noise) for lexical in (0.1, 0.2, 0.5) for noise in (0.1, 0.3))
BY_RULE = (0.2, 0.1)
# What a middle layer counts; the last one has the rest. Chosen likewise, before the others.
MIDDLES, MIDDLE_BY_RULE = (0.0, 0.25, 0.5), 0.25
ENOUGH = 5  # examples an intent, in the middle
CHOSEN_ON = 1500  # examples that weight and noise are chosen on: beyond, the choice does not change, and time does
TEMPERATURES = np.geomspace(1, 100, 41)
SHARES = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)  # of the logistic regression's log probabilities
STRENGTH = 20.0  # the inverse of the logistic regression's penalty
FOLDS = 5
MOST = 12_000  # examples; of more, each intent keeps an even share: the kernel grows with their square
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")

Encode = Callable[[Sequence[str]], Vectors]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Likeness:
    """How alike texts (rows) are to the examples (columns): by letters, and in each of the encoder's layers, if any.

    ``shares`` are what each layer counts, together 1.
    """

    layers: tuple[Any, ...]
    letters: Any
    shares: tuple[float, ...]

    def kernel(self, lexical: float) -> Any:
        """The kernel with this weight of the n-grams; with n-grams alone when there is no encoder."""
        if not self.layers:
            return self.letters
        close = sum(share * layer for share, layer in zip(self.shares, self.layers, strict=True) if share)
        return np.exp(SHARPNESS * (close - 1)) + lexical * self.letters

    def among(self, rows: NDArray[np.int64]) -> Likeness:
        """The likeness of some of the examples to each other."""
        cut = np.ix_(rows, rows)
        return Likeness(tuple(layer[cut] for layer in self.layers), self.letters[cut], self.shares)

    @property
    def closeness(self) -> Any:
        """The best single measure of nearness, at most 1: by meaning, which is the first layer's."""
        return self.layers[0] if self.layers else self.letters


@dataclass(frozen=True)
class Judgement:
    """How a text is judged: the probability of each intent, the regression's score, how alike it is to each example."""

    probabilities: Matrix
    scores: Matrix
    likeness: Likeness


@dataclass(frozen=True)
class Borders:
    """The logistic regression: weights (intents × numbers in a text's vectors) and constants, and its share in the
    probabilities."""

    weights: Floats
    constants: Floats
    share: float
    temperature: float

    def logits(self, vectors: Floats) -> Any:
        """The logarithms of its probabilities for texts (…, layers, dimension), up to a constant."""
        return vectors.reshape(*vectors.shape[:-2], -1) @ self.weights.T + self.constants


@dataclass(frozen=True)
class IntentModel:
    """A trained classifier. The rows of ``vectors`` and ``weights`` are the examples, then the names of the intents.

    ``vectors`` have a layer for each that the encoder gives, ``shares`` what each counts; ``labels`` are indices into
    ``intents``. It is told by its fields alone, so they can be written to a file.
    """

    intents: tuple[str, ...]
    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    examples: int
    vectors: Floats | None
    shares: tuple[float, ...]
    lexical_weight: float
    noise: float
    prior: Floats
    weights: Floats
    temperature: float
    borders: Borders | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The examples with their intents."""
        return [(self.texts[at], self.intents[self.labels[at]]) for at in range(self.examples)]

    @cached_property
    def lexical(self) -> Lexical:
        """The n-grams of the examples."""
        return Lexical.learn(self.texts)

    @cached_property
    def spelling(self) -> Spelling:
        """The words of the examples, by which slips are mended."""
        return Spelling.learn(self.texts[: self.examples])

    @cached_property
    def _rows(self) -> Any:
        return self.lexical.sparse(self.texts)

    def likeness(self, text: str, vectors: Floats | None) -> Likeness:
        """How alike a text is to each example; ``vectors`` are the text's, or None without an encoder."""
        layers = () if self.vectors is None or vectors is None else alike(self.vectors, vectors[None])
        return Likeness(tuple(layer[:, 0] for layer in layers), self._rows @ self.lexical.dense(text), self.shares)

    def judge(self, text: str, vectors: Floats | None) -> Judgement:
        """The probabilities of the intents."""
        likeness = self.likeness(text, vectors)
        scores = likeness.kernel(self.lexical_weight) @ self.weights + self.prior
        if self.borders is None or vectors is None:
            return Judgement(softmax(scores, self.temperature), scores, likeness)
        logits = self.borders.temperature * scores + self.borders.share * self.borders.logits(vectors)
        return Judgement(softmax(logits, 1), scores, likeness)

    def glance(
        self, states: Floats, tokens: NDArray[np.int64], stretches: Sequence[tuple[int, int]]
    ) -> list[dict[str, float] | None]:
        """The probabilities for stretches of a text by the whole text's token states: none is encoded by itself.

        Less true than `judge`, and a hundred times quicker: only the logistic regression is asked. None without one, or
        when the encoder did not read so far. ``tokens`` as by ``Encoder.tokens``.
        """
        found: list[dict[str, float] | None] = []
        for start, end in stretches:
            inside = (tokens[:, 0] >= start) & (tokens[:, 1] <= end) & (tokens[:, 1] > tokens[:, 0])
            if self.borders is None or not inside.any():
                found.append(None)
                continue
            chances = softmax(self.borders.logits(pooled(states[:, inside])), 1)
            found.append(dict(zip(self.intents, map(float, chances), strict=True)))
        return found


@dataclass(frozen=True)
class Trained:
    """A model with what else training knows: the solved regression, and the likeness of all examples to each other."""

    model: IntentModel
    ridge: Ridge
    likeness: Likeness


def train(texts: Sequence[str], intents: Sequence[str], encode: Encode | None) -> Trained:
    """Train on texts with their intents; ``ValueError`` with fewer than two intents. The same data, the same model."""
    pairs = evenly(sorted({(intent, " ".join(text.split())) for text, intent in zip(texts, intents, strict=True)}))
    known = tuple(sorted({intent for intent, _ in pairs}))
    if len(known) < 2:
        raise ValueError("there must be examples of at least two intents")
    number = {intent: at for at, intent in enumerate(known)}
    named = [(intent, words) for intent in known if (words := words_in(intent))]
    all_texts = tuple(text for _, text in [*pairs, *named])
    labels = np.array([number[intent] for intent, _ in [*pairs, *named]])
    vectors = encode(all_texts) if encode is not None else None
    rows = Lexical.learn(all_texts).sparse(all_texts)
    layers = () if vectors is None else alike(vectors, vectors)
    prior = np.bincount(labels, minlength=len(known)) / len(labels)
    targets = np.eye(len(known))[labels] - prior
    likeness = Likeness(layers, (rows @ rows.T).toarray(), _shares(len(layers), MIDDLE_BY_RULE))
    shares, lexical, noise = _best(likeness, targets, labels, prior, len(pairs))
    likeness = replace(likeness, shares=shares)
    ridge = solve(likeness.kernel(lexical), targets, noise)
    held_out = ridge.without_each()[: len(pairs)] + prior
    model = IntentModel(
        intents=known,
        texts=all_texts,
        labels=labels,
        examples=len(pairs),
        vectors=vectors,
        shares=shares,
        lexical_weight=lexical,
        noise=noise,
        prior=prior.astype(np.float32),
        weights=ridge.weights.astype(np.float32),
        temperature=min((_surprise(held_out, labels[: len(pairs)], t), float(t)) for t in TEMPERATURES)[1],
        borders=None if vectors is None else _borders(vectors, shares, labels, held_out),
    )
    return Trained(model, ridge, likeness)


def alike(some: Floats, others: Floats) -> tuple[Any, ...]:
    """The cosines of texts (rows) to others (columns), both as vectors (texts, layers, dimension), layer by layer."""
    return tuple(some[:, layer] @ others[:, layer].T for layer in range(some.shape[1]))


def _shares(layers: int, middle: float) -> tuple[float, ...]:
    """What each layer counts, when a middle one counts so much."""
    return (1 - middle, middle) if layers == 2 else (1.0,) * layers


def _borders(vectors: Floats, shares: tuple[float, ...], labels: NDArray[np.int64], scores: Matrix) -> Borders | None:
    """The logistic regression, with the share and temperature under which examples are likeliest, held out of both.

    None with too few examples to hold any out.
    """
    if len(scores) < FOLDS * len(np.unique(labels)):
        return None
    counted = np.sqrt(np.repeat(np.array(shares, np.float32), vectors.shape[-1]))
    rows = vectors.reshape(len(vectors), -1) * counted
    logits = np.zeros_like(scores)
    examples, names = np.arange(len(scores)), np.arange(len(scores), len(labels))
    for others, fold in KFold(FOLDS, shuffle=True, random_state=0).split(examples):
        taught = np.concatenate([others, names])
        fitted = _logistic(rows[taught], labels[taught])
        logits[fold] = np.log(1e-9)
        logits[np.ix_(fold, fitted.classes_)] = fitted.predict_log_proba(rows[fold])
    own = labels[: len(scores)]
    _, share, temperature = min(
        (_surprise(t * scores + share * logits, own, 1), share, float(t)) for share in SHARES for t in TEMPERATURES
    )
    fitted = _logistic(rows, labels)
    weights, constants = fitted.coef_ * counted, fitted.intercept_
    if len(weights) == 1:  # of two intents only the second has weights
        weights, constants = np.vstack([0 * weights, weights]), np.array([0.0, *constants])
    return Borders(weights.astype(np.float32), constants.astype(np.float32), share, temperature)


def _logistic(vectors: Floats, labels: NDArray[np.int64]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3).fit(vectors, labels)


def _best(
    likeness: Likeness, targets: Matrix, labels: NDArray[np.int64], prior: Matrix, examples: int
) -> tuple[tuple[float, ...], float, float]:
    """The layers' shares, the weight of the n-grams and the noise under which examples are likeliest, when held out."""
    if np.median(np.bincount(labels[:examples])) < ENOUGH:
        return (likeness.shares, *BY_RULE)
    # Examples are sorted by intent: every n-th leaves of each an even share, and their names.
    some = np.arange(0, examples, -(-examples // CHOSEN_ON))
    rows = np.concatenate([some, np.arange(examples, len(labels))])
    part = likeness.among(rows)

    def surprise(shares: tuple[float, ...], lexical: float, noise: float) -> float:
        ridge = solve(replace(part, shares=shares).kernel(lexical), targets[rows], noise)
        held_out = ridge.without_each()[: len(some)] + prior
        return min(_surprise(held_out, labels[some], t) for t in TEMPERATURES)

    each = sorted({_shares(len(likeness.layers), middle) for middle in MIDDLES})
    shares = each[0] if len(each) == 1 else min(each, key=lambda one: surprise(one, *BY_RULE))
    return (shares, *min(CHOICES, key=lambda choice: surprise(shares, *choice)))


def _surprise(logits: Matrix, labels: NDArray[np.int64], temperature: float) -> float:
    right = softmax(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, 1e-9)).mean())


def softmax(logits: Any, temperature: float) -> Any:
    """Probabilities along the last axis; here a higher temperature is a sharper one."""
    scaled = logits * temperature
    powers = np.exp(scaled - scaled.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def words_in(name: str) -> str:
    """The words of an intent's name, "" if it has none of three letters: ``faq/lostCard`` holds "faq lost card"."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return " ".join(words) if any(len(word) >= 3 and word.isalpha() for word in words) else ""


def evenly(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """At most ``MOST`` pairs of intent and text: of each intent the same number, spread over what there is of it."""
    if len(pairs) <= MOST:
        return list(pairs)
    by_intent: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        by_intent.setdefault(pair[0], []).append(pair)
    share = next(
        n for n in range(MOST, 0, -1) if sum(min(n, len(group)) for group in by_intent.values()) <= MOST or n == 1
    )
    return [
        group[at]
        for group in by_intent.values()
        for at in sorted({int(step) for step in np.linspace(0, len(group) - 1, min(share, len(group)))})
    ]
