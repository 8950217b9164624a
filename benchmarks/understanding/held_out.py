"""How well the shipped content understands the held-out messages in ``tests/understanding``, both batches.

    python -m benchmarks.understanding.held_out

*Fair* counts the other intents that the labels accept, too. Only English messages are looked at.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import ROOT
from benchmarks.understanding.intents import encode
from bot.content.examples import read_examples
from bot.nlu.learning import intent_model, scope_model
from bot.nlu.learning.intent_model import IntentModel
from bot.nlu.learning.scope_model import ScopeModel

HELD_OUT = ROOT / "tests" / "understanding" / "held_out.yml"
BATCHES = {"held out": HELD_OUT, "held out, second batch": HELD_OUT.with_name("held_out_second.yml")}
PIPELINE = next(part for part in yaml.safe_load((ROOT / "config.yml").read_text())["pipeline"] if "refused" in part)


def read(path: Path = HELD_OUT) -> list[dict[str, Any]]:
    """The labelled messages in English."""
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return [entry for entry in entries if not entry.get("language")]


def main() -> None:
    """Print what becomes of the messages in scope and of those out of it."""
    examples = [one for one in read_examples([ROOT / "data"], ROOT).examples if one.intent and one.words]
    texts, intents = [one.words for one in examples], [one.intent for one in examples]
    trained = intent_model.train(texts, intents, lambda some: encode(list(some)))
    rates, out = scope_model.Rates(PIPELINE["refused"], PIPELINE["asked"]), PIPELINE["out_of_scope"]
    gate = scope_model.train(trained, rates, out)
    assert gate is not None
    for name, path in BATCHES.items():
        print(f"{name}:")
        tell(read(path), trained.model, gate, out)


def tell(entries: list[dict[str, Any]], model: IntentModel, gate: ScopeModel, out: Collection[str]) -> None:
    """Print it for one batch; ``out`` are the intents that are not for the assistant."""
    found: dict[str, dict[str, list[bool]]] = {"in": {}, "out": {}}
    strict = 0
    texts = [model.spelling.mend(entry["text"]) for entry in entries]
    for entry, text, vectors in zip(entries, texts, encode(texts), strict=True):
        judged = model.judge(text, vectors)
        intent = model.intents[judged.probabilities.argmax()]
        zone = gate.judge(model, judged).zone
        zone = "out" if zone == "in" and intent in out and entry["scope"] == "out" else zone
        strict += entry["scope"] == "in" and intent == entry["intent"]
        is_right = intent in (entry["intent"], entry.get("second"), *entry.get("also", ()))
        found[entry["scope"]].setdefault(zone, []).append(is_right)
    for scope, zones in found.items():
        if not zones:
            continue
        number = sum(map(len, zones.values()))
        fair = sum(map(sum, zones.values())) / number
        print(f"{scope} of scope: {number} messages" if scope == "out" else f"in scope: {number} messages, ", end="")
        print(f"likeliest intent right {strict / number:.1%}, fair {fair:.1%}" if scope == "in" else "")
        for zone, meaning in (("in", "answered"), ("grey", "asked about"), ("out", "told that it can't help")):
            right = zones.get(zone, [])
            share = f", of which {sum(right) / len(right):.1%} rightly" if scope == "in" and right else ""
            print(f"  {meaning}: {len(right)} ({len(right) / number:.1%}{share})")


if __name__ == "__main__":
    main()
