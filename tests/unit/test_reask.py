"""An agent who asks for what the brief already had is noticed; one who asks for something else is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.domain.reask import FACTS, asked_again

KNOWN = {
    "order_number": "PC-10452",
    "email": "ana@example.com",
    "name": "Ana Smith",
    "product": "grill pan",
    "date": "2026-11-03",
}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Hi Ana! What is your order number?", {"order_number"}),
        ("Could you give me your order number", {"order_number"}),
        ("Your order number, please.", {"order_number"}),
        ("I just need the order no. to look it up", {"order_number"}),
        ("Which order is it about?", {"order_number"}),
        ("Please send us your e-mail address", {"email"}),
        ("Can I have your email?", {"email"}),
        ("May I take your full name and email address?", {"name", "email"}),
        ("Who am I speaking to?", {"name"}),
        ("Which product is it?", {"product"}),
        ("What did you order?", {"product"}),
        ("When did you buy it?", {"date"}),
        ("What's the date of purchase?", {"date"}),
    ],
)
def test_asking_for_a_known_fact_is_noticed(text: str, asked: set[str]) -> None:
    assert asked_again(text, KNOWN) == asked


@pytest.mark.parametrize(
    "text",
    [
        "Your order number is on its way to you by mail.",
        "Is PC-10452 the order number that you mean?",
        "Have you checked your email?",
        "Could you look into your e-mail, please?",
        "Did you get my email?",
        "What's the name on the parcel?",
        "Could you tell me what the pan looks like?",
        "I have your order number. How can I help?",
        "Please keep it. I wrote the order number down.",
        "When would you like it to be delivered?",
        "",
    ],
)
def test_what_does_not_ask_for_a_known_fact_is_not_counted(text: str) -> None:
    assert asked_again(text, KNOWN) == set()


def test_what_nobody_knew_may_be_asked() -> None:
    text = "What is your order number, and your name?"
    assert asked_again(text, {"email": "ana@example.com"}) == set()
    assert asked_again(text, {"order_number": "", "name": None}) == set()
    assert asked_again(text, {"shoe_size": "38"}) == set()


@given(st.text(max_size=300), st.sets(st.sampled_from(FACTS)))
def test_only_known_facts_are_ever_counted(text: str, names: set[str]) -> None:
    assert asked_again(text, {name: KNOWN[name] for name in names}) <= names
