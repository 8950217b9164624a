"""Shortcuts of `bot.engine.lean` through the policies: the states of a dialogue, and the rules that fit them.

Rasa replays the whole dialogue for each policy and each prediction, five times a turn. Here a dialogue is replayed
once, and a prediction later only what has happened since.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_REPLAY = "_frontdesk_replay"


@dataclass
class _Step:
    """What stood before an action: ``goes_on`` when the action does not change whether the dialogue is hidden."""

    state: State
    action: dict[str, str] | None
    hidden: bool
    goes_on: bool


class _Replay:
    """A dialogue replayed as far as it has come (`DialogueStateTracker.generate_all_prior_trackers`)."""

    def __init__(self, tracker: DialogueStateTracker, domain: Domain) -> None:
        self._domain, self._so_far = domain, tracker.init_copy()
        self._done: list[Event] = []
        self._steps: list[_Step] = []

    def goes_on_to(self, events: list[Event], domain: Domain) -> bool:
        """Whether the events begin with those that were replayed: a rewind takes some back."""
        done = len(self._done)
        return domain is self._domain and len(events) >= done and all(map(_same, self._done, events))

    def steps(self, events: list[Event]) -> list[_Step]:
        for event in events[len(self._done) :]:
            if isinstance(event, ActionExecuted):
                self._steps.append(self._step(event.hide_rule_turn))
            self._so_far.update(event)
        self._done = events
        return [*self._steps, self._step(False)]

    def _step(self, hidden: bool) -> _Step:
        now = self._so_far
        goes_on = bool(now.followup_action) or now.latest_action_name == now.active_loop_name
        return _Step(self._domain.get_active_state(now), now.latest_action, hidden, goes_on)


def _same(one: Event, other: Event) -> bool:
    return one is other


def create_states(
    tracker: DialogueStateTracker,
    domain: Domain,
    omit_unset_slots: bool = False,
    ignore_rule_only_turns: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """In place of `TrackerFeaturizer._create_states`: the caller may change what it is given."""
    if omit_unset_slots:
        return list(tracker.past_states(domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data))
    events = tracker.applied_events()
    replay: _Replay | None = getattr(tracker, _REPLAY, None)
    if replay is None or not replay.goes_on_to(events, domain):
        replay = _Replay(tracker, domain)
        setattr(tracker, _REPLAY, replay)
    steps = replay.steps(events)
    if ignore_rule_only_turns:
        return _shown(steps, domain, rule_only_data)
    return [_copied(step.state) for step in steps]


def _copied(state: State) -> State:
    return {kind: dict(part) for kind, part in state.items() if part}


def _shown(steps: list[_Step], domain: Domain, rule_only_data: dict[str, Any] | None) -> list[State]:
    """Without what rules hid (`Domain.states_for_tracker_history`)."""
    states: list[State] = []
    last_action: dict[str, str] | None = None
    hidden = False
    for step in steps:
        if not hidden:
            last_action = step.action
        if not step.goes_on:
            hidden = step.hidden
        if hidden:
            continue
        state = _copied(step.state)
        domain._remove_rule_only_features(state, rule_only_data)
        if states:
            domain._substitute_rule_only_user_input(state, states[-1])
        if last_action:
            state[PREVIOUS_ACTION] = last_action
        states.append(_copied(state))
    return states


class PossibleRules:
    """In place of `RulePolicy._get_possible_keys`: only rules for the state in hand are looked at, not all of them."""

    def __init__(self, policy: RulePolicy) -> None:
        self._policy = policy
        self._tables: dict[int, tuple[dict[str, str], dict[tuple[str | None, str | None], list[str]]]] = {}

    def __call__(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        if not states:
            return set(lookup)
        _, table = self._tables.get(id(lookup)) or self._index(lookup)
        intent = states[-1].get(USER, {}).get(INTENT)
        action = states[-1].get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
        near = {(one, other) for one in (intent, None) for other in (action, None)}
        keys = (key for pair in near for key in table.get(pair, ()))
        fits, backwards = self._policy._is_rule_applicable, states[::-1]
        return {key for key in keys if all(fits(key, turn, state) for turn, state in enumerate(backwards))}

    def _index(self, lookup: dict[str, str]) -> Any:
        """Rules by the intent and the action before it that their last state asks for; None: it asks for none."""
        table: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
        for key in lookup:
            last = self._policy._rule_key_to_state(key)[-1]
            action = _asked(last.get(PREVIOUS_ACTION, {}), ACTION_NAME)
            # A rule for the start of a conversation fits whatever begins one.
            intent = _asked(last.get(USER, {}), INTENT) if last.get(PREVIOUS_ACTION) else None
            table[intent, action].append(key)
        self._tables[id(lookup)] = (lookup, dict(table))
        return self._tables[id(lookup)]


def _asked(part: dict[str, Any], name: str) -> str | None:
    value = part.get(name)
    return value if isinstance(value, str) and value and value != SHOULD_NOT_BE_SET else None
