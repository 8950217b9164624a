"""How often several wishes in one message are told apart, and how often one matter is cut in two.

``python -m benchmarks.understanding.wishes``: on the messages written to develop it on; with ``--held-out`` also on the
held-out ones, where only totals are told. The classifier is trained on the content as it is; nothing of the messages is
trained on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

import yaml

from benchmarks.understanding.held_out import BATCHES
from bot.engine import placeholders

ROOT = Path(__file__).parents[2]
DEVELOPMENT = Path(__file__).with_name("wishes_development.yml")
COMPONENT = "bot.nlu.intents.Intents"
BEYOND = "nlu_fallback"  # the intent of a part that is not for us

Tell = Callable[[str], list[str]]


def teller() -> Tell:
    """The intents of a text's wishes, by the classifier and the gate of the content and the settings in config.yml."""
    placeholders.install()
    from rasa.shared.nlu.training_data.loading import load_data

    from bot.nlu import wishes
    from bot.nlu.learning import intent_model, scope_model, stories
    from bot.nlu.learning.cache import encode_cached
    from bot.nlu.learning.encoder import Vectors, encoder, pooled
    from bot.nlu.learning.scope_model import IN

    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    settings = next(step for step in pipeline if step["name"] == COMPONENT)
    used = encoder()
    if used is None:
        raise SystemExit("this measures with an encoder")
    examples = [(m.get("text"), m.get("intent")) for m in load_data(str(ROOT / "data" / "nlu")).intent_examples]
    texts, intents = [text for text, _ in examples], [intent for _, intent in examples]

    def encode(some: Sequence[str]) -> Vectors:
        return encode_cached(used, some, ROOT / "var" / "benchmarks")

    trained = intent_model.train(texts, intents, encode)
    gate = scope_model.train(
        trained, scope_model.Rates(settings["refused"], settings["asked"]), settings["out_of_scope"]
    )
    model = trained.model
    together = stories.told_together(model, wishes.told_clauses, encode)
    kinds = wishes.Kinds(settings["aside"], settings["answers"], settings["out_of_scope"], together)

    def read(texts: Sequence[str]) -> list[wishes.Reading]:
        return [one(text, vector) for text, vector in zip(texts, used.encode(texts), strict=True)]

    def one(text: str, vector: Vectors) -> wishes.Reading:
        judged = model.judge(text, vector)
        zone = IN if gate is None else gate.judge(model, judged).zone
        chances = dict(zip(model.intents, map(float, judged.probabilities), strict=True))
        return wishes.Reading(zone == IN, chances)

    def tell(text: str) -> list[str]:
        text = model.spelling.mend(text)
        states, tokens = used.states(text), used.tokens(text)
        found = wishes.wishes_in(
            text, one(text, pooled(states)), read, kinds, lambda stretches: model.glance(states, tokens, stretches)
        )
        return [wish.intent for wish in found]

    return tell


def measure(name: str, several: Sequence[tuple[str, list[set[str]]]], one: Sequence[str], tell: Tell) -> None:
    """Tell the totals. A message with several wishes comes with the intents that each of them may be taken for."""
    found = [tell(text) for text, _ in several]
    false = sum(bool(tell(text)) for text in one)
    split = sum(bool(wishes) for wishes in found)
    right = sum(_fits(wishes, wanted) for wishes, (_, wanted) in zip(found, several, strict=True))
    print(f"{name}: of {len(several)} messages with several wishes {split} are split, {right} into the right ones;")
    print(f"  of {len(one)} with one matter {false} are split; precision {split / max(split + false, 1):.2f}, ", end="")
    print(f"recall {split / len(several):.2f}")


def _fits(found: list[str], wanted: list[set[str]]) -> bool:
    return len(found) == len(wanted) and all(intent in may for intent, may in zip(found, wanted, strict=True))


def _held_out(path: Path) -> tuple[list[tuple[str, list[set[str]]]], list[str]]:
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    also = {"out_of_scope": BEYOND}
    several = [
        (entry["text"], [{entry["intent"], *entry.get("also", [])}, {also.get(entry["second"], entry["second"])}])
        for entry in entries
        if "second" in entry
    ]
    return several, [entry["text"] for entry in entries if "second" not in entry]


def main() -> None:
    from bot.nlu.wishes import candidates, clauses

    tell = teller()
    development = yaml.safe_load(DEVELOPMENT.read_text("utf-8"))
    several = [(entry["text"], [{intent} for intent in entry["wishes"]]) for entry in development["several"]]
    measure("development", several, development["one"], tell)
    beyond = [(entry["text"], entry["wishes"]) for entry in development["partly"]]
    told = sum(tell(text) == wishes for text, wishes in beyond)
    others = [text for text, _ in several] + development["one"]
    false = sum(BEYOND in tell(text) for text in others)
    print(f"  of {len(beyond)} with a part that is not for us {told} are told right; of {len(others)} others {false}")
    if "--held-out" not in sys.argv[1:]:
        return
    for name, path in BATCHES.items():
        several, one = _held_out(path)
        measure(name, several, one, tell)
        print(
            f"  of the ones with one matter {sum(BEYOND in tell(text) for text in one)} have a part that is not for us"
        )
    microseconds, judged = [], 0
    for text in one:
        began = time.perf_counter()
        judged += bool(candidates(text) or clauses(text))
        microseconds.append((time.perf_counter() - began) * 1e6)
    print(f"looking for parts: p95 {quantiles(microseconds, n=20)[18]:.0f} µs a message; ", end="")
    print(f"{judged / len(one):.0%} of the messages with one matter have two that are then judged")


if __name__ == "__main__":
    main()
