"""Slack as a channel for contacts, as a front runs it: on the agents' app, or on one of its own.

Imported only when there is a token: Slack's SDK costs memory and time.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.channels.files import FileRules
from bot.channels.slack import later
from bot.channels.slack.beside import Beside
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.contacts import Contacts
from bot.channels.slack.fetching import Fetching
from bot.channels.slack.forms import FILLED, OPEN
from bot.channels.slack.installs import Installs, Seal
from bot.channels.slack.placing import Placing
from bot.channels.slack.presses import Presses
from bot.channels.slack.render import PRESS
from bot.channels.slack.status import Status
from bot.channels.slack.typing import Typing
from bot.channels.slack.workspaces import Workspaces
from bot.gateway.receive import Receive
from conversations.bus import Bus
from conversations.jobs import Jobs
from conversations.notices import Notices
from conversations.store.blobs import Blobs
from conversations.store.database import Database
from escalation.config import Teams
from frontdesk.settings import Settings
from frontdesk.slack_app import AppSettings, SlackApp, turns_of, understood
from frontdesk.slack_install import add_install_routes
from vendors.slack.api import CALL_SECONDS, SlackApi
from vendors.slack.payloads import NotThisShape

COMMAND = "/frontdesk"
_PRESS = re.compile(rf"^{re.escape(PRESS)}\d{{1,3}}$")
_SAYING = re.compile(r"^(message|app_mention)$")
_GOING = re.compile(r"^(app_uninstalled|tokens_revoked)$")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the channel is built from."""

    settings: Settings
    database: Database
    blobs: Blobs
    receive: Receive
    bus: Bus
    notices: Notices


def own_app(settings: Settings) -> AppSettings | None:
    """The app of its own for contacts, if there is one; else they come by the agents' app."""
    given = settings.environment
    proof = given.slack_contacts_signing_secret or given.slack_contacts_app_token
    if not proof:
        return None
    return AppSettings(
        "/slack/contacts/events",
        given.slack_contacts_signing_secret,
        given.slack_contacts_app_token,
        given.slack_api_url,
    )


class SlackContacts:
    """The channel, with all that a front has to start, serve and stop for it.

    Args:
        shared: the agents' app with its API, when contacts come by that; None: there is an app of its own.
    """

    def __init__(self, parts: Parts, shared: tuple[SlackApp, SlackApi] | None) -> None:
        given, config = parts.settings.environment, parts.settings.config
        self._settings, self._database, self._own_app = parts.settings, parts.database, None
        self._turns = turns_of(parts.settings.redis_url)
        if shared is None:
            settings = own_app(parts.settings)
            assert settings is not None, "asked only when there is one"
            self._own_app = app = SlackApp(settings, parts.database)
            token = given.slack_contacts_bot_token
            self._own_api = SlackApi(token, given.slack_api_url, self._turns) if token else None
            api = self._own_api
        else:
            (app, api), self._own_api = shared, None
        self.installs = Installs(parts.database, Seal(parts.settings.secret_key))
        self.workspaces = Workspaces(api, self.installs, given.slack_api_url, self._turns)
        placing = Placing(parts.database, config.groups.general_intents, config.bounds.silence)
        status = Status(self.workspaces, parts.notices("typing"))
        self._typing = Typing(status, parts.bus, parts.notices("agent_types"))
        files = config.web.attachments
        rules = FileRules.of(files.max_mb, files.types)
        fetching = Fetching(self.workspaces, parts.blobs, rules, parts.notices("file_failed"))
        self.channel = SlackChannel(
            parts.database, self.workspaces, placing, status, parts.blobs, parts.notices, config.forms
        )
        lobbies, beside = Teams(config.teams).lobbies.values(), Beside()
        self.contacts = Contacts(
            parts.database,
            parts.receive,
            self.workspaces,
            placing,
            fetching,
            status,
            lobbies,
            beside,
            config.assistant,
            parts.notices,
        )
        self.presses = Presses(
            parts.database,
            parts.receive,
            self.workspaces,
            placing,
            status,
            beside,
            config.forms,
            parts.notices,
        )
        self._later = later.Later(parts.database, self.workspaces, self.contacts, fetching, placing, parts.receive)
        register(app.bolt, self.contacts, self.presses)
        if self._own_app is not None:
            self._own_app.acknowledge_the_rest()

    def handle_work(self, jobs: Jobs) -> None:
        """Registers what is done after an acknowledgement."""
        jobs.handle(later.SLACK_FILES, self._later.files)
        jobs.handle(later.SLACK_COMMAND, self._later.command)
        jobs.handle(later.SLACK_PERSON, self._later.person)

    def add_routes(self, app: web.Application) -> None:
        """Its own events, when it has an app of its own; and installs by other workspaces."""
        if self._own_app is not None:
            self._own_app.add_routes(app)
        if self._settings.environment.slack_client_id:
            add_install_routes(app, self._settings, self._database, self.installs)

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Slack can be called while the block runs."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS)) as session:
            self.workspaces.session = session
            if self._own_api is not None:
                self._own_api.client.session = session
            try:
                yield
            finally:
                await self._turns.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Slack is listened to while the block runs; at its end what goes on beside is finished."""
        async with AsyncExitStack() as stack:
            if self._own_app is not None:
                await stack.enter_async_context(self._own_app.listening())
            stack.push_async_callback(self.contacts.finish)
            await stack.enter_async_context(self._typing.running())
            yield


def register(bolt: AsyncApp, contacts: Contacts, presses: Presses) -> None:
    """The listeners. With ``process_before_response`` each answer to Slack waits for the listener's commit."""

    async def not_in_a_lobby(event: Any) -> bool:
        return not contacts.is_lobby(event.get("channel"))

    @bolt.event(_SAYING, matchers=[not_in_a_lobby])
    async def said(body: Any) -> None:
        await _understood(contacts.said(body))

    @bolt.event("assistant_thread_started")
    async def container_started(body: Any) -> None:
        await _understood(contacts.container_started(body))

    @bolt.event(_GOING)
    async def gone(body: Any) -> None:
        await _understood(contacts.gone(body))

    @bolt.action(_PRESS)
    async def pressed(ack: Callable[..., Awaitable[Any]], body: Any) -> None:
        await _understood(presses.pressed(body))
        await ack()

    @bolt.action(OPEN)
    async def asked_for_form(ack: Callable[..., Awaitable[Any]], body: Any) -> None:
        await _understood(presses.asked_for_form(body))
        await ack()

    @bolt.view(FILLED)
    async def filled_in(ack: Callable[..., Awaitable[Any]], body: Any) -> None:
        await _understood(presses.filled_in(body))
        await ack()

    @bolt.command(COMMAND)
    async def commanded(ack: Callable[..., Awaitable[Any]], body: Any) -> None:
        told = await _understood(presses.commanded(body))
        await (ack(told) if told else ack())


async def _understood[T](act: Awaitable[T]) -> T | None:
    return await understood(act, NotThisShape)
