"""What agents look up: canned replies, tags, what was searched for. Times are Unix seconds."""

from __future__ import annotations

import msgspec


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
