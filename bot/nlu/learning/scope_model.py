"""Whether a text is one of the matters that were taught: in scope, grey, or out.

The gate learns from the intents themselves. An example judged by a model that was trained without it looks like a
message in scope; judged by a model that has never seen its whole intent, it looks like a matter that nobody taught.
Both come in closed form from the ridge regression. Two logistic regressions over four signs tell the two apart, and
right answers from wrong ones; their thresholds are quantiles of the held-out examples, by target rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.nlu.learning.intent_model import Floats, IntentModel, Judgement, Trained, softmax
from bot.nlu.learning.ridge import Matrix, solve

IN, GREY, OUT = "in", "grey", "out"
CALMER = 10  # times the noise: a smoother regression says better how usual a text is for its intent
SIGNS = 4  # how usual the score is, log probability, likeness to the intent's nearest third, to the three nearest
_NEAREST = 3
_SHRINK = 10  # examples by which an intent's own mean and spread are drawn to those of all
MINIMUM_INTENTS = 3


@dataclass(frozen=True)
class Rates:
    """Shares of the messages in scope, 0 to 1: how many may be refused, and of how many one may ask what is meant."""

    refused: float = 0.03
    asked: float = 0.08


@dataclass(frozen=True)
class Scope:
    """A text's class; how far it is from being refused (below 0: out); and the judged chance that it is in scope."""

    zone: str
    score: float
    chance: float


@dataclass(frozen=True)
class ScopeModel:
    """A trained gate: two scorers, each weights over the signs and a constant, and their thresholds.

    ``weights`` are of the calmer regression; ``usual`` and ``spread`` are of each intent's held-out scores in it.
    """

    weights: Floats
    usual: Floats
    spread: Floats
    centre: Floats
    scale: Floats
    known: Floats
    right: Floats
    out_below: float
    grey_below: float

    def judge(self, model: IntentModel, judgement: Judgement) -> Scope:
        """The scope of a text by how its intent was judged."""
        top = int(judgement.scores.argmax())
        calm = judgement.likeness.kernel(model.lexical_weight) @ self.weights[:, top] + model.prior[top]
        close = judgement.likeness.closeness[: model.examples]
        chance = float(softmax(judgement.scores, model.temperature)[top])
        signs = np.array(
            [(calm - self.usual[top]) / self.spread[top], np.log(max(chance, 1e-9)), *_near(model, close, top)]
        )
        scaled = (signs - self.centre) / self.scale
        known, right = (float(scaled @ scorer[:-1] + scorer[-1]) for scorer in (self.known, self.right))
        zone = OUT if known < self.out_below else GREY if right < self.grey_below else IN
        return Scope(zone, known - self.out_below, 1 / (1 + float(np.exp(-known))))


