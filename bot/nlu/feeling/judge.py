"""How a message feels, −1 (furious) to 1 (delighted), with the reasons: signs with names and how it sounds. Pure.

At −0.5 a person should take over; a contact at −0.25 to −0.5 is annoyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from bot.nlu.feeling.model import Floats, MoodModel, Scores
from bot.nlu.feeling.rules import BOTH, STINGS, VOICE, is_mild, plain, signs
from bot.nlu.readable import readable

# The model's logit that is a mood of −0.5. At its own zero few of the calm development messages are flagged, which were
# written to deceive: that is too strict for what contacts write.
TAKES_OVER = -1.0
STEEPNESS = 2.0  # of the mood around that logit: −0.25 is about half a unit below it
TOLD = -0.2  # from here down the reasons are told
TERSE = 2  # words: so few, without a sign that has a name, are no anger ("nothing", "whatever")
PLEASED_WORDS, SOUNDS_UPSET = "pleased words", "sounds upset"


@dataclass(frozen=True)
class Mood:
    """The value, rounded to 0.01, and its reasons, the heaviest first."""

    value: float
    reasons: tuple[str, ...]


def judge(text: str, model: MoodModel, states: Floats | None = None) -> Mood:
    """The mood of a text; ``states`` are its token states, if the model's encoder made them."""
    told = readable(text)
    if told != text:
        text, states = told, None  # the states are those of the whole
    read = plain(text)
    if not any(character.isalnum() for character in read) and not signs(read):
        return Mood(0.0, ())
    return weigh_up(read, model.read(read, states), model)


def weigh_up(text: str, scores: Scores, model: MoodModel) -> Mood:
    """The mood of a text that was read: how it sounds, and the signs that it shows."""
    shown = signs(text)
    if _is_pleased(model, scores, shown):
        value = 2 * _chance(scores.pleased) - 1
        return Mood(round(value, 2), (PLEASED_WORDS,) if value >= 0.3 else ())
    heard = model.upset(scores, shown)
    if BOTH in shown:  # whoever shouts "WHERE IS IT???" is upset, however plain the words
        heard = max(heard, TAKES_OVER)
    upset = _chance(STEEPNESS * (heard - TAKES_OVER))
    if not shown and (is_mild(text) or len(text.split()) <= TERSE):
        upset = min(upset, -TOLD)
    return Mood(0.0 - round(upset, 2), _reasons(model, scores, shown) if -upset <= TOLD else ())


def _is_pleased(model: MoodModel, scores: Scores, shown: tuple[str, ...]) -> bool:
    """Whether it is more pleased than all that is heard is upset; joy is loud, too, but no joy has a sting."""
    quiet = tuple(name for name in shown if name not in VOICE)
    return not STINGS.intersection(shown) and scores.pleased > max(0.0, model.upset(scores, quiet))


def _reasons(model: MoodModel, scores: Scores, shown: tuple[str, ...]) -> tuple[str, ...]:
    weights = model.weights_for(scores)
    heavy = sorted((name for name in shown if weights[name] > 0), key=lambda name: -weights[name])
    sounds = model.upset(scores, ()) > TAKES_OVER or not heavy
    return (*heavy, SOUNDS_UPSET) if sounds else tuple(heavy)


def _chance(logit: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))
