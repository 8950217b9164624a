"""Bodies of ``/api/v1``, from which the OpenAPI document is made. Times are Unix seconds."""

from __future__ import annotations

from typing import Literal

import msgspec


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """An agent's token, as printed by ``frontdesk agents add`` or at the first start."""

    token: str


class Me(msgspec.Struct):
    """The person signed in; ``teams`` are those that they serve, the first one theirs.

    ``goodwill_kinds`` and ``currency`` (ISO 4217) are what there is to grant a contact.
    """

    id: str
    name: str
    role: str
    team: str
    business: str
    teams: list[str] = []
    availability: Literal["here", "busy", "away"] = "here"
    away_until: float | None = None
    capacity: int = 4
    goodwill_kinds: list[str] = []
    currency: str = "GBP"


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

    At most 200 of each are listed; ``counts`` (by team) says how many there are.
    """

    waiting: list[HandoffSummary]
    assigned: list[HandoffSummary]
    ended: list[HandoffSummary]
    now: float
    snoozed: list[HandoffSummary] = []
    counts: dict[str, Counts] = {}


class HandoffPage(msgspec.Struct):
    """Part of a list. ``next`` goes into ``after`` for the part that follows; None at the end."""

    items: list[HandoffSummary]
    next: str | None = None


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
    tags: list[str] = []
    teach: bool = False


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    """``greet``: also says hello in the agent's name."""

    greet: bool = False


class Transfer(msgspec.Struct, forbid_unknown_fields=True):
    """To a team or to a person (one of them); colleagues read the comment, the contact does not."""

    team: str | None = None
    agent_id: str | None = None
    comment: str = ""


class Snooze(msgspec.Struct, forbid_unknown_fields=True):
    """Until a moment (Unix seconds); without one until the contact writes."""

    until: float | None = None
    comment: str = ""


class Block(msgspec.Struct, forbid_unknown_fields=True):
    """Why this contact is not answered any more."""

    why: str


class Goodwill(msgspec.Struct, forbid_unknown_fields=True):
    """What is granted: ``amount`` in the currency's unit. ``id`` is a UUID, resent unchanged."""

    id: str
    kind: str
    amount: float
    note: str = ""


class NewHandoff(msgspec.Struct, forbid_unknown_fields=True):
    """A handoff that another program asks for, about a conversation that there is.

    ``evidence`` is what agents read of why; ``priority`` 1 to 8, 8 the most urgent. Without a team it is whose the
    settings say.
    """

    conversation_id: str
    evidence: str
    priority: int = 2
    team: str | None = None


class Agent(msgspec.Struct):
    """Somebody on the roster. ``held``: how many handoffs they have in hand; ``on_shift``: by their shifts or hours."""

    id: str
    name: str
    role: str
    teams: list[str]
    skills: list[str]
    languages: list[str]
    capacity: int
    held: int
    availability: Literal["here", "busy", "away"]
    away_until: float | None
    on_shift: bool
    slack_id: str | None = None
    shifts: dict[str, list[str]] | None = None


class AgentChange(msgspec.Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays as it is."""

    teams: list[str] | msgspec.UnsetType = msgspec.UNSET
    skills: list[str] | msgspec.UnsetType = msgspec.UNSET
    languages: list[str] | msgspec.UnsetType = msgspec.UNSET
    capacity: int | msgspec.UnsetType = msgspec.UNSET
    shifts: dict[str, list[str]] | msgspec.UnsetType | None = msgspec.UNSET
    role: Literal["agent", "lead", "editor", "admin"] | msgspec.UnsetType = msgspec.UNSET


class NewAgent(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody who comes onto the roster; ``slack_id`` is their member id (U…)."""

    name: str
    role: Literal["agent", "lead", "editor", "admin"]
    teams: list[str]
    slack_id: str | None = None
    languages: list[str] = []
    skills: list[str] = []
    capacity: int = 4


class Added(msgspec.Struct):
    """Somebody new. ``token`` is what they sign in with; it is shown this once."""

    id: str
    name: str
    token: str


class SetAvailability(msgspec.Struct, forbid_unknown_fields=True):
    """Whether somebody is here; ``until`` (Unix seconds) is when they are back."""

    availability: Literal["here", "busy", "away"]
    until: float | None = None


class TeamView(msgspec.Struct):
    """A team as its lead sees it now. ``opens`` is when its people are back, in words; None while they are there."""

    name: str
    title: str
    counts: Counts
    oldest_at: float | None
    opens: str | None
    here: int


class Board(msgspec.Struct):
    """Who works on what, and how the teams stand."""

    agents: list[Agent]
    teams: list[TeamView]
    now: float


class Canned(msgspec.Struct):
    """A text that agents say often; ``team`` "" is everybody's."""

    id: int
    name: str
    text: str
    team: str = ""
    language: str = "en"


class NewCanned(msgspec.Struct, forbid_unknown_fields=True):
    """Variables: {contact}, {agent}, {reference}, {order}, {business}; a brace itself is {{ or }}."""

    name: str
    text: str
    team: str = ""
    language: str = "en"


class Preview(msgspec.Struct):
    """A canned reply as it would be said; ``missing`` are variables without a value, which still stand in it."""

    text: str
    missing: list[str]


class PreviewFor(msgspec.Struct, forbid_unknown_fields=True):
    """In which handoff it would be said."""

    handoff_id: str


class Tag(msgspec.Struct):
    """A tag for what a matter was about: small letters, digits and hyphens."""

    name: str


class NewTag(msgspec.Struct, forbid_unknown_fields=True):
    """Small letters, digits and hyphens, up to 40, such as ``late-delivery``."""

    name: str


class TeamName(msgspec.Struct):
    """A team, and how agents read it."""

    name: str
    title: str


class Hit(msgspec.Struct):
    """A message that was found, in a handoff that this person may see. ``excerpt`` is the words around it."""

    handoff_id: str
    reference: str
    contact: str
    message: int
    sender: str
    excerpt: str
    at: float


class Hits(msgspec.Struct):
    """Part of what was found, newest first; as ``HandoffPage``."""

    items: list[Hit]
    next: str | None = None


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


class Problem(msgspec.Struct, omit_defaults=True):
    """An error in the form of RFC 9457: ``title`` says what happened, ``detail`` what to do."""

    type: str
    title: str
    status: int
    detail: str
