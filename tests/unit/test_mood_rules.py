"""The mood of a message: who is upset, who is not, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.mood_rules import judge

UPSET = {
    "this is ridiculous, I want a human NOW": "outrage",
    "WHERE IS MY REFUND???": "shouting",
    "third time I'm asking, useless bot": "asks again",
    "this is the third time I\u2019m asking": "asks again",
    "I already told you my order number twice": "asks again",
    "I'll report you to consumer protection": "threatens to report or sue",
    "my lawyer will contact you": "threatens to report or sue",
    "I will never buy anything from you again": "threatens to leave",
    "you just lost a customer": "threatens to leave",
    "worst service ever": "outrage",
    "this is unacceptable": "outrage",
    "what the hell is wrong with you": "swearing",
    "you are a bunch of liars": "contempt",
    "stupid bot": "contempt",
    "I'm fed up with this": "outrage",
    "GIVE ME MY MONEY BACK": "demands",
    "Is anybody there??? hello???": "!!! or ???",
}

CALM = [
    "my pan arrived broken and I'd like a replacement",
    "my parcel is late, could you check?",
    "I'm dying to get it",
    "pineapple on pizza is a crime lol",
    "Putting pineapple on pizza is disgusting",
    "can I get a refund please",
    "the handle is damaged and a lid is missing",
    "I was charged twice",
    "I lost my password and my card was stolen",
    "I want to speak to a human",
    "this is the second time I order from you, love it",
    "worst case, can I return it?",
    "I'm not angry, just asking",
    "it still hasn't arrived",
    "I'd like to file a complaint",
    "the pan burned my hand",
    "HELLO",
    "do you ship to the USA or the UK?",
    "shiitake mushrooms stick to it",
    "my husband is mad about your pans",
]


@pytest.mark.parametrize(("text", "reason"), UPSET.items())
def test_who_is_upset_is_seen_and_told_why(text: str, reason: str) -> None:
    value, reasons = judge(text)
    assert value <= -0.5
    assert reason in reasons


@pytest.mark.parametrize("text", CALM)
def test_a_problem_told_calmly_is_not_upset(text: str) -> None:
    value, _ = judge(text)
    assert value > -0.4


@pytest.mark.parametrize("text", ["thank you so much, you are wonderful", "THANK YOU SO MUCH!!!", "great, I love it"])
def test_thanks_are_pleased_even_loud(text: str) -> None:
    value, reasons = judge(text)
    assert value >= 0.3
    assert reasons == ("pleased words",)


def test_nothing_said_is_neither() -> None:
    assert judge("") == (0.0, ())


@given(st.text())
def test_any_text_has_a_mood_within_bounds(text: str) -> None:
    value, reasons = judge(text)
    assert -1.0 <= value <= 1.0
    assert len(set(reasons)) == len(reasons)
