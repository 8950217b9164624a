"""Whether an agent asks a contact for what the brief already had: a pure function. English only.

It counts for a rate, so it would rather miss a question than see one that is none: a sentence must ask, and must ask
for the fact itself. To check an e-mail, or to have sent one, is not to ask for its address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from escalation.domain.sentences import sentences

_ASKS = re.compile(
    r"\?|\b(?:could|can|would|will) you\b|\b(?:may|can|could) i (?:have|get|take|ask)\b|\bplease\W*$"
    r"|\bplease (?:give|tell|send|confirm|provide|share|let|state|enter|type|repeat)\b|\b(?:let|remind) (?:me|us)\b"
    r"|\b(?:i|we)(?:'ll|’ll| will)? (?:also |just )?need\b",
    re.IGNORECASE,
)
# How each fact is asked for.
_PHRASES = {
    "order_number": [
        r"\b(?:your|the|an?|which|what) (?:order|purchase|invoice)(?:['’]s)?[ -](?:number|no|nr|id|ref|reference)\b",
        r"\border (?:number|no|id)\b|\bwhich order\b|\bnumber of (?:the|your) order\b",
    ],
    "email": [
        r"\be-?mail address\b|\b(?:what|which)(?:['’]s)? (?:is )?(?:your )?e-?mail\b",
        r"\b(?:have|give (?:me|us)|tell (?:me|us)|send (?:me|us)|share|confirm|provide|need|know) your e-?mail\b",
    ],
    "name": [
        r"\byour (?:(?:full|first|last|own|family) )*(?:name|surname)\b",
        r"\bwhom? am i (?:speaking|talking|chatting)\b",
    ],
    "product": [
        r"\b(?:which|what) (?:\w+ )?(?:product|item|article|model)\b|\bwhat did you (?:buy|order|purchase)\b",
        r"\b(?:name|model) of (?:the|your) (?:product|item|article)\b|\b(?:product|item|model)(?:['’]s)? name\b",
    ],
    "date": [
        r"\b(?:which|what) (?:day|date)\b|\bdate of (?:the |your )?(?:order|purchase|delivery)\b",
        r"\b(?:order|purchase|delivery) date\b",
        r"\bwhen did (?:you (?:buy|order|purchase|receive|get|place)|it (?:come|arrive))\b",
    ],
}
_NAMES = {name: re.compile("|".join(phrases), re.IGNORECASE) for name, phrases in _PHRASES.items()}
FACTS = tuple(_NAMES)


def asked_again(text: str, known: Mapping[str, object]) -> set[str]:
    """The names of known facts for which the agent's text asks.

    Args:
        known: fact by its name, one of `FACTS`. A sentence that says the value itself confirms it, and does not ask.
    """
    return {
        name
        for sentence in sentences(text)
        if _ASKS.search(sentence)
        for name, value in known.items()
        if name in _NAMES and value and _NAMES[name].search(sentence) and not _says(sentence, str(value))
    }


def _says(sentence: str, value: str) -> bool:
    return _plain(value) in _plain(sentence)


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
