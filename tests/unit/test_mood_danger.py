"""Who is in danger is seen, and nobody who only exaggerates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.feeling.danger import danger, found

CRISIS = {
    "I want to kill myself": "speaks of suicide",
    "honestly I don't want to live any more": "speaks of suicide",
    "life isn't worth it, I just want to end it all": "speaks of suicide",
    "everyone is better off without me": "speaks of suicide",
    "my husband hits me and I need this sent elsewhere": "is in danger",
    "my ex is stalking me and found my address through your parcel, please help": "is in danger",
    "my ex is threatening me and knows my address from your invoice": "is in danger",
    "I'm being stalked, please take my name off the parcel": "is in danger",
    "I'll kill her and then myself": "speaks of suicide",
    "the voices tell me to hurt people": "may harm others",
    "im gonna kill myself": "speaks of suicide",
    "don\u2019t want to live anymore": "speaks of suicide",
    "I'm fed up with life": "speaks of suicide",
    "I don't see the point anymore.": "speaks of suicide",
    "I can't go on.": "speaks of suicide",
}
THREATS = [
    "I'm going to kill your driver",
    "I will come to your shop with a knife",
    "I'll burn down your warehouse",
    "we will burn your shop down",
    "I'm going to come down to your store and smash it up",
    "I'll find you and make you pay",
    "if that driver comes back I'll set the dog on him",
    "I'm going to kill you all",
    "I'm going to stab your courier",
    "I'll come to your office and burn it down",
    "I know where your warehouse is and I'll be there with a knife",
    "I'll hang you",
    "he dropped my parcel again, I'll break his legs",
    "im going to break your driver's nose",
]
OTHER_LANGUAGES = {
    "Ich will mich umbringen": "speaks of suicide",
    "ich moechte nicht mehr leben": "speaks of suicide",
    "mein Mann schlägt mich": "is in danger",
    "je n'ai plus envie de vivre": "speaks of suicide",
    "je vais me tuer": "speaks of suicide",
    "no quiero seguir viviendo": "speaks of suicide",
    "non voglio più vivere": "speaks of suicide",
    "não quero mais viver": "speaks of suicide",
    "nao quero viver": "speaks of suicide",
    "ik wil niet meer leven": "speaks of suicide",
    "nie chcę już żyć": "speaks of suicide",
    "zabije sie": "speaks of suicide",
}
THREATS_IN_OTHER_LANGUAGES = [
    "ich zünde euren Laden an",
    "je vais brûler votre magasin",
    "os voy a matar a todos",
    "so dove abitate",
    "vou te matar",
    "ik steek jullie winkel in brand",
    "wiem gdzie mieszkacie",
]
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
    "my carbon monoxide alarm went off when I used the stove": "gas",
    "can you help the oven is on fire": "fire",
    "the dog licked it, is it poisonous": "poison",
    "there was glass in my soup from the jar": "glass or metal in food",
    "my son swallowed a small screw of the toy": "glass or metal in food",
}
NO_DANGER = [
    "this pan is killing me",
    "kms if this parcel doesn't come lol",
    "nothing to live for without my wok lol",
    "I'm tired of life without a sharp knife",
    "I don't see the point of a gift card",
    "I went to hospital for a check-up and missed the parcel",
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
    "fire blankets",
    "is there anything off on fire blankets?",
    "is the lead glaze poisonous",
    "do you sell carbon monoxide detectors",
    "I am going to die if this sells out",
    "I feel terrible about this",
    "suicide squad mug",
    "Diese Pfanne bringt mich um den Verstand",
    "je vais mourir de rire",
    "me voy a morir de risa",
    "mi ammazzo dalle risate",
    "ik ga dood van het lachen",
    "zabiję się ze śmiechu",
    "we were hurt by your answer",
    "I'll hang them above the stove, do they come with hooks?",
    "I'll hang you up on the wall, said my wife to the clock",
    "I'll be there with a knife block to return",
    "I'll be there with my knife to have it sharpened",
    "I know where your warehouse is, can I collect it there?",
    "the chair fell over and its legs broke",
    "I'm going to break their legs off and return the table",
    "your ads are stalking me",
    "my bank is threatening me with a fee because of your refund",
    "my ex is following me on Instagram and liked your pan",
    "my ex has my old address, please change it",
    "",
]


@pytest.mark.parametrize(("text", "sign"), CRISIS.items())
def test_who_may_harm_themselves_or_is_threatened_is_in_a_crisis(text: str, sign: str) -> None:
    assert found(text) == ("crisis", (sign,))


@pytest.mark.parametrize(("text", "sign"), OTHER_LANGUAGES.items())
def test_a_crisis_is_seen_in_other_languages_with_and_without_accents(text: str, sign: str) -> None:
    assert found(text) == ("crisis", (sign,))


@pytest.mark.parametrize("text", [*THREATS, *THREATS_IN_OTHER_LANGUAGES])
def test_a_threat_of_violence_is_told_apart_from_despair(text: str) -> None:
    assert found(text) == ("threat", ("threatens violence",))


@pytest.mark.parametrize(("text", "sign"), SAFETY.items())
def test_who_got_hurt_or_might_is_a_matter_of_safety(text: str, sign: str) -> None:
    kind, signs = found(text)
    assert kind == "safety"
    assert sign in signs


@pytest.mark.parametrize("text", NO_DANGER)
def test_a_manner_of_speaking_is_no_danger(text: str) -> None:
    assert found(text) == (None, ())


def test_a_crisis_comes_before_all_else() -> None:
    assert danger("I burned my hand and I want to kill myself") == "crisis"
    assert danger("I'll burn down your shop, I want to die") == "crisis"


@given(st.text(max_size=300))
def test_any_text_can_be_asked(text: str) -> None:
    assert danger(text) in (None, "crisis", "threat", "safety")
