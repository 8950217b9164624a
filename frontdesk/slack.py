"""The agents' desk in Slack, as a front runs it.

Imported only when there is a token: Slack's SDK costs memory and time.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from conversations.listeners import Listener
from conversations.store.blobs import Blobs
from conversations.store.database import Database
from escalation.adapters.slack.acts import Acts
from escalation.adapters.slack.erasing import SLACK_ERASE, EraseCards, EraseListener
from escalation.adapters.slack.forms import RESOLVE_FORM
from escalation.adapters.slack.outgoing import SLACK_SEND, Outgoing
from escalation.adapters.slack.posting import SLACK_CARD, CardListener, Cards, CardWatchdog
from escalation.adapters.slack.uploads import Uploads
from escalation.adapters.slack.whispers import Whispers
from escalation.config import Teams
from escalation.service.amending import Amending
from escalation.service.desk import Desk
from escalation.service.view import View
from frontdesk.settings import Settings
from frontdesk.slack_app import AppSettings, SlackApp, understood
from vendors.slack.api import CALL_SECONDS, SlackApi
from vendors.slack.payloads import NotThisShape

_ANY = re.compile("")
__all__ = ["SLACK_CARD", "SLACK_ERASE", "SLACK_SEND", "SlackDesk"]


class SlackDesk:
    """The desk in Slack, with all that a front has to start, serve and stop for it."""

    def __init__(self, settings: Settings, database: Database, blobs: Blobs, desk: Desk, view: View) -> None:
        given, config = settings.environment, settings.config
        assert given.slack_bot_token is not None
        self.api = SlackApi(given.slack_bot_token, given.slack_api_url)
        self.whispers = Whispers(self.api)
        self.outgoing = Outgoing(database, blobs, desk, self.api, self.whispers)
        self.acts = Acts(database, desk, Amending(database, blobs), view, self.api, self.outgoing, self.whispers)
        self.listeners: list[Listener] = [CardListener(database), EraseListener(database)]
        self.erasing = EraseCards(database, self.api)
        lobbies = Teams(config.teams).lobbies
        uploads = Uploads(database, blobs, self.api)
        self.cards = Cards(database, view, self.api, uploads, lobbies, config.assistant.name)
        self.watchdog = CardWatchdog(database, tuple(lobbies))
        self.app = SlackApp(
            AppSettings("/slack/events", given.slack_signing_secret, given.slack_app_token, given.slack_api_url),
            database,
        )

    def register(self) -> None:
        """Listens to all that nobody else of the house has registered for."""
        register(self.app.bolt, self.acts)
        self.app.acknowledge_the_rest()

    def add_routes(self, app: web.Application) -> None:
        """``/slack/events``, where Slack sends events and presses: only with a signing secret."""
        self.app.add_routes(app)

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Slack can be called while the block runs."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS)) as session:
            self.api.client.session = session
            yield

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Slack is listened to while the block runs; at its end what was pressed meanwhile is finished."""
        try:
            async with self.app.listening():
                yield
        finally:
            await self.whispers.finish()


def register(bolt: AsyncApp, acts: Acts) -> None:
    """The listeners. With ``process_before_response`` each answer to Slack waits for the listener's commit."""

    @bolt.event("message")
    async def said(event: Any) -> None:
        await _understood(acts.said(event))

    @bolt.action(_ANY)
    async def pressed(ack: Any, body: Any) -> None:
        await _understood(acts.pressed(body))
        await ack()

    @bolt.view(RESOLVE_FORM)
    async def submitted(ack: Any, body: Any) -> None:
        wrong = await _understood(acts.submitted(body))
        await (ack(response_action="errors", errors=wrong) if wrong else ack())


async def _understood[T](act: Awaitable[T]) -> T | None:
    return await understood(act, NotThisShape)
