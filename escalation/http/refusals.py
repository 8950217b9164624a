"""What was refused, as a problem: what happened, and what to do. One place for every route."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from aiohttp import web

from conversations.handoff import (
    AlreadyOpen,
    ClaimLost,
    HandoffError,
    HandoffState,
    HandoffUnknown,
    KeptAsNote,
    Malformed,
    NobodyThere,
    NotAllowed,
    NotHolder,
    OverLimit,
    Reserved,
)
from conversations.http.problems import problem
from escalation.service.amending import BeingSent, CannotBeRevised, HasArrived, MatterEnded, NotTheirMessage
from escalation.service.canned import CannedUnknown
from escalation.service.openings import ConversationUnknown
from escalation.service.suggesting import NoSuggestions

_TOLD: dict[type[HandoffError], tuple[int, str, str]] = {
    HandoffUnknown: (404, "There is no such handoff.", "Go back to the queue."),
    NotHolder: (
        409,
        "You do not hold this handoff any more, so nothing was sent or changed.",
        "Your text is still here. Claim it again to send, or keep it as a note.",
    ),
    NotTheirMessage: (
        409,
        "This is not a message of yours to the contact, so it was not changed.",
        "Change your own only.",
    ),
    MatterEnded: (409, "This matter has ended, so its messages stay as they are.", "Nothing needs to be done."),
    CannotBeRevised: (
        409,
        "The contact's channel cannot change what it has shown: they keep seeing the old text.",
        "Send a correction as a new message.",
    ),
    BeingSent: (
        409,
        "The message is on its way to the contact this moment, so it was not changed.",
        "Try again soon.",
    ),
    HasArrived: (409, "There is nothing to send again.", "Reload the handoff to see how it stands."),
    KeptAsNote: (409, "This was kept as a note before, so it was not sent.", "Send it under a new id."),
    AlreadyOpen: (409, "The contact has another matter open, so this one stays ended.", "Take that one."),
    ConversationUnknown: (404, "There is no such conversation.", "Check its id, such as web:8f3…."),
    CannedUnknown: (404, "There is no such canned reply.", "Reload the list."),
    NoSuggestions: (503, "There are no suggestions just now: the engine does not answer.", "Write your own answer."),
}


def refused(no: HandoffError) -> web.HTTPException:
    """The problem that says it. What is of no known kind is a fault of ours, and is raised as it is."""
    match no:
        case ClaimLost():
            return _lost(no)
        case Reserved():
            until = datetime.fromtimestamp(no.until, UTC)
            title = f"This is offered to {no.agent_name} until {until:%H:%M:%S} UTC."
            return problem(409, title, "If they do not take it, it goes on.")
        case NotAllowed():
            return problem(403, "You may not do that.", str(no))
        case NobodyThere():
            return problem(409, f"There is nobody to give it to: {no}.", "Choose another person or team.")
        case OverLimit():
            return problem(409, "That is more than you may grant.", str(no))
        case Malformed():
            return problem(400, "This cannot be kept.", " ".join(no.problems))
    if type(no) not in _TOLD:
        raise no
    return problem(*_TOLD[type(no)])


def _lost(lost: ClaimLost) -> web.HTTPException:
    if lost.agent_name is None or lost.state is not HandoffState.ASSIGNED:
        return problem(409, f"This handoff is {lost.state} already.", "Go back to the queue.")
    ago = max(0, round(time.time() - (lost.at or time.time())))
    when = f"{ago} seconds ago" if ago < 120 else f"{ago // 60} minutes ago"
    return problem(409, f"{lost.agent_name} claimed this {when}.", "You can leave a note for them.")
