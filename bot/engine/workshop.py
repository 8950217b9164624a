"""The engine's side of publishing: trains a candidate and reads messages with it, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.evidence import HeldOut, Reading
from bot.content.problems import Problem
from bot.engine.host import actions_of
from bot.engine.server import EngineOptions


@dataclass(frozen=True)
class RasaWorkshop:
    """Works in the models folder of ``options``; ``too_near`` as in `bot.engine.held_out`."""

    options: EngineOptions
    too_near: float

    def check(self, project: Path) -> list[Problem]:
        """As `bot.content.learned.checking.check_project`."""
        from bot.content.learned.checking import VECTORS, check_project

        return check_project(project, self.options.models / VECTORS)

    def train(self, project: Path) -> Path:
        """As `bot.engine.training.train`. What Rasa prints is kept back: only what went before a failure matters."""
        from bot.engine.training import train

        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                return train(project, self.options.models)
        except Exception:
            print(said.getvalue(), file=sys.stderr, end="")
            raise

    def held_out(self, model: Path, like: Path | None = None) -> HeldOut:
        """As `bot.engine.held_out.held_out`."""
        from bot.engine.held_out import held_out

        return held_out(model, self.too_near, like)

    async def read(self, model: Path, texts: Sequence[str]) -> list[Reading]:
        """How the model reads each text.

        Raises:
            ModelError: it was altered, cannot be loaded, or does not answer a canary turn.
        """
        actions = await asyncio.to_thread(actions_of, self.options)
        from bot.engine.model import load
        from bot.engine.turn import understand

        try:
            loaded = await load(model, actions)
            parses = [await understand(loaded, text) for text in texts]
        finally:
            await actions.close()
        return [Reading(parse.intent, parse.understood) for parse in parses]
