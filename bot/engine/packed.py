"""Events of a conversation as short lists for the dialogue state, without what no policy reads."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.utils.common import all_subclasses

KEPT_TEXT = 200  # characters of each past message

# Rasa's own lookup walks all event classes for each event, a fifth of a turn's time.
_EVENT_TYPES: dict[str, type[Event]] = {kind.type_name: kind for kind in all_subclasses(Event)}
_LEFT_OUT = ("timestamp", "metadata", "policy", "confidence")
_ENTITY_KEYS = ("entity", "value", "role", "group")


def pack(event: Event) -> list[Any] | None:
    """The event as a list that begins with its kind; None for a reply of the assistant."""
    if isinstance(event, BotUttered):
        return None
    if isinstance(event, UserUttered):
        entities = [{key: found[key] for key in _ENTITY_KEYS if found.get(key) is not None} for found in event.entities]
        confidence = round(float(event.intent.get("confidence") or 0.0), 3)
        return ["said", (event.text or "")[:KEPT_TEXT], event.intent_name, confidence, entities]
    if isinstance(event, SlotSet):
        return ["slot", event.key, event.value]
    if isinstance(event, ActionExecuted) and event.action_name:
        return ["did", event.action_name, 1] if event.hide_rule_turn else ["did", event.action_name]
    if isinstance(event, DefinePrevUserUtteredFeaturization) and not event.use_text_for_featurization:
        return ["by_intent"]
    return ["event", {key: value for key, value in event.as_dict().items() if value and key not in _LEFT_OUT}]


def unpack(packed: list[Any]) -> Event:
    """The event that ``pack`` made the list of; ``ValueError``, ``LookupError`` or ``TypeError`` for anything else."""
    kind, *parts = packed
    if kind == "said":
        text, name, confidence, entities = parts
        return UserUttered(text, {"name": name, "confidence": confidence}, entities)
    if kind == "slot":
        return SlotSet(*parts)
    if kind == "did":
        return ActionExecuted(parts[0], hide_rule_turn=len(parts) > 1)
    if kind == "by_intent":
        return DefinePrevUserUtteredFeaturization(use_text_for_featurization=False)
    event = _EVENT_TYPES[parts[0]["event"]]._from_parameters(parts[0])
    if event is None:
        raise ValueError("not an event")
    return event
