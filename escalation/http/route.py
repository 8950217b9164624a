"""What a route of ``/api/v1`` is: from it come what is served, who may, and what OpenAPI tells of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from conversations.staff import DESK_ROLES, OVERSEERS, Principal, Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# Answers a repeat of a request under its ``Idempotency-Key``; given what the first one made (``MADE``), if it said so.
Repeat = Callable[[web.Request, str], Awaitable[web.StreamResponse]]

# Who asks, set before a handler is called; and the id of what a handler made, which it may set.
WHO = web.RequestKey("who", Principal)
MADE = web.RequestKey("made", str)

AGENTS, LEADS, ADMINS = DESK_ROLES, OVERSEERS, frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query. ``choices`` are all that it takes; numbers lie between ``least`` and ``most``."""

    name: str
    about: str
    kind: type[str] | type[int] | type[float] = str
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 2**53

    def read(self, text: str) -> str | int | float:
        """The value.

        Raises:
            ValueError: it is none.
        """
        value = self.kind(text)
        if isinstance(value, str):
            if self.choices and value not in self.choices:
                raise ValueError(f"it must be one of {', '.join(self.choices)}")
            if "\0" in value:
                raise ValueError("a character in it is no text")
        elif not self.least <= value <= self.most:
            raise ValueError(f"it must lie between {self.least:g} and {self.most:g}")
        return value


# The part of a list that is asked for.
AFTER = Query("after", "What the part before gave as next")
LIMIT = Query("limit", "How many at most", int, least=1, most=200)


@dataclass(frozen=True, slots=True)
class Route:
    """A route. ``body`` and ``answer`` are structs, lists of them, ``bytes`` for files, or None.

    ``roles`` may use it; None: everybody, without signing in. ``repeat`` answers a repeat of a POST under one
    ``Idempotency-Key``; without, a repeat is simply done again, which must then change nothing more.
    """

    method: str
    path: str
    handler: Handler
    body: Any = None
    answer: Any = None
    query: tuple[Query, ...] = ()
    roles: frozenset[Role] | None = AGENTS
    summary: str = ""
    repeat: Repeat | None = None

    @property
    def takes_key(self) -> bool:
        """Whether an ``Idempotency-Key`` is taken."""
        return self.method == "POST" and self.roles is not None


def asked_for(request: web.Request, query: Query, default: Any = None) -> Any:
    """A parameter's value; an empty one is none.

    Raises:
        BadQuery: with the parameter's name and what is wrong.
    """
    given = request.query.getall(query.name, [])
    if len(given) > 1:
        raise BadQuery(f"{query.name}: it came {len(given)} times")
    if not (text := "".join(given)):
        return default
    try:
        return query.read(text)
    except ValueError as wrong:
        raise BadQuery(f"{query.name}: {wrong}") from wrong


class BadQuery(ValueError):
    """A parameter of the query is not what the route takes. The message says which, and why."""


class Routes(Protocol):
    """Handlers that say which routes they serve."""

    def routes(self) -> list[Route]:
        """The routes."""
