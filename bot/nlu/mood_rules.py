"""How a message feels, −1 (furious) to 1 (delighted), with the reasons. Pure: no Rasa, no state.

Rules with names decide whether somebody is upset; VADER's word list only shades the value. A problem told calmly is not
upset, so the words of our trade (broken, late, refund) count for nothing, and sour words alone never pass ``SOUR``.
"""

from __future__ import annotations

import re
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bot.nlu.mood_signs import RULES, TRADE_WORDS, Rule

SOUR = -0.35  # the lowest value that words alone can give, without a rule
MAX_TEXT = 2000  # characters read

_PLAYFUL = re.compile(
    r"\b(?:lol|lmao|rofl|ha(?:ha)+|he(?:he)+|jk|just kidding|only joking|pineapple|(?:dying|killing me) to)\b"
    r"|[;:]-?[)DP]|[😀😁😂🤣😄😅😆😉😜😝]",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"(?:\bnot|n't|\bno longer|\bnever|\bwithout being|\bhardly)\s+(?:\w+\s+)?$", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z']+")
# Capitals that are names of things, not a raised voice.
_ACRONYMS = frozenset(
    ("OK PC FAQ USA UK EU VAT ID PIN SMS DHL UPS USPS TV PDF URL SKU ASAP AM PM CEO DM IBAN FYI").split()
)
_EMPHATIC = frozenset(("NOW NEVER STILL AGAIN NOTHING NOBODY ANSWER ALREADY WHERE WHY HUMAN PERSON STOP REAL").split())


@cache
def _vader() -> SentimentIntensityAnalyzer:
    analyzer = SentimentIntensityAnalyzer()
    for word in TRADE_WORDS:
        analyzer.lexicon.pop(word, None)
    return analyzer


def judge(text: str) -> tuple[float, tuple[str, ...]]:
    """The mood of a text, rounded to 0.01, and the names of the reasons, the heaviest first."""
    text = text[:MAX_TEXT].replace("\u2019", "'")
    playful = _PLAYFUL.search(text) is not None
    words = float(_vader().polarity_scores(text)["compound"])
    found = [(rule.name, rule.weight) for rule in RULES if _applies(rule, text, playful, words)]
    found += _shouting(text, words)
    if not found:
        value = max(words * 0.6, SOUR) if not playful else max(words, 0.0)
        return round(value, 2), _shade(value)
    value = sum(weight for _, weight in found) + min(words, 0.0) * 0.2
    return round(max(value, -1.0), 2), tuple(name for name, _ in sorted(found, key=lambda item: item[1]))


def _shade(value: float) -> tuple[str, ...]:
    if value >= 0.3:
        return ("pleased words",)
    return ("sour words",) if value <= -0.2 else ()


def _applies(rule: Rule, text: str, playful: bool, words: float) -> bool:
    if rule.about_feeling:
        return not playful and any(not _NEGATED.search(text[: match.start()]) for match in rule.pattern.finditer(text))
    if rule.name in ("swearing", "!!! or ???") and words > 0.4:
        return False
    return rule.pattern.search(text) is not None


def _shouting(text: str, words: float) -> list[tuple[str, float]]:
    """Capitals: a raised voice when most of at least two words is in them, a stressed word otherwise."""
    spoken = [word for word in _WORD.findall(text) if word.upper() not in _ACRONYMS]
    loud = [word for word in spoken if len(word) > 1 and word.isupper()]
    if not loud or words > 0.4:
        return []
    letters = sum(map(len, spoken))
    if len(loud) > 1 and sum(map(len, loud)) >= 0.6 * letters and letters >= 8:
        return [("shouting", -0.4)]
    return [("stress", -0.2)] if len(spoken) > 1 and _EMPHATIC.intersection(loud) else []
