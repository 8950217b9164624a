"""The intents that a domain names, with file and line, and those that its buttons mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.problems import Place, Problem
from bot.content.yaml_lines import Node, Unreadable, entries, items, line, load, named, parse, text_of

_PAYLOAD = re.compile(rb"""payload["']?\s*:\s*["']?/(?P<intent>[^{\s"'@]+)""")


@dataclass(frozen=True)
class Domain:
    """What a domain says about intents: their places by their names, and the intents behind its buttons."""

    intents: Mapping[str, Place]
    pressed: frozenset[str]
    problems: tuple[Problem, ...]


def read_domain(path: Path, root: Path) -> Domain:
    """Read a domain of one file or of a folder; one that is not there names nothing.

    Files are named as seen from ``root``, where they are in it.
    """
    intents: dict[str, Place] = {}
    pressed: set[str] = set()
    problems: list[Problem] = []
    for file in [path] if path.is_file() else sorted(path.rglob("*.y*ml")):
        name = named(file, root)
        try:
            stored = load(file, name)
            for node in items(entries(parse(stored, name), name).get("intents")):
                intents.setdefault(_name(node, name), Place(name, line(node)))
            pressed.update(found["intent"].decode() for found in _PAYLOAD.finditer(stored))
        except Unreadable as wrong:
            problems.append(wrong.problem)
    return Domain(intents, frozenset(pressed), tuple(problems))


def _name(node: Node, name: Path) -> str:
    """``greet``, or the key of ``greet: {use_entities: []}``."""
    return text_of(node) or next(iter(entries(node, name)), "")
