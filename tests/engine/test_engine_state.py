"""The bounded dialogue state against the whole tracker, and under another domain."""

from __future__ import annotations

import asyncio
import copy
import itertools
import os
import random
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import yaml
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine import rasa_turn
from bot.engine import turn as turns
from bot.engine.actions_endpoint import InProcessActions
from bot.engine.current import CurrentTurn, turn_in_hand
from bot.engine.model import LoadedModel, load
from bot.engine.state import learn, restore
from bot.engine.training import train
from bot.engine.wire import TurnRequest
from tests.conftest import one_at_a_time
from tests.engine.conftest import ACTIONS, MODELS, PROJECT, ROOT

# 200 conversations take minutes: `FRONTDESK_CONVERSATIONS=200` proves more than a working day needs.
CONVERSATIONS = int(os.environ.get("FRONTDESK_CONVERSATIONS", "8"))
MESSAGES = 60
LARGEST = 10_500  # bytes


class WholeTrackers(TrackerStore):
    """Keeps whole trackers, as Rasa's own store in memory does, without writing them to text at each turn."""

    def __init__(self, domain: Any) -> None:
        super().__init__(domain)
        self.trackers: dict[str, DialogueStateTracker] = {}
        self.known: dict[str, dict[str, Any]] = {}

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self.trackers.get(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        self.trackers[tracker.sender_id] = tracker


Assistant = tuple[LoadedModel, list[str]]


@pytest.fixture(scope="module", params=["the real assistant", "a small one with longer stories"])
def assistant(request: pytest.FixtureRequest) -> Assistant:
    """A model, and things to say to it. Parses are kept, as they are the same for both sides."""
    real = request.param == "the real assistant"
    project, actions = (ROOT, "bot.actions") if real else (PROJECT, ACTIONS)
    with one_at_a_time("model"):
        trained = train(project, MODELS)
    model = asyncio.run(load(trained, InProcessActions(actions, limit=5)))
    parses: dict[str, Any] = {}
    understand = model.processor.parse_message

    async def kept(message: Any) -> Any:
        if message.text not in parses:
            # Whole trackers are told whole messages: each is taken as one wish.
            parses[message.text] = {**await understand(message), "wishes": []}
        return parses[message.text]

    model.processor.parse_message = kept
    return model, things_to_say(project)


def things_to_say(project: Path) -> list[str]:
    """A few examples of each intent, then many of what forms and stories turn on."""
    said = []
    for path in sorted((project / "data").rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text()).get("nlu", []):
            if "intent" in entry and entry["intent"] not in ("break_it", "hang_it", "mute"):
                lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
                said += [line.split("[")[0] + "10452" if "[" in line else line for line in lines[:3]]
    turning = [
        "yes",
        "no",
        "10452",
        "PC-10453",
        "pc10460",
        "cancel",
        "never mind",
        "ana@example.org",
        "the lid is broken",
    ]
    return said + turning * (len(said) // 15) + ["xyzzy plugh", "florble the wug"] * 3


def conversation_of(pool: list[str], number: int) -> list[str]:
    """What is said in one conversation; in every other one long runs of one question come between."""
    chance = random.Random(number)  # noqa: S311  (no secret)
    said = chance.choices(pool, k=MESSAGES)
    if number % 2:
        start = chance.randrange(1, MESSAGES // 2)
        said[start : start + 14] = [chance.choice(pool)] * 14
    return said


async def whole_turn(processor: MessageProcessor, store: WholeTrackers, request: TurnRequest) -> tuple[Any, ...]:
    current = CurrentTurn()
    channel = rasa_turn.TurnChannel(request.channel)
    parse = await turns._parse_data(processor, request)
    known = store.known.setdefault(request.conversation_id, {})
    known.update(rasa_turn.known_from(parse))
    tracker = await processor.fetch_tracker_and_update_session(request.conversation_id, channel)
    learn(tracker, known, processor.domain)
    await store.save(tracker)
    with turn_in_hand(current):
        await processor.handle_message(rasa_turn.message_of(request, parse, channel))
    tracker = store.trackers[request.conversation_id]
    replies = tuple(filter(None, map(rasa_turn.reply_of, channel.messages)))
    learn(tracker, known, processor.domain)
    slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
    return replies, slots.pop("requested_slot", None), slots, tracker.active_loop_name, tuple(current.effects)


def same_luck(*seed: int) -> None:
    random.seed(hash(seed))
    np.random.seed(abs(hash(seed)) % 2**32)


@pytest.mark.timeout(3600)
async def test_the_bounded_state_answers_as_the_whole_tracker_does(assistant: Assistant) -> None:
    model, pool = assistant
    whole = copy.copy(model.processor)
    whole.tracker_store = store = WholeTrackers(whole.domain)
    sizes, failed = [], 0
    for conversation in range(CONVERSATIONS):
        texts = conversation_of(pool, conversation)
        state = None
        for number, text in enumerate(texts):
            request = TurnRequest(f"{conversation}:{number}", f"c{conversation}", "web", text, state=state)
            same_luck(conversation, number)
            result = await turns.answer(model, request)
            same_luck(conversation, number)
            expected = await whole_turn(whole, store, request)
            failed += result.failed is not None
            if not result.failed:
                found = result.replies, result.requested_slot, result.slots, result.active_form, result.effects
                assert found == expected, (texts[: number + 1], found, expected)
                sizes.append(len(msgspec.json.encode(result.state)))
            state = result.state
            if result.failed:
                break
    assert failed == 0
    assert max(sizes) < LARGEST


def state_of(loaded: LoadedModel, **more: Any) -> dict[str, Any]:
    domain_hash = loaded.processor.tracker_store.domain_hash
    return {"version": 1, "domain": domain_hash, "slots": {}, "events": [], **more}


def test_under_a_domain_that_lacks_a_slot_the_rest_is_kept_and_the_form_dropped(loaded: LoadedModel) -> None:
    domain = loaded.processor.domain
    state = state_of(
        loaded,
        domain="another",
        slots={"order_number": "PC-1", "gone": 1, "requested_slot": "reason"},
        loop={"name": "track_form", "rejected": False},
        events=[["did", "action_gone"]],
    )
    tracker = restore(state, {}, "c", domain, "this")
    assert tracker.get_slot("order_number") == "PC-1"
    assert tracker.active_loop_name is None
    assert tracker.get_slot("requested_slot") is None


def test_under_a_domain_that_lacks_the_form_the_slots_are_kept(loaded: LoadedModel) -> None:
    state = state_of(
        loaded, domain="another", slots={"order_number": "PC-1"}, loop={"name": "gone_form", "rejected": False}
    )
    tracker = restore(state, {}, "c", loaded.processor.domain, "this")
    assert (tracker.get_slot("order_number"), tracker.active_loop_name) == ("PC-1", None)


def test_under_another_domain_that_has_all_the_form_goes_on(loaded: LoadedModel) -> None:
    state = state_of(
        loaded,
        domain="another",
        slots={"requested_slot": "reason"},
        loop={"name": "track_form", "rejected": True},
    )
    tracker = restore(state, {}, "c", loaded.processor.domain, "this")
    assert tracker.active_loop_name == "track_form"
    assert tracker.active_loop and tracker.active_loop.rejected


async def test_a_story_goes_on_after_many_questions_that_only_rules_answered(loaded: LoadedModel) -> None:
    state, replies = None, ()
    for number, text in enumerate(["discount please", *["when are you open"] * 14, "yes", "hello", "yes"]):
        result = await turns.answer(loaded, TurnRequest(f"{number}", "c", "web", text, state=state))
        state, replies = result.state, result.replies
    assert [reply.text for reply in replies] == ["Once more: PAN10."]


async def test_a_turn_outside_of_a_turn_raises(loaded: LoadedModel) -> None:
    with pytest.raises(LookupError):
        await loaded.processor.tracker_store.retrieve("c")


async def test_the_cost_of_a_turn_does_not_grow(loaded: LoadedModel) -> None:
    state = None
    sizes = []
    for number, text in enumerate(itertools.islice(itertools.cycle(["when are you open", "hello", "xyzzy"]), 90)):
        result = await turns.answer(loaded, TurnRequest(f"{number}", "c", "web", text, state=state))
        state = result.state
        sizes.append(len(msgspec.json.encode(state)))
    assert max(sizes[60:]) <= max(sizes[30:60])
