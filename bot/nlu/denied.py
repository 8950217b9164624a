"""What somebody does not want: "Don't cancel my order, I only want to change the address". Pure.

A classifier sees "cancel" and "order" and reads the opposite. So what is plainly denied is taken away before the intent
is read; the forms are those of ``bot.nlu.phrases`` (``wishes: denied``), in whatever language.
"""

from __future__ import annotations

import re
from functools import cache

from bot.nlu.phrases import every

DENY = "deny"  # the intent of who wants none of what could be meant
_BLANKS = str.maketrans("\t\u00a0", "  ")


def without_denied(text: str) -> str:
    """The text without the clauses that say what is not wanted; the text itself when there are none."""
    words = text.translate(_BLANKS)
    kept = _denied().sub(lambda found: found["before"] or "", words)
    return text if kept == words else kept.strip(" ,;:.!-\n\r")


@cache
def _denied() -> re.Pattern[str]:
    """A clause that denies, from its beginning to where the next one begins."""
    before = rf"(?P<before>^\W*|[.!?,;:\n]\s*|\b(?:{every('wishes', 'before denied')})[\s,]+)"
    clause = rf"(?:{every('wishes', 'denied')})\b[^.!?,;\n]*?(?=\s+(?:{every('wishes', 'after denied')})\b|[.!?,;\n]|$)"
    return re.compile(before + clause, re.IGNORECASE)
