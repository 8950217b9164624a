"""Makes any text safe to store and show: a pure function."""

from __future__ import annotations

import unicodedata

# Bidirectional embeddings, overrides and isolates (Unicode Standard Annex 9): they can make a text read as another.
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_WITHIN_NUMBERS = "0123456789 \t\n.-\u00a0\u2007\u2009\u2010\u2011\u2012\u2013\u2014\u202f"
_LONGEST_WORD = 200
_KEPT_CONTROLS = {"\n", "\t"}


def storable(text: str) -> str:
    """The text without what databases refuse or screens are fooled by.

    Lone surrogates become U+FFFD; NUL and other controls but newline and tab go; line ends become newlines;
    bidirectional overrides go (letters of right-to-left scripts stay as they are).
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BIDI)
    return "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) != "Cc")


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, ended by an ellipsis when something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def beginning(text: str, limit: int) -> str:
    """At most ``limit`` characters from the beginning, cut between words and never within a number.

    So no half of a card number or a secret is left that masking would not know.
    """
    if len(text) <= limit:
        return text
    cut = text[:limit]
    blank = max(cut.rfind(blank, limit - _LONGEST_WORD) for blank in " \n\t") if limit > _LONGEST_WORD else -1
    return cut[: blank if blank > 0 else limit].rstrip(_WITHIN_NUMBERS) or cut
