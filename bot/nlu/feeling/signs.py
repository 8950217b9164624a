"""The signs by which a message is known to be upset: rules with names, from the files of ``bot.nlu.phrases``.

A rule says what was seen, not how much that counts: the weights are learnt (``feeling.model``), by the sign's name,
which is the same in every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.nlu.phrases import languages


@dataclass(frozen=True)
class Rule:
    """A sign of being upset. ``feeling``: a joke, a negation, or that it is not about us, undoes it."""

    name: str
    pattern: re.Pattern[str]
    feeling: bool


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of all languages; a form holds for whole words."""
    return tuple(
        Rule(name, re.compile(rf"(?<!\w)(?:{form})(?!\w)"), name in language.words("feelings"))
        for language in languages()
        for name, form in language.named("signs").items()
    )
