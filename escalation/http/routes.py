"""Puts the desk on the front: API, live events, OpenAPI, and the web desk's page."""

from __future__ import annotations

from aiohttp import web

from conversations.store.database import Database
from escalation.config import Teams
from escalation.http.amend import AmendApi
from escalation.http.api import Api
from escalation.http.auth import Auth
from escalation.http.idempotency import Idempotency
from escalation.http.knowledge import Knowledge
from escalation.http.listing import Listing
from escalation.http.live import Live
from escalation.http.openapi import document
from escalation.http.page import add_page
from escalation.http.route import Routes
from escalation.http.serving import Serving
from escalation.http.signing_in import SigningIn
from escalation.http.staffing import Staffing
from escalation.service.parts import DeskParts


def add_routes(
    app: web.Application,
    database: Database,
    auth: Auth,
    parts: DeskParts,
    live: Live,
    teams: Teams,
    business: str,
    version: str,
) -> None:
    """Adds the desk to the front. ``business`` is what we are called."""
    api, signing_in = Api(parts), SigningIn(auth, parts.goodwill, business)
    groups: list[Routes] = [
        signing_in,
        Listing(parts),
        api,
        AmendApi(parts, api),
        Knowledge(parts),
        Staffing(parts, teams, signing_in),
    ]
    table = [route for group in groups for route in group.routes()]
    Serving(auth, Idempotency(database)).add(app, table)
    described = document(table, version)

    async def openapi(request: web.Request) -> web.Response:
        return web.json_response(described)

    app.router.add_get("/api/v1/live", live.handle)
    app.router.add_get("/api/openapi.json", openapi)
    add_page(app)
