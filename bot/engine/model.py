"""Loading a trained model: its file is checked against the hash recorded at training, then it must answer a canary."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from rasa.core.agent import load_agent
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import SessionConfig

from bot.engine import wordings
from bot.engine.actions_endpoint import ActionEndpoint, use_compiled_validator
from bot.engine.current import fail_current_turn
from bot.engine.lean import lean
from bot.engine.logs import hush_rasa
from bot.engine.model_files import ModelError, checked_hash
from bot.engine.state import TurnStore
from bot.engine.turn import answer
from bot.engine.wire import TurnRequest

CANARY = TurnRequest(turn_id="canary", conversation_id="canary", channel="canary", text="hello")


@dataclass(frozen=True)
class LoadedModel:
    """A model in memory, ready to answer. ``sha256`` is the hash of its file."""

    path: Path
    sha256: str
    processor: MessageProcessor


async def load(path: Path, actions: ActionEndpoint, expected: str | None = None) -> LoadedModel:
    """Check, load and warm a model; ``ModelError`` says what is wrong with it. The event loop stays free meanwhile."""
    sha256 = await asyncio.to_thread(checked_hash, path, expected)
    processor = await asyncio.to_thread(_load_processor, path, actions)
    model = LoadedModel(path, sha256, processor)
    await check(model)
    return model


async def check(model: LoadedModel) -> None:
    """Answer a canary turn; ``ModelError`` if the model does not."""
    result = await answer(model, CANARY)
    if result.failed:
        raise ModelError(f"the canary turn failed: {result.failed}")


def _load_processor(path: Path, actions: ActionEndpoint) -> MessageProcessor:
    hush_rasa()
    agent = asyncio.run(load_agent(model_path=str(path)))
    processor = agent.processor
    if processor is None or processor.model_metadata.core_target is None:
        raise ModelError(f"the model file {path.name} cannot be loaded")
    # Episodes are ours: no session of Rasa's may expire in the middle of one.
    processor.domain.session_config = SessionConfig(0, True)
    processor.tracker_store = TurnStore(processor.domain)
    processor.action_endpoint = actions
    processor.on_circuit_break = lambda *_: fail_current_turn("the assistant took too many actions in a row")
    use_compiled_validator()
    wordings.use(processor)
    lean(processor)
    hush_rasa()
    return processor
