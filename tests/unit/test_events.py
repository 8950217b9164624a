"""Events survive the way through the database, and what another version wrote is refused."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from conversations import events
from conversations.events import EVENTS, Event, EventUnknown, HandoffChanged, decode

SAMPLES: dict[str, Any] = {
    "handoff_id": "h1",
    "conversation_id": "telegram:4711",
    "state": "assigned",
    "agent_id": "a1",
    "first": 3,
    "through": 5,
    "number": 6,
    "episode": 2,
    "stars": 4,
    "left": True,
    "team": "support",
    "until": 1.8e9,
    "clock": "first",
    "rung": 1,
    "away": True,
    "blocked": True,
    "what": "voucher",
    "pence": 750,
    "by": "a2",
}


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_comes_back_from_its_row_as_it_was(kind: str) -> None:
    made = EVENTS[kind]
    event = made(**{field.name: SAMPLES[field.name] for field in dataclasses.fields(made)})
    row = json.loads(json.dumps(event.payload()))
    assert decode(event.kind, event.version, row) == event


def test_every_event_is_known_by_its_kind() -> None:
    declared = [found for found in vars(events).values() if isinstance(found, type) and issubclass(found, Event)]
    assert {found.kind for found in declared if found is not Event} == EVENTS.keys()
    assert {kind: made.kind for kind, made in EVENTS.items()} == {kind: kind for kind in EVENTS}


def test_a_change_by_nobody_in_particular_has_no_agent() -> None:
    row = {"handoff_id": "h1", "conversation_id": "web:v", "state": "abandoned"}
    assert decode("handoff_changed", 1, row) == HandoffChanged("h1", "web:v", "abandoned", None)


@pytest.mark.parametrize(
    ("kind", "version", "payload"),
    [
        ("handoff_dreamt_of", 1, {}),
        ("", 1, {}),
        ("handoff_opened", 2, {"handoff_id": "h1", "conversation_id": "web:v"}),
        ("handoff_opened", 0, {"handoff_id": "h1", "conversation_id": "web:v"}),
        ("handoff_opened", 1, {"handoff_id": "h1"}),
        ("handoff_opened", 1, {"handoff_id": "h1", "conversation_id": "web:v", "colour": "red"}),
        ("handoff_opened", 1, ["h1", "web:v"]),
        ("handoff_opened", 1, None),
    ],
)
def test_a_row_of_another_program_is_refused_by_name(kind: str, version: int, payload: Any) -> None:
    with pytest.raises(EventUnknown, match=f"{kind} v{version}"):
        decode(kind, version, payload)
