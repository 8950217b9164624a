"""Where a conversation takes place, by its id: pure functions."""

from __future__ import annotations


def is_private(conversation_id: str) -> bool:
    """Whether only the contact reads along.

    Others do in a group (``telegram:-100/4711``: chat and person) and in a channel's thread
    (``slack:T1/C5/1712.3/U2``); nobody does in ``slack:T1/D9`` or ``web:u/<the host's id>``.
    """
    channel, _, place = conversation_id.partition(":")
    if channel == "telegram":
        return "/" not in place
    if channel == "slack":
        return place.partition("/")[2].startswith("D")
    return True
