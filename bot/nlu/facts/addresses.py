"""Postal addresses in a text: streets with their numbers, British and German postcodes, boxes. Pure.

Kinds of street that are also common words ("way", "close", "park") count only when they are written as names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.facts.found import Found, longest

KIND = "address"

_STREET = r"(?:street|str|st|road|rd|avenue|ave|lane|ln|crescent|cres|terrace|mews|boulevard|blvd)"
_PLACE = (
    r"(?:Drive|Dr|Close|Court|Ct|Place|Pl|Square|Sq|Way|Gardens|Gdns|Grove|Hill|Park|Row|Walk|Green|Parade|Quay|Rise"
    r"|View|Wharf|Yard|Vale|Villas|House|Cottages?)"
)
_NAME = r"[A-ZÀ-Þ][\w'’-]{1,24}"
_WORD = (  # of a street's name in small letters; these go on with a sentence instead: "2 more on the road"
    r"(?!(?:the|an?|in|on|at|of|to|by|my|your|our|for|and|or|is|was|from|with|down|off|up|this|that|per|x)\b)"
    r"[^\W\d][\w'’-]{0,24}"
)
_NUMBER = r"(?<![\w£€$.,/-])\d{1,4}[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?"
_FLAT = r"(?:\b(?:flat|apartment|apt\.?|unit|suite|room)\s(?:no\.?\s)?\w{1,5}(?:,\s?|\s))?"
# British postcodes: no letter is used where it could be mistaken (Royal Mail's PAF guide), so that "5 cm" is none.
_UK_POSTCODE = r"[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y])\s?\d[ABD-HJLNP-UW-Z]{2}"
# With a street before it, five digits are a postcode: "10115 Berlin", "Springfield, IL 62704".
_TAIL = (
    rf"(?:[\s,]{{1,3}}(?:(?:{_NAME}[\s,]{{1,3}}){{0,2}}[A-Z]{{2}}\s\d{{5}}(?:-\d{{4}})?|(?:D-)?\d{{5}}\s{_NAME})\b)?"
)

_PARTS = (
    re.compile(rf"(?i:{_FLAT}{_NUMBER},?\s(?:{_WORD}\s){{1,3}}?{_STREET})\b\.?{_TAIL}"),
    re.compile(rf"(?i:{_FLAT}){_NUMBER},?\s(?:{_NAME}\s){{1,3}}?{_PLACE}\b{_TAIL}"),
    re.compile(rf"\b(?:{_NAME}\s)?[A-ZÀ-Þ](?:[\w-]{{1,24}}(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer)"
               rf"|[\w'’-]{{1,24}}\s(?:Straße|Strasse|Str\.|Weg|Platz|Allee))\s\d{{1,4}}[a-z]?\b{_TAIL}"),
    re.compile(rf"\b{_UK_POSTCODE}\b", re.IGNORECASE),
    re.compile(rf"\bD-\d{{5}}\s{_NAME}"),
    re.compile(r"\bp\.?\s?o\.?\sbox\s\d{1,6}\b", re.IGNORECASE),
    # "I live at 4 Rosewood": said to be an address, so less is asked of its shape.
    re.compile(rf"(?i:\b(?:address(?:\sis|:)|liv(?:e|es|ing)\s(?:at|in)|(?:it|them|that|this|moved|moving)\sto))\s"
               rf"(?P<told>{_NUMBER},?\s{_NAME}(?:\s{_NAME}){{0,3}})"),
)  # fmt: skip
# What may stand between two parts of one address: a town, say.
_BETWEEN = re.compile(rf"[\s,]{{1,3}}(?:{_NAME}(?:[\s-]{_NAME}){{0,2}}[\s,]{{1,3}}){{0,2}}")


def addresses(text: str) -> Iterator[Found]:
    """Every address, from its first part to its last."""
    if not any(map(str.isdecimal, text)):
        return
    begun: Found | None = None
    for part in longest(found for pattern in _PARTS for found in _found(pattern, text)):
        if begun and _BETWEEN.fullmatch(text, begun.end, part.start):
            begun = Found(KIND, begun.start, part.end, text[begun.start : part.end])
            continue
        if begun:
            yield begun
        begun = part
    if begun:
        yield begun


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        start, end = match.span("told" if "told" in pattern.groupindex else 0)
        yield Found(KIND, start, end, text[start:end])
