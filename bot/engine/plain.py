"""Values as plain JSON: NumPy's numbers and strings, which Rasa's classifiers return, become Python's own."""

from __future__ import annotations

from typing import Any

import msgspec


def _hook(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not JSON")


_encoder = msgspec.json.Encoder(enc_hook=_hook)


def encode(value: Any) -> bytes:
    """JSON; ``TypeError`` for what JSON does not know."""
    return _encoder.encode(value)


def plain(value: Any) -> Any:
    """A copy made of dicts, lists, strings, numbers, booleans and None."""
    return msgspec.json.decode(_encoder.encode(value))
