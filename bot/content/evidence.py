"""What the gate judges by: how a candidate reads examples and past messages, beside how the live model does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.content.problems import Problem
from conversations.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Judged:
    """An example, and what a model that has not seen it takes it for, with that intent's probability."""

    text: str
    intent: str
    taken_for: str
    chance: float

    @property
    def right(self) -> bool:
        """Whether it is taken for what it is."""
        return self.taken_for == self.intent


@dataclass(frozen=True, slots=True)
class TooNear:
    """Two examples of different intents that mean nearly the same: the cosine of their vectors is ``similarity``."""

    text: str
    intent: str
    other_text: str
    other_intent: str
    similarity: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """All examples of a model, each judged without it, and the pairs that are too near each other."""

    judged: Sequence[Judged]
    too_near: Sequence[TooNear]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a model reads a text by itself. ``understood`` is False when it would ask what is meant, or say it can't."""

    intent: str
    understood: bool


@dataclass(frozen=True, slots=True)
class Labelled:
    """A real message (masked), and the intent that somebody who knows says it has; "" for none of ours."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class Past:
    """A past message (``text`` as the engine got it, ``shown`` masked). ``escalated``: soon after it a person came."""

    text: str
    shown: str
    escalated: bool


@dataclass(frozen=True, slots=True)
class Tested:
    """Conversation tests: how many were held, and those that failed, each in a sentence."""

    held: int
    failed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found out about a candidate. What is None could not be: there is no live model, or no test."""

    candidate: HeldOut
    live: HeldOut | None = None
    labelled: Sequence[Labelled] = ()
    past: Sequence[Past] = ()
    readings: Mapping[str, tuple[Reading | None, Reading]] = field(default_factory=dict)
    answers: tuple[Mapping[str, str], Mapping[str, str]] = field(default_factory=lambda: ({}, {}))
    tested: Tested | None = None


class Workshop(Protocol):
    """The engine's side of publishing: it is heavy, and runs in a process of its own."""

    def check(self, project: Path) -> list[Problem]:
        """What is wrong with a project's content."""

    def train(self, project: Path) -> Path:
        """The model file of a project's content, whole or not at all."""

    def held_out(self, model: Path, like: Path | None = None) -> HeldOut:
        """A model's examples, each judged by all the others; with the weights of ``like``, to be compared with it."""

    async def read(self, model: Path, texts: Sequence[str]) -> list[Reading]:
        """How a model reads each text; it must answer a canary turn first, or this raises."""


# Where labelled messages come from: pressed clarifications, the studio, agents' tags.
Labels = Callable[[Transaction], Awaitable[Sequence[Labelled]]]
# Holds the conversation tests of a project (its folder) against a model file; None when it has none.
Tests = Callable[[Path, Path], Awaitable[Tested | None]]
