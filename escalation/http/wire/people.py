"""People and teams: who is signed in, the roster, the live board. Times are Unix seconds."""

from __future__ import annotations

from typing import Literal

import msgspec

from escalation.http.wire.queue import Counts


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


class TeamName(msgspec.Struct):
    """A team, and how agents read it."""

    name: str
    title: str
