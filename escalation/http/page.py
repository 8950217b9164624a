"""The web desk's page and its parts: modules and styles that the browser asks for again each time.

They import each other by name, so an old one beside a new one would break the page. Each is served with an ETag and
``no-cache`` (https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.4): kept, but never used unasked.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASK_AGAIN = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


async def page(request: web.Request) -> web.StreamResponse:
    """``GET /desk``."""
    return web.FileResponse(STATIC / "desk.html", headers={**_ASK_AGAIN, "Content-Security-Policy": PAGE_POLICY})


def add_page(app: web.Application) -> None:
    """Adds ``GET /desk`` and ``GET /static/desk/{name}``, its modules and styles."""
    parts = {path.name: path for path in (STATIC / "desk").iterdir() if path.suffix in {".js", ".css"}}

    async def part(request: web.Request) -> web.StreamResponse:
        path = parts.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound(text="The desk has no such part. Reload the page.")
        return web.FileResponse(path, headers=_ASK_AGAIN)

    app.router.add_get("/desk", page)
    app.router.add_get("/static/desk/{name}", part)
