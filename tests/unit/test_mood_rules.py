"""The signs of being upset: what shows one, and what undoes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.feeling.rules import names, signs

SHOWN = {
    "this is now the third time I'm asking": "asks again",
    "yet again no lid": "the same again",
    "still nothing, for weeks": "waits long",
    "nobody answers me": "nobody answers",
    "you're not listening": "is not heard",
    "you just lost a customer": "threatens to leave",
    "I\u2019ll report you to consumer protection": "threatens to report or sue",
    "what the hell": "swearing",
    "you are a bunch of liars": "contempt",
    "this is UNACCEPTABLE": "outrage",
    "I'm so disappointed": "annoyed",
    "I'm at my wits' end": "despair",
    "you've ruined my birthday": "blames us",
    "stop wasting my time": "demands",
    "many thanks for absolutely nothing": "sarcasm",
    "great service as always 🙄": "mocking face",
    'your "express" delivery took nine days': "scare quotes",
    "what kind of shop is this": "rhetorical question",
    "WHERE IS MY ORDER": "shouting",
    "I want it NOW": "stress",
    "where is it???": "!!! or ???",
    "really?! again": "!? or ??",
    "WHERE IS MY ORDER!!!": "shouting with !!! or ???",
}
STINGS = [
    "very helpful, not",
    "oh good, a robot",
    "great, just what I needed, another month without a fridge",
    "what a treat, another hold queue",
    "how kind of you to lose my parcel",
    "excellent, so I paid extra for a box of splinters",
    "I love how you never answer",
    "a lovely pile of shards",
    "must be nice, getting paid for this",
]
PLAIN_THANKS = [
    "Great service, very helpful",
    "That was very professional",
    "how generous of you, thank you!",
    "so kind of you to help",
    "Ah great, found it",
    "Oh good, it's here!",
    "excellent, so it comes Friday",
    "great, just what I needed",
    "what a surprise, the parcel is here already!",
    "fantastic, just one more question",
    "I really love how it looks in my kitchen",
    "I just love how you packed it",
    "perfect, now I only need the invoice",
    "must be nice working there",
]
NOTHING = [
    "my pan arrived broken and I'd like a replacement",
    "REFUND please!",
    "do you ship to the USA or the UK?",
    "I'm not angry, just asking",
    "I'm not upset",
    "we aren't in the least annoyed",
    "I wouldn't say I'm furious",
    "not angry or upset",
    "nobody is angry",
    "ridiculously good pan",
    "holy crap, it's gorgeous",
    "no complaints, nothing horrible happened",
    "pineapple on pizza is disgusting lol",
    "my old pan was useless",
    "I'm an idiot, I ordered the wrong size",
    "my bank is useless, can I pay by invoice?",
    "damn these pans are good, thank you",
    "the second time I order, same address please",
    "shiitake mushrooms stick to it",
    "I assume the class is full",
    "???",
]


@pytest.mark.parametrize(("text", "name"), SHOWN.items())
def test_each_sign_is_seen_by_its_form(text: str, name: str) -> None:
    assert name in signs(text)


@pytest.mark.parametrize("text", STINGS)
def test_praise_with_a_sting_is_sarcasm(text: str) -> None:
    assert "sarcasm" in signs(text)


@pytest.mark.parametrize("text", PLAIN_THANKS)
def test_plain_thanks_show_no_sign(text: str) -> None:
    assert signs(text) == ()


def test_every_sign_has_an_example_here() -> None:
    assert set(SHOWN.values()) == set(names())


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_calm_playful_denied_or_about_others_shows_no_sign(text: str) -> None:
    assert signs(text) == ()


@pytest.mark.parametrize(
    ("text", "names_shown"),
    [
        ("I'm not angry, I'm disappointed", ("annoyed",)),
        ("nothing works you useless idiots", ("contempt",)),
        ("not one of you idiots can read", ("contempt",)),
    ],
)
def test_a_negation_undoes_only_the_sign_that_it_stands_before(text: str, names_shown: tuple[str, ...]) -> None:
    assert signs(text) == names_shown


def test_capitals_of_another_alphabet_are_shouting_too() -> None:
    assert "shouting" in signs("ICH MÖCHTE ÜBERHAUPT ÄRGER")


@given(st.text())
def test_any_text_can_be_asked_for_signs(text: str) -> None:
    shown = signs(text)
    assert set(shown) <= set(names())
    assert len(set(shown)) == len(shown)
