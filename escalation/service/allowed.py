"""What somebody may do with a handoff: the one list from which every surface draws its buttons."""

from __future__ import annotations

from conversations.handoff import OPEN_STATES, Handoff, HandoffState
from conversations.staff import Principal
from escalation.http.wire import May
from escalation.service.holding import holds


def may(who: Principal, handoff: Handoff, *, blocked: bool = False) -> list[May]:
    """What this person may do with the handoff now. ``blocked``: its contact is."""
    acts: list[May] = _with_the_matter(who, handoff, blocked=blocked)
    if not (who.oversees or handoff.agent_id == who.id):
        return acts
    return [*acts, "unblock" if blocked else "block"]


def _with_the_matter(who: Principal, handoff: Handoff, *, blocked: bool) -> list[May]:
    if holds(who, handoff):
        asleep: May = "wake" if handoff.is_snoozed else "snooze"
        return ["reply", "note", "resolve", "return", "release", "transfer", asleep, "goodwill"]
    passes: list[May] = ["transfer"] if who.oversees and handoff.state in OPEN_STATES else []
    if handoff.state is HandoffState.WAITING:
        return [*_with_the_offer(who, handoff), "note", *passes]
    if handoff.state is HandoffState.ASSIGNED:
        return ["note", "step_in", *passes]
    if handoff.state is HandoffState.RESOLVED and not blocked:
        return ["note", "reopen"]
    return ["note"]


def _with_the_offer(who: Principal, handoff: Handoff) -> list[May]:
    """What is kept for somebody is theirs; who oversees may take it all the same."""
    if handoff.offered_to is None:
        return ["claim"]
    if handoff.offered_to == who.id:
        return ["claim", "decline"]
    return ["claim"] if who.oversees else []
