"""Names from a list (an editor's lookup table) found in a text as people write them: misspelt, joined, in the plural.

A word of the text that is not in the list is taken for a misspelling of one that is if few letters differ (Damerau and
Levenshtein's distance) and it is no ordinary word itself: "walk" is not "wok". Which ordinary words look like a listed
one is found once, when the list is prepared.

Measured by benchmarks/understanding/catalogue.py with 335 names: of names with one slip, made at random after the first
letter, 80 % are found. In 62,367 messages that have nothing to do with kitchens (training sets of GoEmotions, HWU64
and BANKING77) 129 words are taken for misspellings ("superbowl", of "sugar bowl").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.facts.found import Found

SHORTEST = 4  # letters of a word that may be misspelt; shorter ones look too much alike
LONG = 8  # letters, but for the s of a plural, from which on two may be wrong instead of one
_JOINED = 3  # letters that each part of a word in two has at least: "sauce pan", not "for k"
_CACHED = 4096  # words
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\s?-?\s?")


class Catalogue:
    """The names of one kind of thing."""

    def __init__(self, kind: str, names: dict[str, tuple[str, int]], lookalikes: frozenset[str], words: list[str]):
        """``names`` are by what is looked for, without blanks: the name as listed and its number of words."""
        self.kind, self._names, self._lookalikes = kind, names, lookalikes
        self._words, self._longest = frozenset(words), 1 + max((count for _, count in names.values()), default=0)
        self._meant = _by_beginning(words)
        self._corrected = lru_cache(_CACHED)(self._correct)

    def find(self, text: str) -> Iterator[Found]:
        """Every name in the text; of those that begin at one word, the longest. The value is the name as listed."""
        tokens = [(*match.span(), self._corrected(_folded(match.group()))) for match in _WORD.finditer(text)]
        at = 0
        while at < len(tokens):
            count, name = self._name_at(text, tokens, at)
            if name:
                yield Found(self.kind, tokens[at][0], tokens[at + count - 1][1], name)
            at += count

    def _name_at(self, text: str, tokens: list[tuple[int, int, str]], at: int) -> tuple[int, str | None]:
        """How many words to go on by, and the name that they are."""
        best, name, key = 1, None, ""
        for count, (start, end, word) in enumerate(tokens[at : at + self._longest], start=1):
            if count > 1 and not _GAP.fullmatch(text, tokens[at + count - 2][1], start):
                break
            key += word
            listed, words = self._names.get(key, (None, 0))
            if listed and (count <= words or end - start >= _JOINED <= len(tokens[at][2])):
                best, name = count, listed
        return best, name

    def _correct(self, word: str) -> str:
        if word in self._words or word in self._lookalikes:
            return word
        return _nearest(word, self._meant) or word

    def to_dict(self) -> dict[str, Any]:
        """What `from_dict` takes."""
        names = [[key, *listed] for key, listed in self._names.items()]
        return {"kind": self.kind, "names": names, "lookalikes": sorted(self._lookalikes), "words": sorted(self._words)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Catalogue:
        """A catalogue that was prepared before."""
        names = {key: (name, count) for key, name, count in data["names"]}
        return cls(data["kind"], names, frozenset(data["lookalikes"]), data["words"])


def prepare(kind: str, listed: Iterable[str], ordinary: Iterable[str]) -> Catalogue:
    """A catalogue of the ``listed`` names; ``ordinary`` are correctly written words of the language."""
    names: dict[str, tuple[str, int]] = {}
    words: set[str] = set()
    for name in listed:
        own = [_folded(word) for word in _WORD.findall(name)]
        for last in _numbers(own[-1]) if own else ():
            key = "".join([*own[:-1], last])
            names.setdefault(key, (name, len(own)))
            words.update([*own[:-1], last, key])
    related = {form for word in words for form in _related(word)}
    strangers = ({_folded(word) for word in ordinary} | related) - words
    return Catalogue(kind, names, _lookalikes(strangers, words), sorted(words))


def _lookalikes(strangers: Iterable[str], words: Iterable[str]) -> frozenset[str]:
    """Those that `_nearest` would take for one of the words."""
    meant = _by_beginning(words)
    return frozenset(word for word in strangers if word and _nearest(word, meant))


def _by_beginning(words: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    """For each first letter and length of a word that may be misspelt, the words that it may have been meant for.

    People rarely get the first letter wrong, but for c and k, and one that is not heard: "nife".
    """
    meant: dict[tuple[str, int], list[str]] = {}
    for word in sorted(words):
        for length in range(max(SHORTEST, len(word) - 2), len(word) + 3):
            if len(word) > SHORTEST and abs(length - len(word)) <= _slips(length):
                for letter in {_sound(word[0]), _sound(word[1])}:
                    meant.setdefault((letter, length), []).append(word)
    return meant


def _nearest(word: str, meant: dict[tuple[str, int], list[str]]) -> str | None:
    choices = meant.get((_sound(word[0]), len(word)))
    if not choices or not word.isalpha():
        return None
    found = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=_slips(len(word.removesuffix("s"))))
    return found[0] if found else None


def _sound(letter: str) -> str:
    return "k" if letter == "c" else letter


def _slips(length: int) -> int:
    return 2 if length >= LONG else 1


def _folded(word: str) -> str:
    """In small letters and without accents."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def _numbers(word: str) -> list[str]:
    """The word in the singular and in the plural, by the rules of English; a form that nobody uses does no harm."""
    if word.endswith("ves"):
        return [word, f"{word[:-3]}f", f"{word[:-3]}fe", word[:-1]]
    if word.endswith("ies"):
        return [word, f"{word[:-3]}y"]
    if word.endswith(("ses", "xes", "ches", "shes")):
        return [word, word[:-2], word[:-1]]
    if word.endswith("s") and not word.endswith("ss"):
        return [word, word[:-1]]
    if word.endswith(("s", "x", "ch", "sh")):
        return [word, f"{word}es"]
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return [word, f"{word[:-1]}ies"]
    if word.endswith(("f", "fe")):
        return [word, f"{word}s", f"{word.removesuffix('e').removesuffix('f')}ves"]
    return [word, f"{word}s"]


def _related(word: str) -> list[str]:
    """What else is made of the verb in a word such as "toaster", and is no misspelling of it: "toasted"."""
    if not word.endswith(("er", "ers")):
        return []
    root = word.removesuffix("s").removesuffix("er")
    return [f"{root}{ending}" for ending in ("", "s", "e", "ed", "es", "ing", "y")]
