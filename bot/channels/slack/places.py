"""Where a conversation stands in Slack, and its id in the record: pure."""

from __future__ import annotations

from dataclasses import dataclass

CHANNEL = "slack"


@dataclass(frozen=True, slots=True)
class Place:
    """A direct message with one person, a chat of the assistant container in it, or a person in a channel's thread.

    ``team`` is the workspace whose token reaches it. ``thread`` is the ``ts`` of a thread's first message. Only in a
    channel's thread is ``person`` given: others may write there, too.
    """

    team: str
    channel: str
    thread: str | None = None
    person: str | None = None

    @property
    def is_shared(self) -> bool:
        """Whether others read what is posted there."""
        return self.person is not None

    @property
    def conversation_id(self) -> str:
        """``slack:T1/D9``, ``slack:T1/D9/1712.3`` (a chat of the container), ``slack:T1/C5/1712.3/U2``."""
        parts = [self.team, self.channel, self.thread, self.person]
        return f"{CHANNEL}:{'/'.join(part for part in parts if part)}"


def place_of(conversation_id: str) -> Place | None:
    """The place that an id names; None when it is none of Slack's."""
    channel, _, rest = conversation_id.partition(":")
    parts = rest.split("/")
    if channel != CHANNEL or not 2 <= len(parts) <= 4 or not all(parts):
        return None
    return Place(*parts)


def is_direct(channel: str) -> bool:
    """Whether a channel's id is a direct message's: https://docs.slack.dev/reference/objects/conversation-object."""
    return channel.startswith("D")
