"""What was understood of an episode is said back: the matter, the product, the order, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bot.config import HandoffPolicy
from bot.engine.wire import Entity, Parse
from bot.gateway.understood import asked, said_back
from bot.handoff_policy import Heard
from conversations.notices import load

NOTICES = load(Path(__file__).parents[2] / "domain.yml")


def heard(intent: str, confidence: float = 0.9, **entities: str) -> Heard:
    found = tuple(Entity(name, value, 0, 1) for name, value in entities.items())
    return Heard(1, "x", Parse(intent, confidence, understood=True, entities=found))


def felt(intent: str, *reasons: str) -> Heard:
    turn = heard(intent)
    return replace(turn, parse=msgspec.structs.replace(turn.parse, mood_reasons=reasons))


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (
            [heard("late_parcel", product="wok")],
            "As I understand it, it's about a parcel that is late (the wok).",
        ),
        (
            [heard("inform", order_number="PC-10453")],
            "As I understand it, it's about order PC-10453.",
        ),
        (
            [heard("damaged_item", product="jug"), heard("inform", order_number="PC-1"), heard("talk_to_human")],
            "As I understand it, it's about something that is damaged (the jug, order PC-1).",
        ),
        (
            [replace(heard("order_status"), in_form=True), replace(heard("delivery_cost"), in_form=True)],
            "As I understand it, it's about where your order is.",
        ),
        (
            [felt("late_parcel", "capitals", "asks again")],
            "As I understand it, it's about a parcel that is late, and you've had to ask more than once.",
        ),
        ([heard("late_parcel", confidence=0.5)], ""),
        ([heard("greet")], ""),
        ([], ""),
    ],
)
def test_what_is_known_is_said_and_what_is_not_is_left_out(turns: list[Heard], said: str) -> None:
    assert said_back(turns, HandoffPolicy(), NOTICES) == said


def test_what_was_not_understood_is_said_back_in_the_contact_s_own_words() -> None:
    assert asked([Heard(1, " a recipe\nfor risotto? ", Parse("nlu_fallback", 0.3, understood=False))]) == (
        "(“a recipe for risotto?”)"
    )
    assert len(asked([Heard(1, "word " * 100, Parse("nlu_fallback", 0.3, understood=False))])) < 100
    assert asked([]) == ""
