"""Model files and what is recorded beside them. Nothing of Rasa is imported, so publishing costs no memory.

In the models folder lie ``<name>.tar.gz`` (read-only), ``<name>.json`` with its hash and origin, and ``live.json``,
which names the model that engines answer with.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import msgspec

LIVE = "live.json"


class ModelError(Exception):
    """The model cannot be used."""


class Live(msgspec.Struct, frozen=True):
    """The model that engines answer with: the name of its file and the SHA-256 of it."""

    name: str
    sha256: str


def sidecar(path: Path) -> Path:
    """The file beside a model that holds what was recorded at training."""
    return path.with_name(path.name.removesuffix(".tar.gz") + ".json")


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_hash(path: Path, expected: str | None = None) -> str:
    """The hash of a model file; ``ModelError`` if it is missing, unrecorded, or not what was recorded or expected."""
    if not path.is_file():
        raise ModelError(f"the model file {path.name} is missing")
    try:
        recorded = json.loads(sidecar(path).read_text())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(f"no hash was recorded for the model file {path.name}") from None
    found = file_hash(path)
    if found != recorded or expected not in (None, found):
        raise ModelError(f"the model file {path.name} was altered after its training")
    return found


def publish(models: Path, model: Path) -> Live:
    """Make a model in ``models`` the live one: engines that watch the folder swap to it between two turns."""
    live = Live(model.name, checked_hash(models / model.name))
    write_json(models / LIVE, msgspec.to_builtins(live))
    return live


def live_model(models: Path) -> Live:
    """What ``live.json`` names; ``ModelError`` if there is none or it cannot be read."""
    try:
        live = msgspec.json.decode((models / LIVE).read_bytes(), type=Live)
    except FileNotFoundError:
        raise ModelError("no model was published yet") from None
    except (OSError, msgspec.MsgspecError):
        raise ModelError(f"{LIVE} cannot be read") from None
    if Path(live.name).name != live.name:
        raise ModelError(f"{LIVE} names a file outside of the models folder")
    return live


def write_json(path: Path, content: dict[str, object]) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
