"""Takes secrets out of a text before it is written anywhere, and personal data before it leaves: pure functions.

Every pattern takes time in proportion to the text, whatever a contact types: repeats are possessive (``++``) where a
failed match would be tried again otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_GAP = r"[ \t.\-\u00a0\u2007\u2009\u2010-\u2014\u202f]"
# Payment cards (ISO/IEC 7812-1, 13 to 19 digits; none begins with 0). What is grouped as cards are is found beside
# other numbers, such as an expiry date; digits grouped in any other way are one number from end to end.
_CARDS = tuple(
    re.compile(rf"(?<!\d){shape}(?!\d)")
    for shape in (
        r"\d{13,19}",
        rf"\d{{4}}(?:{_GAP}\d{{4}}){{3}}{_GAP}\d{{1,3}}",
        rf"\d{{4}}(?:{_GAP}\d{{4}}){{3}}",
        rf"\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}",
        rf"(?<!\d{_GAP})(?:\d{_GAP}?){{12,18}}\d(?!{_GAP}\d)",
    )
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", re.ASCII)
_E164_DIGITS = 15
_KEY = (
    r"(?<![^\W_])(?:pass[\s-]?(?:word|phrase|code)|pass?wd|pwd|passwort|pin|cv[vc]2?|security[\s-]?code)"
    r"(?:[\s-]?(?:code|number|no\.?))?(?!\w)"
)
# "my password is hunter2", "PIN: 1234", "password = 'two words'", "the pin for my card is 1234".
_SECRET = re.compile(
    rf"(?P<key>{_KEY}(?:\s++(?:for|to|of|on)\s++(?:[^\s:=]++\s*+){{1,4}}?|\s*+)"
    r"(?:(?:is\b|was\b|:=|=|:|[-–](?=[\s\d]))\s*+)++)"
    r"(?P<value>\"[^\"\n]+\"\S*|'[^'\n]+'\S*|\S+)",
    re.IGNORECASE,
)
# "password hunter2": no verb between; only when what follows looks like a secret (a digit in it), so that
# "password reset" and "pin the lid" stay readable.
_BARE = re.compile(rf"(?P<key>{_KEY}(?:\s++|[-–])(?:(?:to|of)\s++)?)(?P<value>(?=\S{{0,64}}\d)\S{{3,}})", re.IGNORECASE)
# Shapes of tokens that people paste: Slack, Telegram, GitHub, AWS, JSON Web Tokens, our own. Nothing need stand before
# or after them: in the address of a Telegram method the token follows "bot".
_TOKEN = re.compile(
    r"xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|\d{8,10}:[\w-]{35,}|gh[pousr]_\w{30,}|AKIA[0-9A-Z]{16,}"
    r"|(?<![\w-])(?=[\w-]++\.[\w-]{8,}+\.[\w-]{8})[\w-]*?eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
    r"|fd_[\w-]{40,}|sk_(?:live|test)_\w{16,}"
)
# After "password is" these are talk, not the secret: "my password is not working".
_TALK = frozenset(
    (
        "a about again also always an and been being blocked broken by changed compromised correct empty expired for "
        "forgotten fine gone good hacked how i if in incorrect invalid it just leaked locked lost missing my needed "
        "never no not now ok okay old on only outdated right rejected required reset still stuck stolen strange that "
        "the there this to too unknown very weird what where why working wrong your"
    ).split()
)


def _is_card(number: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B), which a made-up number has once in ten times."""
    digits = [int(digit) for digit in number if digit.isdecimal()]
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2])
    return digits[0] != 0 and len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _is_phone(text: str, found: re.Match[str]) -> bool:
    """``+`` and at most 15 digits (ITU-T E.164)."""
    return text[: found.start()].endswith("+") and sum(c.isdecimal() for c in found.group()) <= _E164_DIGITS


def _is_iban(text: str) -> bool:
    """Whether the check digits are right (ISO 13616): agents need the account that a refund goes to."""
    code = text.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def _without_cards(text: str) -> str:
    for shape in _CARDS:
        kept, done, at = [], 0, 0
        while found := shape.search(text, at):
            at = found.start() + 1
            if _is_card(found.group()) and not _is_phone(text, found):
                kept += [text[done : found.start()], "[card]"]
                done = at = found.end()
        text = "".join((*kept, text[done:]))
    return text


def _mask_cards(text: str) -> str:
    kept, done = [], 0
    for found in _IBAN.finditer(text):
        if _is_iban(found.group()):
            kept += [_without_cards(text[done : found.start()]), found.group()]
            done = found.end()
    return "".join((*kept, _without_cards(text[done:])))


def _mask_secret(match: re.Match[str]) -> str:
    word = match["value"].strip("\"'.,!?;:").lower()
    return match.group() if word in _TALK else f"{match['key']}[secret]"


def mask(text: str) -> str:
    """The text with card numbers as ``[card]``, and tokens and what follows "password" or "PIN" as ``[secret]``."""
    text = _mask_cards(_TOKEN.sub("[secret]", text))
    return _SECRET.sub(_mask_secret, _BARE.sub(_mask_secret, text))


def mask_spans(text: str, spans: Iterable[tuple[str, int, int]]) -> str:
    """The text with each span (kind, start, end; end exclusive) as ``[kind]``, for logs, exports and the studio.

    Of spans that overlap nothing stays readable; they are masked together, as the one that begins first. What lies
    outside the text is left out.
    """
    kept, done = [], 0
    for name, start, end in sorted(spans, key=lambda span: span[1:]):
        start, end = max(start, 0), min(end, len(text))
        if start >= end:
            continue
        if start >= done:
            kept += [text[done:start], f"[{name}]"]
        done = max(done, end)
    return "".join((*kept, text[done:]))
