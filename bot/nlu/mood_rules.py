"""Which signs a message shows of how its writer feels: names only, what they weigh is learnt (``mood_model``). Pure.

A problem told calmly is not upset: the words of a trade (broken, late, refund) are no signs. A joke, "not angry", "my
old pan was useless", "I'm an idiot" say nothing about us.
"""

from __future__ import annotations

import re

from bot.nlu.mood_signs import RULES, Rule

MAX_TEXT = 1000  # characters read: somebody upset says so within these
SHOUTING, STRESS, MARKS, TWICE_MARKED = "shouting", "stress", "!!! or ???", "!? or ??"
BOTH = "shouting with !!! or ???"
VOICE = frozenset((SHOUTING, STRESS, MARKS, TWICE_MARKED, BOTH))  # joy is loud, too
ROUGH = VOICE | {"swearing", "contempt"}  # and now and then its words are rough: "you lot are brilliant"
NAMES = (*(rule.name for rule in RULES), SHOUTING, STRESS, MARKS, TWICE_MARKED, BOTH)

_PLAYFUL = re.compile(
    r"\b(?:lol|lmao|rofl|ha(?:ha)+|he(?:he)+|jk|just kidding|only joking|pineapple|(?:dying|killing me) to)\b"
    r"|[;:]-?[)dp]|[😀😁😂🤣😄😅😆😉😜😝😍🥰😊]"
)
_SAID_CALM = re.compile(
    r"\b(?:not|isn't|wasn't) (?:\w+ )?(?:angry|upset|mad|cross|annoyed|complaining|a complaint)\b"
    r"|\bjust (?:asking|wondering)\b"
)
_NEGATED = re.compile(r"(?:\bnot|n't|\bno longer|\bnever|\bwithout being|\bhardly|\bno|\bnothing)\s+(?:\w+\s+)?$")
_OTHERS = re.compile(
    r"\bmy (?:\w+ )?(?:old|last|ex|bank|boss|kids?|dog|cat|cooking|husband|wife|brother|flatmate|recipe|own|fault)\b"
    r"|\b(?:weather|traffic|government|train|football|recipe|amazon|the other shop|myself|postman)\b"
    r"|\bi'm (?:such )?(?:an?|useless|stupid|the worst|terrible|awful) |\b(?:stupid|silly) (?:me|question)\b"
)
_US = re.compile(r"\b(?:you|your|yours|customer service|support|this (?:shop|company|bot|place))\b")
_PRAISE = re.compile(
    r"\b(?:thanks?|thank you|love|good|great|quick|fast|cute|brilliant|amazing|perfect)\b(?! for nothing)"
)
_WORD = re.compile(r"[A-Za-z']+")
# Capitals that are names of things, and words that people stress without raising their voice.
_ACRONYMS = frozenset(
    ("OK PC FAQ USA UK EU VAT ID PIN SMS DHL UPS USPS TV PDF URL SKU ASAP AM PM CEO DM IBAN FYI LOL OMG RMA").split()
)
_EMPHATIC = frozenset(("NOW NEVER STILL AGAIN NOTHING NOBODY ANSWER ALREADY WHY STOP REAL YOUR EVERY").split())
_MARKS = re.compile(r"[!?]{3,}|(?:[!?]\s){2,}[!?]")
_TWICE = re.compile(r"\?\?|!\?|\?!")


def plain(text: str) -> str:
    """What is read of a text."""
    return text[:MAX_TEXT].replace("\u2019", "'")


def signs(text: str) -> tuple[str, ...]:
    """The names of the signs that a text shows."""
    text = plain(text)
    words = text.lower()
    playful, aside = _PLAYFUL.search(words) is not None, _is_about_others(words)
    found = [rule.name for rule in RULES if _applies(rule, words, playful, aside)]
    if found == ["swearing"] and _PRAISE.search(words):
        found = []
    return (*found, *_voice(text))


def is_mild(text: str) -> bool:
    """Whether a text is a joke, looks forward to something ("dying to try it"), or says that it is not upset."""
    words = plain(text).lower()
    return _PLAYFUL.search(words) is not None or _SAID_CALM.search(words) is not None


def _is_about_others(text: str) -> bool:
    return _OTHERS.search(text) is not None and _US.search(text) is None


def _applies(rule: Rule, text: str, playful: bool, aside: bool) -> bool:
    if not rule.feeling:
        return rule.pattern.search(text) is not None
    if playful or aside:
        return False
    return any(not _NEGATED.search(text[: match.start()]) for match in rule.pattern.finditer(text))


def _voice(text: str) -> list[str]:
    """Capitals and marks. Shouting: most of at least three words is in capitals; a single one may be stressed."""
    found = []
    spoken = [word for word in _WORD.findall(text) if word.upper() not in _ACRONYMS]
    loud = [word for word in spoken if len(word) > 1 and word.isupper()]
    letters = sum(map(len, spoken))
    if len(loud) > 2 and sum(map(len, loud)) >= 0.6 * letters:
        found.append(SHOUTING)
    elif len(spoken) > len(loud) and (_EMPHATIC.intersection(loud) or len(loud) > 2):
        found.append(STRESS)
    if any(character.isalpha() for character in text):
        if _MARKS.search(text):
            found.append(MARKS)
        elif _TWICE.search(text):
            found.append(TWICE_MARKED)
    return [*found, BOTH] if SHOUTING in found and MARKS in found else found
