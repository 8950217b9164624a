"""The host of a model: loads the live one, swaps in a newer one between two turns, says whether it is ready."""

from __future__ import annotations

import asyncio
import gc
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.engine.model_files import Live, ModelError, live_model
from bot.engine.wire import Parse, Ready, TurnRequest, TurnResult

if TYPE_CHECKING:
    from bot.engine.model import LoadedModel
    from bot.engine.server import EngineOptions

_log = logging.getLogger(__name__)


class Host:
    """Holds the model in use; ``reason`` says why there is none, or why a newer one was refused."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._actions: Any = None
        self._tried: tuple[Live, int] | None = None
        self.model: LoadedModel | None = None
        self.reason: str | None = "the model is being loaded"

    async def watch(self) -> None:
        """Follow ``live.json`` until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(self._options.poll_every)

    async def refresh(self) -> None:
        """Load the live model if it is not the one in use. What was refused is tried again when it changes."""
        try:
            live = await asyncio.to_thread(live_model, self._options.models)
            if self._is_known(live):
                return
            self._tried = live, _changed(self._options.models / live.name)
            loaded = await self._load(live)
        except ModelError as error:
            self._refuse(str(error))
        except Exception as error:
            # Whatever a broken model file raises, the engine goes on with what it has.
            _log.error("loading a model failed: %s", type(error).__name__)
            self._refuse(f"the model cannot be loaded ({type(error).__name__})")
        else:
            self.model, self.reason = loaded, None
            _keep()
            _log.info("answering with model %s", loaded.sha256[:16])

    def _is_known(self, live: Live) -> bool:
        if self.model is not None and self.model.sha256 == live.sha256:
            self.reason = None
            return True
        return self._tried == (live, _changed(self._options.models / live.name))

    def _refuse(self, reason: str) -> None:
        if reason != self.reason:
            _log.error("no new model: %s", reason)
        self.reason = reason

    async def _load(self, live: Live) -> LoadedModel:
        if self._actions is None:
            self._actions = await asyncio.to_thread(actions_of, self._options)
        from bot.engine.model import load

        return await load(self._options.models / live.name, self._actions, live.sha256)

    async def answer(self, request: TurnRequest) -> TurnResult:
        """Answer a turn with the model in use; there must be one."""
        from bot.engine.turn import answer

        assert self.model is not None
        return await answer(self.model, request, self._options.turn_limit)

    async def understand(self, text: str) -> Parse:
        """Parse a text with the model in use; there must be one."""
        from bot.engine.turn import understand

        assert self.model is not None
        return await understand(self.model, text)

    async def ready(self) -> Ready:
        """Whether a canary turn is answered now."""
        if self.model is None:
            return Ready(False, reason=self.reason)
        from bot.engine.model import check

        try:
            await check(self.model)
        except ModelError as error:
            return Ready(False, self.model.sha256, str(error))
        return Ready(True, self.model.sha256, self.reason)

    async def close(self) -> None:
        """Let go of connections to an action server."""
        if self._actions is not None:
            await self._actions.close()


def _keep() -> None:
    """A model stays for long: the collector, which stops everybody, need not look at it. The one before it may go."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _changed(path: Path) -> int:
    """When a file was last changed, in nanoseconds; 0 if it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def actions_of(options: EngineOptions) -> Any:
    """The actions' endpoint. Importing it imports Rasa, which takes seconds: call it in a thread."""
    from bot.engine import placeholders

    placeholders.install()
    import bot.engine.model  # noqa: F401  (imported here, in the thread, and not later in the event loop)
    from bot.engine.actions_endpoint import ActionServer, InProcessActions
    from bot.engine.logs import hush_rasa

    hush_rasa(warnings=True)
    if options.action_server_url:
        return ActionServer(options.action_server_url, options.action_limit)
    if options.prepare is not None:
        options.prepare()
    return InProcessActions(options.actions_package, options.action_limit)
