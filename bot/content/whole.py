"""A project's content as one thing: examples, domain, rules and stories, and what code says of the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bot.content.domain import Answer, Domain
from bot.content.examples import TrainingData
from bot.content.flows import Flows, Kind

PREFIX, READING = "utter_", "utter_reading_"
_IN_CODE = re.compile(r"utter_[a-z0-9_]*")
_CODE = Path(__file__).resolve().parents[2]
_PACKAGES = ("bot", "conversations", "escalation", "frontdesk")


@dataclass(frozen=True)
class Whole:
    """All of a project's content. ``today`` is the day by which answers run out; ``in_code`` are names in code.

    ``without_rules``: intents that no rule uses are answered by themselves (``bot.nlu.faq`` in ``config.yml``).
    """

    data: TrainingData
    domain: Domain
    flows: Flows
    today: date
    in_code: frozenset[str] = frozenset()
    without_rules: bool = True

    @property
    def taught(self) -> set[str]:
        """The intents that have examples; ``faq`` for ``faq/opening``."""
        return {section.intent.partition("/")[0] for section in self.data.sections if section.examples}

    @property
    def unrouted(self) -> list[str]:
        """Intents with examples that no rule or story uses and no slot is filled by."""
        used = self.flows.used(Kind.INTENT).keys() | self.domain.mapped
        return sorted(intent for intent in self.taught if intent not in used)

    @property
    def faqs(self) -> dict[str, Answer]:
        """Intents that no rule or story uses, with the answers of their name: each answers by itself."""
        named = ((intent, self.domain.answers.get(PREFIX + intent)) for intent in self.unrouted)
        return {intent: answer for intent, answer in named if answer}

    def is_said_by_code(self, name: str) -> bool:
        """Whether code names an answer, or begins its name: ``utter_notice_``."""
        begun = tuple(found for found in self.in_code if found.endswith("_"))
        return name in self.in_code or name.startswith(begun)


def names_in_code(project: Path) -> frozenset[str]:
    """Answers that our code and the project's actions name; those that end in ``_`` begin names."""
    theirs = sorted((project / "actions").rglob("*.py"))
    return _ours() | frozenset(found for file in theirs for found in _named_in(file))


@cache
def _ours() -> frozenset[str]:
    files = (file for package in _PACKAGES for file in sorted((_CODE / package).rglob("*.py")))
    # Content's own checks speak of answers without saying them.
    return frozenset(found for file in files if "content" not in file.parts for found in _named_in(file))


def _named_in(file: Path) -> Iterator[str]:
    yield from (found for found in _IN_CODE.findall(file.read_text("utf-8", "replace")) if found != PREFIX)
