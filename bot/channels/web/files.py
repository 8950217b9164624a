"""``POST /files`` and ``GET /files/<id>``: the visitor's token goes in the header ``Authorization``, never in a URL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

import structlog
from aiohttp import web
from sqlalchemy import select

from bot.channels.files import PICTURES, FileRefused
from bot.channels.web import identity, uploads
from bot.channels.web.channel import WebChannel
from bot.channels.web.parse import conversation_of
from conversations.files import HEAD, media_type, own_name
from conversations.model import Attachment
from conversations.store import tables as t
from conversations.store.blobs import TooLarge

log = structlog.get_logger()
# Seconds within which a file must have come.
_UPLOAD_SECONDS = 300.0
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-File-Name",
    "Access-Control-Max-Age": "600",
}
_NOBODY = "This chat does not know you any more. Load the page again and add the file once more."


@dataclass(frozen=True, slots=True)
class Files:
    """The routes of files."""

    channel: WebChannel

    async def preflight(self, request: web.Request) -> web.Response:
        """What another site's page asks before it sends a token."""
        return web.Response(status=204, headers={**self._cross_origin(request), **_ALLOWED})

    async def upload(self, request: web.Request) -> web.Response:
        """Keeps a file; answers with its handle, by which one message of this visitor may carry it."""
        headers = self._cross_origin(request)
        try:
            file, place = await self._kept(request)
        except FileRefused as refused:
            return web.json_response({"error": refused.text}, status=refused.status, headers=headers)
        made = uploads.handle(file, place, self.channel.secret)
        return web.json_response({"file": made, **file.as_json()}, headers={**headers, "Cache-Control": "no-store"})

    async def _kept(self, request: web.Request) -> tuple[Attachment, str]:
        place, rules = self._place(request), self.channel.files
        if not self.channel.uploads.take(place):
            raise FileRefused(429, "That were many files at once. Please add this one again in a minute.")
        if (request.content_length or 0) > rules.most:
            raise rules.too_large()
        parts = request.content.iter_chunked(64 * 1024)
        try:
            async with asyncio.timeout(_UPLOAD_SECONDS):
                head = await _head(parts)
                if not head:
                    raise FileRefused(400, "This file is empty. Please choose another one.")
                kind = media_type(head)
                if kind is None or kind not in rules.types:
                    raise rules.wrong_type()
                file_id, size = await self.channel.blobs.put(_whole(head, parts), rules.most)
        except TooLarge as large:
            raise rules.too_large() from large
        except TimeoutError as slow:
            raise FileRefused(408, "The file did not come in time. Please add it again.") from slow
        given = unquote(request.headers.get("X-File-Name", "")[:2000], errors="replace")
        return Attachment(file_id, own_name(given, kind), kind, size), place

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file of the visitor's own conversation; of anybody else's it says the same as of one that never was."""
        headers = self._cross_origin(request)
        try:
            place = self._place(request)
            file = await self._of(request.match_info["id"], place)
        except FileRefused as refused:
            return web.json_response({"error": refused.text}, status=refused.status, headers=headers)
        how = "inline" if file.media_type in PICTURES else "attachment"
        response = web.StreamResponse(
            headers={
                **headers,
                **_SAFE,
                "Content-Type": file.media_type if how == "inline" else "application/octet-stream",
                "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
                "Content-Length": str(file.size),
            }
        )
        await response.prepare(request)
        async for part in self.channel.blobs.get(file.file_id):
            await response.write(part)
        return response

    async def _of(self, file_id: str, place: str) -> Attachment:
        c = t.file.c
        owned = select(c.id, c.name, c.media_type, c.size).where(
            c.id == file_id, c.conversation_id == conversation_of(place)
        )
        async with self.channel.database.read() as tx:
            row = (await tx.execute(owned)).one_or_none()
        if row is None:
            raise FileRefused(404, "This file is not there.")
        return Attachment(*row)

    def _place(self, request: web.Request) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        place = identity.verify(token.strip(), self.channel.secret) if scheme.lower() == "bearer" else None
        if place is None:
            raise FileRefused(401, _NOBODY)
        return place

    def _cross_origin(self, request: web.Request) -> dict[str, str]:
        origin = request.headers.get("Origin")
        if not self.channel.allows(origin, request.host):
            raise web.HTTPForbidden(text="This site is not on the list of sites that may open the chat (web.origins).")
        return {"Vary": "Origin", **({"Access-Control-Allow-Origin": origin} if origin else {})}


async def _head(parts: AsyncIterator[bytes]) -> bytes:
    """The first bytes of a file, enough to tell what it is, or all of it."""
    head = b""
    while len(head) < HEAD and (part := await anext(parts, b"")):
        head += part
    return head


async def _whole(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for part in rest:
        yield part
