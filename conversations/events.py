"""Every event that crosses from the record to its listeners, as versioned facts.

An event row is written with the change that it tells of; listeners get it at least once, in order per conversation.
Events carry ids and numbers, never a contact's text.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """``version`` grows when a field changes its meaning; an unknown kind or version is set aside, not guessed at."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1

    def payload(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class HandoffOpened(Event):
    kind: ClassVar[str] = "handoff_opened"
    handoff_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class ReasonAdded(Event):
    kind: ClassVar[str] = "reason_added"
    handoff_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class HandoffChanged(Event):
    """The handoff came to ``state``: claimed, released, resolved, returned or abandoned."""

    kind: ClassVar[str] = "handoff_changed"
    handoff_id: str
    conversation_id: str
    state: str
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class ContactSaid(Event):
    """The contact wrote while a handoff is open: messages ``first`` to ``through``."""

    kind: ClassVar[str] = "contact_said"
    handoff_id: str
    conversation_id: str
    first: int
    through: int


@dataclass(frozen=True, slots=True)
class AgentSaid(Event):
    kind: ClassVar[str] = "agent_said"
    handoff_id: str
    conversation_id: str
    number: int
    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentRevised(Event):
    """The agent edited or deleted a message of theirs."""

    kind: ClassVar[str] = "agent_revised"
    handoff_id: str
    conversation_id: str
    number: int
    agent_id: str


@dataclass(frozen=True, slots=True)
class BotSaid(Event):
    """The assistant answered while a handoff is open (the contact asked it meanwhile)."""

    kind: ClassVar[str] = "bot_said"
    handoff_id: str
    conversation_id: str
    first: int
    through: int


@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    """An agent left a note for colleagues."""

    kind: ClassVar[str] = "note_added"
    handoff_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class ContactRevised(Event):
    """The contact edited or deleted a message of theirs while a handoff is open."""

    kind: ClassVar[str] = "contact_revised"
    handoff_id: str
    conversation_id: str
    number: int


@dataclass(frozen=True, slots=True)
class ContactLeft(Event):
    """The contact can no longer be reached where they wrote, while a handoff is open; or can be again."""

    kind: ClassVar[str] = "contact_left"
    handoff_id: str
    conversation_id: str
    left: bool


@dataclass(frozen=True, slots=True)
class HandoffOffered(Event):
    """It is kept for this person until ``until`` (Unix seconds)."""

    kind: ClassVar[str] = "handoff_offered"
    handoff_id: str
    conversation_id: str
    agent_id: str
    until: float


@dataclass(frozen=True, slots=True)
class HandoffTransferred(Event):
    """It waits in ``team`` now, offered to ``agent_id`` if it was passed on to a person; ``by`` held it before."""

    kind: ClassVar[str] = "handoff_transferred"
    handoff_id: str
    conversation_id: str
    team: str
    agent_id: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class HandoffSnoozed(Event):
    """It sleeps in its agent's hands until ``until`` (Unix seconds); None: until the contact writes."""

    kind: ClassVar[str] = "handoff_snoozed"
    handoff_id: str
    conversation_id: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class HandoffWoken(Event):
    """It sleeps no longer."""

    kind: ClassVar[str] = "handoff_woken"
    handoff_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class ContactBlocked(Event):
    """The contact is not answered any more (``blocked``), or is again; said of their matter with this handoff."""

    kind: ClassVar[str] = "contact_blocked"
    handoff_id: str
    conversation_id: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class ContactAway(Event):
    """The contact closed the last page of the chat, while a handoff is open; or opened one again."""

    kind: ClassVar[str] = "contact_away"
    handoff_id: str
    conversation_id: str
    away: bool


@dataclass(frozen=True, slots=True)
class AgentSeen(Event):
    """A page of the contact's has shown the agent's messages up to ``through``."""

    kind: ClassVar[str] = "agent_seen"
    handoff_id: str
    conversation_id: str
    through: int


@dataclass(frozen=True, slots=True)
class SlaChanged(Event):
    """A clock (``first``, ``next`` or ``resolution``) came to a state (`escalation.domain.sla.State`)."""

    kind: ClassVar[str] = "sla_changed"
    handoff_id: str
    conversation_id: str
    clock: str
    state: str


@dataclass(frozen=True, slots=True)
class LadderClimbed(Event):
    """Nobody came, so whoever stands on this rung of the team's ladder is told; the first is 0."""

    kind: ClassVar[str] = "ladder_climbed"
    handoff_id: str
    conversation_id: str
    rung: int


@dataclass(frozen=True, slots=True)
class ContactErased(Event):
    """The contact had everything about them erased; what listeners keep of the conversation must go too."""

    kind: ClassVar[str] = "contact_erased"
    conversation_id: str


@dataclass(frozen=True, slots=True)
class GoodwillGranted(Event):
    """An agent granted the contact something; ``pence`` are hundredths of the currency."""

    kind: ClassVar[str] = "goodwill_granted"
    handoff_id: str
    conversation_id: str
    what: str
    pence: int
    agent_id: str


@dataclass(frozen=True, slots=True)
class SurveyAnswered(Event):
    kind: ClassVar[str] = "survey_answered"
    conversation_id: str
    episode: int
    stars: int


EVENTS: dict[str, type[Event]] = {
    kind.kind: kind
    for kind in (
        HandoffOpened,
        ReasonAdded,
        HandoffChanged,
        HandoffOffered,
        HandoffTransferred,
        HandoffSnoozed,
        HandoffWoken,
        ContactBlocked,
        ContactSaid,
        ContactRevised,
        ContactLeft,
        ContactAway,
        ContactErased,
        AgentSeen,
        SlaChanged,
        LadderClimbed,
        AgentSaid,
        AgentRevised,
        BotSaid,
        NoteAdded,
        GoodwillGranted,
        SurveyAnswered,
    )
}


class EventUnknown(ValueError):
    """An event row of a kind or version that this program does not know."""


def decode(kind: str, version: int, payload: dict[str, Any]) -> Event:
    """The event of a row.

    Raises:
        EventUnknown: the row was written by another version of the program.
    """
    made = EVENTS.get(kind)
    if made is None or made.version != version:
        raise EventUnknown(f"{kind} v{version}")
    try:
        return made(**payload)
    except TypeError as wrong:
        raise EventUnknown(f"{kind} v{version}: {wrong}") from wrong
