"""Which of several choices somebody means who names it in words of their own: pure.

"the second", "2", "the last one please"; a title with a slip of the finger; "no, the blue one". When two choices could
be meant, none is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_ORDINALS = ("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th")
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_BY_PLACE = re.compile(
    r"(?:(?:yes|ok|okay|um|please|i['’]?d like|i['’]?ll take|i choose|go (?:for|with)|make it)[\s,]+)*"
    r"(?:(?P<named>(?:option|number|choice|#|no\.?(?=\s?\d))\s?)|the\s|that\s)?(?P<which>[\w]+)"
    r"(?:\sone|\soption|\schoice)?(?:[\s,]+(?:please|pls|thanks|thank you))*[\s.!)]*",
    re.IGNORECASE,
)
_BY_WORD = re.compile(
    r"(?:(?:no|yes|sorry|i mean|i meant|not that)[\s,]+)*(?:the|that)\s(?P<words>[\w\s'’-]+?)"
    r"(?:\sones?)?(?:[\s,]+please)?[\s.!]*",
    re.IGNORECASE,
)
_IDLE = frozenset(
    "a an the my your our it its this that these those one ones something thing things i is please".split()
)
_LONGEST = 80  # characters; who writes more says more than a choice
_LIKE = 0.8  # how alike (difflib's ratio) two words are when one is taken for a slip of the other …
_LONG = 5  # … from so many letters on: "do" and "don't" are two words


# A plain yes, in the languages that offers are made in; and what offers to do something.
_YES = re.compile(
    r"\W*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|of course|go ahead|please|ja|gerne?|oui|si|sí|sì|claro|certo|tak|sim|graag)"
    r"(?:[\s,!.]+(?:please|pls|thanks|thank you|do|do it|do that|go ahead|take it down|write it down|bitte|gerne?|graag"
    r"|s['’]il (?:vous|te) pla[iî]t|por favor|per favore|proszę|merci|danke|obrigad[oa]))*\W*",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:shall i|soll ich|voulez-vous que je|quiere que|vuole che|czy poprosić|zal ik|quer que)\b[^?]*\?",
    re.IGNORECASE,
)


def agrees(typed: str, offered: str) -> bool:
    """Whether a text says yes, and nothing else, to a message that offers to do something ("Shall I …?")."""
    return len(typed) <= _LONGEST and _YES.fullmatch(typed) is not None and _OFFER.search(offered) is not None


def meant(typed: str, titles: Sequence[str]) -> int | None:
    """The index of the title that is meant; None when it is none of them, or not clear which."""
    said = typed.strip()
    if not said or len(said) > _LONGEST:
        return None
    place = _place(said, len(titles)) if len(titles) > 1 else None
    near = [at for at, title in enumerate(titles) if _is_near(said, title)]
    return place if place is not None else near[0] if len(near) == 1 else None


def _place(said: str, choices: int) -> int | None:
    found = _BY_PLACE.fullmatch(said)
    if found is None:
        return None
    which = found["which"].lower()
    if which == "last":
        return choices - 1
    names = [f"{ordinal} {number + 1}" for number, ordinal in enumerate(_ORDINALS)]
    if found["named"]:
        names = [f"{name} {number}" for name, number in zip(names, _NUMBERS, strict=True)]
    place = next((at for at, name in enumerate(names) if which in name.split()), choices)
    return place if place < choices else None


def _is_near(said: str, title: str) -> bool:
    """Whether a text is the title but for small words and slips, or points at it by a word: "no, the blue one"."""
    mine, wanted = _words(said), _words(title)
    if mine and len(mine) == len(wanted) and all(map(_is_slip, mine, wanted)):
        return True
    pointing = _BY_WORD.fullmatch(said)
    named = _words(pointing["words"]) if pointing else []
    return bool(named) and set(named) <= set(wanted)


def _words(text: str) -> list[str]:
    plain = re.sub(r"['’]", "", text.casefold())
    return [word for word in re.findall(r"\w+", plain) if word not in _IDLE]


def _is_slip(said: str, wanted: str) -> bool:
    if said == wanted:
        return True
    is_long = min(len(said), len(wanted)) >= _LONG and said[0] == wanted[0]
    return is_long and SequenceMatcher(None, said, wanted).ratio() >= _LIKE
