"""The web channel's routes: the page ``/``, the widget ``/widget.js``, the web socket ``/ws``, files ``/files``."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from bot.channels.web import socket
from bot.channels.web.channel import WebChannel
from bot.channels.web.files import Files
from conversations.http import pages
from conversations.http.assets import assets

STATIC = Path(__file__).parent / "static"
_POLICY = pages.policy("'self' data: blob: https:")


def add_routes(app: web.Application, channel: WebChannel) -> None:
    """Adds the web channel to the front."""

    parts = assets(STATIC)

    async def page(request: web.Request) -> web.StreamResponse:
        return parts["page.html"].answer(request, {"Content-Security-Policy": _POLICY})

    async def widget(request: web.Request) -> web.StreamResponse:
        # Any site may load the script; which sites may open the chat is checked at the web socket.
        headers = {"Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "cross-origin"}
        return parts["widget.js"].answer(request, headers)

    async def part(request: web.Request) -> web.StreamResponse:
        found = parts.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="The chat has no such part. Reload the page.")
        return found.answer(request, {"Cache-Control": "no-cache"})

    app.router.add_get("/", page)
    app.router.add_get("/widget.js", widget)
    app.router.add_get("/static/web/{name}", part)

    async def open_socket(request: web.Request) -> web.StreamResponse:
        return await socket.handle(channel, request)

    files = Files(channel)
    app.router.add_get("/ws", open_socket)
    app.router.add_post("/files", files.upload)
    app.router.add_get("/files/{id:[0-9a-f]{32}}", files.download)
    for path in ("/files", "/files/{id:[0-9a-f]{32}}"):
        app.router.add_route("OPTIONS", path, files.preflight)
    app.on_shutdown.append(lambda _: socket.close(channel))
