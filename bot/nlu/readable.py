"""What of a text can be read: a long run of letters and signs, such as base64 or a key, says nothing. Pure.

Such a text may be cut by blanks and line ends. An address of a page is no such run.
"""

from __future__ import annotations

import re

_LONGEST = 40  # characters: no word is longer
_LEAST = 6  # characters of a run in which letters and digits stand as in no word: "aGVsbG8"
_MIXED = re.compile(r"[a-z][A-Z]|[A-Za-z][0-9]+[A-Za-z]|[A-Za-z0-9][+/][A-Za-z0-9]")
_WORD = re.compile(r"\W*(?:[A-Z]?[a-z]{1,20}(?:['’][a-z]+)?|[A-Z]{1,20})\W*")
_FEWEST = 3  # words beside what cannot be read that are worth being read


def readable(text: str) -> str:
    """A text; of one that mostly cannot be read the rest, or nothing if that is no three words."""
    runs = text.split()
    rest = [run for run in runs if not _is_unreadable(run)]
    all_of_it, left = sum(map(len, runs)), sum(map(len, rest))
    if all_of_it <= _LONGEST or left * 3 > all_of_it:
        return text
    return " ".join(rest) if sum(_WORD.fullmatch(run) is not None for run in rest) >= _FEWEST else ""


def _is_unreadable(run: str) -> bool:
    if run.lower().startswith(("http://", "https://", "www.")) or not run.isascii():
        return False
    return len(run) > _LONGEST or (len(run) >= _LEAST and _MIXED.search(run) is not None)
