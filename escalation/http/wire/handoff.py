"""One handoff whole: brief, transcript, steps, and what may be done with it. Times are Unix seconds."""

from __future__ import annotations

from typing import Literal

import msgspec

from escalation.http.wire.queue import HandoffSummary, Reason


class Fact(msgspec.Struct):
    """Something known, with the number of the message that said it, and how sure that is (0 to 1) if it was read."""

    label: str
    value: str
    message: int | None
    confidence: float | None = None


class Tried(msgspec.Struct):
    """What the assistant did with one message of the contact's."""

    message: int
    understood: str
    answer: str


class Brief(msgspec.Struct):
    """What an agent reads first; each line names the message that it rests on. ``mood`` is the trend, oldest first."""

    ask: str
    ask_message: int | None
    reasons: list[Reason]
    tried: list[Tried]
    facts: list[Fact]
    mood: list[float]
    orders: list[Fact]
    history: list[Fact]
    profile: list[Fact] = []
    moods_in_blocks: str = ""


class Step(msgspec.Struct):
    """What was done with the handoff: by whom, concerning whom, in which team, with what comment."""

    what: str
    at: float
    by: str | None = None
    agent: str | None = None
    team: str | None = None
    comment: str | None = None


class Suggestion(msgspec.Struct):
    """What an agent answered to a question like this one; ``likeness`` is 0 to 1, ``reference`` that handoff's."""

    text: str
    question: str
    likeness: float
    reference: str


class GoodwillGiven(msgspec.Struct):
    """What the contact was granted: ``amount`` in the currency's unit."""

    kind: str
    amount: float
    currency: str
    by: str
    at: float
    reference: str
    note: str = ""


class File(msgspec.Struct):
    """A file; its content is at ``/api/v1/handoffs/{id}/files/{file_id}``. ``media_type`` is by its first bytes."""

    file_id: str
    name: str
    media_type: str
    size: int


class TranscriptLine(msgspec.Struct):
    """A message (``number``), or a note (``note`` True, no number, ``status`` note).

    A message's ``status`` is received, pending, sending, sent, failed, unknown or withdrawn. What was ``deleted`` has
    no text. ``may`` is what this agent may do with the message now.
    """

    number: int | None
    sender: str
    name: str | None
    text: str
    at: float
    status: str
    note: bool = False
    buttons: list[str] = []
    episode: int = 0
    files: list[File] = []
    edited: bool = False
    deleted: bool = False
    may: list[Literal["edit", "delete", "send_again"]] = []


May = Literal[
    "claim",
    "reply",
    "note",
    "resolve",
    "return",
    "release",
    "transfer",
    "step_in",
    "snooze",
    "wake",
    "reopen",
    "decline",
    "goodwill",
    "block",
    "unblock",
]


class HandoffDetail(msgspec.Struct):
    """One handoff whole: summary, brief, transcript with notes in their place, and what this agent may do now.

    ``conversation_id`` is what live events of ``typing`` name. ``goodwill`` is what the contact was granted so far.
    """

    summary: HandoffSummary
    brief: Brief
    transcript: list[TranscriptLine]
    may: list[May]
    conversation_id: str = ""
    contact_id: str = ""
    steps: list[Step] = []
    goodwill: list[GoodwillGiven] = []
