"""One app of Slack's, as a front runs it: a Bolt app, fed by signed requests or by Socket Mode.

Each part of the house registers what it listens to; one endpoint and one check against replays serve all of them.
Imported only when there is a token: Slack's SDK costs memory and time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import Counter, Gauge
from redis.asyncio import Redis
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.gateway.limits import Buckets
from bot.gateway.receive import UNKNOWN
from conversations.store.database import Database
from escalation.adapters.slack.replays import forget, is_first
from vendors.slack.pace import Pace, SharedPace, Turns

log = structlog.get_logger()
_ANY = re.compile("")
_SIGNED_BY = ("X-Slack-Request-Timestamp", "X-Slack-Signature")
_UNREADABLE = (ValueError, AttributeError, TypeError, LookupError, RecursionError)
_FRESH, _SIGNATURE_LENGTH, _BODY_SECONDS = 300, 80, 10.0
# Socket Mode is looked at so often, and its silence told so often (seconds).
_LOOK, _SILENCE = 1.0, 30.0
CONNECTED = Gauge("frontdesk_slack_connected", "1 while this front holds a Socket Mode connection")
UNSIGNED = Counter("frontdesk_slack_unsigned", "Requests of Slack's that it did not sign, or not lately")
STRANGE = Counter("frontdesk_slack_strange", "Payloads of Slack's of another shape than documented")


@dataclass(frozen=True, slots=True)
class AppSettings:
    """``path`` is where signed requests come; ``app_token`` opens Socket Mode instead."""

    path: str
    signing_secret: str | None
    app_token: str | None
    api_url: str


class SlackApp:
    """What Slack sends, checked and handed to whoever listens to it."""

    def __init__(self, settings: AppSettings, database: Database) -> None:
        self._settings, self._database = settings, database
        secret = settings.signing_secret
        self.bolt = _bolt(secret, settings.api_url)
        self._client = AsyncWebClient(base_url=settings.api_url)
        self._verifier = SignatureVerifier(secret) if secret else None
        self._strangers = Buckets(rate=1 / 60, burst=5)  # lines in the log

    def acknowledge_the_rest(self) -> None:
        """What nobody listens to is acknowledged and counted; to be called when all have registered."""

        @self.bolt.event(_ANY)
        async def other(event: Any) -> None:
            UNKNOWN.labels("slack", f"event {event.get('type')}"[:40]).inc()

        @self.bolt.action(_ANY)
        async def pressed(ack: Any) -> None:
            UNKNOWN.labels("slack", "action").inc()
            await ack()

        @self.bolt.error
        async def failed(error: Exception) -> None:
            """Slack is told 500, and sends an event again; the log names no more than what kind of failure it was."""
            log.error("slack: what happened there could not be taken", cause=type(error).__name__)

    def add_routes(self, app: web.Application) -> None:
        """Where Slack sends events, presses and commands: only with a signing secret."""
        if self._verifier is not None:
            app.router.add_post(self._settings.path, self._received)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Slack is listened to while the block runs."""
        by_socket = self._settings.app_token is not None
        log.info("Slack is on", path=self._settings.path, by="Socket Mode" if by_socket else "signed requests")
        connecting = asyncio.create_task(self._stay_connected()) if by_socket else None
        try:
            yield
        finally:
            if connecting is not None:
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)

    async def _received(self, request: web.Request) -> web.Response:
        """Believes what Slack signed within the last five minutes, once, and nothing else.

        https://docs.slack.dev/authentication/verifying-requests-from-slack
        """
        signature = self._dated_signature(request)
        body = await _body(request) if signature else b""
        if signature is None or not self._is_signed(request, body):
            return self._stranger(request)
        if not await is_first(self._database, signature):
            return _refusal(401, "This request came before.")
        try:
            received = AsyncBoltRequest(body=body.decode(), headers=dict(request.headers), query=request.query_string)
            answer = await self.bolt.async_dispatch(received)
        except _UNREADABLE:  # by Bolt itself: what a listener raises is its answer's
            return _refusal(400, "The body is nothing that Slack sends.")
        if answer.status >= 500:
            await forget(self._database, signature)
        return await to_aiohttp_response(answer)

    def _dated_signature(self, request: web.Request) -> str | None:
        """The signature, if there is one and its time is near ours: looked at before anything is read."""
        if any(len(request.headers.getall(name, [])) != 1 for name in _SIGNED_BY):
            return None
        timestamp, signature = (request.headers[name] for name in _SIGNED_BY)
        fresh = timestamp.isascii() and timestamp.isdigit() and abs(time.time() - int(timestamp[:12])) <= _FRESH
        return signature if fresh and len(signature) <= _SIGNATURE_LENGTH else None

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        timestamp, signature = (request.headers[name] for name in _SIGNED_BY)
        try:
            return self._verifier is not None and self._verifier.is_valid(body, timestamp, signature)
        except ValueError:  # a body that is no text
            return False

    def _stranger(self, request: web.Request) -> web.Response:
        UNSIGNED.inc()
        if self._strangers.take("any"):
            log.warning("slack: a request that Slack did not sign, or not lately", address=request.remote)
        return _refusal(401, "This request does not bear Slack's signature of the last five minutes.")

    async def _stay_connected(self) -> None:
        """Slack spreads what happens over the connections of all fronts; each envelope goes to one of them.

        The SDK connects again by itself, for ever and without a word: here it is looked at, and said.
        https://docs.slack.dev/apis/events-api/using-socket-mode
        """
        handler = AsyncSocketModeHandler(self.bolt, self._settings.app_token, logger=quiet(), web_client=self._client)
        connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call] # Bolt
        connected, since = False, time.monotonic()
        try:
            while True:
                now_connected = await handler.client.is_connected()
                CONNECTED.set(int(now_connected))
                if now_connected and not connected:
                    log.info("slack: Socket Mode is connected")
                elif not now_connected and (connected or time.monotonic() - since > _SILENCE):
                    log.warning("slack: Socket Mode does not connect; frontdesk doctor tells why")
                    since = time.monotonic()
                connected = now_connected
                await asyncio.sleep(_LOOK)
        finally:
            connecting.cancel()
            with contextlib.suppress(Exception):
                await handler.close_async()  # type: ignore[no-untyped-call] # Bolt
            CONNECTED.set(0)