def _near(model: IntentModel, close: Any, top: int) -> tuple[float, float]:
    """Mean likeness to the nearest third of an intent's examples, and to the nearest examples of all."""
    own = close[model.labels[: model.examples] == top]
    return _mean_of_top(own, max(_NEAREST, len(own) // 3)), _mean_of_top(close, _NEAREST)


def _mean_of_top(values: Any, number: int) -> float:
    if not len(values):
        return 0.0
    number = min(number, len(values))
    return float(np.partition(values, len(values) - number)[-number:].mean())


def train(trained: Trained, rates: Rates, never: Sequence[str] = ()) -> ScopeModel | None:
    """Learn the gate; None where there are too few intents to leave one out. ``never`` names intents out of scope."""
    model = trained.model
    taught = [at for at, intent in enumerate(model.intents) if intent not in never]
    if len(taught) < MINIMUM_INTENTS:
        return None
    calmer = solve(trained.likeness.kernel(model.lexical_weight), trained.ridge.targets, model.noise * CALMER)
    held_out = calmer.without_each()[: model.examples] + model.prior
    labels = model.labels[: model.examples]
    usual, spread = _usual(held_out[np.arange(len(labels)), labels], labels, len(model.intents))
    signs = _Signs(trained, usual, spread)
    own = np.flatnonzero(np.isin(labels, taught))
    raw = trained.ridge.without_each()[: model.examples] + model.prior
    inside = np.array([signs.of(at, raw[at], held_out[at], np.delete(np.arange(len(labels)), at)) for at in own])
    is_right = raw[own].argmax(1) == labels[own]
    outside = [row for intent in taught for row in _left_out(signs, trained, calmer, intent)]
    every = np.vstack([inside, outside])
    centre, scale = every.mean(0), np.maximum(every.std(0), 1e-6)
    scaled = (every - centre) / scale
    known = _scorer(scaled, np.arange(len(every)) < len(inside))
    right = _scorer(scaled, np.concatenate([is_right, np.zeros(len(outside), bool)]))
    within = scaled[: len(inside)]
    return ScopeModel(
        weights=_single(calmer.weights),
        usual=_single(usual),
        spread=_single(spread),
        centre=_single(centre),
        scale=_single(scale),
        known=_single(known),
        right=_single(right),
        out_below=float(np.quantile(within @ known[:-1] + known[-1], rates.refused)),
        grey_below=float(np.quantile(within @ right[:-1] + right[-1], rates.refused + rates.asked)),
    )


def _single(numbers: Matrix) -> Floats:
    return numbers.astype(np.float32)


def _usual(scores: Matrix, labels: NDArray[np.int64], intents: int) -> tuple[Matrix, Matrix]:
    """Mean and spread of the held-out scores of each intent, drawn to those of all where examples are few."""
    usual, spread = np.zeros(intents), np.zeros(intents)
    for intent in range(intents):
        own = scores[labels == intent]
        usual[intent] = (own.sum() + _SHRINK * scores.mean()) / (len(own) + _SHRINK)
        variance = (((own - usual[intent]) ** 2).sum() + _SHRINK * scores.var()) / (len(own) + _SHRINK)
        spread[intent] = np.sqrt(variance) + 1e-3
    return usual, spread


@dataclass(frozen=True)
class _Signs:
    trained: Trained
    usual: Matrix
    spread: Matrix

    def of(self, example: int, raw: Matrix, calm: Matrix, others: NDArray[np.int64]) -> list[float]:
        """The signs of an example, judged by a model that knows only ``others``; intents left out score −inf."""
        model = self.trained.model
        top = int(raw.argmax())
        close = self.trained.likeness.closeness[example, others]
        own = close[model.labels[others] == top]
        chance = float(softmax(raw, model.temperature)[top])
        return [
            float((calm[top] - self.usual[top]) / self.spread[top]),
            float(np.log(max(chance, 1e-9))),
            _mean_of_top(own, max(_NEAREST, len(own) // 3)),
            _mean_of_top(close, _NEAREST),
        ]


def _left_out(signs: _Signs, trained: Trained, calmer: Any, intent: int) -> list[list[float]]:
    """The signs of an intent's examples, judged by a model that has never seen the intent."""
    model = trained.model
    group = np.flatnonzero(model.labels == intent)
    others = np.flatnonzero(model.labels[: model.examples] != intent)
    raw, calm = (ridge.without(group) + model.prior for ridge in (trained.ridge, calmer))
    raw[:, intent] = -np.inf
    return [
        signs.of(int(example), of_raw, of_calm, others)
        for example, of_raw, of_calm in zip(group, raw, calm, strict=True)
        if example < model.examples
    ]


def _scorer(signs: Matrix, wanted: NDArray[np.bool_]) -> Matrix:
    """Weights over the signs, and a constant."""
    if wanted.all() or not wanted.any():
        return np.zeros(SIGNS + 1)
    fitted = LogisticRegression(C=1.0, max_iter=1000, class_weight="balanced").fit(signs, wanted)
    return np.concatenate([fitted.coef_[0], fitted.intercept_])
