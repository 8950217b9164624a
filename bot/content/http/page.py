"""The studio's page and its parts: modules and styles that the browser asks for again each time, as the desk's.

The page builds on parts of the web desk (``/static/desk/dom.js``, its styles …), which the same front serves.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASK_AGAIN = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


async def page(request: web.Request) -> web.StreamResponse:
    """``GET /studio``."""
    return web.FileResponse(STATIC / "studio.html", headers={**_ASK_AGAIN, "Content-Security-Policy": PAGE_POLICY})


def add_page(app: web.Application) -> None:
    """Adds ``GET /studio`` and ``GET /static/studio/{name}``, its modules and styles."""
    parts = {path.name: path for path in (STATIC / "studio").iterdir() if path.suffix in {".js", ".css"}}

    async def part(request: web.Request) -> web.StreamResponse:
        path = parts.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound(text="The studio has no such part. Reload the page.")
        return web.FileResponse(path, headers=_ASK_AGAIN)

    app.router.add_get("/studio", page)
    app.router.add_get("/static/studio/{name}", part)
