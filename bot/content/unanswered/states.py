"""What is decided about a group, and from where it can come to be so."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """``drafted``: it is in the content; ``approved``: and may be published; ``live``: the live model knows it."""

    NEW = "new"
    DRAFTED = "drafted"
    APPROVED = "approved"
    LIVE = "live"
    DISMISSED = "dismissed"


AT_WORK = (State.NEW, State.DRAFTED, State.APPROVED)
OVER = (State.LIVE, State.DISMISSED)
# From which states each is reached by an editor; ``live`` comes of publishing alone.
FROM = {
    State.DRAFTED: tuple(State),
    State.APPROVED: (State.DRAFTED,),
    State.DISMISSED: (State.NEW, State.DRAFTED, State.APPROVED),
    State.NEW: (State.DISMISSED, State.DRAFTED, State.APPROVED, State.LIVE),
}
