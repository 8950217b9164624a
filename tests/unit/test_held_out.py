"""What measures the assistant is never what taught it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
NEAR_COPY = 0.9  # of two normalised sentences, by difflib's ratio
UPSET = "this is ridiculous, I want a human NOW"


def normalised(text: str) -> str:
    """Letters and digits only, in lower case: punctuation and capitals do not make a sentence new."""
    bare = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return " ".join(re.sub(r"[^\w\s]", "", bare.lower()).split())


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def trained() -> dict[str, str]:
    """Every example in the training data, normalised, with its intent."""
    entries = [entry for path in sorted((ROOT / "data" / "nlu").glob("*.yml")) for entry in load(path)["nlu"]]
    return {
        normalised(line.removeprefix("- ")): entry["intent"]
        for entry in entries
        if "intent" in entry
        for line in entry["examples"].splitlines()
    }


def held_out() -> list[str]:
    handoffs = load(ROOT / "tests" / "data" / "handoff_sentences.yml")
    batches = ("data/held_out.yml", "understanding/held_out.yml", "understanding/held_out_second.yml")
    measured = [entry for batch in batches for entry in load(ROOT / "tests" / batch)]
    return [entry["text"] for entry in (*handoffs["upset"], *handoffs["calm"], *measured)]


def test_no_held_out_sentence_is_trained() -> None:
    examples = trained()
    assert len(examples) > 800
    assert not [text for text in held_out() if normalised(text) in examples]


def test_no_near_copy_of_a_held_out_sentence_is_trained() -> None:
    examples = list(trained())
    near = []
    for text in map(normalised, held_out()):
        matcher = SequenceMatcher(b=text, autojunk=False)
        for example in examples:
            matcher.set_seq1(example)
            near_enough = matcher.real_quick_ratio() >= NEAR_COPY and matcher.quick_ratio() >= NEAR_COPY
            if near_enough and matcher.ratio() >= NEAR_COPY:
                near.append((text, example))
    assert not near


def test_the_sentence_of_the_demo_is_held_out() -> None:
    assert UPSET in held_out()


def test_every_expected_intent_exists() -> None:
    known = {*load(ROOT / "domain.yml")["intents"], "nlu_fallback"}
    entries = [*load(ROOT / "tests/data/handoff_sentences.yml")["calm"], *load(ROOT / "tests/data/held_out.yml")]
    assert {intent for entry in entries for intent in (entry["intent"], *entry.get("also", []))} <= known


def test_no_example_stands_under_two_intents() -> None:
    seen: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in load(path)["nlu"]:
            for line in entry["examples"].splitlines() if "intent" in entry else ():
                text = normalised(line.removeprefix("- ")) or line  # an emoji alone has no letters
                assert seen.setdefault(text, entry["intent"]) == entry["intent"], text


def test_every_intent_has_at_least_fifteen_examples() -> None:
    counts: dict[str, int] = {}
    for intent in trained().values():
        counts[intent] = counts.get(intent, 0) + 1
    assert not {intent: count for intent, count in counts.items() if count < 15}
