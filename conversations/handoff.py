"""The handoff: the record of moving a conversation to a person, its states, and what may go wrong acting on it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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
    PROMISE_LATE = "promise_late"
    VIP = "vip"
    ENGINE_FAILING = "engine_failing"


REASON_LABELS = {
    ReasonKind.ASKED: "Asked for a person",
    ReasonKind.MOOD_LOW: "Upset",
    ReasonKind.MOOD_FALLING: "Getting upset",
    ReasonKind.NOT_UNDERSTOOD: "Not understood twice",
    ReasonKind.CIRCLES: "Going in circles",
    ReasonKind.RESERVED: "A matter for people",
    ReasonKind.FORM_FAILED: "A form failed",
    ReasonKind.PROMISE_LATE: "We promised, and are late",
    ReasonKind.VIP: "VIP",
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
    ``language`` is the ISO 639-1 code of what the contact wrote, if that could be told. Offered and snoozed are
    attributes, no states: ``offered_to`` holds the offer until ``offered_until``; without ``snoozed_until`` it sleeps
    until the contact writes. ``first_episode`` is where it was opened; ``episode`` is a later one after a reopening.
    ``sla`` is what was announced last (``first``, ``next``, ``resolution``: a state each), ``sla_due`` when each of
    them that runs is used up, ``told`` what the contact was told last of place and wait. ``ask``, said in
    ``ask_message``, and ``mood`` are for its row in lists. ``known`` is what was known when it ended.
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
    first_episode: int = 0
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    offered_to: str | None = None
    offered_name: str | None = None
    offered_until: float | None = None
    snoozed_at: float | None = None
    snoozed_until: float | None = None
    left_with_us_at: float | None = None
    rung: int = 0
    rung_at: float | None = None
    told: dict[str, float] | None = field(default=None, hash=False)
    sla: dict[str, str] = field(default_factory=dict, hash=False)
    sla_due: dict[str, float] = field(default_factory=dict, hash=False)
    sla_due_at: float | None = None
    ask: str | None = None
    ask_message: int | None = None
    mood: float | None = None
    known: dict[str, Any] | None = field(default=None, hash=False)

    def knows(self, live: dict[str, Any]) -> dict[str, Any]:
        """What is known for it: what its conversation knows now (``live``) while it is open, then what it did."""
        return live if self.state in OPEN_STATES or self.known is None else self.known

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_at is not None


class Step(StrEnum):
    """What is done with a handoff, as ``handoff_step`` keeps it."""

    OPENED = "opened"
    OFFERED = "offered"
    DECLINED = "declined"
    CLAIMED = "claimed"
    RELEASED = "released"
    LEASE_OVER = "lease_over"
    STEPPED_IN = "stepped_in"
    TRANSFERRED = "transferred"
    MOVED = "moved"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    LEFT_WITH_US = "left_with_us"
    RESOLVED = "resolved"
    RETURNED = "returned"
    ABANDONED = "abandoned"
    REOPENED = "reopened"
    RUNG = "rung"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    BLOCKED = "blocked"


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


class Reserved(HandoffError):
    """It is offered to somebody else just now.

    ``agent_name`` has it until ``until`` (Unix seconds).
    """

    def __init__(self, agent_name: str, until: float) -> None:
        super().__init__(agent_name)
        self.agent_name, self.until = agent_name, until


class NotAllowed(HandoffError):
    """This person may not do that. The message says who may."""


class AlreadyOpen(HandoffError):
    """The contact has another matter open, so this one cannot be reopened."""


class NobodyThere(HandoffError):
    """There is no such person or team to give it to. The message names what was asked for."""


class OverLimit(HandoffError):
    """More than the settings let this person grant. The message says what they may, and whom to ask."""


class Malformed(HandoffError):
    """What was given cannot be kept; ``problems`` say why, and what to do."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class KeptAsNote(HandoffError):
    """It came before under the same key, and was kept among colleagues: a repeat does not send it."""


# No vowels and no look-alikes: a reference is read out over the telephone, and spells nothing.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference() -> str:
    """What a contact may quote, such as ``FD-7K3QX9``: 27⁶, about 390 million."""
    return "FD-" + "".join(secrets.choice(ALPHABET) for _ in range(6))
