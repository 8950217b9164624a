"""Texts as weighted n-grams: characters for typing errors and word forms, words and pairs of words for sense.

TF-IDF with a logarithm of the counts, over character 2- to 4-grams within words and word 1- and 2-grams, each of the
two scaled to length √½, so that the product of two rows is the mean of both similarities, 0 to 1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

CHARACTERS = (2, 3, 4)
MAX_TEXT = 600  # characters read: beyond, a text is no longer one sentence of a contact
_WORD = re.compile(r"\w+|[^\w\s]")


def character_grams(text: str) -> Iterable[str]:
    """N-grams of the characters of each word with a blank on both sides."""
    for word in _WORD.findall(text):
        padded = f" {word} "
        for size in CHARACTERS:
            for start in range(max(1, len(padded) - size + 1)):
                yield "c" + padded[start : start + size]


def word_grams(text: str) -> Iterable[str]:
    """Words and pairs of neighbours; punctuation is none."""
    words = [word for word in _WORD.findall(text) if word[0].isalnum()]
    yield from (f"w{word}" for word in words)
    yield from (f"w{one} {two}" for one, two in pairwise(words))


@dataclass(frozen=True)
class Lexical:
    """The n-grams of the training examples: the column of each, and its inverse document frequency."""

    columns: dict[str, int]
    rarity: NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Lexical:
        """The n-grams of ``texts``, in an order that depends on nothing else."""
        seen: Counter[str] = Counter()
        for text in texts:
            lowered = text[:MAX_TEXT].lower()
            seen.update({*character_grams(lowered), *word_grams(lowered)})
        grams = sorted(seen)
        counts = np.array([seen[gram] for gram in grams], np.float32)
        rarity = np.log((1 + len(texts)) / (1 + counts)) + 1
        return cls({gram: column for column, gram in enumerate(grams)}, rarity.astype(np.float32))

    def dense(self, text: str) -> NDArray[np.float32]:
        """The weights of a text's n-grams, as long as there are columns."""
        row = np.zeros(len(self.rarity), np.float32)
        for columns, values in self._parts(text):
            row[columns] = values
        return row

    def sparse(self, texts: Sequence[str]) -> Any:
        """The weights of many texts, one row each."""
        parts = [list(self._parts(text)) for text in texts]
        lengths = [sum(len(columns) for columns, _ in part) for part in parts]
        columns = np.concatenate([[], *(c for part in parts for c, _ in part)]).astype(np.int32)
        values = np.concatenate([[], *(v for part in parts for _, v in part)]).astype(np.float32)
        return csr_matrix((values, columns, np.cumsum([0, *lengths])), shape=(len(texts), len(self.rarity)))

    def _parts(self, text: str) -> Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        lowered = text[:MAX_TEXT].lower()
        for grams in (character_grams(lowered), word_grams(lowered)):
            known = Counter(column for gram in grams if (column := self.columns.get(gram)) is not None)
            columns = np.fromiter(known, np.int64, len(known))
            counts = np.fromiter(known.values(), np.float32, len(known))
            values = (1 + np.log(counts)) * self.rarity[columns]
            length = float(np.sqrt((values**2).sum() * 2))
            yield columns, (values / length if length else values).astype(np.float32)
