"""Numbers of payment cards and bank accounts in a text: only those whose check digits are right. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.facts.found import Found

CARD, IBAN = "card", "iban"

# ISO/IEC 7812-1: 13 to 19 digits, none of them begins with 0. ISO 13616: country, two check digits, 11 to 30 more.
_CARD = re.compile(r"(?<![\w+-])[1-9](?:[ \u00a0.-]?\d){12,18}(?![\w-])", re.ASCII)
_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?: ?[a-z0-9]){11,30}(?!\w)", re.IGNORECASE | re.ASCII)


def accounts(text: str) -> Iterator[Found]:
    """Every card number and IBAN; the value is what was written, without blanks."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if _has_luhn_digit(digits):
            yield Found(CARD, *match.span(), digits)
    for match in _IBAN.finditer(text):
        yield from _iban(match)


def _iban(match: re.Match[str]) -> Iterator[Found]:
    """The longest beginning of the match, up to a blank, whose check digits are right: words may follow it."""
    written = match.group()
    for end in (len(written), *(blank.start() for blank in reversed(list(re.finditer(" ", written))))):
        code = written[:end].replace(" ", "").upper()
        if len(code) >= 15 and int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1:
            yield Found(IBAN, match.start(), match.start() + end, code)
            return


def _has_luhn_digit(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * 2 - 9 * (digit > "4") for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0
