"""The routes of Rasa's REST protocol: ``POST /webhooks/rest/webhook`` and ``GET /webhooks/rest/``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from bot.channels.rest import access, render
from bot.channels.rest.answers import Answers
from bot.channels.rest.parse import BODY_LIMIT, Call, RestRefused, parse, too_large
from bot.gateway.limits import Buckets
from bot.gateway.receive import Receive
from conversations.model import Message

log = structlog.get_logger()
# Seconds within which a body must have come.
_BODY_SECONDS = 20.0
_AWAY = "This could not be answered just now. Send it again in a moment, with the same metadata.message_id."


@dataclass(frozen=True, slots=True)
class RestChannel:
    """What every call needs; ``callers`` limits each address, ``pace`` each sender."""

    receive: Receive
    answers: Answers
    token: str | None
    callers: Buckets
    pace: Buckets

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """``POST /webhooks/rest/webhook``."""
        try:
            return await self._answer(request)
        except RestRefused as refused:
            return _error(refused)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        access.check(request.headers, self.token)
        if not self.callers.take(request.remote or ""):
            raise RestRefused(429, "Too many calls from this address. Try again in a second.")
        call = parse(await _body(request))
        if not self.pace.take(call.inbound.identity):
            raise RestRefused(429, "Too many messages of this sender at once. Try again in a second.")
        place = call.inbound.conversation_id
        try:
            receipt = await self.receive(call.inbound)
            if request.query.get("stream", "").lower() == "true":
                return await self._stream(request, call, receipt.number)
            said = await self.answers.whole(place, receipt.number)
        except ConnectionError:
            raise  # the client is gone
        except Exception as away:
            log.exception("call not answered", conversation_id=place)
            raise RestRefused(503, _AWAY) from away
        return web.json_response(render.responses(said, call.sender))

    async def _stream(self, request: web.Request, call: Call, number: int) -> web.StreamResponse:
        """Rasa's ``?stream=true``: an object a line, each as soon as it is said."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        async with aclosing(self.answers.stream(call.inbound.conversation_id, number)) as parts:
            async for part in parts:
                if part:
                    await response.write(_lines(part, call.sender))
        return response


def add_routes(app: web.Application, channel: RestChannel) -> None:
    """Adds Rasa's REST protocol to the front."""

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def close(app: web.Application) -> None:
        channel.answers.close()

    app.router.add_post("/webhooks/rest/webhook", channel.handle)
    app.router.add_get("/webhooks/rest/", health)
    app.router.add_get("/webhooks/rest", health)
    app.on_shutdown.append(close)


async def _body(request: web.Request) -> bytes:
    """The body, read no further than its limit."""
    if (request.content_length or 0) >= BODY_LIMIT:
        raise too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) >= BODY_LIMIT:
                    raise too_large()
    except TimeoutError as slow:
        raise RestRefused(408, f"The body did not come within {_BODY_SECONDS:g} s. Send it again.") from slow
    return bytes(body)


def _lines(part: Sequence[Message], sender: str) -> bytes:
    return "".join(f"{json.dumps(one)}\n" for one in render.responses(part, sender)).encode()


def _error(refused: RestRefused) -> web.Response:
    body: dict[str, Any] = {"error": refused.text}
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "1"}, 503: {"Retry-After": "5"}}
    return web.json_response(body, status=refused.status, headers=headers.get(refused.status))
