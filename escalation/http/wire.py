"""Bodies of ``/api/v1``, from which the OpenAPI document is made. Times are Unix seconds."""

from __future__ import annotations

from typing import Literal

import msgspec


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """An agent's token, as printed by ``frontdesk agents add`` or at the first start."""

    token: str


class Me(msgspec.Struct):
    """The person signed in."""

    id: str
    name: str
    role: str
    team: str
    business: str


class Reason(msgspec.Struct):
    """Why the conversation was handed over; ``evidence`` cites the contact; ``message`` is the number it rests on."""

    kind: str
    label: str
    evidence: str
    message: int | None


class HandoffSummary(msgspec.Struct):
    """A row of the queue. ``state`` is waiting, assigned, resolved, returned or abandoned.

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


class HandoffList(msgspec.Struct):
    """The queue, oldest of the highest priority first, then what is in hand, then what ended lately."""

    waiting: list[HandoffSummary]
    assigned: list[HandoffSummary]
    ended: list[HandoffSummary]
    now: float


class Fact(msgspec.Struct):
    """Something known, with the number of the message that said it."""

    label: str
    value: str
    message: int | None


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


class HandoffDetail(msgspec.Struct):
    """One handoff whole: summary, brief, transcript with notes in their place, and what this agent may do now.

    ``conversation_id`` is what live events of ``typing`` name.
    """

    summary: HandoffSummary
    brief: Brief
    transcript: list[TranscriptLine]
    may: list[Literal["claim", "reply", "note", "resolve", "return", "release"]]
    conversation_id: str = ""


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """What the agent says to the contact. ``id`` is a UUID, resent unchanged: a repeat is not said twice.

    ``file_ids`` are of files that this agent uploaded here before; with one the text may be empty.
    """

    id: str
    text: str
    file_ids: list[str] = []


class Edit(msgspec.Struct, forbid_unknown_fields=True):
    """What the message says from now on."""

    text: str


class Note(msgspec.Struct, forbid_unknown_fields=True):
    """A note for colleagues; it never reaches the contact. ``id`` is a UUID, resent unchanged."""

    id: str
    text: str


class Resolve(msgspec.Struct, forbid_unknown_fields=True):
    """How it ended."""

    outcome: Literal["solved", "not_solved", "no_answer", "spam"]
    comment: str = ""


class Problem(msgspec.Struct, omit_defaults=True):
    """An error in the form of RFC 9457: ``title`` says what happened, ``detail`` what to do."""

    type: str
    title: str
    status: int
    detail: str
