"""Whether a day without a year or a week ("Friday", "the 3rd") lies behind or ahead, by the words around it. Pure."""

from __future__ import annotations

import re

WINDOW = 80  # characters looked at on either side, within the sentence

_PAST = (
    r"was|were|did(?:n['’]?t)?|had|been|came|got|gave|went|sent|bought|paid|said|told|took|left|rang|wrote|spoke|chose|"
    r"made|lost|found|broke|kept|brought|heard|saw|thought|ago|since|last|still|has(?:n['’]?t)?|have(?:n['’]?t)|"
    r"\w{2,12}(?<!ne)ed"
)
_FUTURE = (
    r"will|won['’]?t|\w{1,4}['’]ll|shall|going\sto|gonna|can|could|would|should|may|might|must|need|want|by|until|till|"
    r"next|before|for|arriv(?:e|es|ing)|com(?:e|es|ing)|due|please|away|open|deliver|ready|there|hop(?:e|ing)|expect"
)
_CUES = re.compile(rf"\b(?:(?P<past>{_PAST})|(?P<future>{_FUTURE}))\b", re.IGNORECASE)
_END = re.compile(r"[.!?\n]")


def is_past(text: str, start: int, end: int) -> bool | None:
    """By the last sign before the expression, else the first one after it; None without any sign."""
    before = _END.split(text[max(0, start - WINDOW) : start])[-1]
    for cue in reversed(list(_CUES.finditer(before))):
        return cue["past"] is not None
    after = _CUES.search(_END.split(text[end : end + WINDOW])[0])
    return after["past"] is not None if after else None
