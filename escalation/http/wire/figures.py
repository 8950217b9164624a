"""What happened, for figures of one's own: ratings, and facts of each handoff that ended. Times are Unix seconds."""

from __future__ import annotations

import msgspec


class SurveyView(msgspec.Struct):
    """A rating: stars 1 to 5, and what the contact added."""

    handoff_id: str | None
    conversation_id: str
    episode: int
    stars: int
    comment: str
    at: float | None
    agent: str | None = None


class Surveys(msgspec.Struct):
    items: list[SurveyView]
    next: str | None = None


class HandoffFacts(msgspec.Struct):
    """What happened to one ended handoff, for figures of one's own. Times in Unix seconds, spans in seconds."""

    id: str
    reference: str
    team: str
    channel: str
    priority: int
    reasons: list[str]
    state: str
    outcome: str | None
    tags: list[str]
    agent: str | None
    opened_at: float
    ended_at: float
    waited: float | None
    first_reply: float | None
    sla: dict[str, str]
    re_asked: int
    promises_kept: int
    promises_broken: int
    transfers: int
    stars: int | None


class FactsPage(msgspec.Struct):
    items: list[HandoffFacts]
    next: str | None = None
