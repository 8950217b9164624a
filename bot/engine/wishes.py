"""Several wishes in one message, answered in one turn; what has to wait is kept and taken up later.

Plain questions are answered first, in their order. A wish that starts a form comes last, because the form's question
must stand at the end. When two start forms the second is kept in the dialogue state, as ``later``, and taken up when
the first form has come to its end. It is dropped when the form is left ("never mind"), when the contact brings the
matter up again, when an action asks for a person, and with the state itself: at a handoff and with a new episode.

A question that is not for us, beside a wish, is told to be one after the answers, with its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from bot.engine.current import CurrentTurn
from bot.engine.wire import HandoffAsked, Reply
from conversations.text import shortened

LATER = "later"
KEPT = 3  # wishes
KEPT_TEXT = 1000  # characters of each
# What is said, if the content has words for it, with {now} and {then}: the readings of intents.
ONE_AFTER_THE_OTHER, TAKEN_UP = "utter_one_after_the_other", "utter_taken_up"
PART_NOT_UNDERSTOOD = "utter_part_not_understood"  # likewise, with {part}: the words of a question that is not for us
NOT_UNDERSTOOD = "nlu_fallback"  # the intent of such a question
QUOTED = 80  # characters of it


class Wish(msgspec.Struct, frozen=True):
    """A wish by itself: its part of the message, and what was found in that part."""

    text: str
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...] = ()


@dataclass
class Ran:
    """Rasa's answer to one message or wish, with what it left behind."""

    turn: CurrentTurn
    replies: list[Reply] = field(default_factory=list)


class Rasa(Protocol):
    """Rasa, for the turn in hand."""

    async def run(self, parse_data: dict[str, Any], state: dict[str, Any] | None) -> Ran:
        """Answer a message from a state; it may raise what Rasa raises."""

    def words(self, response: str, turn: CurrentTurn, **intents: str) -> Reply | None:
        """A response of the content, filled with the readings of intents; None when it lacks one of these."""

    def says(self, response: str, turn: CurrentTurn, **values: str) -> Reply | None:
        """A response of the content, filled with values; None when the content lacks it."""

    def knows(self, intent: str) -> bool:
        """Whether the model has this intent."""

    def entities_for(self, slot: str | None) -> set[str]:
        """The entities that fill a slot."""


async def answer(rasa: Rasa, said: dict[str, Any], state: dict[str, Any] | None) -> list[Ran]:
    """Answer a message, all its wishes, and what waited for the form that it completes; the last holds the state.

    The list ends with a turn that failed.
    """
    every = wishes_in(said)
    wishes = [wish for wish in every if wish.intent != NOT_UNDERSTOOD]
    whole = await rasa.run(said, state)
    if len(every) < 2:
        runs, waiting = [whole], list[Wish]()
    elif whole.turn.taken_by_form:
        runs, waiting = await _besides(rasa, said, wishes, whole)
    else:
        runs, waiting = await _each(rasa, said, wishes, state)
        _own_up(rasa, runs[-1], [wish for wish in every if wish.intent == NOT_UNDERSTOOD])
    brought_up = {said["intent"]["name"], *(wish.intent for wish in wishes)}
    waiting += [wish for wish in kept_in(state) if wish.intent not in brought_up and rasa.knows(wish.intent)]
    while waiting and _is_free(runs[-1].turn):
        taken_up = await rasa.run(_alone(said, waiting[0]), runs[-1].turn.new_state)
        word = rasa.words(TAKEN_UP, taken_up.turn, then=waiting.pop(0).intent)
        runs.append(Ran(taken_up.turn, [word, *taken_up.replies] if word else taken_up.replies))
    last = runs[-1].turn
    if last.new_state is not None and last.active_form is not None and waiting:
        last.new_state[LATER] = msgspec.to_builtins(waiting[:KEPT])
    return runs


async def _each(
    rasa: Rasa, said: dict[str, Any], wishes: Sequence[Wish], state: dict[str, Any] | None
) -> tuple[list[Ran], list[Wish]]:
    """The answers to plain questions, then to the first wish that starts a form; and the others that do.

    Which those are is seen by trying: nothing is kept of a trial, and what an action wrote has the turn's own key.
    """
    runs: list[Ran] = []
    starting: dict[str, Wish] = {}
    for wish in wishes:
        ran = await rasa.run(_alone(said, wish), state)
        form = ran.turn.active_form
        if form not in (None, ran.turn.form_before) and not ran.turn.failure:
            starting.setdefault(str(form), wish)
            continue
        runs.append(_of(wish, ran))
        if ran.turn.failure:
            return runs, []
        state = ran.turn.new_state
    if not starting:
        return runs, []
    first, *others = starting.values()
    ran = _of(first, await rasa.run(_alone(said, first), state))
    if others and (word := rasa.words(ONE_AFTER_THE_OTHER, ran.turn, now=first.intent, then=others[0].intent)):
        ran.replies.insert(0, msgspec.structs.replace(word, wish=first.intent))
    return [*runs, ran], others


