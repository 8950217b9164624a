"""Who a visitor is: a signed token made by the server, or an id that the host site signed. Never an id of their choice.

A visitor's place, which follows ``web:`` in the conversation's id, is 32 hexadecimal digits, or ``u/`` and the host
site's id of a customer who is signed in there: one conversation on all of their devices.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any

import jwt

from bot.channels.ids import safe_id
from conversations.text import storable

KNOWN = "u/"
_VISITORS, _HOSTS, _RETURNS, _ALGORITHM = "frontdesk-visitor", "frontdesk", "frontdesk-return", "HS256"
# The link in an e-mail brings a visitor back for so long.
RETURN_LIFETIME = 7 * 86_400
# Seconds. A visitor who does not come back for so long starts anew.
LIFETIME = 400 * 86_400
# A customer's token only has to outlive the host's, which the next page brings anew.
KNOWN_LIFETIME = 86_400
# Seconds by which the host's clock may be off.
_LEEWAY = 30
_LONGEST_TOKEN, _LONGEST_SIGNED, _LONGEST_ID = 1000, 4000, 200
_MOST_ENTRIES, _LONGEST_ENTRY = 10, 64
_GUEST = "You can write all the same, as a guest."


class ContactRefused(ValueError):
    """The id that the host site gave does not count; the message, for the contact, says what happened."""


@dataclass(frozen=True, slots=True)
class Known:
    """A customer of the host site: ``name`` as the site gave it, and ``profile``, what else it says of them."""

    place: str
    name: str | None = None
    profile: tuple[tuple[str, str], ...] = ()


def new_visitor() -> str:
    """A place that cannot be guessed: 128 random bits in hexadecimal digits."""
    return secrets.token_hex(16)


def is_known(place: str) -> bool:
    """Whether this is the place of a customer whom the host site made known."""
    return place.startswith(KNOWN)


def sign(place: str, secret: str, until: int | None = None) -> str:
    """The token that the browser keeps (JSON Web Token, RFC 7519, HS256), good ``until`` then (Unix seconds)."""
    at = int(time.time())
    until = until or at + (KNOWN_LIFETIME if is_known(place) else LIFETIME)
    return jwt.encode({"sub": place, "aud": _VISITORS, "iat": at, "exp": until}, secret, algorithm=_ALGORITHM)


def verify(token: object, secret: str) -> str | None:
    """The place for which we once made this token; None when it is forged, foreign, expired, or no token at all."""
    return _place_in(token, secret, _VISITORS)


def ends(token: object, secret: str) -> int | None:
    """When a customer's token of ours ends (Unix seconds): only their site renews it. None for a visitor's."""
    place = verify(token, secret)
    return int(_claims(str(token), secret, _VISITORS)["exp"]) if place is not None and is_known(place) else None


def _place_in(token: object, secret: str, audience: str) -> str | None:
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
        return None
    try:
        place = _claims(token, secret, audience)["sub"]
    except (jwt.InvalidTokenError, UnicodeError):
        return None
    is_visitor = isinstance(place, str) and len(place) == 32 and place.isalnum()
    return place if is_visitor or (isinstance(place, str) and is_known(place)) else None


def sign_return(place: str, secret: str) -> str | None:
    """What an e-mail's link proves. None for a customer whom the host site knows: they sign in there, not by a link."""
    if is_known(place):
        return None
    at = int(time.time())
    claims = {"sub": place, "aud": _RETURNS, "iat": at, "exp": at + RETURN_LIFETIME}
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


def returned(proof: object, secret: str) -> str | None:
    """The visitor's place that an e-mail's link proves; None when it is forged, foreign, expired, or nothing."""
    place = _place_in(proof, secret, _RETURNS)
    return place if place is not None and not is_known(place) else None


def known_by(signed: str, secret: str | None) -> Known:
    """The customer whose id the host site signed with the secret that it shares with us.

    Either a JSON Web Token (HS256) with ``sub``, ``exp`` and ``aud: "frontdesk"``, and perhaps ``name`` and ``profile``
    (an object of up to 10 short texts, such as ``{"tier": "gold"}``); or
    ``<id>:<HMAC-SHA256 of "id:" and the id, in hexadecimal digits>``, which never expires. (A token's signing input has
    no colon, so that neither form is ever good for the other.)

    Raises:
        ContactRefused: forged, foreign, expired, or there is no such secret here.
    """
    if secret is None:
        raise ContactRefused(f"This chat is not set up for signed-in customers. {_GUEST}")
    if len(signed) > _LONGEST_SIGNED:
        raise ContactRefused(f"Your sign-in could not be confirmed. {_GUEST}")
    given, colon, proof = signed.rpartition(":")
    if not colon:
        return _by_token(signed, secret)
    try:
        made = hmac.new(secret.encode(), f"id:{given}".encode(), hashlib.sha256).hexdigest()
        proven = hmac.compare_digest(made, proof.lower())
    except (UnicodeError, TypeError):
        proven = False
    if not proven:
        raise ContactRefused(f"Your sign-in could not be confirmed. {_GUEST}")
    return Known(_place(given))


def _by_token(signed: str, secret: str) -> Known:
    try:
        claims = _claims(signed, secret, _HOSTS)
    except jwt.ExpiredSignatureError as late:
        raise ContactRefused(f"Your sign-in has expired. Please load the page again. {_GUEST}") from late
    except (jwt.InvalidTokenError, UnicodeError) as wrong:
        raise ContactRefused(f"Your sign-in could not be confirmed. {_GUEST}") from wrong
    name = claims.get("name")
    called = name[:200] if isinstance(name, str) and name.strip() else None
    return Known(_place(claims["sub"]), called, _profile(claims.get("profile")))


def _profile(given: object) -> tuple[tuple[str, str], ...]:
    """The short texts of a claim; anything else in it is passed over."""
    pairs = given.items() if isinstance(given, dict) else ()
    texts = [(_line(n), _line(v)) for n, v in pairs if isinstance(v, str)]
    return tuple((n[:_LONGEST_ENTRY], v[:_LONGEST_ENTRY]) for n, v in texts[:_MOST_ENTRIES] if n and v)


def _line(text: str) -> str:
    return " ".join(storable(text).split())


def _place(given: object) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > _LONGEST_ID:
        raise ContactRefused(f"Your sign-in could not be read. {_GUEST}")
    try:
        return KNOWN + safe_id(given)
    except UnicodeError as wrong:  # a lone surrogate
        raise ContactRefused(f"Your sign-in could not be read. {_GUEST}") from wrong


def _claims(token: str, secret: str, audience: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        secret,
        algorithms=[_ALGORITHM],
        audience=audience,
        leeway=_LEEWAY if audience == _HOSTS else 0,
        options={"require": ["sub", "exp", "aud"]},
    )
    return claims
