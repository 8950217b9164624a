"""What ``frontdesk content test`` found, as tables: pure functions of the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.evidence import Judged
from bot.content.gate import calibration_error

_BINS = 10
SHOWN = 15  # pairs


@dataclass(frozen=True)
class OfIntent:
    """An intent's examples, each judged by all the others: how many, how many rightly, what the rest is taken for."""

    intent: str
    examples: int
    right: int
    taken_for: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Of those judged rightly, 0 to 1."""
        return self.right / self.examples


@dataclass(frozen=True)
class Bin:
    """Examples that were judged with nearly the same probability: the mean of it, and the share that was right."""

    examples: int
    chance: float
    right: float


@dataclass(frozen=True)
class Report:
    """The whole of it. ``off`` is the expected calibration error, 0 to 1; ``pairs`` are mixed up most."""

    right: float
    intents: tuple[OfIntent, ...]
    pairs: tuple[tuple[str, str, int], ...]
    bins: tuple[Bin, ...]
    off: float


def report(judged: Sequence[Judged]) -> Report:
    """The figures of a model's examples; the intents that are judged worst come first."""
    by_intent: dict[str, list[Judged]] = {}
    for one in judged:
        by_intent.setdefault(one.intent, []).append(one)
    intents = sorted((_of_intent(intent, own) for intent, own in by_intent.items()), key=lambda one: one.share)
    pairs = Counter((*sorted((one.intent, one.taken_for)),) for one in judged if not one.right)
    most = tuple((first, second, count) for (first, second), count in pairs.most_common(SHOWN))
    right = sum(one.right for one in judged) / max(1, len(judged))
    return Report(right, tuple(intents), most, tuple(_bins(judged)), calibration_error(judged))


def _of_intent(intent: str, own: Sequence[Judged]) -> OfIntent:
    wrong = Counter(one.taken_for for one in own if not one.right)
    return OfIntent(intent, len(own), sum(one.right for one in own), tuple(wrong.most_common(3)))


def _bins(judged: Sequence[Judged]) -> list[Bin]:
    grouped: dict[int, list[Judged]] = {}
    for one in judged:
        grouped.setdefault(min(_BINS - 1, int(one.chance * _BINS)), []).append(one)
    return [
        Bin(len(own), sum(one.chance for one in own) / len(own), sum(one.right for one in own) / len(own))
        for _, own in sorted(grouped.items())
    ]
