"""What a complaint is about and what is wanted, read from the contact's own words and put into words again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

OTHER = "other"
_BETWEEN = ", "  # causes, in a slot and on record

_CAUSES = {
    "damaged": (
        r"damag|\bbroke|crack|smash|shatter|\bdent|scratch|\bchip(?:ped|s)?\b|faulty|defect|\bleak|\bbent\b|warped|snapped"
        r"|\bin (?:pieces|bits|shards|halves)\b"
    ),
    "late": (
        r"(?<!my )\blate\b|delay|overdue|still waiting|not arrived|n[o'’]t (?:come|arrived|turned up)"
        r"|never (?:came|arriv|turned up)|weeks (?:i['’]ve|we['’]ve|of) (?:been )?wait|wait\w* (?:for )?(?:\w+ )?weeks"
    ),
    "wrong item": (
        r"wrong (?:item|thing|size|colou?r|one|product)|missing|not what i ordered|instead of (?!me\b|\w+ing\b)"
    ),
    "service": (
        r"\bservice\b|\brude\b|unfriendly|no ?(?:one|body) (?:answer|repl|rang|ring|call|wrote|write|help|care)|ignored"
        r"|\bsupport\b|never (?:answered|replied|rang|called)|promised (?:me )?a (?:call|reply)|hung up on"
    ),
    "billing": (
        r"\bcharged?\b|overcharg|invoice|\bbill(?:ed|ing)?\b|payment|overpaid|\bpaid (?:twice|too much)"
        r"|(?:no|late|missing|where(?:['’]?s| is) my|waiting for (?:a|my|the)) refund"
        r"|refund (?:is|was|has|hasn|never|still)|(?:took|kept|owe me|want) (?:the|my) money(?! back)"
    ),
}
CAUSES = {cause: re.compile(words, re.IGNORECASE) for cause, words in _CAUSES.items()}

# How each is said back after "It's about …", without a product and with one.
_SAID_BACK = {
    "damaged": ("something that is damaged", "the damage to the {product}"),
    "late": ("a parcel that hasn't come", "a parcel that hasn't come (the {product})"),
    "wrong item": ("a wrong or missing item", "a wrong or missing item (the {product})"),
    "service": ("the service you had from us", "the service you had from us"),
    "billing": ("a payment or bill", "a payment or bill (the {product})"),
    OTHER: ("something that went wrong", "something that went wrong (the {product})"),
}

_REFUSED = r"(?:\bnot|n['’]t|\bthan|\bno|\bwithout|\binstead of)\W+(?:\w+\W+){0,3}"
_WISHES = {
    "a new one": r"\b(?:a|another) new one\b|\breplac(?:e|ement)\b|\bsend (?:me |us )?(?:a new|another|new)\b",
    "your money back": r"\bmoney back\b|\brefund(?:ed)?\b|\bmoney returned\b",
}
_WANTED = {wish: re.compile(rf"(?P<refused>{_REFUSED})?(?:{words})", re.IGNORECASE) for wish, words in _WISHES.items()}
_CAN_BE_MADE_GOOD = frozenset(("damaged", "late", "wrong item"))


def causes_in(text: str) -> tuple[str, ...]:
    """The causes that a text names, in the order in which it names them."""
    found = [(match.start(), cause) for cause, words in CAUSES.items() if (match := words.search(text))]
    return tuple(cause for _, cause in sorted(found))


def joined(causes: Iterable[str]) -> str:
    """Causes as a slot and the record hold them: "damaged, service"."""
    return _BETWEEN.join(dict.fromkeys(causes))


def parted(held: object) -> tuple[str, ...]:
    """The causes in what `joined` made; what is none of them is ``other``."""
    known = [cause for cause in str(held or "").split(_BETWEEN) if cause in CAUSES]
    return tuple(known) or (OTHER,)


def wish_in(text: str, causes: Sequence[str]) -> str | None:
    """Which a text asks for, a new one or the money, by the last line that asks for one of them.

    None when no line does, when that one asks for both, or when nothing can be made good so.
    """
    if not _CAN_BE_MADE_GOOD.intersection(causes):
        return None
    wanted = next(filter(None, map(_wishes_in, reversed(text.splitlines()))), [])
    return wanted[0] if len(wanted) == 1 else None


def may_choose(text: str, causes: Sequence[str]) -> bool:
    """Whether something came damaged, and nothing was said of which is wanted, a new one or the money."""
    return "damaged" in causes and wish_in(text, causes) is None


def _wishes_in(line: str) -> list[str]:
    return [wish for wish, words in _WANTED.items() if any(not found["refused"] for found in words.finditer(line))]


def said_back(causes: Sequence[str], product: str | None) -> str:
    """What a complaint is about, to stand behind "It's about"; the product is named with the first cause only."""
    first, *others = causes
    said = [_SAID_BACK[first][bool(product)].format(product=product), *(_SAID_BACK[cause][0] for cause in others)]
    return " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))
