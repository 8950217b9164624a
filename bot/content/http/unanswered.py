"""``/studio/api/unanswered``: the groups of what was not answered well, and what editors do with them."""

from __future__ import annotations

from aiohttp import web

from bot.content.http.serving import API, Served
from bot.content.unanswered import wire
from bot.content.unanswered.detail import detail
from bot.content.unanswered.errors import BadQuery, Unknown
from bot.content.unanswered.frequent import frequent
from bot.content.unanswered.parts import UnansweredParts
from bot.content.unanswered.states import AT_WORK, State
from conversations.http.bodies import read, respond
from conversations.staff import Principal

_HERE = API + "/unanswered"
_STATES = {"open": AT_WORK, "all": tuple(State), **{state.value: (state,) for state in State}}
_DAYS, _PART, _MOST_DAYS, _MOST_IN_PART = 7, 50, 90, 200


class UnansweredApi:
    """The handlers; each is given who asks."""

    def __init__(self, parts: UnansweredParts) -> None:
        self._parts = parts

    def routes(self) -> list[Served]:
        """The routes."""
        one = _HERE + "/{id}"
        return [
            ("GET", _HERE, self.listed),
            ("GET", _HERE + "/frequent", self.frequent),
            ("POST", _HERE + "/near", self.near),
            ("POST", _HERE + "/move", self.move),
            ("GET", one, self.shown),
            ("POST", one + "/teach", self.teach),
            ("POST", one + "/dismiss", self.dismiss),
            ("POST", one + "/approve", self.approve),
            ("POST", one + "/reopen", self.reopen),
            ("POST", one + "/merge", self.merge),
        ]

    async def listed(self, request: web.Request, who: Principal) -> web.Response:
        """A part of the groups."""
        states = _STATES.get(name := request.query.get("state") or "open")
        if states is None:
            raise BadQuery(f"state: {name[:20]} is none; it must be one of {', '.join(_STATES)}")
        after = _number(request, "after", 0, 0, 10**9)
        limit = _number(request, "limit", _PART, 1, _MOST_IN_PART)
        return respond(await self._parts.showing.groups(_days(request), states, after, limit))

    async def shown(self, request: web.Request, who: Principal) -> web.Response:
        """One group in full."""
        return respond(await detail(self._parts.database, _id(request), _days(request)))

    async def teach(self, request: web.Request, who: Principal) -> web.Response:
        """Examples and an answer go into the content."""
        lesson = await read(request, wire.Lesson)
        return respond(await self._parts.teaching.teach(who, _id(request), lesson))

    async def dismiss(self, request: web.Request, who: Principal) -> web.Response:
        """Nothing will be taught."""
        given = await read(request, wire.Reason)
        return respond(await self._parts.deciding.dismiss(who, _id(request), given.reason))

    async def approve(self, request: web.Request, who: Principal) -> web.Response:
        """What was drafted may be published."""
        given = await read(request, wire.Note)
        return respond(await self._parts.deciding.approve(who, _id(request), given.note))

    async def reopen(self, request: web.Request, who: Principal) -> web.Response:
        """It is to be looked at again."""
        given = await read(request, wire.Note)
        return respond(await self._parts.deciding.reopen(who, _id(request), given.note))

    async def merge(self, request: web.Request, who: Principal) -> web.Response:
        """Two groups become one."""
        given = await read(request, wire.Merge)
        return respond(await self._parts.deciding.merge(who, _id(request), given.into))

    async def move(self, request: web.Request, who: Principal) -> web.Response:
        """A question goes into another group."""
        return respond(await self._parts.deciding.move(who, await read(request, wire.Move)))

    async def near(self, request: web.Request, who: Principal) -> web.Response:
        """Which examples are near to proposed texts."""
        given = await read(request, wire.Proposed)
        return respond(await self._parts.comparing.near(given.texts, given.intent))

    async def frequent(self, request: web.Request, who: Principal) -> web.Response:
        """The report of frequent issues."""
        return respond(await frequent(self._parts.database, _days(request)))


def _id(request: web.Request) -> int:
    text = request.match_info["id"]
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Unknown
    return int(text)


def _days(request: web.Request) -> int:
    return _number(request, "days", _DAYS, 1, _MOST_DAYS)


def _number(request: web.Request, name: str, usual: int, least: int, most: int) -> int:
    text = request.query.get(name) or str(usual)
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or not least <= int(text) <= most:
        raise BadQuery(f"{name}: it must be a number between {least} and {most}")
    return int(text)
