"""The Socket.IO server of Rasa's protocol, at a path of its own."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import socketio
import structlog
from aiohttp import web

from bot.channels.socketio.parse import NotTaken, field, parse
from bot.channels.socketio.session import Gone, Session
from bot.channels.web.arriving import TooManyNew, arrive
from bot.channels.web.channel import WebChannel
from bot.channels.web.parse import CHANNEL
from bot.gateway.receive import UNKNOWN
from conversations import typed_json

log = structlog.get_logger()
# Bytes of a packet or of a request's body.
_PACKET_LIMIT = 1_000_000
_BODY_SECONDS = 20.0
# Seconds after which a silent client is asked whether it lives, and then given up: so long what is said may be lost.
_PING_INTERVAL, _PING_TIMEOUT = 10, 10
_TOO_FAST = "That was a lot at once. Your last messages were not taken; please send them again in a few seconds."
_AWAY = "Your message could not be stored just now. Please send it again in a moment."


@dataclass(frozen=True, slots=True)
class Names:
    """How events and places are called, by the names of Rasa's ``credentials.yml``."""

    socketio_path: str
    user_message_evt: str
    bot_message_evt: str
    namespace: str
    metadata_key: str


class _Json:
    """JSON from outside without a way to break the reader: too deep is no JSON."""

    @staticmethod
    def loads(text: str, *_: Any, **__: Any) -> Any:
        return typed_json.decode(text, Any)

    dumps = staticmethod(json.dumps)


