"""``/api/v1/handoffs/{id}/files`` and ``…/messages/{number}``: files both ways, edits, deletes, sending again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import web

from conversations.handoff import HandoffUnknown
from conversations.http.bodies import read, respond
from conversations.http.problems import problem
from conversations.model import Attachment
from conversations.store.blobs import TooLarge
from escalation.http import wire
from escalation.http.api import Api, handoff_id
from escalation.http.bodies import check_text
from escalation.http.route import MADE, WHO, Query, Route
from escalation.service.files import MOST, FileEmpty, FileGone
from escalation.service.parts import DeskParts

_PART = 64 * 1024
_MEDIA_TYPE, _UNKNOWN = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII), "application/octet-stream"
# https://developer.mozilla.org/docs/Web/HTTP/Headers/Content-Security-Policy/sandbox: whatever it is, nothing runs.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class AmendApi:
    """The routes' handlers."""

    def __init__(self, parts: DeskParts, api: Api) -> None:
        self._api, self._amending, self._files, self._view = api, parts.amending, parts.files, parts.view

    def routes(self) -> list[Route]:
        """As `Route` says."""
        one = "/api/v1/handoffs/{id}"
        message, detail = one + r"/messages/{number:\d{1,9}}", wire.HandoffDetail
        again = f"{message}/again"
        return [
            Route("GET", f"{one}/files/{{file_id}}", self.file, answer=bytes, summary="A file of the conversation"),
            Route(
                "POST",
                f"{one}/files",
                self.upload,
                bytes,
                wire.File,
                query=(Query("name", "What the file is called"),),
                summary="Upload a file for the next reply",
                repeat=self.uploaded,
            ),
            Route("PATCH", message, self.edit, wire.Edit, detail, summary="Edit a message of one's own"),
            Route("DELETE", message, self.delete, answer=detail, summary="Take a message of one's own back"),
            Route(
                "POST",
                again,
                self.again,
                answer=detail,
                summary="Send a message that did not arrive again",
                repeat=self._api.repeated,
            ),
        ]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of the handoff's conversation, to be saved: nothing of it is shown as a page of ours."""
        who = request[WHO]
        try:
            file = await self._files.find(handoff_id(request), request.match_info["file_id"])
            await self._view.opened(who, handoff_id(request), "web")
        except (FileGone, HandoffUnknown):
            raise _no_file() from None
        parts = self._files.content(file)
        first = await anext(parts, None)
        if first is None:
            raise _no_file()
        response = web.StreamResponse(headers={**_SAFE, "Content-Disposition": _disposition(file.name)})
        response.content_type = file.media_type if _MEDIA_TYPE.fullmatch(file.media_type) else _UNKNOWN
        response.content_length = file.size
        await response.prepare(request)
        await response.write(first)
        async for part in parts:
            await response.write(part)
        return response

    async def upload(self, request: web.Request) -> web.Response:
        """Takes a file for the agent's next reply: the body is the file, ``name`` in the query its name."""
        who = request[WHO]
        if (request.content_length or 0) > MOST:
            raise _too_large()
        try:
            kept = await self._files.upload(who, handoff_id(request), request.query.get("name", ""), _body(request))
        except TooLarge:
            raise _too_large() from None
        except FileEmpty:
            raise problem(400, "The file is empty.", "Choose another one.") from None
        request[MADE] = kept.file_id
        return respond(_wire(kept))

    async def uploaded(self, request: web.Request, made: str) -> web.Response:
        """Was uploaded before."""
        try:
            (kept,) = await self._files.uploaded(request[WHO], handoff_id(request), [made])
        except FileGone:
            raise problem(409, "That file was sent, or is not kept any more.", "Upload it under a new key.") from None
        return respond(_wire(kept))

    async def edit(self, request: web.Request) -> web.Response:
        """Changes what one's own message says."""
        body = await read(request, wire.Edit)
        check_text(body.text)
        number = _number(request)
        return await self._api.done(request, lambda who, which: self._amending.revise(who, which, number, body.text))

    async def delete(self, request: web.Request) -> web.Response:
        """Takes one's own message back."""
        number = _number(request)
        return await self._api.done(request, lambda who, which: self._amending.revise(who, which, number, None))

    async def again(self, request: web.Request) -> web.Response:
        """Says a message that did not arrive once more."""
        number = _number(request)
        return await self._api.done(request, lambda who, which: self._amending.send_again(who, which, number))


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    async for part in request.content.iter_chunked(_PART):
        yield part


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _disposition(name: str) -> str:
    """https://www.rfc-editor.org/rfc/rfc6266: always to be saved, under its own name."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _wire(file: Attachment) -> wire.File:
    return wire.File(file.file_id, file.name, file.media_type, file.size)


def _no_file() -> web.HTTPException:
    return problem(404, "There is no such file in this handoff.", "It may have been deleted. Reload the handoff.")


def _too_large() -> web.HTTPException:
    return problem(413, f"The file is larger than {MOST // 2**20} MB.", "Send a smaller one, or a link to it.")
