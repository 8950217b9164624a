"""Marked entities in an example: ``[1045](order_number)``, ``[pan](product:skillet)``, ``[pan]{"entity": "product"}``.

Several entities for one text stand in a list, ``[pan][{"entity": …}, {"entity": …}]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bot.content.problems import Severity

_MARKED = re.compile(
    r"""\[ (?P<words> [^\]]+ ) \]
    (?: \( [^:)]+ (?: : [^)]+ )? \)
      | (?P<one> \{ [^}]+ \} )
      | \[ (?P<several> .*? ) \]
    )""",
    re.VERBOSE,
)
_ONE_OF_SEVERAL = re.compile(r"\{[^}]+\}")
# What is left of markup when all that is right is taken away.
_REMAINS = re.compile(r"\]\s*[({]|\[[^\]]*\(\w+\)")
_HOW = "It is written [1045](order_number)"
_TYPES: dict[str, type | tuple[type, ...]] = {"entity": str, "role": str, "group": str, "value": (str, int, float)}


def plain(example: str) -> str:
    """The example as a contact writes it."""
    return _MARKED.sub(lambda marked: marked["words"], example)


def faults(example: str) -> Iterator[tuple[Severity, str]]:
    """What is wrong with the markup: an error where Rasa stops, a warning where it takes the signs for words."""
    for marked in _MARKED.finditer(example):
        entities = [marked["one"]] if marked["one"] else _ONE_OF_SEVERAL.findall(marked["several"] or "")
        if marked["several"] is not None and not entities:
            yield Severity.WARNING, f"{marked[0]} marks nothing. {_HOW}."
        for entity in entities:
            if not _is_entity(entity):
                yield Severity.ERROR, f'{entity} cannot be read. {_HOW}, or [1045]{{"entity": "order_number"}}.'
    if left := _REMAINS.search(_MARKED.sub("", example)):
        yield Severity.WARNING, f'A bracket is missing, or a blank too many, near "{left[0]}". {_HOW}.'


def _is_entity(written: str) -> bool:
    try:
        found = json.loads(written)
    except json.JSONDecodeError:
        return False
    return "entity" in found and all(isinstance(found[key], kind) for key, kind in _TYPES.items() if key in found)