class SocketIoChannel:
    """Rasa's events for the visitors of the web channel."""

    def __init__(self, channel: WebChannel, names: Names) -> None:
        self._channel, self._names = channel, names
        self._sessions: dict[str, Session] = {}
        self._addresses: dict[str, str] = {}
        # What clients send that is no packet is not worth a line each.
        quiet = logging.getLogger("frontdesk.socketio")
        quiet.setLevel(logging.CRITICAL)
        self.server = socketio.AsyncServer(
            async_mode="aiohttp",
            cors_allowed_origins=self._allows,
            cors_credentials=False,
            async_handlers=False,  # in order: one event of a client after the other
            max_http_buffer_size=_PACKET_LIMIT,
            http_compression=False,
            ping_interval=_PING_INTERVAL,
            ping_timeout=_PING_TIMEOUT,
            json=_Json,
            logger=quiet,
            engineio_logger=quiet,
        )
        on: dict[str, Callable[..., Awaitable[Any]]] = {
            "connect": self._connect,
            "disconnect": self._disconnect,
            "session_request": self._session_request,
            names.user_message_evt: self._user_uttered,
            "*": self._unknown,
        }
        for event, handler in on.items():
            self.server.on(event, handler, namespace=names.namespace)

    def _allows(self, origin: str | None, environ: dict[str, Any]) -> bool:
        return self._channel.allows(origin, environ.get("HTTP_HOST"))

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        self._addresses[sid] = environ["aiohttp.request"].remote or ""

    async def _disconnect(self, sid: str, reason: object = None) -> None:
        self._addresses.pop(sid, None)
        if (session := self._sessions.pop(sid, None)) is not None:
            await session.end()

    async def _session_request(self, sid: str, data: object = None, *_: object) -> None:
        """Confirms with the visitor's signed token: what the client names is theirs only if we once signed it."""
        try:
            await self._begin(sid, data)
        except Exception:
            log.exception("session not begun")
            await self._tell(sid, _AWAY)

    async def _begin(self, sid: str, data: object) -> Session | None:
        """Confirms a session and has it shown; None when there is none for this client."""
        before = self._sessions.get(sid)
        try:
            session = await self._session_of(sid, data, before)
        except TooManyNew as many:
            await self._tell(sid, many.text)
            return None
        await self._emit(sid, "session_confirm", session.token)
        if session.arrival.refused is not None:
            await self._tell(sid, session.arrival.refused)
        if session is before:
            return before
        try:
            await session.begin()
        except BaseException:
            await session.end()
            raise
        if before is not None:
            await before.end()
        self._sessions[sid] = session
        if not self.server.manager.is_connected(sid, self._names.namespace):  # it went away meanwhile
            await self._disconnect(sid)
            return None
        return session

    async def _session_of(self, sid: str, data: object, before: Session | None) -> Session:
        """The session that a client asks for; the one that its socket has, when it is the same visitor's."""
        token, signed = field(data, "session_id"), field(data, "contact")
        if before is not None and token is None and signed is None:
            return before
        address = self._addresses.get(sid, "")
        arrival = await arrive(self._channel, token, signed if isinstance(signed, str) else None, address)
        if before is not None and before.arrival.place == arrival.place:
            return before
        return Session(self._channel, arrival, lambda said: self._hand_over(sid, said))

    async def _user_uttered(self, sid: str, data: object = None, *_: object) -> dict[str, Any]:
        """Acknowledged, where the client asks for it, means committed."""
        try:
            session = self._sessions.get(sid) or await self._begin(sid, data)
            if session is None:
                return {"error": TooManyNew.text}
            return {"number": await self._take(session, data)}
        except NotTaken as refused:
            text = str(refused)
        except Exception:
            log.exception("message not stored")
            text = _AWAY
        await self._tell(sid, text)
        return {"error": text}

    async def _unknown(self, event: str, sid: str, *_: object) -> None:
        UNKNOWN.labels(CHANNEL, "event").inc()

    async def _take(self, session: Session, data: object) -> int:
        inbound = parse(data, session.arrival.place, self._names.metadata_key)
        if not self._channel.pace.take(session.arrival.place):
            if not self._channel.floods.begins(session.arrival.place):
                return 0
            raise NotTaken(_TOO_FAST)
        return (await self._channel.receive(inbound)).number

    async def _tell(self, sid: str, text: str) -> None:
        """Words that are no message of the conversation: a client of Rasa's shows only utterances."""
        await self._utter(sid, {"text": text})

    async def _utter(self, sid: str, utterance: dict[str, Any]) -> None:
        await self._emit(sid, self._names.bot_message_evt, utterance)

    async def _emit(self, sid: str, event: str, data: Any) -> None:
        await self.server.emit(event, data, to=sid, namespace=self._names.namespace)

    async def _hand_over(self, sid: str, said: Sequence[dict[str, Any]]) -> None:
        """Emits utterances; returns once the client's transport has taken them.

        Raises:
            Gone: there is no such client any more.
        """
        manager, namespace = self.server.manager, self._names.namespace
        open_sockets = self.server.eio.sockets
        transport = open_sockets.get(manager.eio_sid_from_sid(sid, namespace))
        if transport is None or not manager.is_connected(sid, namespace):
            raise Gone
        for one in said:
            await self._utter(sid, one)
        await transport.queue.join()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A poll, a post of packets, or a web socket."""
        if request.method != "POST":
            response: web.StreamResponse = await self.server.handle_request(request)
            return response
        # The whole body is read before it is looked at.
        if request.content_length is None or request.content_length > _PACKET_LIMIT:
            raise web.HTTPRequestEntityTooLarge(_PACKET_LIMIT, request.content_length or 0)
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                response = await self.server.handle_request(request)
        except TimeoutError as slow:
            raise web.HTTPRequestTimeout from slow
        return response

    async def close(self, _: web.Application) -> None:
        """Lets every client go: it reconnects and names its session."""
        for session in tuple(self._sessions.values()):
            await session.end()
        await self.server.shutdown()


def add_routes(app: web.Application, channel: WebChannel, names: Names) -> None:
    """Adds Rasa's Socket.IO protocol to the front."""
    made = SocketIoChannel(channel, names)
    path = names.socketio_path.rstrip("/")
    for method in ("GET", "POST", "OPTIONS"):
        app.router.add_route(method, f"{path}/", made.handle)
    app.on_shutdown.append(made.close)
