"""How many of the entities labelled in the held-out messages are found, and how much of what is found is labelled.

``python -m benchmarks.understanding.entities``: per entity precision and recall, of the very words that are labelled
and of what shares a word with a label, and the CPU time that a message takes on this machine.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import yaml

from bot.engine import placeholders

ROOT = Path(__file__).parents[2]
HELD_OUT = ROOT / "tests" / "understanding" / "held_out.yml"
COMPONENT = "bot.nlu.entities.Entities"
_PAIRS = ("exact", "touching")


def settings() -> dict[str, Any]:
    """The component's settings in ``config.yml``."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    own = next((step for step in pipeline if step["name"] == COMPONENT), None)
    if own is None:
        raise SystemExit(f"config.yml does not name {COMPONENT}")
    return {"also": [], "readers": {}, **own}


def labels(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Entity and words of each label of a held-out message."""
    given = (entry.get("entities") or {}).items()
    return [(kind, words) for kind, said in given for words in (said if isinstance(said, list) else [said])]


def score(wanted: list[tuple[str, str]], found: list[tuple[str, str]], counts: dict[str, Counter[str]]) -> None:
    """Count one message's labels and finds, and those of them that fit one another."""
    for kind, words in wanted:
        counts[kind]["labelled"] += 1
        counts[kind]["recalled exact"] += (kind, words) in found
        counts[kind]["recalled touching"] += any(kind == other and _touch(words, said) for other, said in found)
    for kind, words in found:
        counts[kind]["found"] += 1
        counts[kind]["right exact"] += (kind, words) in wanted
        counts[kind]["right touching"] += any(kind == other and _touch(words, said) for other, said in wanted)


def _touch(one: str, other: str) -> bool:
    return not set(one.lower().split()).isdisjoint(other.lower().split())


def main() -> None:
    placeholders.install()
    from rasa.shared.nlu.training_data.loading import load_data

    from bot.nlu.entities import finder, taken_from

    began, config = time.process_time(), settings()
    taken = taken_from(load_data(str(ROOT / "data" / "nlu")), config)
    finds, today = finder(taken, config), datetime.now(UTC).date()
    print(f"taken from the training data in {time.process_time() - began:.1f} CPU s, reading it included")
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    milliseconds = []
    # Messages out of scope carry no labels.
    held_out = [entry for entry in yaml.safe_load(HELD_OUT.read_text("utf-8")) if entry["scope"] == "in"]
    for entry in held_out:
        started = time.thread_time()
        found, _ = finds.find(entry["text"], today)
        milliseconds.append((time.thread_time() - started) * 1000)
        score(labels(entry), [(one.kind, entry["text"][one.start : one.end]) for one in found], counts)
    print(f"{len(held_out)} messages in scope")
    print("| entity | labelled | found | " + " | ".join(f"precision, recall {pair}" for pair in _PAIRS) + " |")
    for kind, count in sorted(item for item in counts.items() if item[1]["labelled"]):
        pairs = [(count[f"right {p}"] / max(count["found"], 1), count[f"recalled {p}"]) for p in _PAIRS]
        shares = " | ".join(f"{right:.2f}, {got / max(count['labelled'], 1):.2f}" for right, got in pairs)
        print(f"| {kind} | {count['labelled']} | {count['found']} | {shares} |")
    cuts = quantiles(milliseconds, n=20)
    print(f"a message: p50 {cuts[9]:.2f} ms, p95 {cuts[18]:.2f} ms, each seen for the first time")


if __name__ == "__main__":
    main()
