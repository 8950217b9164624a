"""The composition root of the engine's process, and of training. Rasa is imported only in what is called here."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.engine.wire import Parse
from frontdesk import logs
from frontdesk.settings import Settings

# Behind the fronts of its machine, by so many steps: whoever writes is acknowledged before anybody is answered.
_NICE = 5
# Seconds without a turn after which the draft's engine ends: it holds memory for who tries it only.
_IDLE = 600.0


class NoModel(Exception):
    """There is no model that could be loaded."""


def use_encoder(settings: Settings) -> None:
    """Let the pipeline find the encoder that is set, also when that stands in ``.env``."""
    if settings.environment.encoder:
        os.environ["FRONTDESK_ENCODER"] = settings.environment.encoder


def _one_thread() -> None:
    """A turn's matrices are small: several threads for one cost more than they give. Read when numpy is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _quiet() -> None:
    """No warnings of Rasa and its libraries about their own age: nobody who runs this can do anything about them.

    Filters are not enough: the libraries put their own before them when they are imported.
    """
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.simplefilter("ignore")
    warnings.showwarning = lambda *_, **__: None
    logging.getLogger("py.warnings").addFilter(lambda _: False)


def alone() -> None:
    """For a process that trains or reads, and ends: one thread, no telemetry, no warnings about others' age."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    _one_thread()
    _quiet()


def options(settings: Settings) -> Any:
    """What an engine of this machine is told."""
    from bot.engine.server import EngineOptions

    use_encoder(settings)
    config = settings.config
    return EngineOptions(
        models=settings.models,
        secret=settings.engine_secret,
        action_server_url=config.engine.action_server_url,
        action_limit=config.engine.action_seconds,
        turn_limit=max(1.0, config.bounds.turn - 2),
        prepare=_prepare_actions,
    )


def run(settings: Settings, level: str = "INFO") -> None:
    """Serves turns until it is told to stop."""
    os.nice(_NICE)
    _one_thread()
    _quiet()
    from bot.engine import server

    logs.set_up(level)
    listen = settings.engine_listen
    if listen.startswith("unix:"):
        server.run(options(settings), socket=Path(listen.removeprefix("unix:")))
    else:
        host, _, port = listen.rpartition(":")
        server.run(options(settings), host=host, port=int(port))


def run_draft(settings: Settings, level: str = "INFO") -> None:
    """Serves turns with the draft that was trained last, until nobody has asked it for a while."""
    os.nice(_NICE)
    _one_thread()
    _quiet()
    from bot.engine import server

    logs.set_up(level)
    drafted = replace(options(settings), models=settings.draft, idle_limit=_IDLE)
    server.run(drafted, socket=settings.draft_socket)


def train_draft(settings: Settings, project: Path) -> str:
    """Trains a project's content, and makes its model the draft. Returns the model's hash.

    Raises:
        bot.engine.training.TrainingError: with what is wrong.
    """
    alone()
    use_encoder(settings)
    from bot.engine import model_files, training

    with contextlib.redirect_stdout(io.StringIO()):
        model = training.train(project, settings.models)
    settings.draft.mkdir(exist_ok=True)
    for file in (model_files.sidecar(model), model):
        target = settings.draft / file.name
        target.unlink(missing_ok=True)
        shutil.copy2(file, target)
    live = model_files.publish(settings.draft, model)
    for old in settings.draft.glob("*.tar.gz"):
        if old.name != live.name:
            model_files.sidecar(old).unlink(missing_ok=True)
            old.unlink()
    return live.sha256


def _prepare_actions() -> None:
    from bot.actions import ports
    from vendors.shop import SampleShop

    ports.use(SampleShop())


def train(settings: Settings) -> Path:
    """Trains when content or pipeline changed, and makes the model the live one. Returns its file.

    Raises:
        bot.engine.training.TrainingError: with what Rasa found wrong.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    use_encoder(settings)
    _quiet()
    from bot.engine import model_files, training

    said = io.StringIO()  # Rasa says where it put the model, which is moved; only what went before a failure matters
    try:
        with contextlib.redirect_stdout(said):
            model = training.train(settings.environment.project, settings.models)
    except training.TrainingError:
        print(said.getvalue(), file=sys.stderr, end="")
        raise
    model_files.publish(settings.models, model)
    return model


async def understood(settings: Settings, text: str) -> Parse:
    """How the live model, loaded for this, understands a text; ``NoModel`` says why there is none."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    _quiet()
    from bot.engine.host import Host

    host = Host(options(settings))
    await host.refresh()
    try:
        if host.model is None:
            raise NoModel(host.reason or "there is no model")
        return await host.understand(text)
    finally:
        await host.close()


def encoder_in_use(settings: Settings) -> str:
    """The name of the sentence encoder, "" if none is wanted; ``ValueError`` says why it cannot be used."""
    use_encoder(settings)
    from bot.nlu.learning.encoder import EncoderError, encoder

    try:
        found = encoder()
    except EncoderError as wrong:
        raise ValueError(str(wrong)) from wrong
    return found.name if found else ""


def is_current(settings: Settings) -> bool:
    """Whether the live model was made from the content as it now is, and is whole."""
    from bot.engine import model_files, training

    try:
        made_from = training.content_hash(settings.environment.project)
        live = model_files.live_model(settings.models)
        model_files.checked_hash(settings.models / live.name, live.sha256)
    except (model_files.ModelError, OSError):
        return False
    return live.name.startswith(made_from[:16])
