"""Pages of ours, each of modules and styles that import each other by name: an old one beside a new one would break it.

So each part is served with an ETag and ``no-cache``: kept by the browser, but never used unasked
(https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.4).
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from conversations.http.assets import assets

_ASK_AGAIN = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


def policy(images: str = "'self' data:") -> str:
    """A content security policy (https://www.w3.org/TR/CSP3/): scripts and styles of ours alone, images from these."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def add_page(app: web.Application, name: str, static: Path, security: str) -> None:
    """Adds ``GET /{name}``, the folder's ``{name}.html``, and ``GET /static/{name}/{part}``, the files in ``{name}/``.

    Args:
        security: the page's content security policy.
    """
    whole, parts = assets(static)[f"{name}.html"], assets(static / name)

    async def page(request: web.Request) -> web.StreamResponse:
        return whole.answer(request, {**_ASK_AGAIN, "Content-Security-Policy": security})

    async def part(request: web.Request) -> web.StreamResponse:
        if (found := parts.get(request.match_info["part"])) is None:
            raise web.HTTPNotFound(text="This page has no such part. Reload the page.")
        return found.answer(request, _ASK_AGAIN)

    app.router.add_get(f"/{name}", page)
    app.router.add_get(f"/static/{name}/{{part}}", part)
