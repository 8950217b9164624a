"""The words by which a message asks, requests, and adds more, from the files of ``bot.nlu.phrases``.

In any language a question mark asks, and an end of a sentence or a line cuts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.nlu.phrases import every

WORD = re.compile(r"\w+")
SENTENCE_ENDS = re.compile(r"[.?!…;]$")
_NAMES = "leading asks requests please adds also plus and joins exclaims refers".split()


@dataclass(frozen=True)
class WishWords:
    """What a part of a message begins with when it asks or adds, what asks anywhere, "and", and where parts are cut.

    ``clause`` cuts finer, wherever something new may be told; ``refers`` speaks of what was named before; ``lead`` is
    what may stand before a question. ``person`` asks for one of us; ``no_person`` undoes that right before it.
    """

    asks: re.Pattern[str]
    asks_plainly: re.Pattern[str]
    adds: re.Pattern[str]
    joined: re.Pattern[str]
    cut: re.Pattern[str]
    clause: re.Pattern[str]
    refers: re.Pattern[str]
    lead: re.Pattern[str]
    person: re.Pattern[str]
    no_person: re.Pattern[str]


@cache
def wish_words() -> WishWords:
    """The words of all languages: they need not be kept apart."""
    words = {name: every("wishes", name) for name in _NAMES}
    joins, more = words["joins"], rf"(?:{words['adds']}|(?:{words['plus']})\b)"
    asking = rf"{_leading(words['leading'])}(?:{words['asks']}|{words['requests']})"
    patterns = (
        rf"\s*{asking}",
        rf"{words['please']}|\?\W*$",
        rf"(?:(?:{joins}|{words['exclaims']}|[&+])[\s,]+)*{more}|(?:[\w'’]+[\s,]+){{1,3}}(?:{words['also']})\b",
        rf"(?:(?:{words['exclaims']})[\s,]+)?(?:{words['and']})\b",
        r"(?<=[.?!…;])\s++|(?<!\s)[^\S\r\n]*+[\r\n]\s*+"  # where a sentence or a line ends
        rf"|(?<!\s),?\s++(?=(?:{joins}|[&+])\s+{asking})|,\s++(?={asking})"  # where a question or request begins
        r"|(?<!\s)\s++(?=\d[.)]\s)"  # where the next of a list begins
        # where more is added
        rf"|,\s++(?={more})|(?<!\s),?\s++(?=(?:{words['plus']})\s|(?:{joins}|[&+])\s+{more})",
        r"(?<=[.?!…;:])\s++|[\r\n]\s*+|,\s++|(?<!\s)\s++(?=\d[.)]\s)"
        rf"|(?<!\s)\s++(?=(?:{joins}|{words['plus']}|[&+])\s)",
        rf"(?<!\w)(?:{words['refers']})(?!\w)",
        rf"\A\s*{_leading(words['leading'])}",
    )
    persons = (rf"(?<!\w)(?:{every('wishes', 'person')})", rf"(?:{every('wishes', 'no person')})\s*$")
    return WishWords(*(re.compile(pattern, re.IGNORECASE) for pattern in (*patterns, *persons)))


def _leading(words: str) -> str:
    """What may stand before a question or a request: "and also, by the way, if so, …"."""
    return (
        rf"(?:(?:{words}|\d[.)])[\s,:;!–-]++"
        r"|(?:[\w'’]+ ){0,3}[\w'’]+: |\w+[!.]\s++|[&+]\s*+){0,6}+"
    )
