"""The turn in hand: one record per turn in a context variable, so concurrent turns never mix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from bot.engine.wire import Effect


@dataclass
class CurrentTurn:
    """What one turn starts from and what it leaves behind.

    ``known`` are slots that the message itself fills, before anything is predicted: its language.
    ``form_before`` asked for the slot ``requested_before``; ``taken_by_form`` when it took the message as the answer to
    that; ``left_form`` when a form was given up before its end. ``asked`` is how many of the last replies are a form's
    question. ``failure`` is the first cause that makes the turn unanswerable; it never holds a contact's words.
    """

    state: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    new_state: dict[str, Any] | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    active_form: str | None = None
    requested_slot: str | None = None
    form_before: str | None = None
    requested_before: str | None = None
    taken_by_form: bool = False
    left_form: bool = False
    asked: int = 0
    effects: list[Effect] = field(default_factory=list)
    failure: str | None = None

    def fail(self, cause: str) -> None:
        """Mark the turn as failed; the first cause stays."""
        self.failure = self.failure or cause


_current: ContextVar[CurrentTurn | None] = ContextVar("frontdesk_current_turn", default=None)


def current_turn() -> CurrentTurn:
    """The turn in hand; ``LookupError`` when code that belongs to a turn runs outside of one."""
    turn = _current.get()
    if turn is None:
        raise LookupError("no turn in hand")
    return turn


def fail_current_turn(cause: str) -> None:
    """Mark the turn in hand as failed, if there is one."""
    turn = _current.get()
    if turn is not None:
        turn.fail(cause)


@contextmanager
def turn_in_hand(turn: CurrentTurn) -> Iterator[CurrentTurn]:
    """Make ``turn`` the current one for this task and the tasks it starts."""
    token = _current.set(turn)
    try:
        yield turn
    finally:
        _current.reset(token)
