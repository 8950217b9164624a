"""The web channel's routes: the chat page ``/``, the widget ``/widget.js``, and the web socket ``/ws``."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from bot.channels.web.socket import WebChannel

STATIC = Path(__file__).parent / "static"
_SELF = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'"
PAGE_POLICY = f"{_SELF}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def add_routes(app: web.Application, channel: WebChannel) -> None:
    """Adds the web channel to the front."""

    async def page(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "page.html", headers={"Content-Security-Policy": PAGE_POLICY})

    async def widget(request: web.Request) -> web.StreamResponse:
        # Any site may load the script; which sites may open the chat is checked at the web socket.
        return web.FileResponse(
            STATIC / "widget.js",
            headers={
                # A host page may be in another encoding, and a script takes its page's unless it says its own.
                "Content-Type": "text/javascript; charset=utf-8",
                "Cache-Control": "no-cache",
                "Cross-Origin-Resource-Policy": "cross-origin",
            },
        )

    app.router.add_get("/", page)
    app.router.add_get("/widget.js", widget)
    app.router.add_get("/ws", channel.handle)
    app.router.add_static("/static/web/", STATIC)
