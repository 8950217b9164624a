"""The trained classifier and gate as two files: words as JSON, numbers as arrays. Nothing that could run as code."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.learning.intent_model import Borders, IntentModel
from bot.nlu.learning.scope_model import ScopeModel

WORDS, NUMBERS = "intents.json", "intents.npz"
_OF_INTENTS = ("labels", "vectors", "prior", "weights")
_OF_BORDERS = tuple(field.name for field in fields(Borders))
_OF_SCOPE = tuple(field.name for field in fields(ScopeModel))


def write_models(folder: Path, model: IntentModel, scope: ScopeModel | None, encoder: str) -> None:
    """Write both; ``encoder`` is the name of the one that made the vectors, "" if none did."""
    words = {
        "encoder": encoder,
        "intents": model.intents,
        "texts": model.texts,
        "examples": model.examples,
        "shares": model.shares,
        "lexical_weight": model.lexical_weight,
        "noise": model.noise,
        "temperature": model.temperature,
    }
    (folder / WORDS).write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    arrays = {name: value for name in _OF_INTENTS if (value := getattr(model, name)) is not None}
    if model.borders is not None:
        arrays |= {f"border_{name}": np.asarray(getattr(model.borders, name)) for name in _OF_BORDERS}
    if scope is not None:
        arrays |= {f"scope_{name}": np.asarray(getattr(scope, name)) for name in _OF_SCOPE}
    np.savez(folder / NUMBERS, **arrays)


def read_models(folder: Path) -> tuple[tuple[IntentModel, ScopeModel | None], str]:
    """What ``write_models`` wrote, and the encoder's name."""
    words = json.loads((folder / WORDS).read_text("utf-8"))
    with np.load(folder / NUMBERS, allow_pickle=False) as stored:
        arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
    model = IntentModel(
        intents=tuple(words["intents"]),
        texts=tuple(words["texts"]),
        examples=words["examples"],
        shares=tuple(words["shares"]),
        lexical_weight=words["lexical_weight"],
        noise=words["noise"],
        temperature=words["temperature"],
        labels=arrays["labels"],
        vectors=arrays.get("vectors"),
        prior=arrays["prior"],
        weights=arrays["weights"],
        borders=_part(Borders, arrays, "border_", _OF_BORDERS),
    )
    return (model, _part(ScopeModel, arrays, "scope_", _OF_SCOPE)), words["encoder"]


def _part[T](kind: type[T], arrays: dict[str, Any], prefix: str, names: tuple[str, ...]) -> T | None:
    """What was written under ``prefix``; None if nothing was. Single numbers are floats again."""
    if f"{prefix}{names[0]}" not in arrays:
        return None
    found = {name: arrays[f"{prefix}{name}"] for name in names}
    return kind(**{name: value if value.shape else float(value) for name, value in found.items()})
