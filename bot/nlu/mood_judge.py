"""How a message feels, −1 (furious) to 1 (delighted), with the reasons: signs with names and how it sounds. Pure.

At −0.5 a person should take over; a contact at −0.25 to −0.5 is annoyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from bot.nlu.mood_model import Floats, MoodModel, Scores
from bot.nlu.mood_rules import is_playful, plain, signs

TOLD = -0.2  # from here down the reasons are told
ANNOYED = 0.25  # somebody as upset as this is not pleased, whatever words of thanks they use
PLEASED_WORDS, SOUNDS_UPSET = "pleased words", "sounds upset"


@dataclass(frozen=True)
class Mood:
    """The value, rounded to 0.01, and its reasons, the heaviest first."""

    value: float
    reasons: tuple[str, ...]


def judge(text: str, model: MoodModel, states: Floats | None = None) -> Mood:
    """The mood of a text; ``states`` are its token states, if the model's encoder made them."""
    read = plain(text)
    if not any(character.isalnum() for character in read):
        return Mood(0.0, ())
    scores, shown = model.read(read, states), signs(text)
    upset = _chance(model.upset(scores, shown))
    if not shown and is_playful(read):
        upset = min(upset, -TOLD)
    pleased = max(0.0, 2 * _chance(scores.pleased) - 1)
    if pleased > upset and upset < ANNOYED:
        return Mood(round(pleased, 2), (PLEASED_WORDS,) if pleased >= 0.3 else ())
    return Mood(round(-upset, 2), _reasons(model, scores, shown) if -upset <= TOLD else ())


def _reasons(model: MoodModel, scores: Scores, shown: tuple[str, ...]) -> tuple[str, ...]:
    weights = model.weights_for(scores)
    heavy = sorted((name for name in shown if weights[name] > 0), key=lambda name: -weights[name])
    sounds = model.upset(scores, ()) > -1 or not heavy
    return (*heavy, SOUNDS_UPSET) if sounds else tuple(heavy)


def _chance(logit: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))
