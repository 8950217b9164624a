"""Makes ``bot/nlu/feeling/model.npz``: how upset a message sounds.

About ten minutes on one core, the same for the same data.

    OMP_NUM_THREADS=1 python -m benchmarks.understanding.mood_training

Needs ``../shared/data`` and the packaged encoder. What a message's readings and signs weigh is learnt from readings by
models that had not seen it (five folds). The weights' zero is put where ``FALSE`` of the calm ones are flagged: the
mean of the share among the development messages, which are written to deceive, and of that among the content's own
examples. Where a person takes over is set from there by ``bot.nlu.feeling.judge``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks.understanding import mood_data, public
from benchmarks.understanding.mood_learner import OF_SHOP, Learner
from benchmarks.understanding.mood_network import answers
from bot.config import HandoffPolicy
from bot.nlu.feeling.judge import weigh_up
from bot.nlu.feeling.model import (
    MODEL,
    PLEASED,
    PLEASED_READINGS,
    READINGS,
    SOUR,
    SOUR_LETTERS,
    UPSET,
    Floats,
    MoodModel,
    Scores,
    model,
)
from bot.nlu.feeling.rules import names, plain, signs

FALSE = 0.04
FALSELY_PLEASED = 0.08  # the judge also asks that what sounds upset weighs less
FOLDS = 5


@dataclass(frozen=True)
class Unseen:
    """The readings of each message by models that were taught the other folds; ``glad`` those of being pleased."""

    upset: NDArray[Any]
    glad: NDArray[Any]


def unseen_readings(learner: Learner, sour_letters: Floats, pleased_letters: Floats) -> Unseen:
    """Read every message by models that had not seen it."""
    read, glad = np.zeros((len(learner.texts), len(READINGS))), np.zeros((len(learner.texts), len(PLEASED_READINGS)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(learner.texts, learner.groups)
    sour = learner.letters @ sour_letters[:-1] + sour_letters[-1]
    glad[:, 1] = learner.letters @ pleased_letters[:-1] + pleased_letters[-1]
    for number, (taught, left) in enumerate(folds):
        line, letters = learner.line(taught), learner.letters_here(taught)
        told = answers(learner.network(taught, number), learner.states, left)
        by_vector = learner.vectors[left] @ line[:-1] + line[-1]
        by_letters = learner.letters[left] @ letters[:-1] + letters[-1]
        sourness = told[:, SOUR] + SOUR_LETTERS * sour[left]
        read[left] = np.column_stack([told[:, UPSET], by_vector[:, 0], by_letters[:, 0], sourness])
        glad[left, 0] = told[:, PLEASED]
        glad[left, 2:] = np.column_stack([by_vector[:, 1], by_letters[:, 1]])
        print(f"fold {number + 1} of {FOLDS}", flush=True)
    return Unseen(read, glad)


def weigh(read: NDArray[Any], shown: NDArray[Any], learner: Learner) -> tuple[Floats, Floats]:
    """Weights of the readings and of the signs with the bias at the end, and what the messages come to."""
    spread = read.std(0)
    given = np.concatenate([read / spread, shown], 1)
    weights = np.where(learner.groups == "shop", OF_SHOP, 1.0)
    drawn = LogisticRegression(C=0.5, max_iter=2000).fit(given, learner.upset, weights)
    found = drawn.coef_[0] / np.append(spread, np.ones(shown.shape[1]))
    found[read.shape[1] :] = np.maximum(found[read.shape[1] :], 0)  # a sign never speaks for being calm
    come = np.concatenate([read, shown], 1) @ found
    bias = -threshold(come, learner)
    return np.append(found, bias).astype(np.float32), (come + bias).astype(np.float32)


def weigh_pleased(glad: NDArray[Any], used: Sequence[int], learner: Learner) -> Floats:
    """Weights of the readings of being pleased, none for those not ``used``, with the bias at the end.

    Its zero is where ``FALSELY_PLEASED`` of the upset are above.
    """
    weights = np.where(learner.groups == "shop", OF_SHOP, 1.0)
    drawn = LogisticRegression(C=0.5, max_iter=2000).fit(glad[:, used], learner.pleased, weights)
    found = np.zeros(len(PLEASED_READINGS) + 1, np.float32)
    found[list(used)] = drawn.coef_[0]
    come = glad @ found[:-1]
    found[-1] = -np.quantile(come[learner.upset], 1 - FALSELY_PLEASED)
    print(f"pleased: {(come > -found[-1])[learner.pleased].mean():.1%} of {learner.pleased.sum()} seen")
    return found


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


def report_judged(unseen: Unseen, known: MoodModel, learner: Learner) -> None:
    """What becomes of the messages when the judge weighs up readings by models that had not seen them."""
    weights = known.pleased["states"]
    pleased = unseen.glad @ weights[:-1] + weights[-1]
    values = np.array(
        [
            weigh_up(plain(text), Scores(dict(zip(READINGS, row, strict=True)), float(glad)), known).value
            for text, row, glad in zip(learner.texts, unseen.upset, pleased, strict=True)
        ]
    )
    ours = np.isin(learner.groups, ["shop", "banking"], invert=True)
    for name, of in (
        ("upset", ours & learner.upset),
        ("calm", ours & ~learner.upset),
        ("pleased among them", ours & learner.pleased),
        ("examples of the content", learner.groups == "shop"),
    ):
        low = values[of] <= HandoffPolicy().mood_low.below
        print(f"judged unseen: {name}: {low.mean():.1%} of {of.sum()} flagged")


def main(path: Path = MODEL) -> None:
    """Learn everything and write the file."""
    public.require()
    learner = Learner()
    everything = np.arange(len(learner.texts))
    sour, pleased = learner.felt_letters(mood_data.SOUR), learner.felt_letters(mood_data.PLEASED, mood_data.SOUR)
    unseen = unseen_readings(learner, sour, pleased)
    read = unseen.upset
    shown = np.array([[name in found for name in names()] for found in map(signs, learner.texts)], float)
    with_states, come = weigh(read, shown, learner)
    report("encoder", come, learner)
    alone = read[:, 2:].copy()
    alone[:, 1] = learner.letters @ sour[:-1] + sour[-1]
    by_letters, come = weigh(alone, shown, learner)
    report("letters", come, learner)
    here = learner.letters_here(everything)
    letters = np.column_stack([here[:, 0], sour, pleased, here[:, 1]])
    scale = (np.abs(letters[:-1]).max(0) / 127).astype(np.float32)
    network = learner.network(everything, FOLDS)
    np.savez_compressed(
        path,
        encoder=np.array(learner.encoder),
        line=learner.line(everything),
        letters=np.round(letters[:-1] / scale).astype(np.int8),
        letters_scale=scale,
        letters_bias=letters[-1],
        names=np.array([*READINGS, *names(), "bias"]),
        weights_states=with_states,
        weights_letters=np.concatenate([[0, 0], by_letters]).astype(np.float32),
        pleased_states=weigh_pleased(unseen.glad, range(len(PLEASED_READINGS)), learner),
        pleased_letters=weigh_pleased(unseen.glad, (1, 3), learner),
        **{f"network_{name}": value.astype(np.float16) for name, value in network.items()},
    )
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    report_judged(unseen, model(path), learner)


if __name__ == "__main__":
    main()
