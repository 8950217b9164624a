"""Which messages of a conversation were not answered well, and how that is known. Pure.

A question counts once, however many signs there are; they add up. What a form asked for is no question, and neither are
manners, nor the wish for a person: then it is the matter before it that was not answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

from conversations.handoff import ReasonKind

# So soon (seconds) after an answer the same is asked again because it was none; so long after a question a person may
# be asked for because of it.
AT_ONCE, BECAUSE = 120.0, 600.0
LOW = 2  # stars
_LIKELIEST = 2
_ASKED_BY_THE_CONTACT = frozenset(
    {
        ReasonKind.ASKED,
        ReasonKind.NOT_UNDERSTOOD,
        ReasonKind.CIRCLES,
        ReasonKind.FORM_FAILED,
        ReasonKind.MOOD_LOW,
        ReasonKind.MOOD_FALLING,
    }
)


class Source(StrEnum):
    """How it is known that a question was not answered well."""

    OUT_OF_SCOPE = "out_of_scope"
    UNSURE = "unsure"
    REPHRASED = "rephrased"
    LOW_RATING = "low_rating"
    ESCALATED = "escalated"
    TAUGHT = "taught"


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn: the contact's messages ``first`` to ``through``.

    ``typed``: they wrote it, and it still stands. ``understood``: it was taken for something that is answered.
    ``edited``: it says something else by now than what was understood.
    """

    first: int
    through: int
    episode: int
    asked_at: float
    answered_at: float
    in_form: bool
    typed: bool
    understood: bool
    parse: Mapping[str, Any] | None
    edited: bool = False

    @property
    def intent(self) -> str:
        return str(self.parse["intent"]) if self.parse else ""


@dataclass(frozen=True, slots=True)
class Answered:
    """By numbers: a question, and the message in which a person answered it. ``taught``: editors are to see it."""

    question: int
    answer: int
    taught: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A handoff of an episode, with the kinds of its reasons; ``by_person``: somebody took it."""

    handoff_id: str
    episode: int
    at: float
    kinds: Collection[str]
    by_person: bool
    answers: Sequence[Answered] = ()


@dataclass(slots=True)
class Question:
    """What was not answered well. ``parse`` is how the engine understood its words, None where it was not asked."""

    number: int
    through: int
    episode: int
    at: float
    parse: Mapping[str, Any] | None
    sources: set[Source] = field(default_factory=set)
    handoff_id: str | None = None
    answer: int | None = None


def questions(
    turns: Sequence[Asked],
    handoffs: Sequence[Moved],
    stars: Mapping[int, int],
    aside: Collection[str],
    at: Callable[[int], float] = lambda number: 0.0,
) -> list[Question]:
    """All questions of a conversation that were not answered well, in order.

    Args:
        turns: in order.
        stars: CSAT by episode.
        aside: intents that are no question.
        at: when a message was said, by its number: what agents mark may have been no turn.
    """
    found: dict[int, Question] = {}
    matters = [turn for turn, before in zip(turns, [None, *turns], strict=False) if _is_matter(turn, before, aside)]
    for turn, source in _signs(turns, matters, handoffs, stars):
        one = found.setdefault(turn.first, _of(turn))
        one.sources.add(source)
    for handoff in handoffs:
        for pair in handoff.answers:
            if pair.taught:
                turn_of = next((one for one in turns if one.first <= pair.question <= one.through), None)
                new = Question(pair.question, pair.question, handoff.episode, at(pair.question), None)
                new = _of(turn_of) if turn_of else new
                found.setdefault(new.number, new).sources.add(Source.TAUGHT)
        _answer([one for one in found.values() if _is_of(one, handoff)], handoff)
    return [found[number] for number in sorted(found)]


def likeliest(parse: Mapping[str, Any], unknown: Collection[str]) -> list[list[Any]]:
    """The two intents that a question was most likely taken for, with their confidence: ours, not the ``unknown``."""
    ranked = [[entry["intent"], entry["confidence"]] for entry in parse.get("ranking") or ()]
    return [one for one in ranked if one[0] not in unknown][:_LIKELIEST]


def _is_matter(turn: Asked, before: Asked | None, aside: Collection[str]) -> bool:
    """Whether a turn asks something of us."""
    in_form = turn.in_form or (before is not None and before.in_form and before.episode == turn.episode)
    return turn.typed and turn.parse is not None and not in_form and not (turn.understood and turn.intent in aside)


def _signs(
    turns: Sequence[Asked], matters: Sequence[Asked], handoffs: Sequence[Moved], stars: Mapping[int, int]
) -> Iterator[tuple[Asked, Source]]:
    for turn in matters:
        if not turn.understood:
            is_unsure = turn.parse is not None and turn.parse.get("scope") == "grey"
            yield turn, Source.UNSURE if is_unsure else Source.OUT_OF_SCOPE
    for turn, following in pairwise(turns):
        if turn in matters and following in matters and is_same_again(turn, following):
            yield turn, Source.REPHRASED
    for handoff in handoffs:
        kinds = set(handoff.kinds)
        if kinds & _ASKED_BY_THE_CONTACT and ReasonKind.RESERVED not in kinds:
            because = [
                turn
                for turn in matters
                if turn.episode == handoff.episode and handoff.at - BECAUSE <= turn.asked_at <= handoff.at
            ]
            if because:
                yield because[-1], Source.ESCALATED
    with_people = {handoff.episode for handoff in handoffs if handoff.by_person}
    for episode, given in stars.items():
        # Where a person answered, the stars are theirs.
        if (
            given <= LOW
            and episode not in with_people
            and (rated := [one for one in matters if one.episode == episode])
        ):
            yield rated[-1], Source.LOW_RATING


def is_same_again(turn: Asked, following: Asked) -> bool:
    """Whether the second asks at once what the first had asked: of the same intent, and near to the same example."""
    if turn.episode != following.episode or following.asked_at - turn.answered_at > AT_ONCE:
        return False
    return turn.understood and turn.intent == following.intent and bool(_nearest(turn) & _nearest(following))


def _nearest(turn: Asked) -> set[str]:
    return {near["text"] for near in (turn.parse or {}).get("nearest") or ()}


def _of(turn: Asked) -> Question:
    return Question(turn.first, turn.through, turn.episode, turn.asked_at, None if turn.edited else turn.parse)


def _is_of(one: Question, handoff: Moved) -> bool:
    return one.episode == handoff.episode and one.at >= handoff.at - BECAUSE


def _answer(asked: Sequence[Question], handoff: Moved) -> None:
    """Each question gets the answer to itself, else the first one that was given after it."""
    for one in asked:
        own = [pair for pair in handoff.answers if one.number <= pair.question <= one.through]
        later = [pair for pair in handoff.answers if pair.answer > one.through]
        if answer := next(iter([*own, *later]), None):
            one.answer = answer.answer
        one.handoff_id = handoff.handoff_id
