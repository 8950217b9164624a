"""The graph component that adds the mood of a message to what Rasa understood of it."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.mood_rules import judge


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Mood(GraphComponent):  # type: ignore[misc]
    """Sets ``mood`` to ``{"value": −1 to 1, "reasons": [names]}`` in the parse data."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Mood:
        """Rasa's way to make a component; there is nothing to configure."""
        return cls()

    # Rasa binds a component's inputs by the names of its parameters: this one must be called "messages".
    def process(self, messages: list[Message]) -> list[Message]:
        """Judge each message that has a text."""
        for message in messages:
            value, reasons = judge(message.get(TEXT) or "")
            message.set("mood", {"value": value, "reasons": list(reasons)}, add_to_output=True)
        return messages
