"""Who is in danger is seen, and nobody who only exaggerates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.mood_danger import danger, found

CRISIS = {
    "I want to kill myself": "speaks of suicide",
    "honestly I don't want to live any more": "speaks of suicide",
    "life isn't worth it, I just want to end it all": "speaks of suicide",
    "everyone is better off without me": "speaks of suicide",
    "I'm going to kill your driver": "threatens violence",
    "I will come to your shop with a knife": "threatens violence",
    "I'll burn down your warehouse": "threatens violence",
    "my husband hits me and I need this sent elsewhere": "is in danger",
}
SAFETY = {
    "I burned my hand on the handle": "injury",
    "my daughter was taken to hospital after the lid burst": "injury",
    "I cut my finger badly on the edge of the lid": "injury",
    "my toddler got hurt when the chair collapsed": "injury",
    "the kettle gave me an electric shock": "electric shock",
    "sparks came out of the plug": "electric shock",
    "the toaster caught fire this morning": "fire",
    "the blender exploded in my kitchen": "fire",
    "I can smell gas from the new stove": "gas",
    "there was glass in my soup from the jar": "glass or metal in food",
    "my son swallowed a small screw of the toy": "glass or metal in food",
}
NO_DANGER = [
    "this pan is killing me",
    "I'm dying to try it",
    "killer knives",
    "I could kill for a coffee",
    "I killed myself laughing at the ad",
    "my feet are killing me after your sale",
    "my old kettle died",
    "I almost burned my hand, so which glove do you recommend?",
    "how do I avoid burning my hand?",
    "how sharp is it, will I cut myself?",
    "is it safe for children?",
    "the rice burnt and the glass broke when I dropped it",
    "nobody was hurt",
    "you cut the price in half",
    "can I use it on gas?",
    "shoot me an email",
    "are smoke and steam a problem for the coating?",
    "I want to end my subscription",
    "do you sell fire blankets",
    "we were hurt by your answer",
    "",
]


@pytest.mark.parametrize(("text", "sign"), CRISIS.items())
def test_who_may_harm_themselves_or_others_is_in_a_crisis(text: str, sign: str) -> None:
    assert found(text) == ("crisis", (sign,))


@pytest.mark.parametrize(("text", "sign"), SAFETY.items())
def test_who_got_hurt_or_might_is_a_matter_of_safety(text: str, sign: str) -> None:
    kind, signs = found(text)
    assert kind == "safety"
    assert sign in signs


@pytest.mark.parametrize("text", NO_DANGER)
def test_a_manner_of_speaking_is_no_danger(text: str) -> None:
    assert found(text) == (None, ())


def test_a_crisis_comes_before_safety() -> None:
    assert danger("I burned my hand and I want to kill myself") == "crisis"


@given(st.text(max_size=300))
def test_any_text_can_be_asked(text: str) -> None:
    assert danger(text) in (None, "crisis", "safety")
