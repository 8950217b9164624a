"""Who may call: whoever has the token; without one only programs on this machine. A pure function.

Without a token a page of any site, open in a browser here, could reach the address too. It is told apart by what a page
cannot choose: the ``Origin`` (Fetch Standard) is not ours, a name that an attacker points at this machine (DNS
rebinding) stands in ``Host``, and a body that is sent without asking first is no ``application/json``.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping

from yarl import URL

from bot.channels.rest.parse import RestRefused

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
_SET_TOKEN = "Set FRONTDESK_REST_TOKEN and send it as a bearer token."  # noqa: S105 - a sentence


def check(headers: Mapping[str, str], token: str | None) -> None:
    """Lets a request pass.

    Args:
        headers: of the request, by their names in any capitals.
        token: ours; None when there is none, and then only this machine may call.

    Raises:
        RestRefused: 401 without our token; 403 or 415 for what is no program on this machine.
    """
    if token is not None:
        scheme, _, given = headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())
        if scheme.lower() != "bearer" or not right:
            raise RestRefused(401, "This needs the header Authorization: Bearer <FRONTDESK_REST_TOKEN>.")
        return
    host = headers.get("Host", "")
    if not is_loopback(_name(host)) or any(name in headers for name in _FORWARDED):
        raise RestRefused(403, f"Without a token only this machine itself may call, as 127.0.0.1. {_SET_TOKEN}")
    if "Origin" in headers and headers["Origin"] != f"http://{host}":
        raise RestRefused(403, f"A page of another site may not call without a token. {_SET_TOKEN}")
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise RestRefused(415, "Without a token the body must be announced as Content-Type: application/json.")


def is_loopback(name: str) -> bool:
    """Whether a host's name or address is this machine itself (RFC 5735, RFC 4291, RFC 6761)."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def _name(host: str) -> str:
    """The host's name without its port."""
    try:
        return URL(f"http://{host}").host or ""
    except ValueError:
        return ""
