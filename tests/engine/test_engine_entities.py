"""The entity component within Rasa: trained, kept, loaded, and adding to what other components have found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entities import Entities

EXAMPLES = """
version: "3.1"
nlu:
- intent: ask
  examples: |
    - where is [10452](order_number)
    - the [wok](product) and the [red](colour) lid
- lookup: product
  examples: |
    - wok
    - frying pan
- lookup: unasked
  examples: |
    - parcel
- regex: order_number
  examples: |
    - \\b\\d{5}\\b
- regex: unasked
  examples: |
    - where
"""
CONFIG = {**Entities.get_default_config(), "readers": {"order_number": "vendors.shop.normalise_order_number"}}
TEXT = "Where is the friyng pan of 10452, my parcel from Friday?"


def made(config: dict[str, Any], storage: LocalModelStorage) -> Entities:
    return Entities.create(config, storage, Resource("entities"), ExecutionContext(GraphSchema({})))


def examples(text: str = EXAMPLES) -> TrainingData:
    return RasaYAMLReader().reads(text)


def understood(component: Entities, message: Message) -> list[tuple[str, Any]]:
    component.process([message])
    return [(found["entity"], found["value"]) for found in message.get("entities")]


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


def test_what_the_training_data_annotates_is_found_and_nothing_else(storage: LocalModelStorage) -> None:
    component = made(CONFIG, storage)
    component.train(examples())
    message = Message({"text": TEXT})
    assert understood(component, message) == [("product", "frying pan"), ("order_number", "PC-10452")]
    first = message.get("entities")[0]
    assert first["text"] == "friyng pan" == TEXT[first["start"] : first["end"]]
    assert first["extractor"] == "Entities"


def test_more_is_found_when_the_settings_list_it(storage: LocalModelStorage) -> None:
    component = made({**CONFIG, "also": ["date", "unasked"]}, storage)
    component.train(examples())
    kinds = [kind for kind, _ in understood(component, Message({"text": TEXT}))]
    assert kinds == ["unasked", "product", "order_number", "unasked", "date"]


def test_a_loaded_component_finds_the_same(storage: LocalModelStorage) -> None:
    trained = made(CONFIG, storage)
    resource = trained.train(examples())
    loaded = Entities.load(CONFIG, storage, resource, ExecutionContext(GraphSchema({})))
    assert understood(loaded, Message({"text": TEXT})) == understood(trained, Message({"text": TEXT}))


def test_what_was_found_before_stays(storage: LocalModelStorage) -> None:
    component = made(CONFIG, storage)
    component.train(examples())
    before = {"entity": "learned", "value": "x", "start": 0, "end": 1}
    assert understood(component, Message({"text": "wok", "entities": [before]})) == [
        ("learned", "x"),
        ("product", "wok"),
    ]


def test_personal_data_is_marked_even_without_any_entity(storage: LocalModelStorage) -> None:
    component = made(CONFIG, storage)
    component.train(TrainingData())
    message = Message({"text": "my name is Ana"})
    assert understood(component, message) == []
    assert message.as_dict(only_output_properties=True)["personal"] == [{"kind": "name", "start": 11, "end": 14}]


def test_a_faulty_regex_and_a_missing_reader_are_told_by_name(storage: LocalModelStorage) -> None:
    with pytest.raises(InvalidConfigException, match="order_number"):
        made(CONFIG, storage).train(examples(EXAMPLES.replace("\\b\\d{5}\\b", "(")))
    with pytest.raises(InvalidConfigException, match="no_such"):
        made({**CONFIG, "readers": {"product": "vendors.shop.no_such"}}, storage).train(examples())
