"""What other classifiers give on a few examples, on development messages: never on a test set.

    python -m benchmarks.understanding.tries

Of each training set the messages that are not among its few examples are drawn from, 2,000 of them. The last two rows
are the product's classifier, with the encoder's last layer alone and with both layers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from benchmarks.understanding import public
from benchmarks.understanding.intents import encode
from benchmarks.understanding.public import Labelled
from bot.nlu.learning.encoder import Vectors
from bot.nlu.learning.intent_model import train
from bot.nlu.learning.lexical import Lexical

SETS = {
    "BANKING77, 10": ("banking77/train_10", "BANKING77"),
    "BANKING77, 5": ("banking77/train_5", "BANKING77"),
    "HWU64, 10": ("hwu64/train_10", "HWU64"),
    "HWU64, 5": ("hwu64/train_5", "HWU64"),
}
DEVELOPMENT = 2000
Rows = NDArray[np.float64]


def drawn(pool: Labelled, taught: Labelled) -> Labelled:
    """Messages of the pool that are not taught."""
    known = set(taught.texts)
    rows = [pair for pair in zip(pool.texts, pool.intents, strict=True) if pair[0] not in known]
    random.Random(0).shuffle(rows)
    return Labelled([text for text, _ in rows[:DEVELOPMENT]], [intent for _, intent in rows[:DEVELOPMENT]])


def tries(taught: Labelled, asked: Labelled) -> Iterator[tuple[str, float]]:
    """Each try's name and accuracy."""
    labels, wanted = np.array(taught.intents), np.array(asked.intents)
    one, other = encode(taught.texts), encode(asked.texts)
    last, new = one[:, 0], other[:, 0]
    lexical = Lexical.learn(taught.texts)
    regression = LogisticRegression(C=20, max_iter=300)
    known = np.unique(labels)

    def right(scores: Rows) -> float:
        return float((known[scores.argmax(1)] == wanted).mean())

    def told(rows: Vectors, of: Vectors) -> Rows:
        return np.asarray(regression.fit(rows, labels).predict_log_proba(of))

    meaning = told(last, new)
    letters = told(lexical.sparse(taught.texts), lexical.sparse(asked.texts))
    close = new @ last.T
    nearest = np.stack([np.where(labels == intent, close, -9).max(1) for intent in known], 1)
    centres = np.stack([last[labels == intent].mean(0) for intent in known])
    yield "logistic regression, last layer", right(meaning)
    yield "logistic regression, middle layer", right(told(one[:, 1], other[:, 1]))
    yield "logistic regression, both layers", right(told(_flat(one), _flat(other)))
    yield "logistic regression, n-grams", right(letters)
    yield "last layer and n-grams", right(meaning + 0.3 * letters)
    yield "and the nearest example", right(meaning + 0.3 * letters + 10 * nearest)
    yield "nearest centre", right(new @ (centres / np.linalg.norm(centres, axis=1, keepdims=True)).T)
    yield "support vector machine", right(LinearSVC().fit(last, labels).decision_function(new))
    shrunk = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    yield "discriminant analysis, shrunk", right(shrunk.fit(last, labels).predict_log_proba(new))
    for name, layers in (("ours, last layer", slice(0, 1)), ("ours, both layers", slice(0, 2))):
        model = train(taught.texts, taught.intents, _layers(layers)).model
        judged = [model.judge(text, row) for text, row in zip(asked.texts, other[:, layers], strict=True)]
        found = np.array([model.intents[one.probabilities.argmax()] for one in judged])
        yield name, float((found == wanted).mean())


def _flat(rows: Vectors) -> Vectors:
    return rows.reshape(len(rows), -1)


def _layers(layers: slice) -> Callable[..., Vectors]:
    return lambda texts: encode(list(texts))[:, layers]


def main() -> None:
    """Print a row for each try, a column for each set."""
    public.require()
    found: dict[str, list[float]] = {}
    for few, pool in SETS.values():
        taught = public.split(few)
        for name, accuracy in tries(taught, drawn(public.POOLS[pool](), taught)):
            found.setdefault(name, []).append(accuracy)
    print(f"{'':36}" + "".join(f"{name:>15}" for name in SETS))
    for name, row in found.items():
        print(f"{name:36}" + "".join(f"{accuracy:15.1%}" for accuracy in row))


if __name__ == "__main__":
    main()
