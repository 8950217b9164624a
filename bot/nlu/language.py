"""The graph component that adds the language of a message to what Rasa understood of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.languages.detector import Detector


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Language(GraphComponent):  # type: ignore[misc]
    """Sets ``language`` to ``{"code": ISO 639-1, "confidence": 0 to 1, "taught": whether the content has it}``.

    Nothing is set when the message is too short to tell.

    ``languages`` in its configuration are those that the content has examples and answers in.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """English content."""
        return {"languages": ["en"]}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Language:
        """Rasa's way to make a component; ``InvalidConfigException`` for a language that cannot be told."""
        try:
            return cls(Detector(config["languages"]), config["languages"])
        except ValueError as wrong:
            raise InvalidConfigException(f"bot.nlu.language.Language in config.yml: {wrong}") from wrong

    def __init__(self, detector: Detector, taught: Collection[str]) -> None:
        self._detector, self._taught = detector, taught

    # Rasa binds a component's inputs by the names of its parameters: this one must be called "messages".
    def process(self, messages: list[Message]) -> list[Message]:
        """Tell the language of each message that has a text."""
        for message in messages:
            told = self._detector.detect(message.get(TEXT) or "")
            if told is not None:
                found = {"code": told.code, "confidence": told.confidence, "taught": told.code in self._taught}
                message.set("language", found, add_to_output=True)
        return messages
