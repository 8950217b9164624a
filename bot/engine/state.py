"""The bounded dialogue state: what a turn needs of the turns before it, as JSON of about 10 kB.

It holds the slots and the active loop as they stood at a cut, then those of the tracker's applied events that
``tail.needed`` names. Turns that were rewound (fallbacks) are no applied events and do not count. Shorter tails were
tried and changed answers (docs/decisions.md). What messages fill by themselves (their language) stands beside it as
``known``: a rewound message was still written in its language. So do wishes that wait for a form to end, as ``later``.

Past replies and parse details that no policy reads are left out: an action sees the slots and the contact's last
messages, not what the assistant said.
"""

from __future__ import annotations

import logging
from itertools import takewhile
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_DEACTIVATE_LOOP_NAME, ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.current import current_turn
from bot.engine.packed import pack, unpack
from bot.engine.tail import needed

VERSION = 1

_log = logging.getLogger(__name__)


def encode(tracker: DialogueStateTracker, domain: Domain, domain_hash: str) -> dict[str, Any]:
    """The bounded state of a tracker after a turn."""
    events = tracker.applied_events()
    cut, kept = needed(events)
    head = DialogueStateTracker.from_events(tracker.sender_id, events[:cut], domain.slots, domain=domain)
    state: dict[str, Any] = {
        "version": VERSION,
        "domain": domain_hash,
        "slots": filled_slots(head),
        "events": [packed for event in kept if (packed := pack(event)) is not None],
    }
    if head.active_loop and head.active_loop.name:
        state["loop"] = {"name": head.active_loop.name, "rejected": head.active_loop.rejected}
    return state


def restore(
    state: dict[str, Any] | None, facts: dict[str, Any], sender_id: str, domain: Domain, domain_hash: str
) -> DialogueStateTracker:
    """The tracker that a turn starts from; without a state, one that knows only the ``facts`` that the domain has.

    A state of an unknown shape is set aside with a warning: a fresh conversation is better than none.
    """
    known = {slot.name for slot in domain.slots}
    fresh = {"domain": domain_hash, "slots": {k: v for k, v in facts.items() if k in known}, "events": []}
    try:
        return _rebuilt(fresh if state is None else state, sender_id, domain, domain_hash)
    except (LookupError, TypeError, ValueError, AttributeError):
        _log.warning("a dialogue state of an unknown shape was set aside")
        return _rebuilt({**fresh, "slots": {}}, sender_id, domain, domain_hash)


def _rebuilt(state: dict[str, Any], sender_id: str, domain: Domain, domain_hash: str) -> DialogueStateTracker:
    if state.get("version", VERSION) != VERSION:
        raise ValueError("unknown version")
    tail = [unpack(packed) for packed in state["events"]]
    head = _head_events(state, _begins_with_message(tail))
    if state["domain"] != domain_hash and not _still_fits(head + tail, domain):
        head, tail = [ActionExecuted(ACTION_LISTEN_NAME), *_remains(head + tail, domain)], []
    return DialogueStateTracker.from_events(sender_id, head + tail, domain.slots, domain=domain)


def _known(state: dict[str, Any] | None) -> dict[str, Any]:
    found = (state or {}).get("known")
    return found if isinstance(found, dict) else {}


def learn(tracker: DialogueStateTracker, known: dict[str, Any], domain: Domain) -> None:
    """Fill slots that the domain has, where the value is news: nothing is written twice."""
    for name, value in known.items():
        if name in tracker.slots and tracker.get_slot(name) != value:
            tracker.update(SlotSet(name, value), domain)


def filled_slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    """The slots whose value is not the initial one."""
    return {name: slot.value for name, slot in tracker.slots.items() if slot.value != slot.initial_value}


def _begins_with_message(events: list[Event]) -> bool:
    """True when no action comes before the first message, or nothing comes at all."""
    return not isinstance(
        next((e for e in events if isinstance(e, UserUttered | ActionExecuted)), None), ActionExecuted
    )


