"""People who work here: roles, and the person on whose behalf a request acts."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person may do: agents take handoffs, leads also oversee, editors own the words, admins run it."""

    AGENT = "agent"
    LEAD = "lead"
    EDITOR = "editor"
    ADMIN = "admin"


DESK_ROLES = frozenset({Role.AGENT, Role.LEAD, Role.ADMIN})


OVERSEERS = frozenset({Role.LEAD, Role.ADMIN})


class Availability(StrEnum):
    """What somebody says of themselves: ``busy`` are offered nothing new, ``away`` are not here at all."""

    HERE = "here"
    BUSY = "busy"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Principal:
    """A person on the roster; the one who is signed in, or any other.

    ``languages`` are the ISO 639-1 codes of those that they write, as far as is known. ``capacity`` is how many
    handoffs they are offered at once. ``shifts`` are spans by weekday ({"monday": ["09:00-13:00"]}), in the zone of
    their first team; None: that team's hours. Who is ``away`` comes back at ``away_until`` (Unix seconds), if known.
    """

    id: str
    name: str
    role: Role
    teams: tuple[str, ...]
    slack_id: str | None = None
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    capacity: int = 4
    shifts: dict[str, list[str]] | None = field(default=None, hash=False)
    availability: Availability = Availability.HERE
    away_until: float | None = None

    @property
    def team(self) -> str:
        """Where they belong: the first of their teams."""
        return self.teams[0] if self.teams else ""

    @property
    def works_the_desk(self) -> bool:
        return self.role in DESK_ROLES

    @property
    def oversees(self) -> bool:
        """Whether they may act on what others hold, and see all of it."""
        return self.role in OVERSEERS


def new_token() -> str:
    """An agent's secret, shown once: ``fd_`` and 256 random bits."""
    return "fd_" + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored. The token is 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
