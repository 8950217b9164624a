"""The words by which mood, danger and wishes are seen, a file for each language: ``en.yml``, ``de.yml``, …

A language is added with a file, without code; a file need not have every section. All languages are looked for in every
text: which one somebody writes in is not always known, and who is in danger may fall back on their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conversations import yaml_text

FOLDER = Path(__file__).parent
NEVER = r"(?!)"  # matches nothing


class PhrasesError(Exception):
    """A file of phrases cannot be used."""


@dataclass(frozen=True)
class Phrases:
    """What one file says: ``short`` names parts of forms, the other sections hold forms by name, or words."""

    path: Path
    said: dict[str, Any]

    def named(self, section: str) -> dict[str, str]:
        """The forms of a section by name, each name's as one expression; ``PhrasesError`` when one is none."""
        return {name: "|".join(map(self._form, lines.split("\n"))) for name, lines in self._lines(section).items()}

    def words(self, section: str) -> tuple[str, ...]:
        """The words of a section, or the names that it lists."""
        said = self.said.get(section) or ()
        return tuple(said.split() if isinstance(said, str) else said)

    def _lines(self, section: str) -> dict[str, str]:
        said = self.said.get(section) or {}
        if not isinstance(said, dict) or not all(isinstance(part, str) and part.strip() for part in _flat(said)):
            raise PhrasesError(f"{self.path}: {section} is no list of names (quote no, yes, on) with text beside each.")
        return {name: lines.strip() for name, lines in said.items()}

    def _form(self, line: str) -> str:
        whole = line.strip()
        for short, meant in self._lines("short").items():
            whole = whole.replace("{" + short + "}", meant)
        try:
            re.compile(whole)
        except re.error as wrong:
            raise PhrasesError(f"{self.path}: {line.strip()!r} is no regular expression: {wrong}.") from wrong
        return whole


def _flat(pairs: dict[Any, Any]) -> list[Any]:
    return [part for pair in pairs.items() for part in pair]


@cache
def languages(folder: Path = FOLDER) -> tuple[Phrases, ...]:
    """All files, by the code of their language; ``PhrasesError`` when one cannot be read."""
    return tuple(_read(path) for path in sorted(folder.glob("*.yml")))


def every(section: str, name: str, folder: Path = FOLDER) -> str:
    """An expression for what any of the languages has under a name; one that matches nothing if none has."""
    return "|".join(_every(section, name, folder)) or NEVER


def _every(section: str, name: str, folder: Path) -> Iterator[str]:
    for language in languages(folder):
        if name in (forms := language.named(section)):
            yield forms[name]


def _read(path: Path) -> Phrases:
    try:
        said = yaml_text.loads(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as wrong:
        raise PhrasesError(f"{path} cannot be read: {wrong}") from wrong
    if not isinstance(said, dict):
        raise PhrasesError(f"{path} has no sections.")
    return Phrases(path, said)