def turns_of(redis_url: str | None) -> Turns:
    """The pace of posts: one budget for all fronts when they have a Redis, else this process's own."""
    return SharedPace(Redis.from_url(redis_url)) if redis_url else Pace()


async def understood[T](act: Awaitable[T], not_this_shape: type[ValueError]) -> T | None:
    """The act's result. What has another shape than Slack's documentation says is acknowledged and counted."""
    try:
        return await act
    except not_this_shape as strange:
        STRANGE.inc()
        log.warning("slack: a payload of another shape", cause=str(strange))
        return None


async def _body(request: web.Request) -> bytes:
    """The body; empty when it does not come in time or is too long, and then it is not signed either."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await request.read()
    except (TimeoutError, web.HTTPRequestEntityTooLarge):
        return b""


def _refusal(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)


def _bolt(secret: str | None, base_url: str) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Bolt itself calls nothing. Its own way asks Slack, and acknowledges unheard when Slack is silent."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-not-used")  # noqa: S106

    return AsyncApp(
        name="frontdesk",
        logger=quiet(),
        client=AsyncWebClient(base_url=base_url),
        signing_secret=secret or "",
        request_verification_enabled=bool(secret),
        authorize=authorize,
        process_before_response=True,
    )


def quiet() -> logging.Logger:
    """Bolt's warnings quote what people wrote."""
    logger = logging.getLogger("frontdesk.slack.bolt")
    logger.setLevel(logging.CRITICAL)
    return logger
