"""Puts the desk on the front: API, live events, OpenAPI, and the web desk's page."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from escalation.http.amend import AmendApi, amend_routes
from escalation.http.api import Api, routes
from escalation.http.live import Live
from escalation.http.openapi import document

STATIC = Path(__file__).parent / "static"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_routes(app: web.Application, api: Api, amend: AmendApi, live: Live, version: str) -> None:
    """Adds the desk to the front."""
    table = [*routes(api), *amend_routes(amend)]
    for method, path, handler, *_ in table:
        app.router.add_route(method, path, handler)
    described = document(table, version)

    async def openapi(request: web.Request) -> web.Response:
        return web.json_response(described)

    async def page(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "desk.html", headers={"Content-Security-Policy": PAGE_POLICY})

    app.router.add_get("/api/v1/live", live.handle)
    app.router.add_get("/api/openapi.json", openapi)
    app.router.add_get("/desk", page)
    app.router.add_static("/static/desk/", STATIC)
