"""Conversations with the frozen assistant through Rasa's own agent, as plain data. The same on both Pythons.

Rasa must be importable when this module is: without TensorFlow the placeholders come first.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

ACTIONS = "tests.parity.actions"
RANKING = 5
DIGITS = 4

Turn = dict[str, Any]


class WholeReplies(CollectingOutputChannel):
    """Keeps replies as they are; Rasa's own channel would split them at blank lines."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply."""
        self.messages.append(message)


class KeptTrackers(TrackerStore):
    """Keeps whole trackers, as Rasa's own store in memory does, without writing them to text and back at each turn."""

    def __init__(self, domain: Domain, event_broker: Any = None, **_: Any) -> None:
        super().__init__(domain, event_broker)
        self._trackers: dict[str, DialogueStateTracker] = {}

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """A tracker."""
        return self._trackers.get(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep a tracker."""
        self._trackers[tracker.sender_id] = tracker


class LocalActions(EndpointConfig):
    """Stands in for an action server: runs the actions with the SDK's executor, on JSON as over the wire."""

    def __init__(self) -> None:
        super().__init__()
        self._executor = ActionExecutor()
        for kind in _actions():
            self._executor.register_action(kind)

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """The answer of the action that Rasa names in ``json``."""
        try:
            answer = await self._executor.run(_plain(kwargs["json"]))
        except ActionExecutionRejection as rejection:
            body = json.dumps({"action_name": rejection.action_name, "error": str(rejection)})
            raise ClientResponseError(400, "rejected", body) from None
        copied: dict[str, Any] = _plain(answer)
        return copied


def _actions() -> Iterator[type[Action]]:
    package = importlib.import_module(ACTIONS)
    for found in pkgutil.iter_modules(package.__path__, f"{ACTIONS}."):
        kinds = vars(importlib.import_module(found.name)).values()
        yield from (kind for kind in kinds if isinstance(kind, type) and kind.__module__ == found.name)


def _plain(value: Any) -> Any:
    """A copy made of what JSON knows; NumPy's numbers become Python's own."""
    return json.loads(json.dumps(value, default=lambda number: number.item()))


async def load(model: Path) -> Agent:
    """The agent of a trained model, with the actions in this process and trackers in memory."""
    trackers = EndpointConfig(type=f"{KeptTrackers.__module__}.{KeptTrackers.__name__}")
    return await load_agent(str(model), endpoints=AvailableEndpoints(action=LocalActions(), tracker_store=trackers))


async def converse(agent: Agent, name: str, texts: list[str]) -> list[Turn]:
    """What the assistant answers to each text of a conversation, and what it knows then."""
    return [await _turn(agent, name, text) for text in texts]


async def _turn(agent: Agent, name: str, text: str) -> Turn:
    random.seed(f"{name}\0{text}")
    channel = WholeReplies()
    await agent.handle_message(UserMessage(text, channel, sender_id=name))
    tracker = await agent.tracker_store.retrieve(name)
    assert tracker is not None
    return _plain(
        {
            "text": text,
            **understood(_last_parse(tracker)),
            "replies": [reply(message) for message in channel.messages],
            "slots": {key: value for key, value in sorted(tracker.current_slot_values().items()) if value is not None},
            "loop": tracker.active_loop_name,
        }
    )


def _last_parse(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Of the last message, which may have been rewound."""
    last = next(event for event in reversed(tracker.events) if isinstance(event, UserUttered))
    return last.parse_data or {}


def understood(parse: dict[str, Any]) -> Turn:
    """Intent, ranking and entities of Rasa's parse data."""
    ranking = parse.get("intent_ranking") or []
    return {
        "intent": parse["intent"]["name"],
        "ranking": [[entry["name"], round(float(entry["confidence"]), DIGITS)] for entry in ranking[:RANKING]],
        "entities": sorted(map(_entity, parse.get("entities") or []), key=lambda found: json.dumps(found)),
    }


def _entity(found: dict[str, Any]) -> dict[str, Any]:
    kept = {key: found[key] for key in ("entity", "value", "role", "start", "end", "extractor") if key in found}
    if "confidence_entity" in found:
        kept["confidence"] = round(float(found["confidence_entity"]), DIGITS)
    return kept


def reply(message: dict[str, Any]) -> dict[str, Any]:
    """Text and buttons of a reply."""
    buttons = message.get("buttons") or []
    return {"text": message.get("text") or "", "buttons": [[button["title"], button["payload"]] for button in buttons]}
