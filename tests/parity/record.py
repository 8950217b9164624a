"""Records what the frozen assistant answers on Python 3.10 with Rasa's own pins, TensorFlow among them.

From the project's folder, in an environment of its own:

    python3.10 -m venv parity
    parity/bin/pip install -r tests/parity/requirements-3.10.txt
    parity/bin/python -m tests.parity.record

writes ``tests/parity/recorded.json.gz``, which ``test_parity.py`` compares with Python 3.12. Record anew only when
something under ``tests/parity/project`` or ``tests/parity/actions`` changes, or a conversation does.

Elsewhere it works as well (under the placeholders where TensorFlow is not installed), to try a change:

    python -m tests.parity.record --to OTHER.json.gz --conversations 20
"""

from __future__ import annotations

import os

# One thread: sums of floats then come in one order. Read when NumPy and TensorFlow are imported.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", LOG_LEVEL="ERROR")

import argparse
import asyncio
import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import logging
import platform
import tempfile
import warnings
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER / "project"
RECORDED = FOLDER / "recorded.json.gz"
CONVERSATIONS = 200
NAMED = ("rasa", "rasa-sdk", "tensorflow", "scikit-learn", "numpy", "scipy", "sklearn-crfsuite", "python-crfsuite")


def main() -> None:
    """Train, talk, and write the record."""
    parser = argparse.ArgumentParser(description="Record the answers of the frozen assistant.")
    parser.add_argument("--to", type=Path, default=RECORDED, help="the file to write")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, help="how many")
    chosen = parser.parse_args()
    hush()
    if importlib.util.find_spec("tensorflow") is None:
        from bot.engine import placeholders

        placeholders.install()
    write(chosen.to, asyncio.run(record(chosen.conversations)))


def hush() -> None:
    """Errors only: Rasa tells structlog each step of a turn."""
    import structlog

    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


async def record(count: int) -> dict[str, Any]:
    """The record of ``count`` conversations with a freshly trained model."""
    from rasa.model_training import train

    from tests.parity import conversations, replay

    with tempfile.TemporaryDirectory() as work:
        os.environ["RASA_CACHE_DIRECTORY"] = f"{work}/cache"
        data = [str(PROJECT / "data")]
        result = await asyncio.to_thread(
            train, str(PROJECT / "domain.yml"), str(PROJECT / "config.yml"), data, work, force_training=True
        )
        agent = await replay.load(Path(result.model))
    texts = conversations.write(PROJECT, count)
    said = [await replay.converse(agent, f"c{number}", each) for number, each in enumerate(texts)]
    silent = [turn["text"] for turns in said for turn in turns if not turn["replies"]]
    if silent:
        raise SystemExit(f"the frozen assistant says nothing to {silent[:10]}: an engine would call these turns failed")
    return {"made_with": made_with(), "made_from": made_from(), "conversations": said}


def made_from() -> str:
    """A hash of the frozen assistant: its content and its actions."""
    digest = hashlib.sha256()
    for path in sorted([*PROJECT.rglob("*.yml"), *(FOLDER / "actions").glob("*.py")]):
        digest.update(f"{path.relative_to(FOLDER).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def made_with() -> dict[str, str]:
    """The versions that an answer could depend on."""
    versions = {"python": platform.python_version()}
    for package in NAMED:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def write(path: Path, recorded: dict[str, Any]) -> None:
    """The record as gzipped JSON; the same record gives the same bytes."""
    text = json.dumps(recorded, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def read(path: Path = RECORDED) -> dict[str, Any]:
    """A record."""
    found: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return found


if __name__ == "__main__":
    main()
