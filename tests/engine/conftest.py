"""One trained model of the small project under ``project/`` for all engine tests, cached by the hash of its content."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.engine import placeholders

FINDER = placeholders.install()

from bot.engine.actions_endpoint import InProcessActions  # noqa: E402  (Rasa is imported under the finder)
from bot.engine.model import LoadedModel, load  # noqa: E402
from bot.engine.training import train  # noqa: E402
from bot.engine.turn import answer  # noqa: E402
from bot.engine.wire import TurnRequest, TurnResult  # noqa: E402
from tests.conftest import one_at_a_time  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).parent / "project"
MODELS = ROOT / "var" / "test-models"
ACTIONS = "tests.engine.fixture_actions"

Say = Callable[..., Coroutine[Any, Any, TurnResult]]


@pytest.fixture(scope="session")
def model_file() -> Path:
    with one_at_a_time("model"):
        return train(PROJECT, MODELS)


@pytest.fixture(scope="session")
def loaded(model_file: Path) -> LoadedModel:
    return asyncio.run(load(model_file, InProcessActions(ACTIONS, limit=0.3)))


@pytest.fixture
def say(loaded: LoadedModel) -> Say:
    """Speaks in one conversation and keeps its state from turn to turn."""
    state: dict[str, Any] | None = None
    numbers = iter(range(1000))

    async def speak(text: str, payload: str | None = None, **facts: Any) -> TurnResult:
        nonlocal state
        request = TurnRequest(f"t{next(numbers)}", "c", "telegram", text, payload, state, facts)
        result = await answer(loaded, request)
        state = result.state
        return result

    return speak
