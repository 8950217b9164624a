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
class ContactErased(Event):
    """The contact had everything about them erased; what listeners keep of the conversation must go too."""

    kind: ClassVar[str] = "contact_erased"
    conversation_id: str


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
        ContactSaid,
        ContactRevised,
        ContactLeft,
        ContactErased,
        AgentSaid,
        AgentRevised,
        BotSaid,
        NoteAdded,
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