def _head_events(state: dict[str, Any], listens: bool) -> list[Event]:
    """Events that put slots and loop as they stood at the cut.

    Memorised stories begin with an empty state: so ``action_listen`` comes before the slots, once, and what a form
    needs is hidden from them.
    """
    events: list[Event] = [ActionExecuted(ACTION_LISTEN_NAME)] if listens else []
    events += [SlotSet(name, value) for name, value in state["slots"].items()]
    loop = state.get("loop")
    if not loop:
        return events
    # The form's own execution belongs before its loop: Rasa folds a form's next run into the one it finds.
    events += [ActionExecuted(loop["name"], hide_rule_turn=True), ActiveLoop(loop["name"])]
    if loop["rejected"]:
        events.append(ActionExecutionRejected(loop["name"]))
    return [*events, ActionExecuted(ACTION_LISTEN_NAME, hide_rule_turn=True)]


def _still_fits(events: list[Event], domain: Domain) -> bool:
    """True when each slot, form, action and intent that the events name exists in the domain."""
    slots, actions, intents = set(), set(), set()
    for event in events:
        if isinstance(event, SlotSet):
            slots |= {event.key, event.value} if event.key == REQUESTED_SLOT and event.value else {event.key}
        elif isinstance(event, UserUttered):
            intents.add(event.intent_name)
        elif isinstance(event, ActionExecuted):
            actions.add(event.action_name)
        elif isinstance(event, ActiveLoop) and event.name:
            actions.add(event.name)
    known = set(domain.action_names_or_texts), {slot.name for slot in domain.slots}, {*domain.intents, None}
    return actions <= known[0] and slots <= known[1] and intents <= known[2]


def _remains(events: list[Event], domain: Domain) -> list[Event]:
    """The last values of the slots that the domain has, without the form."""
    values = {event.key: event.value for event in events if isinstance(event, SlotSet)}
    known = {slot.name for slot in domain.slots} - {REQUESTED_SLOT}
    return [SlotSet(name, value) for name, value in values.items() if name in known]


class TurnStore(TrackerStore):  # type: ignore[misc]
    """A tracker store that reads and writes the current turn's state, and nothing else.

    It raises outside of a turn. It must be set on ``processor.tracker_store`` itself: the agent would wrap it in a
    store that answers as if nothing had happened when this one raises.
    """

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain)
        self.domain_hash = domain.fingerprint()[:16]

    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        """The tracker of the current turn."""
        turn = current_turn()
        tracker = restore(turn.state, turn.facts, sender_id, self.domain, self.domain_hash)
        turn.known = {**_known(turn.state), **turn.known}
        learn(tracker, turn.known, self.domain)
        turn.form_before = tracker.active_loop_name
        turn.requested_before = tracker.get_slot(REQUESTED_SLOT) if turn.form_before else None
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Leave the tracker's bounded state, slots and form with the current turn."""
        turn = current_turn()
        turn.new_state = encode(tracker, self.domain, self.domain_hash)
        if turn.known:
            turn.new_state["known"] = turn.known
        learn(tracker, turn.known, self.domain)
        turn.slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
        turn.active_form = tracker.active_loop_name
        events = _of_this_turn(tracker)
        turn.taken_by_form = _taken_by(turn.form_before, events)
        turn.left_form = any(_runs(ACTION_DEACTIVATE_LOOP_NAME, event) for event in events)
        turn.asked = _asked_by(turn.active_form, events)
        turn.requested_slot = turn.slots.pop(REQUESTED_SLOT, None)


def _of_this_turn(tracker: DialogueStateTracker) -> list[Event]:
    """What has happened since the latest message, the latest first."""
    return list(takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events)))


def _taken_by(form: str | None, latest_first: list[Event]) -> bool:
    """Whether this form ran on the message without rejecting it: then its intent does not matter."""
    rejected = any(isinstance(event, ActionExecutionRejected) and event.action_name == form for event in latest_first)
    return form is not None and not rejected and any(_runs(form, event) for event in latest_first)


def _asked_by(form: str | None, latest_first: list[Event]) -> int:
    """How many replies this form gave when it ran last; 0 if it did not run."""
    since = list(takewhile(lambda event: not _runs(form, event), latest_first))
    ran = form is not None and len(since) < len(latest_first)
    return sum(isinstance(event, BotUttered) for event in since) if ran else 0


def _runs(action: str | None, event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == action
