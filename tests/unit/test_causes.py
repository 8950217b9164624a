"""What a complaint is about is read from plain words, and said back in plain words."""

from __future__ import annotations

import pytest

from bot.actions.causes import causes_in, joined, may_choose, parted, said_back, wish_in


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("the lid arrived broken", ("damaged",)),
        ("it never arrived", ("late",)),
        ("it still hasn’t come", ("late",)),
        ("three weeks I've been waiting for the wok", ("late",)),
        ("there is a lid missing", ("wrong item",)),
        ("I was charged a fee", ("billing",)),
        ("where is my refund", ("billing",)),
        ("no one replied to me", ("service",)),
        ("I was promised a call", ("service",)),
        ("it is late and it is broken", ("late", "damaged")),
        ("it came cracked and I want my money back", ("damaged",)),
        ("my late husband ordered it", ()),
        ("hm", ()),
    ],
)
def test_causes_are_read_in_the_order_in_which_they_are_named(text: str, causes: tuple[str, ...]) -> None:
    assert causes_in(text) == causes


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("it's cracked, please send me a new one", "a new one"),
        ("it's cracked, I'd rather have a new one than the money back", "a new one"),
        ("it's cracked and I don't want a replacement, I want a refund", "your money back"),
        ("it's cracked, replace it or refund me", None),
        ("it's cracked, I want my money back\nI'd rather have a new one", "a new one"),
        ("it's cracked", None),
        ("you overcharged me, I want a refund", None),
    ],
)
def test_what_is_wanted_is_read_when_one_thing_is_and_the_matter_can_be_made_good_by_it(
    text: str, wish: str | None
) -> None:
    assert wish_in(text, causes_in(text)) == wish


def test_who_asks_for_nothing_hears_that_there_is_a_choice_when_something_is_damaged() -> None:
    assert not may_choose("it's cracked, replace it", ("damaged",))
    assert may_choose("it's cracked", ("service", "damaged"))
    assert not may_choose("it never came", ("late",))


def test_causes_are_held_as_one_text_and_read_back() -> None:
    assert parted(joined(("damaged", "service", "damaged"))) == ("damaged", "service")
    assert parted(None) == parted("dunno") == ("other",)


@pytest.mark.parametrize(
    ("causes", "product", "said"),
    [
        (("damaged",), "cast iron pan", "the damage to the cast iron pan"),
        (("damaged", "service"), None, "something that is damaged and the service you had from us"),
        (
            ("late", "billing", "service"),
            "wok",
            "a parcel that hasn't come (the wok), a payment or bill and the service",
        ),
        (("other",), None, "something that went wrong"),
    ],
)
def test_all_causes_are_said_back_in_one_phrase(causes: tuple[str, ...], product: str | None, said: str) -> None:
    assert said_back(causes, product).startswith(said)
