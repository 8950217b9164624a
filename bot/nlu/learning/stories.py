"""Which two intents may be told in one story, by the examples themselves.

"The jug came cracked, could I have a new one?" is an example of a replacement, and its first clause is what is said of
a damaged item: so who tells of both in one message need not want two things. Nor who tells of two intents that are
alike, as a forgotten password and an account that cannot be entered are. A clause is read by the logistic regression
alone, which takes no time; its vector does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from bot.nlu.learning.intent_model import Encode, IntentModel, softmax

SURE = 0.5  # the least probability of what a clause is about
OFTEN = 2  # examples that tell of both: one alone may be misread
ALIKE = 0.4  # cosine of the mean vectors of two intents' examples, about the mean of all intents
FILE = "stories.json"

Pairs = frozenset[frozenset[str]]


def told_together(model: IntentModel, cut: Callable[[str], Sequence[str]], encode: Encode | None) -> Pairs | None:
    """The pairs of intents that may be told in one story; None without an encoder, or with too few examples to say.

    Args:
        cut: the clauses of a text; none when there are not two.
    """
    if encode is None or model.borders is None or model.vectors is None:
        return None
    return _in_one_example(model, cut, encode) | _alike(model)


def _in_one_example(model: IntentModel, cut: Callable[[str], Sequence[str]], encode: Encode) -> Pairs:
    clauses = [(at, clause) for at, (text, _) in enumerate(model.pairs) for clause in cut(text)]
    if not clauses or model.borders is None:
        return frozenset()
    vectors = encode([clause for _, clause in clauses])
    chances = softmax(model.borders.logits(vectors), 1)
    found = {
        (at, frozenset((model.intents[model.labels[at]], model.intents[int(of_clause.argmax())])))
        for (at, _), of_clause in zip(clauses, chances, strict=True)
        if of_clause.max() >= SURE
    }
    told = Counter(pair for _, pair in found if len(pair) > 1)
    return frozenset(pair for pair, examples in told.items() if examples >= OFTEN)


def _alike(model: IntentModel) -> Pairs:
    assert model.vectors is not None
    labels, vectors = model.labels[: model.examples], model.vectors[: model.examples, 0]
    taught = [at for at in range(len(model.intents)) if (labels == at).any()]
    means = np.array([vectors[labels == at].mean(0) for at in taught])
    means /= np.linalg.norm(means, axis=1, keepdims=True) + 1e-9
    means -= means.mean(0)
    means /= np.linalg.norm(means, axis=1, keepdims=True) + 1e-9
    alike = means @ means.T
    return frozenset(
        frozenset((model.intents[taught[one]], model.intents[taught[other]]))
        for one, other in combinations(range(len(taught)), 2)
        if alike[one, other] >= ALIKE
    )


def write_pairs(folder: Path, pairs: Pairs | None) -> None:
    """Write the pairs, or that nobody knows any."""
    words = None if pairs is None else sorted(sorted(pair) for pair in pairs)
    (folder / FILE).write_text(json.dumps(words, ensure_ascii=False), "utf-8")


def read_pairs(folder: Path) -> Pairs | None:
    """What ``write_pairs`` wrote; None where it wrote nothing."""
    path = folder / FILE
    words = json.loads(path.read_text("utf-8")) if path.is_file() else None
    return None if words is None else frozenset(map(frozenset, words))
