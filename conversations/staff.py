"""People who work here: roles, and the person on whose behalf a request acts."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do: agents take handoffs, leads also oversee, editors own the words, admins run it."""

    AGENT = "agent"
    LEAD = "lead"
    EDITOR = "editor"
    ADMIN = "admin"


DESK_ROLES = frozenset({Role.AGENT, Role.LEAD, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Principal:
    """The signed-in person. ``languages`` are the ISO 639-1 codes of those that they write, as far as is known."""

    id: str
    name: str
    role: Role
    team: str
    slack_id: str | None = None
    languages: tuple[str, ...] = ()

    @property
    def works_the_desk(self) -> bool:
        return self.role in DESK_ROLES


def new_token() -> str:
    """An agent's secret, shown once: ``fd_`` and 256 random bits."""
    return "fd_" + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored. The token is 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
