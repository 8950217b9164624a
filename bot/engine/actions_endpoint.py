"""Custom actions, called by Rasa through an endpoint object of ours: in this process, or on an action server.

Either way each action has a time limit, an action that raises or hangs marks the turn as failed (Rasa alone would
swallow it and say nothing), and effects are taken out of the replies.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import aiohttp
import jsonschema
import msgspec
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from rasa_sdk.utils import all_subclasses

from bot.engine.current import current_turn
from bot.engine.plain import encode, plain
from bot.engine.wire import Effect

ACTION_LIMIT = 8.0  # seconds
NOTHING: dict[str, Any] = {"events": [], "responses": []}

_log = logging.getLogger(__name__)
_schema = RemoteAction.action_response_format_spec()
_validator = jsonschema.validators.validator_for(_schema)(_schema)


def _validate(_action: RemoteAction, result: dict[str, Any]) -> bool:
    """Rasa's check of an action's answer, with the schema compiled once: Rasa's own takes about 35 ms a call."""
    error = jsonschema.exceptions.best_match(_validator.iter_errors(result))
    if error is not None:
        raise error
    return True


def use_compiled_validator() -> None:
    """Let Rasa check what actions answer with the validator compiled here."""
    RemoteAction._validate_action_result = _validate


def modules_of(package: str) -> Iterator[ModuleType]:
    """The package and each module directly in it, imported; ``ImportError`` if one cannot be."""
    root = importlib.import_module(package)
    yield root
    for found in pkgutil.iter_modules(root.__path__, f"{package}."):
        yield importlib.import_module(found.name)


def action_classes(package: str) -> list[type[Action]]:
    """The action classes written in a package."""
    names = {module.__name__ for module in modules_of(package)}
    return [kind for kind in all_subclasses(Action) if kind.__module__ in names and not _abstract(kind)]


def _abstract(kind: type[Action]) -> bool:
    return bool(getattr(kind, "__abstractmethods__", None)) or kind.__name__.startswith("_")


class ActionEndpoint(EndpointConfig):  # type: ignore[misc]
    """What in-process actions and an action server have in common. ``limit`` is in seconds."""

    def __init__(self, limit: float = ACTION_LIMIT, url: str | None = None) -> None:
        super().__init__(url=url)
        self.limit = limit

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Run the action that Rasa names in ``json``; its answer without effects, or nothing if the turn has failed."""
        turn = current_turn()
        call = kwargs["json"]
        name = str(call["next_action"])
        if turn.failure:
            return {**NOTHING}
        timer = asyncio.timeout(self.limit)
        try:
            async with timer:
                answer = await self.call(call)
            return _without_effects(answer)
        except ClientResponseError:
            raise
        except Exception as error:
            cause = f"took longer than {self.limit:g} s" if timer.expired() else f"raised {type(error).__name__}"
            turn.fail(f"the action {name} {cause}")
            _log.error("the action %s %s at %s", name, cause, where(error))
        return {**NOTHING}

    async def call(self, call: dict[str, Any]) -> dict[str, Any]:
        """The answer of one action, JSON-like; each kind of endpoint below has its own."""
        raise NotImplementedError  # abstract: Rasa's base class takes no ABC

    async def close(self) -> None:
        """Let go of connections."""


class InProcessActions(ActionEndpoint):
    """Runs the actions of a package with the SDK's executor, in this event loop."""

    def __init__(self, package: str = "bot.actions", limit: float = ACTION_LIMIT) -> None:
        super().__init__(limit)
        self._executor = ActionExecutor()
        for kind in action_classes(package):
            self._executor.register_action(kind)

    async def call(self, call: dict[str, Any]) -> dict[str, Any]:
        """Run the action on its own copy of the tracker, as if it had come over the wire."""
        own = {**call, "tracker": plain(call["tracker"])}
        try:
            answer = await self._executor.run(own)
        except ActionExecutionRejection as rejection:
            body = json.dumps({"action_name": rejection.action_name, "error": str(rejection)})
            raise ClientResponseError(400, "rejected", body) from None
        except ActionNotFoundException as error:
            raise LookupError(error.action_name) from None
        copied: dict[str, Any] = plain(answer)
        return copied


class ActionServer(ActionEndpoint):
    """Asks a Rasa action server at ``url``."""

    def __init__(self, url: str, limit: float = ACTION_LIMIT) -> None:
        super().__init__(limit, url)
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def call(self, call: dict[str, Any]) -> dict[str, Any]:
        """Post the call; 400 means that the action declines to run, anything else but 200 fails the turn."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.limit))
        headers = {"Content-Type": "application/json"}
        async with self._session.post(self._url, data=encode(call), headers=headers) as response:
            body = await response.read()
            if response.status == 400:
                raise ClientResponseError(400, "rejected", body.decode())
            response.raise_for_status()
        answer: dict[str, Any] = msgspec.json.decode(body)
        return answer

    async def close(self) -> None:
        """Close the connections to the action server."""
        if self._session is not None:
            await self._session.close()


def _without_effects(answer: dict[str, Any] | None) -> dict[str, Any]:
    """Move the effects among an action's responses to the current turn."""
    if not answer:
        return {**NOTHING}
    turn = current_turn()
    replies = []
    for response in answer.get("responses") or []:
        custom = response.get("custom")
        if isinstance(custom, dict) and "effect" in custom:
            turn.effects.append(msgspec.convert(custom["effect"], Effect))
        else:
            replies.append(response)
    return {"events": answer.get("events") or [], "responses": replies}


def where(error: BaseException) -> str:
    """The place that raised, as ``file:line``; never the message, which may quote a contact."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
