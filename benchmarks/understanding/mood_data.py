"""What the mood is learnt from: texts that are upset and texts that are not, with what the encoder saw of them.

GoEmotions (Apache-2.0), BANKING77 and HWU64 (both CC BY 4.0), Bitext's customer service sample (CDLA-Sharing 1.0), all
from ``../shared/data``; the development messages beside this file; the examples of the project's own content.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.understanding import public
from bot.nlu.feeling.rules import signs
from bot.nlu.learning.encoder import Encoder

ROOT = Path(__file__).resolve().parents[2]
DEVELOPMENT = Path(__file__).with_name("mood_development.yml")
CROSS = Path(__file__).with_name("mood_cross.yml")
CACHE = ROOT / "var" / "mood"
SOUR = "anger annoyance disappointment disgust".split()
PLEASED = "admiration amusement approval caring excitement gratitude joy love optimism pride relief".split()
# Rows of BANKING77's training file, read and found upset by hand; those that are neither are left out as well.
_BANKING_UPSET = """
6147 2696 7329 5435 5494 3902 5490 2509 5732 8184 6189 5514 5466 8351 7433 694 6197 6243 8334 5003 3280 7327 6150 7196
6220 3773 7082 6224 3362 6169 9398 5820 538 5512 6228 6144 6183 420 7236 6190 7436 7254 5389 8359 7309 5720 7258 7278
8217
""".split()
_BANKING_NEITHER = (
    "5729 2846 4090 7770 5735 5415 7261 2122 7105 6165 6164 2621 3820 419 6075 8883 444 5831 7542".split()
)
# Intents of the shop whose examples may be upset.
_MAY_BE_UPSET = frozenset(
    "complaint talk_to_human legal_threat agent_complaint crisis threat safety account_takeover".split()
)
_PLEASED_INTENTS = frozenset(("compliment", "thanks"))  # calm whatever they sound like: "bloody love your pans"
_PLEASED_KINDS = frozenset(("pleased", "rough_praise"))  # of the calm development messages
_SWEARING = re.compile(r"\b(?:fuck|shit|damn|hell|crap|bloody|bastard|ass|stupid|idiot|hate)\w*", re.IGNORECASE)


@dataclass(frozen=True)
class Texts:
    """Texts with whether they are upset, or pleased, and the group that folds are balanced by."""

    texts: list[str]
    upset: NDArray[np.bool_]
    pleased: NDArray[np.bool_]
    groups: list[str]


@dataclass(frozen=True)
class States:
    """Token states of many texts below one another; ``lengths`` in tokens."""

    flat: NDArray[np.float16]
    lengths: NDArray[np.int64]

    def take(self, rows: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The states of some texts, and where each begins."""
        lengths = self.lengths[rows]
        starts = np.cumsum(lengths) - lengths
        begins = np.cumsum(self.lengths) - self.lengths
        at = np.repeat(begins[rows] - starts, lengths) + np.arange(lengths.sum())
        return self.flat[at].astype(np.float32), starts

    def vectors(self) -> NDArray[np.float32]:
        """The vector of each text: the mean of its states, of length 1."""
        starts = np.cumsum(self.lengths) - self.lengths
        means = np.add.reduceat(self.flat.astype(np.float32), starts) / self.lengths[:, None]
        return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)


def goemotions(part: str) -> tuple[list[str], NDArray[np.bool_]]:
    """Comments and their emotions, a column each: ``train``, ``dev`` or ``test``."""
    folder = public.FOLDER / "goemotions"
    rows = [line.split("\t") for line in (folder / f"{part}.tsv").read_text("utf-8").splitlines()]
    emotions = np.zeros((len(rows), len(_emotions())), bool)
    for at, row in enumerate(rows):
        emotions[at, [int(number) for number in row[1].split(",")]] = True
    return [row[0] for row in rows], emotions


def grouped(emotions: NDArray[np.bool_], names: Sequence[str]) -> NDArray[np.bool_]:
    """Which comments have one of the emotions."""
    found: NDArray[np.bool_] = emotions[:, [_emotions().index(name) for name in names]].any(1)
    return found


def _emotions() -> list[str]:
    return (public.FOLDER / "goemotions" / "labels.txt").read_text("utf-8").split()


def development() -> Texts:
    """The messages written to develop on, a group for each kind."""
    kinds = yaml.safe_load(DEVELOPMENT.read_text("utf-8"))
    rows = [(text, mood, kind) for mood, of in kinds.items() for kind, texts in of.items() for text in texts]
    upset = np.array([mood == "upset" for _, mood, _ in rows])
    pleased = np.array([mood == "calm" and kind in _PLEASED_KINDS for _, mood, kind in rows])
    return Texts([text for text, _, _ in rows], upset, pleased, [f"{mood} {kind}" for _, mood, kind in rows])


def shop() -> Texts:
    """The content's own examples that are calm for certain."""
    cross = set(yaml.safe_load(CROSS.read_text("utf-8")))
    rows = [
        (text, intent in _PLEASED_INTENTS)
        for text, intent in _examples()
        if text not in cross and (intent in _PLEASED_INTENTS or (intent not in _MAY_BE_UPSET and not signs(text)))
    ]
    texts, pleased = [text for text, _ in rows], np.array([glad for _, glad in rows])
    return Texts(texts, np.zeros(len(texts), bool), pleased, ["shop"] * len(texts))


def _examples() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for line in entry["examples"].splitlines() if "intent" in entry else ():
                yield re.sub(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line.removeprefix("- ")), entry["intent"]


def banking_upset() -> Texts:
    """BANKING77's upset questions."""
    asked = public.banking77("train").texts
    texts = [asked[int(row)] for row in _BANKING_UPSET]
    return Texts(texts, np.ones(len(texts), bool), np.zeros(len(texts), bool), ["banking"] * len(texts))


def calm_elsewhere() -> list[str]:
    """Questions to a bank, a shop and a voice assistant, without those that swear or show a sign."""
    aside = {int(row) for row in (*_BANKING_UPSET, *_BANKING_NEITHER)}
    bank = [text for row, text in enumerate(public.banking77("train").texts) if row not in aside]
    asked = [*bank, *(text for text, rude in _bitext() if not rude), *public.split("hwu64/train").texts]
    return [text for text in asked if not _SWEARING.search(text) and not signs(text)]


def rude() -> list[str]:
    """The lines of Bitext's sample that are tagged offensive."""
    return [text for text, is_rude in _bitext() if is_rude]


def _bitext() -> list[tuple[str, bool]]:
    path = public.FOLDER / "bitext" / "Bitext_Sample_Customer_Service_Training_Dataset.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["utterance"], "W" in row["tags"]) for row in csv.DictReader(file)]


def states_of(used: Encoder, texts: Sequence[str], cache: Path = CACHE) -> States:
    """What the encoder saw of each text; kept in a file, since it takes milliseconds a text."""
    digest = hashlib.sha256("\0".join([used.name, *texts]).encode(errors="replace")).hexdigest()
    path = cache / f"{digest[:32]}.npz"
    if not path.exists():
        seen = [used.states(text)[0].astype(np.float16) for text in texts]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, flat=np.concatenate(seen), lengths=np.array([len(states) for states in seen]))
    with np.load(path) as stored:
        return States(stored["flat"], stored["lengths"])
