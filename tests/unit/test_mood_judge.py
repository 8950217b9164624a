"""The mood of a message: who is upset, who is not, and why; with the encoder and without."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.feeling.judge import Mood, judge
from bot.nlu.feeling.model import MODEL, READINGS, model
from bot.nlu.feeling.rules import names
from bot.nlu.learning.encoder import encoder

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
    "I'm not upset",
    "I wouldn't say I'm furious, I only want to know",
    "it still hasn't arrived",
    "I'd like to file a complaint",
    "the pan burned my hand",
    "HELLO",
    "do you ship to the USA or the UK?",
    "shiitake mushrooms stick to it",
    "my husband is mad about your pans",
]


def felt(text: str) -> Mood:
    """As the pipeline tells it."""
    used = encoder()
    assert used is not None
    return judge(text, model(), used.states(text)[0])


@pytest.mark.parametrize(("text", "reason"), UPSET.items())
def test_who_is_upset_is_seen_and_told_why(text: str, reason: str) -> None:
    mood = felt(text)
    assert mood.value <= -0.5
    assert reason in mood.reasons


@pytest.mark.parametrize("text", CALM)
def test_a_problem_told_calmly_is_not_upset(text: str) -> None:
    assert felt(text).value > -0.5


@pytest.mark.parametrize("text", ["thank you so much, you are wonderful", "THANK YOU SO MUCH!!!", "great, I love it"])
def test_thanks_are_pleased_even_loud(text: str) -> None:
    assert felt(text).value >= 0.3
    assert felt(text).reasons == ("pleased words",)


@pytest.mark.parametrize(
    "text",
    [
        "bloody brilliant these spoons",
        "you absolute gems, the jug is perfect",
        "fucking love it",
        "sooo happy with my wok!!!",
        "phew, it came, what a relief",
        "I'm crying, that bowl is so beautiful",
    ],
)
def test_rough_praise_and_relief_are_not_upset(text: str) -> None:
    assert felt(text).value > -0.25


@pytest.mark.parametrize(
    "text",
    [
        "thanks for nothing",
        "great, now the lid is missing as well",
        "well done, wrong again",
        "thanks a bunch for nothing",
    ],
)
def test_praise_with_a_sting_is_not_pleased(text: str) -> None:
    assert felt(text).value < -0.25


@pytest.mark.parametrize("text", ["", " ", "?", "…", "👍"])
def test_nothing_said_is_neither(text: str) -> None:
    assert judge(text, model()) == Mood(0.0, ())


@pytest.mark.parametrize("text", list(UPSET))
def test_without_the_encoder_most_of_it_is_still_seen(text: str) -> None:
    assert judge(text, model()).value <= -0.25


@settings(max_examples=50)
@given(st.text())
def test_any_text_has_a_mood_within_bounds(text: str) -> None:
    for mood in (felt(text), judge(text, model())):
        assert -1.0 <= mood.value <= 1.0
        assert len(set(mood.reasons)) == len(mood.reasons)


def test_a_very_long_text_is_judged_by_its_beginning() -> None:
    long = "where is my order " * 5000
    assert judge(long + "you are useless liars", model()).value > -0.25


def test_the_model_is_small_holds_only_numbers_and_weighs_every_reading_and_sign() -> None:
    assert MODEL.stat().st_size < 600_000
    for weights in model().weights.values():
        assert weights.keys() == {*READINGS, *names(), "bias"}
        assert all(weights[name] >= 0 for name in names())


def test_the_model_s_network_was_taught_on_the_packaged_encoder() -> None:
    used = encoder()
    assert used is not None
    assert model().encoder == used.name


@pytest.mark.parametrize("width", [10_000, 76, 40, 20, 12])
@pytest.mark.parametrize("cut", [" ", "\n"])
def test_what_cannot_be_read_has_no_mood_and_words_beside_it_keep_theirs(width: int, cut: str) -> None:
    chance = random.Random(width)  # noqa: S311 - no secret
    for _ in range(20):
        run = base64.b64encode(chance.randbytes(chance.randrange(160, 600))).decode()
        text = cut.join(run[start : start + width] for start in range(0, len(run), width))
        assert judge(text, model()) == Mood(0.0, ())
        assert judge(f"{text}{cut}this is ridiculous, where is my parcel", model()).value <= -0.5


def test_a_long_address_of_a_page_takes_no_mood_away() -> None:
    page = "https://shop.example/orders/" + "aB3" * 30
    assert judge(f"useless! {page}", model()).value <= -0.5