async def _besides(
    rasa: Rasa, said: dict[str, Any], wishes: Sequence[Wish], whole: Ran
) -> tuple[list[Ran], list[Wish]]:
    """What else is wanted in a message that a form took: only if it took a value out of it ("10452. And when …?").

    What it took as text is one answer, however long the story. A wish that would leave the form has to wait.
    """
    told = rasa.entities_for(whole.turn.requested_before)
    if not any(found["entity"] in told for found in said["entities"]):
        return [whole], []
    runs, waiting, state = list[Ran](), list[Wish](), whole.turn.state
    for wish in wishes:
        if any(found["entity"] in told for found in wish.entities):
            continue
        ran = await rasa.run(_alone(said, wish), state)
        if ran.turn.failure:
            return [ran], []
        if ran.turn.active_form != whole.turn.form_before:
            waiting.append(wish)
        elif not ran.turn.taken_by_form:
            runs.append(_of(wish, ran))
            state = ran.turn.new_state
    return [*runs, await rasa.run(said, state)], waiting


def _own_up(rasa: Rasa, ran: Ran, beyond: Sequence[Wish]) -> None:
    """Say of questions that they are not for us: after an answer, and before a form's question, which stands last."""
    turn, part = ran.turn, shortened(" … ".join(wish.text for wish in beyond), QUOTED)
    word = rasa.says(PART_NOT_UNDERSTOOD, turn, part=part) if part and not turn.failure else None
    if word:
        starts_form = turn.active_form not in (None, turn.form_before)
        at = 0 if starts_form else len(ran.replies) - turn.asked
        ran.replies.insert(at, msgspec.structs.replace(word, wish=NOT_UNDERSTOOD))


def _is_free(turn: CurrentTurn) -> bool:
    """Whether a form has come to its end in this turn, so that what waited for it can be taken up."""
    asked_for_person = any(isinstance(effect, HandoffAsked) for effect in turn.effects)
    return turn.active_form is None and not (turn.left_form or turn.failure or asked_for_person)


def _of(wish: Wish, ran: Ran) -> Ran:
    """The run with its replies marked as the answer to a wish."""
    return Ran(ran.turn, [msgspec.structs.replace(reply, wish=wish.intent) for reply in ran.replies])


def wishes_in(said: dict[str, Any]) -> list[Wish]:
    """The wishes of a message's parse data, each with the entities of its part."""
    found: list[Wish] = []
    end = 0
    for wish in said.get("wishes") or []:
        start = said["text"].find(wish["text"], end)
        end = start + len(wish["text"])
        entities = tuple(one for one in said["entities"] if start <= one["start"] < end)
        found.append(Wish(wish["text"], wish["intent"], wish["confidence"], entities))
    return found


def _alone(said: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Parse data as if the wish were the whole message; its mood and language are those of the message."""
    intent = {"name": wish.intent, "confidence": wish.confidence}
    own = {"text": wish.text, "intent": intent, "intent_ranking": [intent], "entities": list(wish.entities)}
    return {**said, **own, "scope": {"class": "in", "score": 0.0}, "wishes": []}


def kept_in(state: dict[str, Any] | None) -> list[Wish]:
    """The wishes that a dialogue state keeps; none when they are of an unknown shape."""
    try:
        return msgspec.convert((state or {}).get(LATER) or [], list[Wish])
    except msgspec.ValidationError:
        return []


def replies_of(runs: Sequence[Ran]) -> tuple[Reply, ...]:
    """All replies, in order. What is asked or offered again further on is said once, there.

    The question of a form that is repeated after each answer stands only at the end, and so does a button.
    """
    *earlier, last = runs
    if not earlier:
        return tuple(last.replies)
    all_replies = [reply for ran in earlier for reply in ran.replies[: len(ran.replies) - ran.turn.asked]]
    all_replies += last.replies
    kept: list[Reply] = []
    for reply in reversed(all_replies):
        offered = {button.payload for later in kept for button in later.buttons}
        buttons = tuple(button for button in reply.buttons if button.payload not in offered)
        is_said = any(reply.text == later.text and reply.image == later.image for later in kept)
        if not is_said or buttons:
            kept.append(msgspec.structs.replace(reply, buttons=buttons))
    return tuple(reversed(kept))
