"""The graph component that finds entities and marks personal data, in place of Rasa's ``RegexEntityExtractor``."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.utils.pattern_utils import read_lookup_table_file
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.facts.catalogue import Catalogue, prepare
from bot.nlu.facts.finder import RULED, Finder, Reader
from bot.nlu.facts.found import Found
from bot.nlu.learning.encoder import VOCABULARY

_FILE = "entities.json"
_OFTEN = 3  # examples that a word must be in to count as a word of the language, not a slip of the editor's


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class Entities(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Finds what the training data annotates, and what the setting ``also`` lists, by rules, regexes and lookup tables.

    An entity called email, phone, name (the writer's own), amount or date is found by rules; it and any other by the
    regexes and lookup tables of its name, too. What is in a lookup table may be misspelt. ``value`` is normalized,
    ``text`` is what was written. ``readers`` gives for an entity the path of the function that reads what its regex
    has matched, and answers the value, or None if it is nothing of the kind.
    Sets ``personal``, too: what is to be masked where the text is kept.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, finder: Finder) -> None:
        self._config, self._storage, self._resource, self._finder = config, storage, resource, finder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Nothing besides what is annotated."""
        return {"also": [], "readers": {}}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Entities:
        """Rasa's way to make a component before training."""
        return cls(config, model_storage, resource, Finder(()))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Entities:
        """Rasa's way to make a component of a trained model."""
        with model_storage.read_from(resource) as folder:
            taken = json.loads((folder / _FILE).read_text("utf-8"))
        return cls(config, model_storage, resource, finder(taken, config))

    # Rasa binds a component's inputs by the names of its parameters: "training_data" here, and "messages" below.
    def train(self, training_data: TrainingData) -> Resource:
        """Take regexes and lookup tables over; a faulty regex is told with its name."""
        taken = taken_from(training_data, self._config)
        self._finder = finder(taken, self._config)
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(taken, sort_keys=True), "utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to those found before, and set ``personal``."""
        today = datetime.now(UTC).date()
        for message in messages:
            text = message.get(TEXT) or ""
            found, personal = self._finder.find(text, today)
            entities = self.add_extractor_name([_entity(one, text) for one in found])
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
            spans = [{"kind": one.kind, "start": one.start, "end": one.end} for one in personal]
            message.set("personal", spans, add_to_output=True)
        return messages


def taken_from(training_data: TrainingData, config: dict[str, Any]) -> dict[str, Any]:
    """What the component needs of the training data, as it is kept in the model."""
    wanted = {*training_data.entities, *config["also"]}
    return {
        "kinds": sorted(wanted.intersection(RULED)),
        "patterns": _patterns(training_data, wanted),
        "catalogues": [catalogue.to_dict() for catalogue in _catalogues(training_data, wanted)],
    }


def finder(taken: dict[str, Any], config: dict[str, Any]) -> Finder:
    """A finder of what `taken_from` took; a reader that is not there is told by its path."""
    readers = {kind: _reader(path) for kind, path in config["readers"].items()}
    catalogues = [Catalogue.from_dict(catalogue) for catalogue in taken["catalogues"]]
    return Finder(taken["kinds"], taken["patterns"], catalogues, readers)


def _entity(found: Found, text: str) -> dict[str, Any]:
    written = text[found.start : found.end]
    return {"entity": found.kind, "start": found.start, "end": found.end, "value": found.value, "text": written}


def _patterns(training_data: TrainingData, wanted: set[str]) -> list[tuple[str, str]]:
    patterns = [(regex["name"], regex["pattern"]) for regex in training_data.regex_features if regex["name"] in wanted]
    for name, pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as wrong:
            raise InvalidConfigException(f"The regex for {name}, {pattern}, is not valid: {wrong}.") from wrong
    return patterns


def _catalogues(training_data: TrainingData, wanted: set[str]) -> list[Catalogue]:
    listed: dict[str, list[str]] = {}
    for table in training_data.lookup_tables:
        if table["name"] in wanted:
            entries = table["elements"]  # or the path of a file with one entry a line
            listed.setdefault(table["name"], []).extend(
                entries if isinstance(entries, list) else read_lookup_table_file(entries)
            )
    ordinary = _ordinary_words(training_data) if listed else set()
    return [prepare(kind, entries, ordinary) for kind, entries in listed.items()]


def _ordinary_words(training_data: TrainingData) -> set[str]:
    """Words of the encoder's vocabulary, which come from an encyclopaedia, and of the project's own examples."""
    texts = [example.get(TEXT) or "" for example in training_data.training_examples]
    counted = Counter(word for text in texts for word in set(re.findall(r"[^\W\d_]+", text.casefold())))
    own = {word for word, count in counted.items() if count >= _OFTEN}
    return own.union(word for word in VOCABULARY.read_text("utf-8").split("\n") if word.isalpha())


def _reader(path: str) -> Reader:
    """The function at a dotted path such as ``vendors.shop.normalise_order_number``."""
    module, _, name = path.rpartition(".")
    try:
        reader: Reader = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as wrong:
        raise InvalidConfigException(f"There is no function {path} to read an entity with.") from wrong
    return reader
