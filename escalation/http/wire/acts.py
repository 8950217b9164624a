"""What is sent to act on a handoff. Times are Unix seconds."""

from __future__ import annotations

from typing import Literal

import msgspec


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
