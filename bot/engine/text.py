"""What a contact typed or pressed, made safe for Rasa. Pure: nothing of Rasa is imported."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_TEXT = 4000  # characters; longer text is cut before anything reads it
MAX_ENTITIES = 20

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1b\x7f\ud800-\udfff]")
_PAYLOAD = re.compile(r"/(?P<intent>[^\s{@/]+)(?:@[0-9.]+)?\s*(?P<entities>\{.*\})?\s*", re.DOTALL)


def safe_text(text: str) -> str:
    """The text as Rasa may see it.

    Lone surrogates and control characters become blanks. Leading blanks (whatever ``str.strip`` takes for one) and
    slashes are taken off until none is left, because Rasa reads ``/intent`` in any text that begins so.
    """
    clean = _CONTROL.sub(" ", text[:MAX_TEXT])
    start = 0
    while start < len(clean) and (clean[start].isspace() or clean[start] == "/"):
        start += 1
    return clean[start:].rstrip()


def payload_parse(payload: str, title: str) -> dict[str, Any] | None:
    """Rasa parse data for a button's payload ``/intent{"entity": "value"}``; None when it is not of that form.

    The text of the message is the button's title, so a form that asks for text gets words and not a payload.
    """
    match = _PAYLOAD.fullmatch(payload.strip())
    if match is None:
        return None
    try:
        given = json.loads(match["entities"]) if match["entities"] else {}
    except (ValueError, RecursionError):
        return None
    intent = {"name": match["intent"], "confidence": 1.0}
    return {"text": safe_text(title), "intent": intent, "intent_ranking": [intent], "entities": _entities(given)}


def _entities(given: dict[str, Any]) -> list[dict[str, Any]]:
    pairs = [(name, value) for name, values in given.items() for value in _as_list(values)]
    return [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in pairs[:MAX_ENTITIES]]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
