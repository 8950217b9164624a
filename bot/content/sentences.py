"""Labelled sentences that nothing is trained on: they measure how well what is taught is understood.

A file is a list of ``{text: …, intent: …}``; ``also`` lists intents that would do as well. What the assistant is not
for is labelled ``out_of_scope``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.evidence import Reading
from bot.content.problems import Place
from bot.content.yaml_lines import Unreadable, load, load_plain, named

OUT = "out_of_scope"


@dataclass(frozen=True)
class Sentence:
    """A sentence and the intents that it may be read as; none of them: it is out of scope."""

    text: str
    intents: frozenset[str]

    @property
    def is_in_scope(self) -> bool:
        """Whether the assistant was taught what this asks for."""
        return OUT not in self.intents


@dataclass(frozen=True)
class Measured:
    """How sentences were read: counts. ``asked_back`` are of those in scope, ``rejected`` of the others."""

    in_scope: int
    right: int
    asked_back: int
    out_of_scope: int
    rejected: int


def read_sentences(files: Iterable[Path], root: Path) -> list[Sentence]:
    """The sentences of files.

    Raises:
        Unreadable: one is no such file.
    """
    return [one for file in files for one in _sentences(file, named(file, root))]


def _sentences(file: Path, name: Path) -> Iterable[Sentence]:
    found = load_plain(load(file, name), name)
    for one in found if isinstance(found, list) else [found]:
        if not isinstance(one, dict) or not isinstance(one.get("text"), str) or not isinstance(one.get("intent"), str):
            raise Unreadable(
                Place(name), "Each line is a sentence with its intent: - {text: where is it, intent: late}."
            )
        also = one.get("also") or []
        yield Sentence(one["text"], frozenset({one["intent"], *([also] if isinstance(also, str) else also)}))


def measured(sentences: Sequence[Sentence], readings: Sequence[Reading]) -> Measured:
    """Counts what was read as what. Rejected is what was not understood, or taken for something out of scope."""
    pairs = list(zip(sentences, readings, strict=True))
    inside = [(one, reading) for one, reading in pairs if one.is_in_scope]
    outside = [reading for one, reading in pairs if not one.is_in_scope]
    return Measured(
        in_scope=len(inside),
        right=sum(reading.understood and reading.intent in one.intents for one, reading in inside),
        asked_back=sum(not reading.understood for _, reading in inside),
        out_of_scope=len(outside),
        rejected=sum(not reading.understood or reading.intent == OUT for reading in outside),
    )
