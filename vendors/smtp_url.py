"""The address of a mail server, as one line: ``smtp://user:password@host:587?starttls``."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes. ``tls`` from the first byte; ``starttls``: True demands it, None takes it when it is offered."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None


def server(url: str) -> Server:
    """Reads ``smtp://user:password@host:587?starttls`` or ``smtps://…``; user, password and port may be left out.

    Raises:
        ValueError: it is no such address.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("write it as smtp://user:password@host:587?starttls, or smtps://… for TLS from the start")
    tls = parts.scheme == "smtps"
    demanded = "starttls" in parse_qs(parts.query, keep_blank_values=True)
    return Server(
        parts.hostname,
        parts.port or _PORTS[parts.scheme],
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=False if tls else demanded or None,
    )
