"""Slack, as a front runs it: one Bolt app for the workspace, fed by signed requests or by Socket Mode.

Imported only when there is a token: Slack's SDK costs memory and time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from conversations.store.database import Database
from escalation.adapters.slack.acts import Acts
from escalation.adapters.slack.forms import RESOLVE_FORM
from escalation.adapters.slack.posting import SLACK_CARD, CardListener, Cards, CardWatchdog
from escalation.service.desk import Desk
from escalation.service.view import View
from frontdesk.settings import Settings
from vendors.slack.api import CALL_SECONDS, SlackApi

log = structlog.get_logger()
_ANY = re.compile("")
_SIGNED_BY = ("X-Slack-Request-Timestamp", "X-Slack-Signature")
_CONNECT_AGAIN = (1.0, 60.0)  # seconds, doubled from the first to the last
__all__ = ["SLACK_CARD", "SlackDesk"]


class SlackDesk:
    """The desk in Slack, with all that a front has to start, serve and stop for it."""

    def __init__(self, settings: Settings, database: Database, desk: Desk, view: View) -> None:
        given, config = settings.environment, settings.config
        assert given.slack_bot_token is not None
        self.api = SlackApi(given.slack_bot_token, given.slack_api_url)
        self.acts = Acts(database, desk, view, self.api)
        self.listener = CardListener(database)
        self.cards = Cards(database, view, self.api, config.slack.lobbies, config.assistant.name)
        self.watchdog = CardWatchdog(database, tuple(config.slack.lobbies))
        self._secret, self._app_token = given.slack_signing_secret, given.slack_app_token
        self._bolt = _bolt(self._secret, given.slack_bot_token, given.slack_api_url)
        self._verifier = SignatureVerifier(self._secret) if self._secret else None
        register(self._bolt, self.acts)

    def add_routes(self, app: web.Application) -> None:
        """``/slack/events``, where Slack sends events and presses: only with a signing secret."""
        if self._verifier is not None:
            app.router.add_post("/slack/events", self._received)

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Slack can be called while the block runs."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS)) as session:
            self.api.client.session = session
            yield

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Slack is listened to while the block runs; at its end what was pressed meanwhile is finished."""
        log.info("Slack desk is on", by="Socket Mode" if self._app_token else "signed requests")
        connecting = asyncio.create_task(self._stay_connected()) if self._app_token else None
        try:
            yield
        finally:
            if connecting is not None:
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
            await self.acts.finish()

    async def _received(self, request: web.Request) -> web.Response:
        """Believes what Slack signed within the last five minutes, and nothing else.

        https://docs.slack.dev/authentication/verifying-requests-from-slack
        """
        body = await request.read()
        if not self._is_signed(request, body):
            log.warning("slack: a request that Slack did not sign, or not lately")
            return web.json_response({"error": "This request does not bear Slack's signature."}, status=401)
        try:
            received = AsyncBoltRequest(body=body.decode(), headers=dict(request.headers), query=request.query_string)
        except (ValueError, AttributeError):  # no JSON and no form, or none with names
            return web.json_response({"error": "The body is neither JSON nor a form."}, status=400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(received))

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        if any(len(request.headers.getall(name, [])) != 1 for name in _SIGNED_BY):
            return False
        timestamp, signature = (request.headers[name] for name in _SIGNED_BY)
        try:
            return self._verifier is not None and self._verifier.is_valid(body, timestamp, signature)
        except ValueError:  # a time that is no number, a body that is no text
            return False

    async def _stay_connected(self) -> None:
        """Slack spreads what happens over the connections of all fronts; each envelope goes to one of them.

        https://docs.slack.dev/apis/events-api/using-socket-mode
        """
        handler = AsyncSocketModeHandler(self._bolt, self._app_token, logger=_quiet(), web_client=self.api.client)
        wait, most = _CONNECT_AGAIN
        try:
            while True:
                try:
                    await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt
                    await asyncio.Event().wait()  # the SDK connects again by itself from here on
                except Exception as failed:
                    log.warning("slack: Socket Mode does not connect", cause=type(failed).__name__, again_in=wait)
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, most)
        finally:
            with contextlib.suppress(Exception):
                await handler.close_async()  # type: ignore[no-untyped-call] # Bolt


def register(bolt: AsyncApp, acts: Acts) -> None:
    """The listeners. With ``process_before_response`` each answer to Slack waits for the listener's commit."""

    @bolt.event("message")
    async def said(event: dict[str, Any]) -> None:
        await acts.said(event)

    @bolt.event(_ANY)
    async def other(event: dict[str, Any]) -> None:
        """Acknowledged, or Slack would send it again."""

    @bolt.action(_ANY)
    async def pressed(ack: Any, body: dict[str, Any]) -> None:
        await acts.pressed(body)
        await ack()

    @bolt.view(RESOLVE_FORM)
    async def submitted(ack: Any, body: dict[str, Any]) -> None:
        wrong = await acts.submitted(body)
        await (ack(response_action="errors", errors=wrong) if wrong else ack())

    @bolt.error
    async def failed(error: Exception) -> None:
        """Slack is told 500, and sends an event again; the log names no more than what kind of failure it was."""
        log.error("slack: what happened there could not be taken", cause=type(error).__name__)


def _bolt(secret: str | None, token: str, base_url: str) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """One workspace, one token. Bolt's own way asks Slack, and acknowledges unheard when Slack is silent."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return AsyncApp(
        name="frontdesk",
        logger=_quiet(),
        client=AsyncWebClient(base_url=base_url),
        signing_secret=secret or "",
        request_verification_enabled=bool(secret),
        authorize=authorize,
        process_before_response=True,
    )


def _quiet() -> logging.Logger:
    """Bolt's warnings quote what people wrote."""
    logger = logging.getLogger("frontdesk.slack.bolt")
    logger.setLevel(logging.CRITICAL)
    return logger
