"""Rasa on Python 3.12 without TensorFlow answers as it does on Python 3.10 with its own pins.

``record.py`` made the record. The same texts are said here to the same frozen assistant: through Rasa's own agent, and
through the engine's turns with their bounded state.
"""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.engine import placeholders

placeholders.install()

from rasa.core.processor import MessageProcessor  # noqa: E402  (Rasa is imported under the finder)

from bot.engine.actions_endpoint import InProcessActions, use_compiled_validator  # noqa: E402
from bot.engine.logs import hush_rasa  # noqa: E402
from bot.engine.model import LoadedModel, load  # noqa: E402
from bot.engine.training import train  # noqa: E402
from bot.engine.turn import FALLBACK, answer  # noqa: E402
from bot.engine.wire import TurnRequest, TurnResult  # noqa: E402
from tests.conftest import one_at_a_time  # noqa: E402
from tests.parity import record, replay  # noqa: E402
from tests.parity.replay import Turn  # noqa: E402

MODELS = Path(__file__).resolve().parents[2] / "var" / "test-models"
CLOSE = 0.05
EQUAL = ("intent", "replies", "slots", "loop", "entities")

Conversations = list[list[Turn]]
Difference = dict[str, Any]

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    return record.read()


@pytest.fixture(scope="module")
def model_file() -> Path:
    with one_at_a_time("model"):
        return train(record.PROJECT, MODELS)


@pytest.fixture(scope="module")
def parses() -> dict[str, Any]:
    """What was understood so far: a text means the same in every conversation, whoever asks."""
    return {}


@pytest.fixture(scope="module")
def through_rasa(recorded: dict[str, Any], model_file: Path, parses: dict[str, Any]) -> Conversations:
    """What Rasa's own agent answers, with whole trackers."""

    async def talk() -> Conversations:
        agent = await replay.load(model_file)
        use_compiled_validator()
        hush_rasa()
        keep_parses(agent.processor, parses)
        named = enumerate(recorded["conversations"])
        return [await replay.converse(agent, f"c{number}", texts(turns)) for number, turns in named]

    return asyncio.run(talk())


@pytest.fixture(scope="module")
def through_turns(recorded: dict[str, Any], model_file: Path, parses: dict[str, Any]) -> Conversations:
    """What the engine answers, with the bounded state."""

    async def talk() -> Conversations:
        model = await load(model_file, InProcessActions(replay.ACTIONS))
        keep_parses(model.processor, parses)
        named = enumerate(recorded["conversations"])
        return [await bounded(model, f"c{number}", texts(turns)) for number, turns in named]

    return asyncio.run(talk())


def texts(turns: list[Turn]) -> list[str]:
    return [turn["text"] for turn in turns]


def keep_parses(processor: MessageProcessor, parses: dict[str, Any]) -> None:
    """Understand each text once."""
    understand = processor.parse_message

    async def kept(message: Any, *how: Any) -> Any:
        if message.text not in parses:
            parses[message.text] = await understand(message, *how)
        return copy.deepcopy(parses[message.text])

    processor.parse_message = kept


async def bounded(model: LoadedModel, name: str, said: list[str]) -> list[Turn]:
    state, turns = None, []
    for number, text in enumerate(said):
        payload = text if text.startswith("/") else None
        result = await answer(model, TurnRequest(f"{name}:{number}", name, "cli", text, payload, state))
        assert result.failed is None, (name, number, text, result.failed)
        state = result.state
        turns.append(as_turn(text, result))
    return turns


def as_turn(text: str, result: TurnResult) -> Turn:
    """A result in the shape of the record, as far as a result tells."""
    requested = {"requested_slot": result.requested_slot} if result.requested_slot else {}
    return {
        "text": text,
        "intent": result.parse.intent,
        "ranking": [[ranked.intent, ranked.confidence] for ranked in result.parse.ranking],
        "entities": [{"entity": found.name, "value": found.value} for found in result.parse.entities],
        "replies": [
            {"text": reply.text, "buttons": [[button.title, button.payload] for button in reply.buttons]}
            for reply in result.replies
        ],
        "slots": {**result.slots, **requested},
        "loop": result.active_form,
    }


def as_result_tells(turn: Turn) -> Turn:
    """A recorded turn without what a result leaves out: the fallback's rank, and where an entity was found."""
    return {
        **turn,
        "ranking": [entry for entry in turn["ranking"] if entry[0] != FALLBACK],
        "entities": [{"entity": found["entity"], "value": found["value"]} for found in turn["entities"]],
    }


