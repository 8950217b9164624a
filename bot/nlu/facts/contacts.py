"""E-mail addresses and telephone numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.facts.found import Found

# Possessive, and begun only where a word begins: a long text without "@" takes time in proportion to its length.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+")
_GAP = r"[ \u00a0./-]?"
# A country's prefix, or the 0 before an area; or three groups as in North America. No other digits are a phone number.
_PHONE = re.compile(
    rf"(?<![\w+./-])(?:(?:(?:\+|00){_GAP}[1-9]\d{{0,2}}{_GAP}(?:\(0\){_GAP})?|\(?0(?=[1-9]))(?:{_GAP}\(?\d\)?){{7,13}}"
    r"|\(?[2-9]\d\d\)?[ .-][2-9]\d\d[ .-]\d{4})(?![\w@]|[-/.]\d)"
)
_NATIONAL_DIGITS = 9  # at least; fewer are a date or a part number
_E164_DIGITS = 15  # at most, by ITU-T E.164


def emails(text: str) -> Iterator[Found]:
    """Every e-mail address, in small letters."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Found("email", match.start(), match.end(), match.group().lower())


def phones(text: str) -> Iterator[Found]:
    """Every telephone number: as E.164 when its country is written, else its digits."""
    for match in _PHONE.finditer(text):
        written = match.group().replace("(0)", "")
        digits = "".join(re.findall(r"[0-9]", written))
        if _NATIONAL_DIGITS <= len(digits) <= _E164_DIGITS:
            end = match.end() - (len(match.group()) - len(match.group().rstrip()))
            yield Found("phone", match.start(), end, _e164(written, digits))


def _e164(written: str, digits: str) -> str:
    if written.startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits
