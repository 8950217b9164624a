"""The graph component that tells what a message wants, or that nobody taught it: classifier and scope gate in one.

In place of a featurizer, Rasa's classifiers and ``FallbackClassifier``. What it learns from is ``bot/nlu/learning``.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import wishes
from bot.nlu.denied import DENY, without_denied
from bot.nlu.feeling import danger as dangers
from bot.nlu.learning import intent_model, scope_model, stories
from bot.nlu.learning.cache import encode_cached
from bot.nlu.learning.encoder import Encoder, EncoderError, Vectors, encoder, pooled
from bot.nlu.learning.files import read_models, write_models
from bot.nlu.learning.intent_model import Floats, IntentModel, Judgement
from bot.nlu.learning.scope_model import IN, OUT, Scope, ScopeModel
from bot.nlu.person_wish import PERSON, with_person

# For the components after this one, never in the output: the encoder's name, the tokens' states, and what was read.
STATES = "states"
READABLE = "readable"  # likewise: whether there are words that can be understood
DANGER = "seen_danger"  # likewise: what ``feeling.danger`` found
CACHE_SETTING = "_FRONTDESK_VECTORS"  # where training keeps vectors, set by bot.engine.training
_RANKED = 10
_SHOWN = 3
_UNREADABLE = re.compile(r"\s*[!-~]{41,}\s*")  # one run of letters or signs that is longer than a word
_log = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Intents(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Sets ``intent``, ``intent_ranking``, ``scope`` and ``nearest``; what is not in scope is ``nlu_fallback``.

    A message that wants several things also gets ``wishes``, in their order. Who plainly asks for a person wants one
    beside whatever else, where ``talk_to_human`` is an intent. Words of danger are the intent ``crisis``, ``threat`` or
    ``safety`` where there is such a one, whatever else they resemble.

    Settings: ``encoder``, a path in place of the packaged one, or "none"; ``without_encoder``, what is done when it
    cannot be used: "lexical" goes on with n-grams alone and says so, "refuse" does not start. ``refused`` and ``asked``
    are shares of the messages in scope: so many may at most be taken for out of scope, and of so many one may ask what
    is meant. ``out_of_scope`` names intents that teach what the assistant is not for, ``aside`` intents that are no
    wish beside another one (manners), ``answers`` intents that answer a question of ours.
    """

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        encoder: Encoder | None,
        models: tuple[IntentModel, ScopeModel | None] | None = None,
        together: stories.Pairs | None = None,
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._encoder, self._models, self._together = encoder, models, together

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The packaged encoder, n-grams without it; one message in thirty refused, one in twelve asked about."""
        rates = scope_model.Rates()
        return {
            "encoder": None,
            "without_encoder": "lexical",
            "refused": rates.refused,
            "asked": rates.asked,
            "out_of_scope": ["out_of_scope"],
            "aside": [],
            "answers": [],
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa trains again when this changes: the code that learns, and the encoder."""
        digest = hashlib.sha256(os.environ.get("FRONTDESK_ENCODER", "").encode())
        for path in sorted(Path(intent_model.__file__).parent.glob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Intents:
        """Rasa's way to make a component before training."""
        return cls(config, model_storage, resource, _encoder(config))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Intents:
        """Rasa's way to make a component of a trained model; it needs the encoder that it was trained with."""
        with model_storage.read_from(resource) as folder:
            (models, trained_with), together = read_models(folder), stories.read_pairs(folder)
        found = _encoder(config)
        if trained_with and (found is None or found.name != trained_with):
            _log.error("the model was trained with another encoder (%s): n-grams alone are used", trained_with)
            found, models, together = None, _taught(models[0].pairs, None, config), None
        return cls(config, model_storage, resource, found, models, together)

    # Rasa binds a component's inputs by the names of its parameters: "training_data" here, and "messages" below.
    def train(self, training_data: TrainingData) -> Resource:
        """Learn intents and scope from the examples; ``RasaException`` if there are not two intents."""
        pairs = [(m.get(TEXT) or "", m.get(INTENT)) for m in training_data.intent_examples]
        taught = [(text, intent) for text, intent in pairs if intent and text.strip()]
        self._models = _taught(taught, self._encoder, self._config)
        self._together = stories.told_together(self._models[0], wishes.told_clauses, _encode(self._encoder))
        with self._storage.write_to(self._resource) as folder:
            stories.write_pairs(folder, self._together)
            write_models(folder, *self._models, self._encoder.name if self._encoder else "")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Tell the intent and the scope of each message that has a text."""
        for message in messages:
            text = message.get(TEXT) or ""
            if self._models is not None and text.strip():
                self._tell(message, text, *self._models)
        return messages

    def _tell(self, message: Message, text: str, model: IntentModel, gate: ScopeModel | None) -> None:
        danger, _ = seen = dangers.found(text)
        message.set(READABLE, self._is_readable(message, text, model))
        text = model.spelling.mend(text) if _is_taught(message) else text
        vector, wanted = self._vector(message, text), without_denied(text) if DENY in model.intents else text
        is_denied = wanted != text
        if is_denied and wanted:
            text, vector = wanted, self._encoded(wanted)
        judged = model.judge(text, vector)
        ranking, scope = _ranking(model, judged), self._scope(message, judged, model, gate)
        message.set(DANGER, seen)
        if danger == dangers.THREAT and danger not in model.intents:
            danger = dangers.CRISIS  # content that does not tell them apart
        if danger in model.intents:
            # Words that must reach a person at once are neither asked about nor left to chance.
            ranking, scope = _first(ranking, danger), Scope(IN, scope.score, 1.0)
        elif is_denied and (not wanted or scope.zone != IN):
            ranking, scope = _first(ranking, DENY), Scope(IN, scope.score, 1.0)
        elif told := self._wishes(message, text, _reading(model, judged, scope), model, gate):
            if len(told) > 1:
                message.set("wishes", [asdict(wish) for wish in told], add_to_output=True)
            if len(told) == 1:  # a person, whatever else it resembles
                ranking, scope = _first(ranking, told[0].intent), Scope(IN, scope.score, 1.0)
            elif scope.zone != IN or ranking[0]["name"] in self._config["out_of_scope"]:
                # In doubt as a whole, or not for us in part, and sure of what its parts want.
                ranking.sort(key=lambda one: one["name"] != wishes.first_understood(told))
                scope = Scope(IN, scope.score, scope.chance)
        _write(message, ranking, scope)
        message.set("nearest", _nearest(model, judged), add_to_output=True)

    def _is_readable(self, message: Message, text: str, model: IntentModel) -> bool:
        """Whether it is in a language of the content, in words; found once for a message and all its parts."""
        return _is_taught(message) and not _UNREADABLE.fullmatch(text) and model.spelling.knows(text)

    def _encoded(self, text: str) -> Vectors | None:
        return self._encoder.encode([text])[0] if self._encoder is not None else None

    def _vector(self, message: Message, text: str) -> Vectors | None:
        """The text's vectors, its tokens' states kept for the components after this; None with nothing to encode."""
        vector = None
        # The encoder has one token for all that it does not know: to it any emoji is any other.
        if self._encoder is not None and any(character.isalnum() for character in text):
            states = self._encoder.states(text)
            vector = pooled(states)
            message.set(STATES, (self._encoder.name, states, text))
        return vector

    def _wishes(
        self, message: Message, text: str, whole: wishes.Reading, model: IntentModel, gate: ScopeModel | None
    ) -> list[wishes.Wish]:
        @cache  # what asks is often a clause, too
        def read_one(words: str) -> wishes.Reading:
            return self._read(message, words, self._encoded(words), model, gate)

        def read(texts: Sequence[str]) -> list[wishes.Reading]:
            return [read_one(words) for words in texts]

        set_up = self._config
        kinds = wishes.Kinds(set_up["aside"], set_up["answers"], set_up["out_of_scope"], self._together)
        glance = self._glance(message, text, model)
        told = wishes.wishes_in(text, whole, read, kinds, glance) if _is_taught(message) else []
        if PERSON not in model.intents:
            return told
        aside = {*kinds.aside, *kinds.beyond}
        return with_person(told, text, whole, aside, read_one)

    def _glance(self, message: Message, text: str, model: IntentModel) -> wishes.Glance | None:
        """How the stretches of a message seem by its token states; None where there are none of just this text."""
        if self._encoder is None or model.borders is None or not message.get(STATES):
            return None
        (_, states, read), tokens = message.get(STATES), self._encoder.tokens
        if text != read:
            return None
        return lambda stretches: model.glance(states, tokens(text), stretches)

    def _read(
        self, message: Message, text: str, vector: Vectors | None, model: IntentModel, gate: ScopeModel | None
    ) -> wishes.Reading:
        """How a part of a message is understood by itself."""
        judged = model.judge(text, vector)
        return _reading(model, judged, self._scope(message, judged, model, gate))

    def _scope(self, message: Message, judged: Judgement, model: IntentModel, gate: ScopeModel | None) -> Scope:
        if not message.get(READABLE):
            return Scope(OUT, 0.0, 0.0)
        chance = float(judged.probabilities.max())
        return Scope(IN, 0.0, chance) if gate is None else gate.judge(model, judged)


def _write(message: Message, ranking: list[dict[str, Any]], scope: Scope) -> None:
    """Intent, ranking and scope, as Rasa and the gateway read them."""
    if scope.zone != IN:
        # Rasa's evaluation looks for what the gate hid at the second place.
        ranking = [{"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1 - scope.chance}, *ranking]
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    why = {} if _is_taught(message) else {"why": "language"}
    message.set("scope", {"class": scope.zone, "score": scope.score, **why}, add_to_output=True)


def _is_taught(message: Message) -> bool:
    """Whether the content has the message's language, as far as that can be told."""
    return bool((message.get("language") or {}).get("taught", True))


def _taught(
    pairs: Sequence[tuple[str, str]], used: Encoder | None, config: dict[str, Any]
) -> tuple[IntentModel, ScopeModel | None]:
    """Classifier and gate, learnt from texts with their intents."""
    try:
        trained = intent_model.train([text for text, _ in pairs], [intent for _, intent in pairs], _encode(used))
    except ValueError as wrong:
        raise RasaException(f"The assistant cannot be trained: {wrong}.") from wrong
    rates = scope_model.Rates(float(config["refused"]), float(config["asked"]))
    return trained.model, scope_model.train(trained, rates, config["out_of_scope"])


def _encode(used: Encoder | None) -> intent_model.Encode | None:
    """How training makes vectors, and keeps them; None without an encoder."""
    cache = Path(os.environ.get(CACHE_SETTING) or Path(".rasa") / "vectors")
    return None if used is None else lambda texts: encode_cached(used, texts, cache)


def _encoder(config: dict[str, Any]) -> Encoder | None:
    if config["without_encoder"] not in ("lexical", "refuse"):
        raise InvalidConfigException('bot.nlu.intents.Intents in config.yml: without_encoder is "lexical" or "refuse"')
    for name in ("refused", "asked"):
        if not isinstance(config[name], int | float) or not 0 <= config[name] <= 1:
            raise InvalidConfigException(f"bot.nlu.intents.Intents in config.yml: {name} is a share, from 0 to 1")
    try:
        return encoder(config["encoder"])
    except EncoderError as wrong:
        if config["without_encoder"] == "refuse":
            raise RasaException(f"The encoder of sentences cannot be used: {wrong}.") from wrong
        _log.error("%s: n-grams alone are used, which understand less", wrong)
        return None


def _ranking(model: IntentModel, judged: Judgement) -> list[dict[str, Any]]:
    likeliest = judged.probabilities.argsort()[::-1][:_RANKED]
    return [{"name": model.intents[at], "confidence": float(judged.probabilities[at])} for at in likeliest]


def _first(ranking: list[dict[str, Any]], intent: str) -> list[dict[str, Any]]:
    """The ranking with an intent in front, for sure."""
    return [{"name": intent, "confidence": 1.0}, *(one for one in ranking if one["name"] != intent)]


def _reading(model: IntentModel, judged: Judgement, scope: Scope) -> wishes.Reading:
    return wishes.Reading(scope.zone == IN, {entry["name"]: entry["confidence"] for entry in _ranking(model, judged)})


def _nearest(model: IntentModel, judged: Judgement) -> list[dict[str, Any]]:
    close: Floats = judged.likeness.closeness[: model.examples]
    return [
        {"text": model.texts[at], "intent": model.intents[model.labels[at]], "similarity": float(close[at])}
        for at in close.argsort()[::-1][:_SHOWN]
    ]
