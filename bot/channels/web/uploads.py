"""Handles of uploaded files: signed, they say what a file is and whose.

A file is uploaded first, and its message comes after it: nothing has to be stored for a file whose message never comes.
"""

from __future__ import annotations

import time

import jwt

from conversations.model import Attachment

_AUDIENCE, _ALGORITHM, _LIFETIME = "frontdesk-file", "HS256", 86_400


def handle(file: Attachment, place: str, secret: str) -> str:
    """What the browser names in its message."""
    claims = {**file.as_json(), "sub": place, "aud": _AUDIENCE, "exp": int(time.time()) + _LIFETIME}
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


def opened(given: str, place: str, secret: str) -> Attachment | None:
    """The file of a handle that we made for this visitor; None when it is forged, another's or a day old."""
    try:
        claims = jwt.decode(
            given, secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": ["sub", "exp"]}
        )
    except (jwt.InvalidTokenError, UnicodeError):
        return None
    if claims["sub"] != place:
        return None
    return Attachment(claims["file_id"], claims["name"], claims["media_type"], claims["size"])
