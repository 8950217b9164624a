"""Who is asking: an agent's token as a bearer, or the cookie that signing in with it gave.

The cookie is a signed statement of who signed in and until when; the roster is looked at on every request, so that a
removed person is out at once.
"""

from __future__ import annotations

import time

import jwt
from aiohttp import web

from conversations.http.problems import problem
from conversations.staff import Principal, token_hash
from conversations.store import staff
from conversations.store.database import Database

COOKIE = "frontdesk_desk"
LIFETIME = 12 * 3600
_AUDIENCE, _ALGORITHM = "frontdesk-desk", "HS256"


class Auth:
    """Signs people in and finds out who is asking."""

    def __init__(self, database: Database, secret: str) -> None:
        self._database, self._secret = database, secret

    async def sign_in(self, token: str) -> Principal | None:
        """The person on the roster who holds this token; what they may do then is asked on each request."""
        async with self._database.read() as tx:
            return await staff.by_token(tx, token.strip())

    def set_cookie(self, response: web.StreamResponse, request: web.Request, who: Principal, token: str) -> None:
        """Remembers the sign-in for a working day; a new token ends it, since it carries a part of the token's hash."""
        claims = {
            "sub": who.id,
            "aud": _AUDIENCE,
            "exp": int(time.time()) + LIFETIME,
            "key": token_hash(token.strip())[:16],
        }
        response.set_cookie(
            COOKIE,
            jwt.encode(claims, self._secret, algorithm=_ALGORITHM),
            max_age=LIFETIME,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
        )

    async def principal(self, request: web.Request) -> Principal:
        """Who of the desk is asking. Raises as `person` does, and 403 when the role does not work at the desk."""
        who = await self.person(request)
        if not who.works_the_desk:
            raise problem(403, "Your role does not work at the desk.", "Ask a lead to change your role.")
        return who

    async def person(self, request: web.Request) -> Principal:
        """Who on the roster is asking.

        Raises:
            web.HTTPException: 401 when nobody is signed in, 403 when a page of another site asks.
        """
        who = await self._by_bearer(request) or await self._by_cookie(request)
        if who is None:
            raise problem(401, "You are not signed in.", "Sign in with your agent token.")
        return who

    async def _by_bearer(self, request: web.Request) -> Principal | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        async with self._database.read() as tx:
            return await staff.by_token(tx, token.strip())

    async def _by_cookie(self, request: web.Request) -> Principal | None:
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        if request.method != "GET" and request.headers.get("X-Frontdesk") != "desk":
            raise problem(403, "This request did not come from the desk.", "Reload the desk and try again.")
        try:
            claims = jwt.decode(cookie, self._secret, algorithms=[_ALGORITHM], audience=_AUDIENCE)
        except jwt.InvalidTokenError:
            return None
        async with self._database.read() as tx:
            if not await staff.holds_key(tx, str(claims["sub"]), str(claims.get("key"))):
                return None
            return await staff.by_id(tx, str(claims["sub"]))
