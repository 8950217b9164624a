"""Custom actions: none may block, each has a time limit, wherever it runs."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError

from bot.engine.actions_endpoint import (
    ActionServer,
    InProcessActions,
    action_classes,
    plain,
    use_compiled_validator,
)
from bot.engine.current import CurrentTurn, turn_in_hand
from bot.engine.model import LoadedModel
from bot.engine.turn import answer
from bot.engine.wire import HandoffAsked, TurnRequest
from tests.engine.conftest import ACTIONS


def asked_of_actions(kind: type) -> list[tuple[str, Any]]:
    names = [name for name in dir(kind) if name == "run" or name.startswith(("validate_", "extract_"))]
    return [(f"{kind.__name__}.{name}", getattr(kind, name)) for name in names if name not in ("validate_slots",)]


@pytest.mark.parametrize("package", ["bot.actions", ACTIONS])
def test_no_action_blocks(package: str) -> None:
    blocking = [
        name
        for kind in action_classes(package)
        for name, method in asked_of_actions(kind)
        if not inspect.iscoroutinefunction(method)
    ]
    assert action_classes(package)
    assert blocking == []


def test_the_test_above_sees_a_blocking_action() -> None:
    class Blocking:
        def run(self) -> None: ...

        def validate_order(self) -> None: ...

    assert not any(inspect.iscoroutinefunction(method) for _, method in asked_of_actions(Blocking))
    assert len(asked_of_actions(Blocking)) == 2


def call_of(name: str) -> dict[str, Any]:
    tracker = {
        "sender_id": "c", "slots": {}, "latest_message": {"text": "hi", "turn_id": "t"}, "events": [], "paused": False,
        "followup_action": None, "active_loop": {}, "latest_action_name": None,
    }  # fmt: skip
    return {"next_action": name, "sender_id": "c", "tracker": tracker, "domain": {}}


async def test_an_action_that_is_not_there_fails_the_turn() -> None:
    with turn_in_hand(CurrentTurn()) as turn:
        answered = await InProcessActions(ACTIONS).request(json=call_of("action_unknown"))
    assert answered == {"events": [], "responses": []}
    assert turn.failure == "the action action_unknown raised LookupError"


async def test_after_a_failure_no_other_action_runs() -> None:
    with turn_in_hand(CurrentTurn(failure="already")) as turn:
        await InProcessActions(ACTIONS).request(json=call_of("action_complain"))
    assert turn.effects == []


def test_an_answer_of_a_wrong_shape_is_still_refused() -> None:
    use_compiled_validator()
    action = RemoteAction("action_x", None)
    assert action._validate_action_result({"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []})
    with pytest.raises(jsonschema.ValidationError):
        action._validate_action_result({"events": [{"name": "no event"}], "responses": [1]})


async def action_server(request: web.Request) -> web.Response:
    called = await request.json()
    name = called["next_action"]
    if name == "action_break":
        return web.json_response({"action_name": name, "error": "no"}, status=400)
    if name == "action_mute":
        return web.json_response({}, status=500)
    effect = {"type": "handoff_asked", "reason": "asked", "evidence": called["tracker"]["latest_message"]["turn_id"]}
    responses = [{"custom": {"effect": effect}}, {"text": "from the server"}]
    return web.json_response({"events": [], "responses": responses})


@pytest.fixture
async def server() -> AsyncIterator[ActionServer]:
    app = web.Application()
    app.router.add_post("/webhook", action_server)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    endpoint = ActionServer(f"http://127.0.0.1:{port}/webhook", limit=2)
    yield endpoint
    await endpoint.close()
    await runner.cleanup()


async def test_an_action_server_is_asked_in_the_same_way(loaded: LoadedModel, server: ActionServer) -> None:
    import copy

    processor = copy.copy(loaded.processor)
    processor.action_endpoint = server
    model = replace(loaded, processor=processor)
    result = await answer(model, TurnRequest("t1", "c", "web", "complaint please"))
    assert [reply.text for reply in result.replies] == ["from the server"]
    assert result.effects == (HandoffAsked("asked", "t1"),)
    failed = await answer(model, TurnRequest("t2", "c", "web", "say nothing"))
    assert failed.failed == "the action action_mute raised ClientResponseError"


async def test_an_action_server_may_decline_to_run_an_action(server: ActionServer) -> None:
    with turn_in_hand(CurrentTurn()) as turn, pytest.raises(ClientResponseError):
        await server.request(json=call_of("action_break"))
    assert turn.failure is None


async def test_an_action_server_that_is_down_fails_the_turn() -> None:
    endpoint = ActionServer("http://127.0.0.1:9/webhook", limit=1)
    with turn_in_hand(CurrentTurn()) as turn:
        await endpoint.request(json=call_of("action_complain"))
    await endpoint.close()
    assert turn.failure == "the action action_complain raised ClientConnectorError"


def test_numbers_of_numpy_become_plain() -> None:
    import numpy as np

    assert plain({"a": np.float64(0.5), "b": np.str_("x"), "c": np.int64(3)}) == {"a": 0.5, "b": "x", "c": 3}