def exceptions() -> list[Difference]:
    listed = yaml.safe_load((record.FOLDER / "exceptions.yml").read_text()) or []
    return [{key: value for key, value in entry.items() if key != "reason"} for entry in listed]


def differences(expected: Conversations, found: Conversations) -> Iterator[Difference]:
    """Each field of a turn that is not as recorded."""
    for conversation, turns in enumerate(expected):
        for number, turn in enumerate(turns):
            other = found[conversation][number]
            for field in EQUAL:
                if without_confidences(turn[field]) != without_confidences(other[field]):
                    place = {"conversation": conversation, "turn": number, "text": turn["text"]}
                    yield {**place, "field": field, "recorded": turn[field], "found": other[field]}


def without_confidences(value: Any) -> Any:
    """Entities in one order and without how sure the extractor was; anything else as it is."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict) and "entity" in value[0]):
        return value
    return sorted(sorted((key, str(found[key])) for key in found if key != "confidence") for found in value)


def farthest(expected: Conversations, found: Conversations) -> float:
    """The largest difference of a confidence."""
    pairs = zip(chain.from_iterable(expected), chain.from_iterable(found), strict=True)
    return max(distance for turn, other in pairs for distance in distances(turn, other))


def distances(turn: Turn, other: Turn) -> Iterator[float]:
    """Of intents, and of entities; a rank that is not among the found ones lies below the last of them."""
    ranking = dict(other["ranking"])
    lowest = min(ranking.values(), default=0.0)
    for intent, confidence in turn["ranking"]:
        if intent in ranking:
            yield abs(confidence - ranking[intent])
        elif intent != FALLBACK:
            yield max(confidence - lowest, 0.0)
    yield 0.0
    for entity, same in zip(turn["entities"], other["entities"], strict=False):
        if "confidence" in entity and "confidence" in same:
            yield abs(entity["confidence"] - same["confidence"])


def test_the_record_is_of_this_frozen_assistant(recorded: dict[str, Any]) -> None:
    assert recorded["made_from"] == record.made_from(), "the frozen assistant was changed: run record.py again"
    assert recorded["made_with"]["python"].startswith("3.10.")
    assert recorded["made_with"]["rasa"] == "3.6.21"
    assert recorded["made_with"]["tensorflow"].startswith("2.12.")


def test_the_record_tells_of_forms_stories_fallbacks_and_every_extractor(recorded: dict[str, Any]) -> None:
    turns = list(chain.from_iterable(recorded["conversations"]))
    seen = Counter(reply["text"] for turn in turns for reply in turn["replies"])
    loops = Counter(turn["loop"] for turn in turns)
    extractors = Counter(found.get("extractor") for turn in turns for found in turn["entities"])
    assert len(recorded["conversations"]) == record.CONVERSATIONS
    assert min(loops["order_status_form"], loops["complaint_form"], loops[None]) > 300
    assert sum(count for text, count in seen.items() if text.startswith("Thank you. Your complaint is on record")) > 20
    assert sum(count for text, count in seen.items() if text.startswith("Your order PC-")) > 20
    assert min(seen[text] for text in ("No problem, we'll leave it there.", "Once more: PAN10.")) > 2
    assert sum(turn["intent"] == FALLBACK for turn in turns) > 50
    assert min(extractors[name] for name in ("CRFEntityExtractor", "RegexEntityExtractor")) > 300


def test_each_exception_names_a_turn_of_the_record(recorded: dict[str, Any]) -> None:
    for entry in exceptions():
        turn = recorded["conversations"][entry["conversation"]][entry["turn"]]
        assert (turn["text"], turn[entry["field"]]) == (entry["text"], entry["recorded"])


def test_rasas_own_agent_answers_as_recorded(recorded: dict[str, Any], through_rasa: Conversations) -> None:
    listed = exceptions()
    found = list(differences(recorded["conversations"], through_rasa))
    assert [difference for difference in found if difference not in listed] == []


def test_confidences_are_close_to_the_recorded_ones(recorded: dict[str, Any], through_rasa: Conversations) -> None:
    assert farthest(recorded["conversations"], through_rasa) <= CLOSE


def test_the_engines_turns_answer_as_recorded(recorded: dict[str, Any], through_turns: Conversations) -> None:
    listed = exceptions()
    expected = [[as_result_tells(turn) for turn in turns] for turns in recorded["conversations"]]
    found = list(differences(expected, through_turns))
    assert [difference for difference in found if difference not in listed] == []
    assert farthest(expected, through_turns) <= CLOSE
