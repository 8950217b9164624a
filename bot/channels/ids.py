"""Ids that others made, as parts of ids of ours."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

# Ids of the record have at most 255 characters; what is longer than this in its safe form is named by its hash.
_LONGEST_SAFE = 200


def safe_id(given: str) -> str:
    """An id of others as a part of ids of ours: plain ASCII of at most 200 characters, never the same for two.

    Anything but letters, digits and ``-._~`` is percent-encoded (RFC 3986); what is then too long is named by its
    SHA-256 behind ``sha256=``, whose ``=`` no encoded id has.
    """
    safe = quote(given, safe="")
    return safe if len(safe) <= _LONGEST_SAFE else f"sha256={hashlib.sha256(given.encode()).hexdigest()}"
