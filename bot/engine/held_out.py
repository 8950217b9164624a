"""A model's examples, each judged by all the others, and those of two intents that mean nearly the same.

Both cost a second: the vectors stand in the model, and the regression without an example has a closed form
(`bot.nlu.learning.ridge`). It is the regression that judges, without the logistic one beside it.
"""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bot.content.evidence import HeldOut, Judged, TooNear
from bot.engine.model_files import ModelError
from bot.nlu.learning.files import NUMBERS, WORDS, read_models
from bot.nlu.learning.intent_model import IntentModel, Likeness, alike, softmax
from bot.nlu.learning.lexical import Lexical
from bot.nlu.learning.ridge import solve

# Pairs that are told of one model: beyond, the content has another problem than single sentences.
_MOST_PAIRS = 500


def held_out(model_file: Path, too_near: float, like: Path | None = None) -> HeldOut:
    """What is said of a model file's examples; pairs are ``too_near`` from this cosine on.

    The regression has the weights of the model ``like``, where one is named. Training chooses them anew among a few
    that are nearly as good, and one more example may turn that choice: then a third of all intents win or lose an
    example, and what the new content does could not be told from it.

    Raises:
        ModelError: the file has no classifier of ours.
    """
    model = _classifier(model_file)
    weights = _classifier(like) if like is not None else model
    count = model.examples
    rows = Lexical.learn(model.texts).sparse(model.texts)
    layers = () if model.vectors is None else alike(model.vectors, model.vectors)
    likeness = Likeness(layers, (rows @ rows.T).toarray(), weights.shares)
    targets = np.eye(len(model.intents))[model.labels] - model.prior
    ridge = solve(likeness.kernel(weights.lexical_weight), targets, weights.noise)
    chances = softmax(ridge.without_each()[:count] + model.prior, model.temperature)
    return HeldOut(_judged(model, chances), _near(model, likeness.closeness[:count, :count], too_near))


def _judged(model: IntentModel, chances: Any) -> list[Judged]:
    likeliest = chances.argmax(1)
    return [
        Judged(text, intent, model.intents[top], float(chances[at, top]))
        for at, ((text, intent), top) in enumerate(zip(model.pairs, likeliest, strict=True))
    ]


def _near(model: IntentModel, closeness: Any, bound: float) -> list[TooNear]:
    """The nearest pairs of two intents, nearest first."""
    labels = model.labels[: model.examples]
    others = np.triu(labels[:, None] != labels[None, :]) & (closeness >= bound)
    pairs = sorted(np.argwhere(others), key=lambda pair: -closeness[tuple(pair)])[:_MOST_PAIRS]
    named = model.pairs
    found = (_pair(named[first], named[second], float(closeness[first, second])) for first, second in pairs)
    # The encoder has one token for all that it does not know: to it any emoji is any other.
    return [one for one in found if any(map(str.isalnum, one.text)) and any(map(str.isalnum, one.other_text))]


def _pair(one: tuple[str, str], other: tuple[str, str], similarity: float) -> TooNear:
    return TooNear(one[0], one[1], other[0], other[1], similarity)


def _classifier(model_file: Path) -> IntentModel:
    """The classifier in a model file, which Rasa keeps as a folder of its components."""
    with tempfile.TemporaryDirectory() as place:
        try:
            with tarfile.open(model_file) as archive:
                for member in archive:
                    name = Path(member.name).name
                    if member.isfile() and name in (WORDS, NUMBERS):
                        member.name = name
                        archive.extract(member, place, filter="data")
            (model, _), _ = read_models(Path(place))
        except (OSError, tarfile.TarError, ValueError, KeyError) as wrong:
            raise ModelError(
                f"the model file {model_file.name} has no examples that could be compared: its pipeline is to have "
                "bot.nlu.intents.Intents"
            ) from wrong
    return model
