"""JSON from outside as typed structs."""

from __future__ import annotations

import json
from typing import Any

import msgspec


class NotThisShape(ValueError):
    """The text is no JSON, is nested too deep, or has another shape; the message says what is wrong with it."""


def decode[T](body: bytes | str, kind: type[T] | Any) -> T:
    """The body as ``kind``.

    Lone surrogates, which phones may send and ``msgspec`` refuses, are taken as Python's decoder takes them: whoever
    stores the text replaces them (`conversations.text.storable`).

    Raises:
        NotThisShape: saying what is wrong.
    """
    try:
        try:
            decoded: T = msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            decoded = msgspec.convert(json.loads(body), kind)
    except msgspec.ValidationError as wrong:
        raise NotThisShape(str(wrong)) from wrong
    except (ValueError, RecursionError) as wrong:
        raise NotThisShape("it is not valid JSON") from wrong
    return decoded
