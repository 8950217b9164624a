"""What is wrong with the content, in an editor's words: how bad, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "error"  # training would break, or teach what contradicts itself: nothing is trained until it is mended
    WARNING = "warning"  # training goes on, and the assistant understands less well than it could


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1; without a line the whole file or folder."""

    file: Path
    line: int | None = None

    def __str__(self) -> str:
        return str(self.file) if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and what to do about it, in sentences for an editor."""

    severity: Severity
    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.text}"


def error(place: Place, text: str) -> Problem:
    """A problem that stops training."""
    return Problem(Severity.ERROR, place, text)


def warning(place: Place, text: str) -> Problem:
    """A problem that training goes on with."""
    return Problem(Severity.WARNING, place, text)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop training."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and line, as an editor goes through them."""
    return sorted(problems, key=lambda problem: (str(problem.place.file), problem.place.line or 0, problem.text))
