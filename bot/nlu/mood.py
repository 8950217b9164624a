"""The graph component that adds to what Rasa understood of a message how it feels, and if somebody is in danger."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.feeling import danger as dangers
from bot.nlu.feeling.judge import judge
from bot.nlu.feeling.model import MoodModel, model
from bot.nlu.feeling.rules import names, signs
from bot.nlu.intents import DANGER, STATES
from bot.nlu.phrases import PhrasesError


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Mood(GraphComponent):  # type: ignore[misc]
    """Sets ``mood`` to ``{"value": −1 to 1, "reasons": [names]}``, and ``danger`` where there is one.


    ``danger`` is ``crisis``, ``threat`` or ``safety``, with ``danger_reasons``. Without token states of the
    encoder that the mood's model was made with, the letters and the signs alone tell the mood.
    """

    def __init__(self, used: MoodModel) -> None:
        self._model = used

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Mood:
        """Rasa's way to make a component; there is nothing to configure.

        ``InvalidConfigException`` if a file of phrases cannot be used, or names a sign that the model does not weigh.
        """
        used = model()
        try:
            dangers.found("")  # both read the phrases, so that no contact waits for it
            signs("")
            unknown = sorted(set(names()).difference(*used.weights.values()))
        except PhrasesError as wrong:
            raise InvalidConfigException(str(wrong)) from wrong
        if unknown:
            raise InvalidConfigException(
                f"bot/nlu/phrases: no weight is known for the sign {unknown[0]!r}. Use a name that en.yml has, or train"
                " the mood again (docs/understanding.md)."
            )
        return cls(used)

    # Rasa binds a component's inputs by the names of its parameters: this one must be called "messages".
    def process(self, messages: list[Message]) -> list[Message]:
        """Judge each message that has a text."""
        for message in messages:
            text = message.get(TEXT) or ""
            encoder, states, _ = message.get(STATES) or ("", None, "")
            last = None if states is None or encoder != self._model.encoder else states[0]
            told = judge(text, self._model, last)
            message.set("mood", {"value": told.value, "reasons": list(told.reasons)}, add_to_output=True)
            danger, reasons = message.get(DANGER) or dangers.found(text)
            if danger is not None:
                message.set("danger", danger, add_to_output=True)
                message.set("danger_reasons", list(reasons), add_to_output=True)
        return messages
