"""Which signs a message shows of how its writer feels: names only, what they weigh is learnt (``feeling.model``). Pure.

A problem told calmly is not upset: the words of a trade (broken, late, refund) are no signs. A joke, "not angry", "my
old pan was useless", "I'm an idiot" say nothing about us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.nlu.feeling.signs import Rule, rules
from bot.nlu.phrases import every, languages

MAX_TEXT = 1000  # characters read: somebody upset says so within these
SHOUTING, STRESS, MARKS, TWICE_MARKED = "shouting", "stress", "!!! or ???", "!? or ??"
BOTH = "shouting with !!! or ???"
VOICE = (SHOUTING, STRESS, MARKS, TWICE_MARKED, BOTH)
STINGS = frozenset(("sarcasm", "mocking face", "scare quotes"))  # praise that is none

_FACES = r"[;:]-?[)dp]|[😀😁😂🤣😄😅😆😉😜😝😍🥰😊]"
_BEFORE = 60  # characters before a sign in which a negation may stand
_WORD = re.compile(r"(?:[^\W\d_]|')+")
_MARKS = re.compile(r"[!?]{3,}|(?:[!?]\s){2,}[!?]")
_TWICE = re.compile(r"\?\?|!\?|\?!")


@dataclass(frozen=True)
class _Around:
    """What undoes a sign, and the words in capitals that nobody shouts with, or stresses something by."""

    playful: re.Pattern[str]
    says_calm: re.Pattern[str]
    denies: re.Pattern[str]
    others: re.Pattern[str]
    us: re.Pattern[str]
    praises: re.Pattern[str]
    acronyms: frozenset[str]
    stressed: frozenset[str]


@cache
def names() -> tuple[str, ...]:
    """The names of all signs."""
    return (*dict.fromkeys(rule.name for rule in rules()), *VOICE)


@cache
def _around() -> _Around:
    def form(name: str) -> re.Pattern[str]:
        return re.compile(every("around", name))

    def words(section: str) -> frozenset[str]:
        return frozenset(word for language in languages() for word in language.words(section))

    return _Around(
        playful=re.compile(f"{every('around', 'playful')}|{_FACES}"),
        says_calm=form("says calm"),
        denies=re.compile(f"(?:{every('around', 'denies')})$"),
        others=form("about others"),
        us=form("about us"),
        praises=form("praises"),
        acronyms=words("acronyms"),
        stressed=words("stressed"),
    )


def plain(text: str) -> str:
    """What is read of a text."""
    return text[:MAX_TEXT].replace("\u2019", "'")


def signs(text: str) -> tuple[str, ...]:
    """The names of the signs that a text shows."""
    text = plain(text)
    words = text.lower()
    around = _around()
    undone = around.playful.search(words) is not None or _is_about_others(words, around)
    shown = (rule.name for rule in rules() if _applies(rule, words, undone, around))
    found = list(dict.fromkeys(shown))
    if found == ["swearing"] and around.praises.search(words):
        found = []
    return (*found, *_voice(text, around))


def is_mild(text: str) -> bool:
    """Whether a text is a joke, looks forward to something ("dying to try it"), or says that it is not upset."""
    words = plain(text).lower()
    return _around().playful.search(words) is not None or _around().says_calm.search(words) is not None


def _is_about_others(text: str, around: _Around) -> bool:
    return around.others.search(text) is not None and around.us.search(text) is None


def _applies(rule: Rule, text: str, undone: bool, around: _Around) -> bool:
    if not rule.feeling:
        return rule.pattern.search(text) is not None
    if undone:
        return False
    starts = (match.start() for match in rule.pattern.finditer(text))
    return any(not around.denies.search(text[max(0, start - _BEFORE) : start]) for start in starts)


def _voice(text: str, around: _Around) -> list[str]:
    """Capitals and marks. Shouting: most of at least three words is in capitals; a single one may be stressed."""
    found = []
    spoken = [word for word in _WORD.findall(text) if word.upper() not in around.acronyms]
    loud = [word for word in spoken if len(word) > 1 and word.isupper()]
    letters = sum(map(len, spoken))
    if len(loud) > 2 and sum(map(len, loud)) >= 0.6 * letters:
        found.append(SHOUTING)
    elif len(spoken) > len(loud) and (around.stressed.intersection(loud) or len(loud) > 2):
        found.append(STRESS)
    if any(character.isalpha() for character in text):
        if _MARKS.search(text):
            found.append(MARKS)
        elif _TWICE.search(text):
            found.append(TWICE_MARKED)
    return [*found, BOTH] if SHOUTING in found and MARKS in found else found
