"""A short question that points back is read together with the message before it."""

from typing import Any

import pytest

from bot.engine.follow_up import read_on

RETURNED = {"events": [["did", "action_listen"], ["said", "how do I return something?", "return_item", 0.97, []]]}


def parse(text: str, intent: str, *likely: str, confidence: float = 0.9, nearest: str = "") -> dict[str, Any]:
    ranking = [{"name": name, "confidence": confidence} for name in (intent, *likely)]
    near = [{"text": "", "intent": nearest or intent, "similarity": 0.6}]
    return {"text": text, "intent": ranking[0], "intent_ranking": ranking, "scope": {"class": "in"}, "nearest": near}


async def meant(found: dict[str, Any], together: dict[str, Any], state: dict[str, Any] | None = RETURNED) -> str:
    asked = []

    async def read(text: str) -> dict[str, Any]:
        asked.append(text)
        return together

    result = await read_on(found, state, read)
    assert all(text == f"how do I return something? {found['text']}" for text in asked)
    return str(result["intent"]["name"])


COST = parse("how much does it cost?", "delivery_cost", "return_cost")


@pytest.mark.asyncio
async def test_it_means_what_was_spoken_of_before() -> None:
    assert await meant(COST, parse("", "return_cost")) == "return_cost"


@pytest.mark.asyncio
async def test_the_matter_before_counts_only_when_the_nearest_example_is_of_it() -> None:
    asked = parse("do they expire?", "stock", nearest="return_item")
    assert await meant(asked, parse("", "return_item")) == "return_item"
    assert await meant(COST, parse("", "return_item")) == "delivery_cost"


@pytest.mark.parametrize(
    ("found", "together"),
    [
        (COST, parse("", "return_cost", confidence=0.4)),
        (COST, {**parse("", "return_cost"), "scope": {"class": "grey"}}),
        (COST, parse("", "warranty")),
        (parse("how much is delivery?", "delivery_cost", "return_cost"), parse("", "return_cost")),
        (parse("it " + "goes on " * 8, "delivery_cost", "return_cost"), parse("", "return_cost")),
    ],
    ids=["unsure", "grey", "unlikely alone", "points nowhere", "long"],
)
@pytest.mark.asyncio
async def test_else_the_message_is_read_alone(found: dict[str, Any], together: dict[str, Any]) -> None:
    assert await meant(found, together) == "delivery_cost"


@pytest.mark.parametrize(
    "state",
    [
        None,
        {"events": []},
        {**RETURNED, "loop": {"name": "order_status_form"}},
        {"events": [*RETURNED["events"], ["event", {"event": "active_loop", "name": "order_status_form"}]]},
    ],
)
@pytest.mark.asyncio
async def test_at_the_beginning_and_in_a_form_it_is_read_alone(state: dict[str, Any] | None) -> None:
    assert await meant(COST, parse("", "return_cost"), state) == "delivery_cost"


@pytest.mark.asyncio
async def test_after_a_form_has_ended_the_message_before_counts_again() -> None:
    ended = {**RETURNED, "loop": {"name": "form"}, "events": [["event", {"event": "active_loop"}], *RETURNED["events"]]}
    assert await meant(COST, parse("", "return_cost"), ended) == "return_cost"
