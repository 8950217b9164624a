"""What is plainly not wanted is taken away before a message is read."""

import pytest

from bot.nlu.denied import without_denied


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no I don't want a replacement", "no"),
        ("please don’t cancel my order", ""),
        ("Dont cancel my order, I just want to change the address", "I just want to change the address"),
        ("I don't want to return it, can I get a new one?", "can I get a new one?"),
        ("I want a refund not a replacement", "I want a refund"),
        ("I dont want to speak to a person", ""),
    ],
)
def test_a_clause_that_denies_is_taken_away(text: str, left: str) -> None:
    assert without_denied(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "why don't you cancel my order?",
        "if you don't refund me I'll sue",
        "I don't want to talk to a bot",
        "I don't want to wait any longer",
        "I don't want this any more",
        "that's not a refund!",
        "I got a voucher rather than a refund",
        "  two   blanks stay\n",
    ],
)
def test_what_is_no_denial_of_a_wish_stays_as_it_is(text: str) -> None:
    assert without_denied(text) == text
