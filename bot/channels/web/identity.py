"""Who a visitor is: a signed token made by the server. A browser never names an id of its own choice."""

from __future__ import annotations

import secrets
import time

import jwt

_AUDIENCE, _ALGORITHM = "frontdesk-visitor", "HS256"
# A visitor who does not come back for so long (seconds) starts anew.
LIFETIME = 400 * 86_400


def new_visitor() -> str:
    """An id that cannot be guessed: 128 random bits in hexadecimal digits."""
    return secrets.token_hex(16)


def sign(visitor: str, secret: str) -> str:
    """The token that the visitor's browser keeps (JSON Web Token, RFC 7519, HS256)."""
    at = int(time.time())
    return jwt.encode({"sub": visitor, "aud": _AUDIENCE, "iat": at, "exp": at + LIFETIME}, secret, algorithm=_ALGORITHM)


def verify(token: object, secret: str) -> str | None:
    """The visitor whom we once gave this token; None when it is forged, foreign, expired, or no token at all."""
    if not isinstance(token, str) or len(token) > 1000:
        return None
    try:
        claims = jwt.decode(
            token, secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": ["sub", "exp"]}
        )
    except (jwt.InvalidTokenError, UnicodeError):
        return None
    visitor = claims["sub"]
    return visitor if isinstance(visitor, str) and len(visitor) == 32 and visitor.isalnum() else None
