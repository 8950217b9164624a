"""Examples that hold somebody's data: what is taught stays in files, models and versions, out of reach of erasing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.problems import Problem, warning
from bot.content.somebodys import MASKED, somebodys
from bot.content.whole import Whole
from bot.nlu.facts.personal import personal

_SAID = {
    "email": "an e-mail address",
    "phone": "a phone number",
    "name": "somebody's full name",
    MASKED: "a card number, password or key",
}


def problems(whole: Whole) -> Iterator[Problem]:
    """Examples with an address, a number, a full name or a password in them."""
    for example in whole.data.examples:
        kinds = somebodys(example.words, [(found.kind, found.value) for found in personal(example.words)])
        if kinds:
            held = " and ".join(sorted(_SAID.get(kind, f"{kind} data") for kind in kinds))
            text = (
                f'This example of "{example.intent}" holds {held}. Put something made up in '
                "its place, such as ana@example.com, 07700 900123 or Ana: what is taught cannot be erased for somebody."
            )
            yield warning(example.place, text)
