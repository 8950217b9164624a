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

from conversations.bus import Bus
from conversations.listeners import Listener
from conversations.store.blobs import Blobs
from conversations.store.database import Database
from escalation.adapters.slack.acts import Acts
from escalation.adapters.slack.commands import CANNED_COMMAND, CANNED_SHORTCUT, COMMAND
from escalation.adapters.slack.erasing import SLACK_ERASE, EraseCards, EraseListener
from escalation.adapters.slack.homes import SLACK_HOME
from escalation.adapters.slack.marks import Wants
from escalation.adapters.slack.mentions import Mentions
from escalation.adapters.slack.outgoing import SLACK_SEND, Outgoing
from escalation.adapters.slack.places import Places
from escalation.adapters.slack.posting import Cards
from escalation.adapters.slack.presence import Presence
from escalation.adapters.slack.suggestions import Suggestions
from escalation.adapters.slack.uploads import Uploads
from escalation.adapters.slack.watching import SLACK_CARD, CardListener, CardWatchdog
from escalation.adapters.slack.whispers import Whispers
from escalation.config import Teams
from escalation.service.parts import DeskParts
from frontdesk.settings import Settings
from frontdesk.slack_app import AppSettings, SlackApp, turns_of, understood
from vendors.slack.api import CALL_SECONDS, SlackApi
from vendors.slack.payloads import NotThisShape

_ANY = re.compile("")
__all__ = ["SLACK_CARD", "SLACK_ERASE", "SLACK_HOME", "SLACK_SEND", "SlackDesk"]


class SlackDesk:
    """The desk in Slack, with all that a front has to start, serve and stop for it."""

    def __init__(self, settings: Settings, database: Database, blobs: Blobs, bus: Bus, parts: DeskParts) -> None:
        given, config = settings.environment, settings.config
        self._bus = bus
        assert given.slack_bot_token is not None
        self._turns = turns_of(settings.redis_url)
        self.api = SlackApi(given.slack_bot_token, given.slack_api_url, self._turns)
        self.whispers = Whispers(self.api)
        self.outgoing = Outgoing(database, blobs, parts.desk, self.api, self.whispers)
        teams = Teams(config.teams)
        self.acts = Acts(database, parts, self.api, self.outgoing, self.whispers, teams, config.goodwill)
        self.listeners: list[Listener] = [CardListener(database), EraseListener(database)]
        self.erasing = EraseCards(database, self.api)
        lobbies = teams.lobbies
        uploads = Uploads(database, blobs, self.api)
        self.presence = Presence(database, SLACK_CARD)
        wants: list[Wants] = [
            Mentions(parts.people, teams),
            Suggestions(parts.suggesting, Places(database)),
            self.presence,
        ]
        self.cards = Cards(database, parts.view, self.api, uploads, lobbies, config.assistant.name, wants)
        self.watchdog = CardWatchdog(database, tuple(lobbies))
        self.app = SlackApp(
            AppSettings("/slack/events", given.slack_signing_secret, given.slack_app_token, given.slack_api_url),
            database,
        )
        commands(self.app.bolt, self.acts)

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
            try:
                yield
            finally:
                await self._turns.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Slack is listened to while the block runs; at its end what was pressed meanwhile is finished."""
        ends = [self._bus.watch(one) for one in (self.presence.on_signal, self.acts.homes.on_signal)]
        try:
            async with self.app.listening():
                yield
        finally:
            for end in ends:
                end()
            self.acts.homes.stop()
            await self.whispers.finish()


def register(bolt: AsyncApp, acts: Acts) -> None:
    """The listeners. With ``process_before_response`` each answer to Slack waits for the listener's commit."""

    @bolt.event("message")
    async def said(event: Any) -> None:
        await _understood(acts.said(event))

    @bolt.event("app_home_opened")
    async def opened(event: Any) -> None:
        await _understood(acts.homes.opened(event))

    @bolt.message_shortcut(CANNED_SHORTCUT)
    async def shortcut(ack: Any, body: Any) -> None:
        await _understood(acts.commanded.shortcut(body))
        await ack()

    @bolt.command(COMMAND)
    async def commanded(ack: Any, body: Any) -> None:
        """Contacts have an app of their own: every word is for the desk."""
        await ack(blocks=await _understood(acts.commanded(body)) or [], text=" ")

    @bolt.action(_ANY)
    async def pressed(ack: Any, body: Any) -> None:
        await _understood(acts.pressed(body))
        await ack()

    @bolt.view(re.compile(f"^({'|'.join(acts.submitted.forms)})$"))
    async def submitted(ack: Any, body: Any) -> None:
        wrong = await _understood(acts.submitted(body))
        await (ack(response_action="errors", errors=wrong) if wrong else ack())


def commands(bolt: AsyncApp, acts: Acts) -> None:
    """Agents' commands. Contacts have ``/frontdesk`` for themselves, too: its words tell who is meant."""

    async def for_the_desk(body: Any) -> bool:
        return bool(await _understood(acts.commanded.is_for_the_desk(body)))

    @bolt.command(COMMAND, matchers=[for_the_desk])
    async def commanded(ack: Any, body: Any) -> None:
        await ack(blocks=await _understood(acts.commanded(body)) or [], text=" ")

    @bolt.command(CANNED_COMMAND)
    async def canned(ack: Any, body: Any) -> None:
        wrong = await _understood(acts.commanded.canned(body))
        await (ack(blocks=wrong, text=" ") if wrong else ack())


async def _understood[T](act: Awaitable[T]) -> T | None:
    return await understood(act, NotThisShape)
