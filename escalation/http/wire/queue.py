"""Rows and lists of handoffs: the queue, and any of them page by page. Times are Unix seconds."""

from __future__ import annotations

from typing import Literal

import msgspec


class Reason(msgspec.Struct):
    """Why the conversation was handed over; ``evidence`` cites the contact; ``message`` is the number it rests on."""

    kind: str
    label: str
    evidence: str
    message: int | None


SlaState = Literal["on_track", "at_risk", "breached", "met"]


class ClockView(msgspec.Struct):
    """One target: how it stands, and when it is used up; None while it stands still."""

    state: SlaState
    due_at: float | None = None


class Sla(msgspec.Struct):
    """The targets that there are. ``due_at`` is the nearest that can still be kept."""

    first: ClockView | None = None
    next: ClockView | None = None
    resolution: ClockView | None = None
    due_at: float | None = None


class HandoffSummary(msgspec.Struct):
    """A row of the queue. ``state`` is waiting, assigned, resolved, returned or abandoned.

    A waiting one may be ``offered_to`` somebody (a name) until ``offered_until``; ``snoozed`` without
    ``snoozed_until`` is until the contact writes. ``left_with_us_at`` is when the contact left it with us.
    ``reachable``: whether the contact sees an answer now (yes), by e-mail (mail), or not (no), ``away_since`` when.

    ``awaiting`` is since when the contact waits for this agent's answer, ``lease_until`` when the handoff goes back;
    ``stars`` is the contact's rating, 1 to 5; ``comment`` is what the agent left for colleagues when it ended;
    ``language`` is what the contact writes, by its English name, when the assistant's content has it not; ``left_at``
    is since when the contact cannot be reached: they blocked us, or left the place.
    """

    id: str
    reference: str
    state: str
    priority: int
    channel: str
    contact: str
    ask: str
    mood: float
    reasons: list[Reason]
    place: int | None
    waiting_since: float
    created_at: float
    agent_id: str | None
    agent: str | None
    awaiting: float | None
    lease_until: float | None
    outcome: str | None
    comment: str | None
    stars: int | None
    language: str | None
    last_text: str
    last_at: float
    left_at: float | None = None
    team: str = ""
    team_title: str = ""
    offered_to: str | None = None
    offered_until: float | None = None
    snoozed: bool = False
    snoozed_until: float | None = None
    left_with_us_at: float | None = None
    tags: list[str] = []
    blocked: bool = False
    reachable: Literal["yes", "mail", "no"] = "yes"
    away_since: float | None = None
    sla: Sla | None = None
    rung: int = 0
    ended_at: float | None = None


class Counts(msgspec.Struct):
    """How many there are in a team, however many are listed."""

    waiting: int
    assigned: int
    snoozed: int = 0
    at_risk: int = 0
    breached: int = 0


class HandoffList(msgspec.Struct):
    """The queue, oldest of the highest priority first, then what is in hand, then what ended lately.

    At most 200 of each are listed; ``counts`` (by team) says how many there are. Give ``since`` with the next request
    and only what changed is answered (``whole`` is false, unless that is most of it): rows, each in the list where it
    stands now; ``line``, the ids of each team's first 200 who wait, in order (a team without one has none); ``gone``,
    what is not to be seen any more. A row may come again without a change.
    """

    waiting: list[HandoffSummary]
    assigned: list[HandoffSummary]
    ended: list[HandoffSummary]
    now: float
    snoozed: list[HandoffSummary] = []
    counts: dict[str, Counts] = {}
    since: str = ""
    whole: bool = True
    line: dict[str, list[str]] = {}
    gone: list[str] = []


class HandoffPage(msgspec.Struct):
    """Part of a list. ``next`` goes into ``after`` for the part that follows; None at the end."""

    items: list[HandoffSummary]
    next: str | None = None
