"""How well intents are told on public sets, and how far the probabilities can be believed.

    python -m benchmarks.understanding.intents [--draws 5] [--picture docs/pictures/reliability.png]

Beside the product's classifier stands the plain recipe on the same vectors in the same run: multinomial logistic
regression, C = 20. Few-example sets are also drawn anew from the whole training set, ``--draws`` times, for the spread.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.understanding import public
from benchmarks.understanding.public import Labelled
from bot.nlu.learning.cache import encode_cached
from bot.nlu.learning.encoder import Vectors, encoder
from bot.nlu.learning.intent_model import IntentModel, train

CACHE = Path("var") / "benchmarks"
BINS = 15
Encode = Callable[[list[str]], Vectors]


def encode(texts: list[str]) -> Vectors:
    """Vectors by the packaged encoder, cached."""
    used = encoder()
    assert used is not None, "this benchmark measures the encoder: unset FRONTDESK_ENCODER"
    return encode_cached(used, texts, CACHE)


def probabilities(model: IntentModel, texts: list[str]) -> NDArray[np.float64]:
    """One row of probabilities for each text."""
    return np.array([model.judge(t, v).probabilities for t, v in zip(texts, encode(texts), strict=True)])


def calibration_error(chance: NDArray[np.float64], is_right: NDArray[np.bool_]) -> float:
    """Expected calibration error of the top label in equal bins (Guo et al. 2017)."""
    bins = np.minimum((chance * BINS).astype(int), BINS - 1)
    parts = [(bins == one) for one in range(BINS) if (bins == one).any()]
    return float(sum(abs(is_right[part].mean() - chance[part].mean()) * part.mean() for part in parts))


def measure(
    taught: Labelled, asked: Labelled
) -> tuple[float, float, float, float, NDArray[np.float64], NDArray[np.bool_]]:
    """Accuracy, calibration error, the plain recipe's accuracy, CPU seconds of training, chances, what was right."""
    start = time.process_time()
    encode(taught.texts)
    encoded = time.process_time()
    model = train(taught.texts, taught.intents, lambda texts: encode(list(texts))).model
    seconds = time.process_time() - encoded
    told = probabilities(model, asked.texts)
    is_right = np.array([model.intents[at] for at in told.argmax(1)]) == np.array(asked.intents)
    plain = LogisticRegression(C=20, max_iter=300).fit(encode(taught.texts)[:, 0], taught.intents)
    of_plain = float((plain.predict(encode(asked.texts)[:, 0]) == np.array(asked.intents)).mean())
    del start
    return float(is_right.mean()), calibration_error(told.max(1), is_right), of_plain, seconds, told.max(1), is_right


def draw(pool: Labelled, number: int, seed: int) -> Labelled:
    """``number`` examples of each intent."""
    chance = random.Random(seed)
    texts: list[str] = []
    intents: list[str] = []
    for intent in sorted(set(pool.intents)):
        own = [text for text, of_text in zip(pool.texts, pool.intents, strict=True) if of_text == intent]
        chosen = chance.sample(own, min(number, len(own)))
        texts += chosen
        intents += [intent] * len(chosen)
    return Labelled(texts, intents)


def picture(curves: dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]], path: Path) -> None:
    """A reliability diagram: how often an answer of some probability was right."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 6))
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="as sure as right")
    for name, (chance, is_right) in curves.items():
        bins = np.minimum((chance * 10).astype(int), 9)
        filled = [one for one in range(10) if (bins == one).sum() >= 10]
        axes.plot(
            [chance[bins == one].mean() for one in filled],
            [is_right[bins == one].mean() for one in filled],
            marker="o",
            label=f"{name} (ECE {calibration_error(chance, is_right):.3f})",
        )
    axes.set(xlabel="probability told", ylabel="share that was right", title="How far probabilities can be believed")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print a row for each set, then the spread over draws."""
    public.require()
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=5)
    options.add_argument("--picture", type=Path)
    chosen = options.parse_args()
    curves = {}
    print(f"{'set':26} {'accuracy':>8} {'ECE':>6} {'plain LR':>8} {'training, CPU s, vectors cached':>32}")
    for name, (taught, asked) in public.SETS.items():
        right, error, plain, seconds, chance, is_right = measure(taught(), asked())
        curves[name] = chance, is_right
        print(f"{name:26} {right:8.1%} {error:6.3f} {plain:8.1%} {seconds:32.1f}", flush=True)
    for name, pool in public.POOLS.items():
        asked = public.SETS[f"{name}, 10 examples"][1]()
        for number in (10, 5):
            drawn = [measure(draw(pool(), number, seed), asked) for seed in range(chosen.draws)]
            ours, theirs = (np.array([one[at] for one in drawn]) for at in (0, 2))
            print(
                f"{name}, {number} drawn examples, {chosen.draws} times: "
                f"{ours.mean():.1%} ± {ours.std():.1%} (plain LR {theirs.mean():.1%} ± {theirs.std():.1%})",
                flush=True,
            )
    if chosen.picture:
        picture(curves, chosen.picture)


if __name__ == "__main__":
    main()
