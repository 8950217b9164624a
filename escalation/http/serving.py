"""Serves routes: who asks and whether they may, the query, repeats, and what was refused, for all alike."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from conversations.handoff import HandoffError
from conversations.http.problems import MEDIA_TYPE, problem, problem_body
from conversations.staff import Role
from escalation.http.auth import Auth
from escalation.http.idempotency import Idempotency
from escalation.http.refusals import refused
from escalation.http.route import WHO, BadQuery, Handler, Route, asked_for
from escalation.service.paging import NoSuchPage

_API = "/api/"


class Serving:
    """Puts routes on an application."""

    def __init__(self, auth: Auth, idempotency: Idempotency) -> None:
        self._auth, self._idempotency = auth, idempotency

    def add(self, app: web.Application, routes: Sequence[Route]) -> None:
        """Adds the routes; and every error under ``/api/`` becomes a problem."""
        for route in routes:
            app.router.add_route(route.method, route.path, self._served(route))
        app.middlewares.append(problems_only)

    def _served(self, route: Route) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            if any("\0" in part for part in request.match_info.values()):
                raise problem(404, "There is no such thing.", "Check the address.")
            if route.roles is not None:
                request[WHO] = await self._auth.principal(request)
                _require(request[WHO].role, route.roles)
            try:
                for query in route.query:
                    asked_for(request, query)
                if route.takes_key:
                    return await self._idempotency.once(request, route)
                return await route.handler(request)
            except BadQuery as wrong:
                raise problem(400, "The query is not what this route takes.", str(wrong)) from None
            except NoSuchPage:
                raise problem(400, "There is no such part of the list.", "Send what the part before gave.") from None
            except HandoffError as no:
                raise refused(no) from None

        return serve


def _require(role: Role, roles: frozenset[Role]) -> None:
    if role not in roles:
        raise problem(403, "Your role may not do that.", f"Ask somebody who may: {', '.join(sorted(roles))}.")


@web.middleware
async def problems_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the router and aiohttp itself refuse under ``/api/`` is told as a problem, too."""
    try:
        return await handler(request)
    except web.HTTPException as known:
        if not request.path.startswith(_API) or known.content_type == MEDIA_TYPE or known.status < 400:
            raise
        title, detail = _OF_THE_ROUTER.get(known.status, (f"{known.reason}.", "Look at /api/openapi.json."))
        headers = {"Allow": known.headers["Allow"]} if "Allow" in known.headers else {}
        body = problem_body(known.status, title, detail)
        return web.Response(status=known.status, body=body, content_type=MEDIA_TYPE, headers=headers)


_OF_THE_ROUTER = {
    404: ("There is nothing at this address.", "Look at /api/openapi.json."),
    405: ("This address does not take that method.", "See which it takes under Allow."),
    413: ("The request's body is too large.", "Send less at once; files go to the handoff's files."),
}
