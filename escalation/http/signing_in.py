"""``/api/v1/sign-in``, ``/sign-out`` and ``/me``."""

from __future__ import annotations

import time

import structlog
from aiohttp import web

from conversations.http.bodies import read, respond
from conversations.http.problems import problem
from conversations.staff import Principal
from escalation.http import wire
from escalation.http.auth import COOKIE, Auth
from escalation.http.route import WHO, Route
from escalation.service.goodwill import Goodwills

log = structlog.get_logger()
_SIGN_IN_PER_MINUTE = 10
_MOST_ADDRESSES = 10_000


class SigningIn:
    """The routes' handlers. ``business`` is what we are called."""

    def __init__(self, auth: Auth, goodwill: Goodwills, business: str) -> None:
        self._auth, self._goodwill, self._business = auth, goodwill, business
        self._sign_ins: dict[str, list[float]] = {}

    def routes(self) -> list[Route]:
        """As `Route` says."""
        return [
            Route(
                "POST",
                "/api/v1/sign-in",
                self.sign_in,
                wire.SignIn,
                wire.Me,
                roles=None,
                summary="Sign in with an agent token",
            ),
            Route("POST", "/api/v1/sign-out", self.sign_out, roles=None, summary="Forget the sign-in"),
            Route("GET", "/api/v1/me", self.me, answer=wire.Me, summary="Who is signed in"),
        ]

    async def sign_in(self, request: web.Request) -> web.Response:
        """Signs in with an agent token; too many wrong ones from one address have to wait."""
        self._slow_guessing(request.remote or "")
        body = await read(request, wire.SignIn)
        who = await self._auth.sign_in(body.token)
        if who is None:
            log.warning("sign-in refused", address=request.remote)
            raise problem(401, "That token is not known here.", "Check it, or ask your admin for a new one.")
        self._sign_ins.pop(request.remote or "", None)
        response = respond(self.shown(who))
        self._auth.set_cookie(response, request, who, body.token)
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """Forgets the sign-in."""
        response = respond(None)
        response.del_cookie(COOKIE, path="/")
        return response

    async def me(self, request: web.Request) -> web.Response:
        """Who is signed in."""
        return respond(self.shown(request[WHO]))

    async def told(self, request: web.Request) -> wire.Me:
        """Who asks, as they are now that something of theirs was changed."""
        return self.shown(await self._auth.principal(request))

    def shown(self, who: Principal) -> wire.Me:
        """Somebody as they are told of themselves."""
        return wire.Me(
            who.id,
            who.name,
            who.role,
            who.team,
            self._business,
            list(who.teams),
            who.availability.value,
            who.away_until,
            who.capacity,
            list(self._goodwill.kinds),
            self._goodwill.currency,
        )

    def _slow_guessing(self, address: str) -> None:
        at = time.monotonic()
        if len(self._sign_ins) > _MOST_ADDRESSES:
            self._sign_ins.clear()
        recent = [moment for moment in self._sign_ins.get(address, []) if moment > at - 60]
        if len(recent) >= _SIGN_IN_PER_MINUTE:
            raise problem(429, "Too many attempts to sign in.", "Wait a minute and try again.")
        self._sign_ins[address] = [*recent, at]
