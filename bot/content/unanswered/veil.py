"""What editors see of a text: without what is personal in it, as far as that is known. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conversations.masking import mask_spans

# Entities that say who somebody is, beside what the model marks as personal.
_TELLING = {"order_number": "order_number", "email": "email"}
_KNOWN = {"name": "name", "email": "email", "order_number": "order_number", "last_order": "order_number"}
_EMAIL = re.compile(r"[^\s@<>()\[\],;]{1,64}@[\w.-]{0,254}\w")
_NUMBER = re.compile(r"(?<![\w\[])(?:[A-Za-z]{1,4}-?)?\d[\d -]{3,}\d(?!\w)")
# What stands in the place of something, as this module and the record's own masking write it.
MASKS = re.compile(r"\[(?:name|email|order_number|phone|address|number|card|secret)\]")
LONGEST = 1000  # characters that are read, and shown, of a text

Spans = list[list[Any]]


def spans_of(parse: Mapping[str, Any]) -> Spans:
    """What is to be masked in the text that was parsed: kind, start and end (exclusive)."""
    personal = [[one["kind"], one["start"], one["end"]] for one in parse.get("personal") or ()]
    entities = parse.get("entities") or ()
    named = [
        (_TELLING[one["name"]], one.get("start", 0), one.get("end", 0)) for one in entities if one["name"] in _TELLING
    ]
    return [*personal, *([kind, start, end] for kind, start, end in named if start < end)]


def veiled(text: str, spans: Iterable[Sequence[Any]] = (), known: Mapping[str, Any] | None = None) -> str:
    """The text with what is personal as ``[kind]``: by spans, by what is known of the contact, by its shape."""
    masked = mask_spans(text[:LONGEST], ((kind, start, end) for kind, start, end in spans))
    for name, kind in _KNOWN.items():
        value = str((known or {}).get(name) or "").strip()
        if len(value) > 1:
            masked = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"[{kind}]", masked, flags=re.IGNORECASE)
    masked = _NUMBER.sub("[number]", _EMAIL.sub("[email]", masked))
    return masked + "…" if len(text) > LONGEST else masked
