"""The handoff: the record of moving a conversation to a person, its states, and what may go wrong acting on it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum


class HandoffState(StrEnum):
    """``waiting ⇄ assigned``, then one of the three ends; a resolved one may be reopened."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    RETURNED = "returned"
    ABANDONED = "abandoned"


OPEN_STATES = frozenset({HandoffState.WAITING, HandoffState.ASSIGNED})


class ReasonKind(StrEnum):
    """Why a conversation is handed over (design: handoff policy)."""

    ASKED = "asked"
    MOOD_LOW = "mood_low"
    MOOD_FALLING = "mood_falling"
    NOT_UNDERSTOOD = "not_understood"
    CIRCLES = "circles"
    RESERVED = "reserved"
    FORM_FAILED = "form_failed"
    ENGINE_FAILING = "engine_failing"


REASON_LABELS = {
    ReasonKind.ASKED: "Asked for a person",
    ReasonKind.MOOD_LOW: "Upset",
    ReasonKind.MOOD_FALLING: "Getting upset",
    ReasonKind.NOT_UNDERSTOOD: "Not understood twice",
    ReasonKind.CIRCLES: "Going in circles",
    ReasonKind.RESERVED: "A matter for people",
    ReasonKind.FORM_FAILED: "A form failed",
    ReasonKind.ENGINE_FAILING: "The assistant failed",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its evidence; ``message`` is the number of the contact's message that it rests on."""

    kind: ReasonKind
    evidence: str
    priority: int
    message: int | None = None

    def as_json(self) -> dict[str, str | int | None]:
        return {"kind": self.kind, "evidence": self.evidence, "priority": self.priority, "message": self.message}


@dataclass(frozen=True, slots=True)
class Handoff:
    """A row of the queue. ``waiting_since`` keeps its place through lease ends and releases.

    ``lease_until`` is set only while a contact's message awaits the assigned agent; ``awaiting_since`` says since when.
    ``language`` is the ISO 639-1 code of what the contact wrote, if that could be told.
    """

    id: str
    reference: str
    conversation_id: str
    episode: int
    team: str
    state: HandoffState
    priority: int
    reasons: tuple[Reason, ...]
    created_at: float
    waiting_since: float
    agent_id: str | None = None
    agent_name: str | None = None
    assigned_at: float | None = None
    awaiting_since: float | None = None
    lease_until: float | None = None
    ended_at: float | None = None
    outcome: str | None = None
    comment: str | None = None
    language: str | None = None


class HandoffError(Exception):
    """Nothing was changed."""


class HandoffUnknown(HandoffError):
    """There is no such handoff."""


class ClaimLost(HandoffError):
    """Somebody else holds this handoff.

    ``agent_name`` holds it since ``at``; None when it is no longer open.
    """

    def __init__(self, agent_name: str | None, at: float | None, state: HandoffState) -> None:
        super().__init__(state)
        self.agent_name, self.at, self.state = agent_name, at, state


class NotHolder(HandoffError):
    """This person does not hold the handoff (any more), so nothing was sent or changed."""


class KeptAsNote(HandoffError):
    """It came before under the same key, and was kept among colleagues: a repeat does not send it."""


# No vowels and no look-alikes: a reference is read out over the telephone, and spells nothing.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference() -> str:
    """What a contact may quote, such as ``FD-7K3QX9``: 27⁶, about 390 million."""
    return "FD-" + "".join(secrets.choice(ALPHABET) for _ in range(6))
