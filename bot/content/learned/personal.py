"""Examples that hold somebody's data: what is taught stays in files, models and versions, out of reach of erasing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.problems import Problem, warning
from bot.content.whole import Whole
from bot.nlu.facts.found import Found
from bot.nlu.facts.personal import personal
from conversations.masking import mask

# RFC 2606 and RFC 6761: nobody has an address there. Ofcom keeps the numbers for plays and films.
_NOBODY_S = re.compile(r"(?:@|\.)(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.(?:com|net|org|co\.uk))?$", re.I)
_IN_PLAYS = re.compile(r"(?:\+44|0)(?:7700900\d{3}|1632960\d{3}|(?:113496|207946)0\d{3})")
_SAID = {"email": "an e-mail address", "phone": "a phone number", "name": "somebody's full name"}


def problems(whole: Whole) -> Iterator[Problem]:
    """Examples with an address, a number, a full name or a password in them."""
    for example in whole.data.examples:
        held = [_SAID.get(found.kind, f"{found.kind} data") for found in personal(example.words) if _is_real(found)]
        if mask(example.words) != example.words:
            held.append("a card number, password or key")
        if held:
            text = (
                f'This example of "{example.intent}" holds {" and ".join(sorted(set(held)))}. Put something made up in '
                "its place, such as ana@example.com, 07700 900123 or Ana: what is taught cannot be erased for somebody."
            )
            yield warning(example.place, text)


def _is_real(found: Found) -> bool:
    """Whether it may be somebody's: not what is kept for examples, nor a first name alone."""
    match found.kind:
        case "email":
            return not _NOBODY_S.search(found.value)
        case "phone":
            return not _IN_PLAYS.search(found.value)
        case "name":
            return " " in found.value
    return True
