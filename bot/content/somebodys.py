"""What in an example may be somebody's: what is taught stays in files, models and versions, out of reach of erasing.

What is personal at all is found by the engine's side. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from conversations.masking import mask

# RFC 2606 and RFC 6761: nobody has an address there. Ofcom keeps the numbers for plays and films.
_NOBODY_S = re.compile(r"(?:@|\.)(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.(?:com|net|org|co\.uk))?$", re.I)
_IN_PLAYS = re.compile(r"(?:\+44|0044|0)(?:7700900\d{3}|1632960\d{3}|(?:113496|207946)0\d{3})")
_UNDIALLED = re.compile(r"\(0\)|[^\d+]")
MASKED = "secret"  # a card number, password or key


def somebodys(text: str, personal: Iterable[tuple[str, str]]) -> list[str]:
    """The kinds of what may be somebody's in a text. ``personal`` are the kinds and words of what was found there."""
    kinds = {kind for kind, words in personal if _is_real(kind, words)}
    if mask(text) != text:
        kinds.add(MASKED)
    return sorted(kinds)


def _is_real(kind: str, words: str) -> bool:
    """Whether it may be somebody's: not what is kept for examples, nor a first name alone."""
    match kind:
        case "email":
            return not _NOBODY_S.search(words)
        case "phone":
            return not _IN_PLAYS.search(_UNDIALLED.sub("", words))
        case "name":
            return " " in words
    return True
