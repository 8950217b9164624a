"""The shortcuts through a loaded model give what Rasa's own code gives."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import State
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine import lean_dialogue
from bot.engine import model as models
from bot.engine.actions_endpoint import InProcessActions
from bot.engine.lean import _Run
from bot.engine.model import LoadedModel, load
from bot.engine.training import train
from bot.engine.turn import answer
from bot.engine.wire import TurnRequest, TurnResult
from tests.conftest import one_at_a_time
from tests.engine.conftest import ACTIONS, MODELS, PROJECT, ROOT
from tests.engine.test_engine_state import things_to_say

CONVERSATIONS, MESSAGES = 4, 40


@pytest.fixture(scope="module", params=[ROOT, PROJECT], ids=["the real assistant", "a small one with longer stories"])
def project(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def trained(project: Path) -> Path:
    with one_at_a_time("model"):
        return train(project, MODELS)


def loaded(trained: Path, project: Path) -> LoadedModel:
    actions = "bot.actions" if project == ROOT else ACTIONS
    return asyncio.run(load(trained, InProcessActions(actions, limit=5)))


def components(model: LoadedModel, *kinds: type[Any]) -> list[Any]:
    nodes = model.processor.graph_runner._instantiated_nodes.values()
    return [node._component for node in nodes if type(node._component) in kinds]


def talks(project: Path) -> list[list[str]]:
    chance, said = random.Random(7), things_to_say(project)  # noqa: S311
    return [chance.choices(said, k=MESSAGES) for _ in range(CONVERSATIONS)]


async def talked(model: LoadedModel, talk: list[str]) -> list[TurnResult]:
    state, results = None, []
    for number, text in enumerate(talk):
        np.random.seed(number)  # the choice among wordings
        request = TurnRequest(f"t{number}", "c", "web", text, state=state)
        results.append(await answer(model, request))
        state = results[-1].state
    return results


def rounded(value: Any) -> Any:
    """Sums of numbers in another order differ in the last digits."""
    match value:
        case float():
            return round(value, 9)
        case dict():
            return {name: rounded(part) for name, part in value.items()}
        case list():
            return [rounded(part) for part in value]
    return value


def test_whole_conversations_are_answered_as_without_shortcuts(
    trained: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = loaded(trained, project)
    monkeypatch.setattr(models, "lean", lambda processor: None)
    long = loaded(trained, project)
    assert isinstance(short.processor.graph_runner.run, _Run)
    assert not isinstance(long.processor.graph_runner.run, _Run)
    for talk in talks(project):
        ours, theirs = asyncio.run(talked(short, talk)), asyncio.run(talked(long, talk))
        for text, one, other in zip(talk, ours, theirs, strict=True):
            said = rounded(msgspec.to_builtins(one)), rounded(msgspec.to_builtins(other))
            assert said[0] == said[1], text


def test_the_states_and_the_rules_that_fit_are_those_of_rasa(trained: Path, project: Path) -> None:
    model = loaded(trained, project)
    compared = {"states": 0, "rules": 0}

    def states(tracker: DialogueStateTracker, domain: Any, **how: Any) -> list[State]:
        compared["states"] += 1
        found = lean_dialogue.create_states(tracker, domain, **how)
        assert found == tracker.past_states(domain, **how)
        return found

    for policy in components(model, MemoizationPolicy, RulePolicy):
        assert policy.featurizer._create_states is lean_dialogue.create_states
        policy.featurizer._create_states = states
    (policy,) = components(model, RulePolicy)
    short = policy._get_possible_keys

    def rules(lookup: dict[str, str], states: list[State]) -> set[str]:
        compared["rules"] += 1
        found: set[str] = short(lookup, states)
        assert found == RulePolicy._get_possible_keys(policy, lookup, states)
        return found

    policy._get_possible_keys = rules
    for talk in talks(project):
        assert [result.failed for result in asyncio.run(talked(model, talk)) if result.failed] == []
    assert compared["states"] > 300 and compared["rules"] > 100
