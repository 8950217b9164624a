"""A question that only makes sense after the one before: "How do I return something?", then "How much does it cost?".

Read alone, the second asks for the price of a delivery. So a short message that points back ("it", "that", "and …") is
also read together with the message before it. That reading counts if it is sure and was among the likely readings of
the message alone; or, where it is the matter of the message before, if the example nearest to the message alone is of
that matter. All else (mood, entities, language) is the message's own.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from bot.nlu.phrases import every

LONGEST = 8  # words: a longer message says what it is about
SURE = 0.5  # the least probability of the reading together
LIKELY = 5  # of the first readings of the message alone, one must be it
_WORD = re.compile(r"\w+")
_MEANT = ("intent", "intent_ranking", "scope", "nearest", "wishes")

Read = Callable[[str], Awaitable[dict[str, Any]]]


@cache
def _points_back() -> re.Pattern[str]:
    return re.compile(every("wishes", "points back"), re.IGNORECASE)


async def read_on(found: dict[str, Any], state: dict[str, Any] | None, read: Read) -> dict[str, Any]:
    """The parse data of a message as it is meant after the one before it, which is in the dialogue state."""
    text, before = str(found["text"]), _before(state)
    if before is None or len(_WORD.findall(text)) > LONGEST or not _points_back().search(text):
        return found
    said, intent = before
    together = await read(f"{said} {text}")
    meant = together["intent"]
    is_sure = (together.get("scope") or {}).get("class") == "in" and meant["confidence"] >= SURE
    alone = [one["name"] for one in found["intent_ranking"]][:LIKELY]
    if meant["name"] == intent:
        alone = [near["intent"] for near in found.get("nearest") or []][:1]
    if not is_sure or together.get("wishes") or meant["name"] not in alone:
        return found
    return {**found, **{name: together[name] for name in _MEANT if name in together}}


def _before(state: dict[str, Any] | None) -> tuple[str, str] | None:
    """The contact's latest message in a dialogue state, and its intent; None in a form, or without one."""
    events = list(reversed((state or {}).get("events") or []))
    loops = (event[1].get("name") for event in events if event[0] == "event" and event[1]["event"] == "active_loop")
    if not state or next(loops, (state.get("loop") or {}).get("name")):
        return None
    said = next((event for event in events if event[0] == "said"), None)
    return (said[1], said[2]) if said and said[1] and said[2] else None
