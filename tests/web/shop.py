"""A host site, and a house behind a network that can be cut and a server that can be restarted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.front import House, house

PEERS = Path(__file__).parents[1] / "peers" / "web" / "node_modules"


@dataclass
class Site:
    """Pages by their path, and the headers that they are sent with."""

    origin: str
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.path in self.pages:
            return web.Response(text=self.pages[request.path], content_type="text/html", headers=self.headers)
        peer = (PEERS / request.path.removeprefix("/peers/")).resolve()
        if request.path.startswith("/peers/") and peer.is_relative_to(PEERS.resolve()) and peer.is_file():
            return web.FileResponse(peer)
        return web.Response(status=204 if request.path == "/favicon.ico" else 404)


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    site = Site("")
    app = web.Application()
    app.router.add_get("/{path:.*}", site.serve)
    async with TestServer(app) as server:
        site.origin = str(server.make_url("/")).rstrip("/")
        yield site


class Network:
    """Carries bytes to a server, until it is cut."""

    def __init__(self) -> None:
        self.target: int | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Network]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Ends every connection without a word."""
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.target is None:
            writer.transport.abort()
            return
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, other_writer}
        self._open |= both
        ways = [asyncio.create_task(_copy(reader, other_writer)), asyncio.create_task(_copy(other_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for one in ways:
            one.cancel()
        for end in both:
            end.transport.abort()
        self._open -= both


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.CancelledError):
        while part := await reader.read(64 * 1024):
            writer.write(part)
            await writer.drain()


class Shop:
    """The house that runs now, and the way to it that stays."""

    def __init__(self, data: Path, site: Site, network: Network, config: dict[str, Any]) -> None:
        self._data, self.site, self.network, self._config = data, site, network, config
        self.base = f"http://127.0.0.1:{network.port}"
        self.home: House
        self._running: asyncio.Task[None] | None = None
        self._up, self._enough = asyncio.Event(), asyncio.Event()

    async def start(self) -> None:
        """Starts a house on what the last one left."""
        self._up.clear()
        self._enough.clear()
        # A task of its own: what is opened in a context must be closed in it.
        self._running = asyncio.create_task(self._run())
        await asyncio.wait({self._running, asyncio.create_task(self._up.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            await self._running

    async def _run(self) -> None:
        url = f"sqlite+aiosqlite:///{self._data / 'frontdesk.db'}"
        async with house(self._data, url, **self._config) as self.home:
            self.network.target = self.home.client.port
            self._up.set()
            await self._enough.wait()
            self.network.target = None

    async def stop(self) -> None:
        self._enough.set()
        if self._running is not None:
            await self._running
            self._running = None

    def page(self, script: str = "", body: str = "", html: str = 'lang="en"', head: str = "") -> str:
        """A page of the host site with the widget; returns its address."""
        path = f"/{len(self.site.pages)}"
        self.site.pages[path] = (
            f"<!doctype html><html {html}><head><meta name=viewport content='width=device-width'><title>A shop</title>"
            f"{head}</head><body><main><h1>A shop</h1>{body}</main>"
            f'<script src="{self.base}/widget.js" {script}></script></body></html>'
        )
        return self.site.origin + path


@asynccontextmanager
async def open_shop(data: Path, site: Site, **config: Any) -> AsyncIterator[Shop]:
    async with Network().running() as network:
        web_config = {"socketio": {"enabled": True}, "origins": [site.origin], **config.pop("web", {})}
        shop = Shop(data, site, network, {"web": web_config, **config})
        await shop.start()
        try:
            yield shop
        finally:
            await shop.stop()
