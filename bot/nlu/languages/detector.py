"""The language of a message, told when it is sure enough. Pure: no Rasa, no state.

Two witnesses are heard. py3langid (Lui and Baldwin 2012, "langid.py"; naive Bayes over byte n-grams) knows many
languages, yet takes many a short English message for something else; the words of `words` are few and seldom
wrong. A message is foreign only when both say so: most contacts write the content's languages, and an answer in a
wrong one would be worse than none.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from py3langid import langid

from bot.nlu.languages.words import COMMON, PARTICLES

# What is told apart: languages in Latin letters that are much written around here, and those with letters of their own.
LATIN = frozenset("cs cy da de en es et fi fr ga hr hu id it lt lv nb nl pl pt ro sk sl sv tr vi".split())
OTHER_LETTERS = frozenset("ar bg el fa he hi ja ko ru sr th uk ur zh".split())
FIRST_OF_THEIR_LETTERS = frozenset(("ar", "ru"))  # what a word in Arabic or Cyrillic letters is, unless it tells more

# Chosen so that of 70,000 English messages (of shops, banks, voice assistants and a forum) no more than a few are taken
# for foreign, on sentences in seven languages written for it. Nats are natural logarithms of odds.
READ = 200  # characters read: more tell nothing more
PRIOR = 12.0  # nats for the content's languages before anything is read
WORD = 9.0  # nats for each common word of a language
PARTICLE = 0.34  # of a common word
SOFTEN = 5.0  # n-grams overlap, so that all is said several times: the nats are divided by so much
SURE = 0.7  # the least probability at which a language is told
# Without common words of its own a language must lead by so many nats, in so many different words that are no names.
LEAD, WORDS = 20.0, 4

_NO_WORDS = re.compile(r"\S*[@\d/\\_<>=]\S*")
_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")

Nats = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """A language by its ISO 639-1 code, and how sure that is, 0 to 1."""

    code: str
    confidence: float


@cache
def _identifier() -> langid.LanguageIdentifier:
    """One for the whole process, whatever models it has loaded: about 9 MB."""
    identifier = langid.LanguageIdentifier.from_pickled_model(langid.MODEL_FILE)
    identifier.set_languages(sorted(LATIN | OTHER_LETTERS))
    return identifier


class Detector:
    """Tells the language of messages to a content that has ``languages``; ``ValueError`` when one is not known here."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._codes = [str(code) for code in _identifier().nb_classes]
        unknown = set(languages) - set(self._codes)
        if unknown or not languages:
            raise ValueError(f"languages: {', '.join(sorted(unknown)) or 'none given'}; known are {self._codes}")
        self._is_content = np.array([code in languages for code in self._codes])
        self._by_letters = np.array([_of_letters(code) for code in self._codes])
        self._nothing = np.zeros(len(self._codes))
        self._weights = self._weigh(frozenset().union(*(COMMON.get(code, ()) for code in languages)))

    def detect(self, text: str) -> Told | None:
        """The language of a text; None when it is too short or too mixed to tell."""
        words = _words(text)
        if not words:
            return None
        spoken = [word for at, word in enumerate(words) if at == 0 or not word[0].isupper()]
        evidence = spoken if 2 * len(spoken) >= len(words) else words  # without names, unless all is written so
        nats = _nats(" ".join(evidence).lower())
        prior = PRIOR * self._is_content
        if _in_other_letters(words):
            return self._likeliest(nats + prior + self._by_letters)
        common = self._common({word.lower() for word in words})
        told = self._likeliest(nats + prior + WORD * common)
        if told.confidence < SURE:
            return None
        at = self._codes.index(told.code)
        return told if self._is_content[at] or self._is_borne_out(at, nats, common, len(set(spoken))) else None

    def _common(self, words: set[str]) -> Nats:
        """How many of the words are common ones, for each language."""
        common: Nats = sum((self._weights[word] for word in words & self._weights.keys()), start=self._nothing)
        return common

    def _is_borne_out(self, at: int, nats: Nats, common: Nats, spoken: int) -> bool:
        """Whether a foreign language has more to show for it than n-grams: its words, or very many of them."""
        content = common[self._is_content].max()
        if common[at] >= 1 and common[at] > content:
            return True
        lead = nats[at] - nats[self._is_content].max()
        return bool(content == 0 and spoken >= WORDS and (lead >= LEAD or common[at] >= 2 * PARTICLE))

    def _weigh(self, of_content: frozenset[str]) -> dict[str, Nats]:
        """What each word counts for each language. A particle that the content has, too, speaks for both alike."""
        weights: dict[str, Nats] = defaultdict(self._nothing.copy)
        for code, words in PARTICLES.items():
            for word in words:
                weights[word][self._codes.index(code)] = 1.0 if word in of_content else PARTICLE
        for code, words in COMMON.items():
            for word in words:
                weights[word][self._codes.index(code)] = 1.0
        return dict(weights)

    def _likeliest(self, nats: Nats) -> Told:
        odds = np.exp((nats - nats.max()) / SOFTEN)
        at = int(odds.argmax())
        return Told(self._codes[at], round(float(odds[at] / odds.sum()), 2))


def _words(text: str) -> list[str]:
    """The words of a text's beginning, without addresses, numbers and code; letters drawn out are written twice."""
    plain = unicodedata.normalize("NFC", text[:READ]).replace("\u2019", "'")
    return _WORD.findall(_DRAWN_OUT.sub(r"\1\1", _NO_WORDS.sub(" ", plain)))


def _nats(text: str) -> Nats:
    """The logarithm of how likely a text is in each language: `langid`'s own sum, over the n-grams that occur only."""
    identifier = _identifier()
    state, found = 0, []
    for byte in text.encode():
        state = identifier.tk_nextmove[(state << 8) + byte]
        found += identifier.tk_output.get(state, ())
    nats: Nats = identifier.nb_ptc[found].sum(axis=0) + identifier.nb_pc
    return nats


def _of_letters(code: str) -> float:
    """Nats for a language before a text in other letters is read."""
    if code not in OTHER_LETTERS:
        return -math.inf
    return PRIOR / 2 if code in FIRST_OF_THEIR_LETTERS else 0.0


def _in_other_letters(words: Sequence[str]) -> bool:
    """Whether most letters are no Latin ones (which end at U+024F, but for those of U+1E00 to U+1EFF)."""
    letters = "".join(words)
    other = sum(letter > "\u024f" and not "\u1e00" <= letter <= "\u1eff" for letter in letters)
    return other >= 2 and 2 * other > len(letters)
