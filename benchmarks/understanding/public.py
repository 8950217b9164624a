"""Public data sets of intents, read from the folder ``../shared/data`` beside the project, when it is there.

Origins and licences: BANKING77 (PolyAI, CC BY 4.0) with the fixed few-example splits of Few-Shot-Intent-Detection;
HWU64 (CC BY 4.0); BANKING77-OOS (50 of the intents in scope; the others are near, CLINC150's are far).
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Labelled:
    """Texts with their intents."""

    texts: list[str]
    intents: list[str]


def require() -> None:
    """End with a sentence when the data is not there."""
    if not FOLDER.is_dir():
        sys.exit(f"The public data sets are not there ({FOLDER}); this benchmark needs them.")


def split(name: str) -> Labelled:
    """A folder with one text and one label a line, such as ``hwu64/test``."""
    texts = (FOLDER / name / "seq.in").read_text("utf-8").splitlines()
    intents = (FOLDER / name / "label").read_text("utf-8").splitlines()
    return Labelled([text.strip() for text in texts], [intent.strip() for intent in intents])


def banking77(part: str) -> Labelled:
    """The whole of BANKING77: ``train`` or ``test``."""
    with (FOLDER / "banking77" / f"{part}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Labelled([row["text"] for row in rows], [row["category"] for row in rows])


SETS = {
    "BANKING77, 10 examples": (lambda: split("banking77/train_10"), lambda: banking77("test")),
    "BANKING77, 5 examples": (lambda: split("banking77/train_5"), lambda: banking77("test")),
    "BANKING77, full": (lambda: banking77("train"), lambda: banking77("test")),
    "HWU64, 10 examples": (lambda: split("hwu64/train_10"), lambda: split("hwu64/test")),
    "HWU64, 5 examples": (lambda: split("hwu64/train_5"), lambda: split("hwu64/test")),
}
POOLS = {"BANKING77": lambda: banking77("train"), "HWU64": lambda: split("hwu64/train")}
