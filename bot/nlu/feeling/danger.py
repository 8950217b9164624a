"""Words that must reach a person at once: somebody may harm themselves or others, or got hurt. Rules with names. Pure.

``crisis``: self-harm, or somebody whom others threaten. ``threat``: violence against us or others is threatened.
``safety``: an injury, fire, gas, a shock, poison, or glass and the like in food.
People exaggerate ("this pan is killing me", "I could kill for a coffee", "dying to try it"): a rule names
what is meant, not the bare word. That a pan burnt the rice, or that a glass broke, is no danger.

The forms are those of ``bot.nlu.phrases``, in whatever language. Accents and apostrophes may be missing in a text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from bot.nlu.phrases import every, languages

CRISIS, THREAT, SAFETY = "crisis", "threat", "safety"
MAX_TEXT = 4000  # characters read: who is in danger may come to it late
_BEFORE = 60  # characters before a match in which it may be denied
_LAUGHS = "[😂🤣😄😅😆😉😜]"
_PLAIN = str.maketrans({"’": "'", "ł": "l", "ß": "ss", "ø": "o", "ı": "i"})  # what has no accent to take away

Rules = tuple[tuple[str, re.Pattern[str]], ...]


@dataclass(frozen=True)
class _Forms:
    """The rules, and what undoes them."""

    crisis: Rules
    threat: Rules
    safety: Rules
    denies: re.Pattern[str]
    almost: re.Pattern[str]
    jokes: re.Pattern[str]
    asks: re.Pattern[str]
    tells: re.Pattern[str]


@cache
def _forms() -> _Forms:
    def form(name: str) -> str:
        return _plain(every("around", name))

    return _Forms(
        _rules(CRISIS),
        _rules(THREAT),
        _rules(SAFETY),
        re.compile(f"(?:{form('denies danger')})$"),
        re.compile(form("almost")),
        re.compile(f"{form('jokes')}|{_LAUGHS}"),
        re.compile(f"(?:{form('asks')})$"),
        re.compile(form("tells")),
    )


def _rules(section: str) -> Rules:
    named = [(name, form) for language in languages() for name, form in language.named(section).items()]
    return tuple((name, re.compile(rf"\b(?:{_plain(form)})\b".replace("'", "'?"))) for name, form in named)


def danger(text: str) -> str | None:
    """``crisis``, ``threat``, ``safety``, or None."""
    return found(text)[0]


def found(text: str) -> tuple[str | None, tuple[str, ...]]:
    """The danger that a text speaks of, if any, and by which signs it was seen."""
    forms = _forms()
    words = " ".join(_plain(text[:MAX_TEXT].lower()).split())
    for kind, rules in ((CRISIS, forms.crisis), (THREAT, forms.threat)):
        if signs := _seen(rules, words, forms):
            return kind, signs
    if forms.jokes.search(words) or (forms.asks.match(words) and not forms.tells.search(words)):
        return None, ()
    signs = _seen(forms.safety, words, forms, undone_by=forms.almost)
    return (SAFETY, signs) if signs else (None, ())


def _plain(text: str) -> str:
    """A text without accents."""
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(character for character in apart if not unicodedata.combining(character))


def _seen(rules: Rules, words: str, forms: _Forms, undone_by: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """The names of the rules that a text meets, unless it denies that, before or (``undone_by``) within the words."""

    def holds(match: re.Match[str]) -> bool:
        within = undone_by is not None and undone_by.search(match.group())
        return not within and not forms.denies.search(words[max(0, match.start() - _BEFORE) : match.start()])

    met = (name for name, pattern in rules if any(map(holds, pattern.finditer(words))))
    return tuple(dict.fromkeys(met))
