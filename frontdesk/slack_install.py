"""``/slack/install`` and ``/slack/oauth_redirect``: a workspace installs the contacts' app by itself.

Slack's SDK does the steps of OAuth (https://docs.slack.dev/authentication/installing-with-oauth). The state that it
takes along must come back in the same browser, within ten minutes, once.
"""

from __future__ import annotations

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.installs import STATE_SECONDS, Installs, States
from bot.channels.slack.scopes import SCOPES
from bot.gateway.limits import Buckets
from conversations.store.database import Database
from frontdesk.settings import Settings
from frontdesk.slack_app import quiet

log = structlog.get_logger()
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
_NOT_A_WORKSPACE = "This app is installed in one workspace at a time. Open this page again and choose a workspace."


def add_install_routes(app: web.Application, settings: Settings, database: Database, installs: Installs) -> None:
    """Adds both routes; people are sent back to the public address."""
    given = settings.environment
    public = (given.public_url or "").rstrip("/")
    flow = AsyncOAuthFlow(
        client=AsyncWebClient(base_url=given.slack_api_url),
        logger=quiet(),
        settings=AsyncOAuthSettings(
            client_id=given.slack_client_id,
            client_secret=given.slack_client_secret,
            scopes=sorted(SCOPES),
            redirect_uri=public + REDIRECT,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            install_page_rendering_enabled=False,
            installation_store=installs,
            installation_store_bot_only=True,
            state_store=States(database),
            state_expiration_seconds=STATE_SECONDS,
        ),
    )
    callers = Buckets(rate=0.5, burst=10)

    async def install(request: web.Request) -> web.Response:
        if not callers.take(request.remote or ""):
            raise web.HTTPTooManyRequests(text="Too many installs were begun from here. Try again in a minute.")
        return await to_aiohttp_response(await flow.handle_installation(await to_bolt_request(request)))

    async def came_back(request: web.Request) -> web.Response:
        try:
            answer = await flow.handle_callback(await to_bolt_request(request))
        except ValueError:
            raise web.HTTPBadRequest(text=_NOT_A_WORKSPACE) from None
        log.info("slack: an install came back", status=answer.status)
        return await to_aiohttp_response(answer)

    app.router.add_get(INSTALL, install)
    app.router.add_get(REDIRECT, came_back)
