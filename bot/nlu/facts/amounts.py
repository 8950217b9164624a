"""Sums of money: "£12.50", "30 euros", "four quid", "a tenner", as ``12.50 GBP`` (ISO 4217)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.facts.found import Found
from bot.nlu.facts.numbers import WORDS, number_of

KIND = "amount"

_UNITS = {  # what people call a currency's units, without the plural's s
    "GBP": "pound quid sterling gbp £ squid".split(),
    "EUR": "euro eur €".split(),
    "USD": "dollar buck usd $".split(),
    "CHF": "franc chf".split(),
    "JPY": "yen jpy ¥".split(),
}
_CODES = {name: code for code, names in _UNITS.items() for name in names}
_HUNDREDTHS = {"pence": "GBP", "penny": "GBP", "p": "GBP", "cent": "EUR"}
_NOTES = {"fiver": 5, "tenner": 10}
_SIGN = r"[£€$¥]"
_NUMBER = r"(?:\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?)(?![\d%]|\s?(?:k|m|bn|million|billion)\b)"
_NAMES = "|".join(sorted((rf"{name}s?" for name in _CODES if name.isalpha()), key=len, reverse=True))

_ANY = re.compile(
    rf"""
    (?<![\w.,])(?:
      (?P<sign>{_SIGN}|(?:gbp|eur|usd|chf)(?=[\s\d]))\s?(?P<signed>{_NUMBER})(?:\s?(?:{_SIGN}|(?:{_NAMES})\b))?
    | (?P<number>{_NUMBER}|{WORDS})\s?-?(?:(?P<unit>{_SIGN}|(?:{_NAMES})\b)(?!\sof\b)(?:\s(?P<rest>\d\d)\b)?
        |(?P<hundredth>pence|p|cents?)\b)
    | (?P<several>{WORDS}|\ba|\d{{1,2}})\s(?P<note>fiver|tenner)s?\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# No pattern is tried on a text that names no money.
_HINT = re.compile(rf"{_SIGN}|\d\s?p\b|{_NAMES}|pence|cent|fiver|tenner", re.IGNORECASE)


def amounts(text: str) -> Iterator[Found]:
    """Every sum of money in the text. A "pound of" something is a weight."""
    if not _HINT.search(text):
        return
    for match in _ANY.finditer(text):
        sum_, code = _read(match)
        yield Found(KIND, match.start(), match.end(), f"{sum_:.2f} {code}")


def _read(match: re.Match[str]) -> tuple[float, str]:
    if match["sign"]:
        return _number(match["signed"]), _CODES[match["sign"].lower()]
    if match["note"]:
        return _number(match["several"]) * _NOTES[match["note"].lower()], "GBP"
    number = _number(match["number"])
    if match["hundredth"]:
        return number / 100, _HUNDREDTHS[match["hundredth"].lower().removesuffix("s")]
    unit = match["unit"].lower()
    return number + int(match["rest"] or 0) / 100, _CODES.get(unit) or _CODES[unit.removesuffix("s")]


def _number(written: str) -> float:
    """``1,200.50``, ``1.200,50``, ``12,5`` or words: the last mark with one or two digits behind it is the decimal."""
    if not written[0].isdecimal():
        return float(number_of(written))
    head, mark, tail = written.replace(",", ".").rpartition(".")
    if mark and len(tail) <= 2:
        return float(f"{head.replace('.', '')}.{tail}")
    return float(f"{head}{tail}".replace(".", ""))
