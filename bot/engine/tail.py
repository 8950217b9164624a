"""Which of a conversation's events the next turns need.

The last ``KEPT_TURNS`` turns stay whole. Of older ones the last few that rules did not hide stay too: memorised stories
look past turns that only rules answered, however many, so "yes" after twelve questions in between still has its
meaning. What lies between them is reduced to what it did to slots and to the active loop.
"""

from __future__ import annotations

from itertools import pairwise

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    Event,
    SlotSet,
    UserUttered,
)

KEPT_TURNS = 10
# As many as the ``max_history`` of the policies in config.yml; a turn makes two states or more.
SHOWN_TURNS = 5


def needed(events: list[Event]) -> tuple[int, list[Event]]:
    """Where the needed events begin, and those events; all of them when there are not more than ``KEPT_TURNS`` turns.

    The beginning is before a contact's message that follows ``action_listen``.
    """
    starts = turn_starts(events)
    if len(starts) <= KEPT_TURNS:
        return 0, events
    tail = starts[-KEPT_TURNS]
    turns = [events[start:end] for start, end in pairwise([*starts, len(events)])]
    older, recent = turns[:-KEPT_TURNS], turns[-KEPT_TURNS:]
    missing = SHOWN_TURNS - sum(not is_hidden(turn) for turn in recent)
    shown = [index for index, turn in enumerate(older) if not is_hidden(turn)][-missing:] if missing > 0 else []
    if not shown:
        return tail, events[tail:]
    kept: list[Event] = []
    for start, end in pairwise([*starts[shown[0] : -KEPT_TURNS], tail]):
        turn = events[start:end]
        kept += _traces(turn, events[:end]) if is_hidden(turn) else turn
    return starts[shown[0]], kept + events[tail:]


def turn_starts(events: list[Event]) -> list[int]:
    """The indices of contact's messages that follow ``action_listen``."""
    starts = []
    last_action = None
    for index, event in enumerate(events):
        if isinstance(event, UserUttered) and last_action == ACTION_LISTEN_NAME:
            starts.append(index)
        elif isinstance(event, ActionExecuted):
            last_action = event.action_name
    return starts


def is_hidden(turn: list[Event]) -> bool:
    """True when only rules chose the actions of a turn, so that memorised stories do not see it."""
    return all(event.hide_rule_turn for event in turn if isinstance(event, ActionExecuted))


def _traces(turn: list[Event], so_far: list[Event]) -> list[Event]:
    """What a hidden turn did to slots and loop.

    A form's first run stays before its loop, as Rasa looks for it there, and ``action_listen`` after it, as every
    message follows one.
    """
    last = {event.key: event for event in turn if isinstance(event, SlotSet)}
    traces: list[Event] = []
    for before, event in pairwise([None, *turn]):
        if isinstance(event, ActiveLoop) and event.name and isinstance(before, ActionExecuted):
            traces.append(before)
        if isinstance(event, ActiveLoop | AllSlotsReset) or (isinstance(event, SlotSet) and event is last[event.key]):
            traces.append(event)
    rejected = _rejected_loop(so_far)
    traces += [ActionExecutionRejected(rejected)] if rejected else []
    ran = any(isinstance(event, ActionExecuted) for event in traces)
    return [*traces, ActionExecuted(ACTION_LISTEN_NAME, hide_rule_turn=True)] if ran else traces


def _rejected_loop(events: list[Event]) -> str | None:
    """The active loop, if it declined to run and did not run since."""
    loop, rejected = None, False
    for event in events:
        if isinstance(event, ActiveLoop):
            loop, rejected = event.name, False
        elif isinstance(event, ActionExecutionRejected) and event.action_name == loop:
            rejected = True
        elif isinstance(event, ActionExecuted) and event.action_name == loop:
            rejected = False
    return loop if rejected else None
