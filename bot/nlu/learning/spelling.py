"""Slips of the finger in words that the examples have: "wehre is my odrer" is read as "where is my order".

A word that is neither in the examples nor a common English one (a whole word of the encoder's vocabulary) is taken for
the word of the examples that is one slip away: a letter too many, one too few, another one, or two that changed places
(Damerau 1964). Where several are, the one that the examples have most often. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.nlu.learning.encoder import VOCABULARY

_WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 4  # letters of a word that is mended, and of what it is taken for
_SEVERAL = 2  # words
MOST = 60  # words that are looked at: a longer text is understood by its other words


@dataclass(frozen=True)
class Spelling:
    """Words of the examples, with how often they stand there; ``near`` leads from each with a letter less to them."""

    words: Mapping[str, int]
    near: Mapping[str, tuple[str, ...]]

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Spelling:
        """The words of texts."""
        words = Counter(word.lower() for text in texts for word in _WORD.findall(text))
        near: dict[str, list[str]] = {}
        for word in sorted(words):
            if len(word) >= SHORTEST:
                for less in {word, *_less(word)}:
                    near.setdefault(less, []).append(word)
        return cls(words, {less: tuple(all_of) for less, all_of in near.items()})

    def mend(self, text: str) -> str:
        """The text with its slips mended, as long as it was in words."""
        found = list(_WORD.finditer(text))[:MOST]
        for match in reversed(found):
            better = self._taken_for(match.group().lower())
            if better is not None:
                text = text[: match.start()] + better + text[match.end() :]
        return text

    def knows(self, text: str) -> bool:
        """Whether of the longer words of a text any is known, once its slips are mended; one alone may be a name.

        A text in a language that nobody told, with a small word or two that English has as well, is not understood.
        """
        words = [match.group().lower() for match in _WORD.finditer(self.mend(text))][:MOST]
        longer = [word for word in words if len(word) >= SHORTEST]
        return len(longer) < _SEVERAL or any(word in self.words or word in _common() for word in longer)

    def _taken_for(self, word: str) -> str | None:
        if len(word) < SHORTEST or word in self.words or word in _common():
            return None
        may = {one for less in (word, *_less(word)) for one in self.near.get(less, ()) if _is_one_slip(word, one)}
        return max(may, key=lambda one: (self.words[one], one), default=None)


def _less(word: str) -> Iterator[str]:
    """The word without each of its letters."""
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _is_one_slip(said: str, meant: str) -> bool:
    """Whether one letter is too many, missing or another, or two neighbours changed places."""
    if abs(len(said) - len(meant)) > 1:
        return False
    if len(said) != len(meant):
        longer, shorter = (said, meant) if len(said) > len(meant) else (meant, said)
        return shorter in _less(longer)
    differ = [at for at, (one, other) in enumerate(zip(said, meant, strict=True)) if one != other]
    if len(differ) == 1:
        return True
    changed = len(differ) == 2 and differ[1] == differ[0] + 1
    return changed and said[differ[0]] == meant[differ[1]] and said[differ[1]] == meant[differ[0]]


@cache
def _common() -> frozenset[str]:
    """The whole words of the encoder's vocabulary."""
    lines = VOCABULARY.read_text("utf-8").splitlines()
    return frozenset(word for word in lines if word.isalpha())
