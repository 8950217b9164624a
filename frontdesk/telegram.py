"""Telegram, as a front runs it: one bot, fed by its webhook or by long polling.

Imported only when there is a token: Telegram's SDK costs memory and time.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.files import FileRules
from bot.channels.telegram.files import Fetch
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.placing import Placing
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.push import TELEGRAM_LINK, TelegramPush
from bot.channels.telegram.routes import PATH, Webhook, add_routes
from bot.channels.telegram.shapes import HEARD
from bot.channels.telegram.typing import Typing
from bot.gateway.receive import Receive
from conversations.bus import Bus
from conversations.jobs import Jobs
from conversations.model import Command
from conversations.notices import Notices
from conversations.store.blobs import Blobs
from conversations.store.database import Database
from frontdesk.one_of_them import held
from frontdesk.settings import Settings
from vendors.telegram.api import TelegramApi
from vendors.telegram.errors import TelegramError

log = structlog.get_logger()
POLLING = Gauge("frontdesk_telegram_polling", "1 while this front asks Telegram for updates")
# https://core.telegram.org/bots/api#setwebhook
PORTS = frozenset({443, 80, 88, 8443})
_PLACE = "telegram"
_SOON = 1.0
_MENU = (Command.HELP, Command.HUMAN, Command.PRIVACY, Command.LINK)


class Telegram:
    """The channel, with all that a front has to start, serve and stop for it."""

    def __init__(
        self, settings: Settings, database: Database, blobs: Blobs, receive: Receive, bus: Bus, notices: Notices
    ) -> None:
        self.api, self._database, self._notices = api_of(settings), database, notices
        placing = Placing(database, settings.config.groups.general_intents, settings.config.bounds.silence)
        files = settings.config.web.attachments
        fetch = Fetch(self.api, blobs, FileRules.of(files.max_mb, files.types))
        self._intake = Intake(self.api, database, receive, fetch, placing, notices)
        self.push = TelegramPush(self.api, database, blobs, notices, placing)
        self._typing = Typing(self.api, bus, database)
        self._secret = webhook_secret(settings) if webhook_url(settings) is not None else None

    def handle_work(self, jobs: Jobs) -> None:
        """Registers what is done after a message has gone."""
        jobs.handle(TELEGRAM_LINK, self.push.link)

    def add_routes(self, app: web.Application) -> None:
        """``/webhooks/telegram``, where there is a public address."""
        if self._secret is not None:
            add_routes(app, Webhook(self._intake, self._secret))

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Telegram can be called while the block runs."""
        async with self.api.open():
            yield

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Updates are taken in while the block runs; at its end what was left for afterwards is done."""
        log.info("Telegram is on", by="webhook" if self._secret is not None else "long polling")
        standing = asyncio.create_task(self._stand_by())
        try:
            yield
        finally:
            standing.cancel()
            await asyncio.gather(standing, return_exceptions=True)
            await self._intake.finish()

    async def _stand_by(self) -> None:
        """One front polls, and shows that an answer is being written; the others wait for its place."""
        while True:
            try:
                async with held(self._database, _PLACE) as still, self._typing.running():
                    if self._secret is not None:
                        while await still():
                            await asyncio.sleep(_SOON)
                    else:
                        await self._poll(Polling(self.api, self._intake, still))
            except (SQLAlchemyError, OSError) as away:
                log.warning("telegram: the database is away", cause=type(away).__name__)
            await asyncio.sleep(_SOON)

    async def _poll(self, polling: Polling) -> None:
        POLLING.set(1)
        try:
            await self._show_menu()
            await polling.run()
        finally:
            POLLING.set(0)

    async def _show_menu(self) -> None:
        try:
            await self.api.set_commands(menu(self._notices))
        except TelegramError as failed:
            log.warning("telegram: the commands are not listed", cause=str(failed))


def menu(notices: Notices) -> Sequence[tuple[str, str]]:
    """The commands that Telegram lists beside the text field, each with what it does."""
    return [(command.value, notices(f"menu_{command}")) for command in _MENU]


def api_of(settings: Settings) -> TelegramApi:
    """The Bot API with the token of the settings."""
    token = settings.environment.telegram_token
    assert token is not None, "built only when there is one"
    return TelegramApi(token, settings.environment.telegram_api_url)


def webhook_url(settings: Settings) -> str | None:
    """Where Telegram is to send updates; None without a public address: then they are asked for."""
    public = settings.environment.public_url
    return None if public is None else f"{public.rstrip('/')}{PATH}"


def webhook_secret(settings: Settings) -> str:
    """What proves that a request is Telegram's: as given, or made from the secret key, the same on all fronts."""
    given = settings.environment.telegram_secret
    return given or hmac.digest(settings.secret_key.encode(), b"telegram webhook", "sha256").hex()


def cannot_be_reached(settings: Settings, url: str) -> str | None:
    """Why Telegram itself would refuse this address; a Bot API server of one's own takes any."""
    if settings.environment.telegram_api_url.rstrip("/") != "https://api.telegram.org":
        return None
    address = urlsplit(url)
    if address.scheme != "https":
        return "Telegram sends updates to https addresses only"
    if (address.port or 443) not in PORTS:
        return f"Telegram sends updates to the ports {', '.join(map(str, sorted(PORTS)))} only"
    return None


async def set_webhook(settings: Settings, url: str, notices: Notices) -> None:
    """Has Telegram send updates to us, and list our commands.

    Raises:
        TelegramError: it refused, or does not answer.
    """
    api = api_of(settings)
    async with api.open():
        await api.set_webhook(url, webhook_secret(settings), HEARD)
        await api.set_commands(menu(notices))


async def delete_webhook(settings: Settings) -> None:
    """Ends the webhook: updates wait until they are asked for.

    Raises:
        TelegramError: it refused, or does not answer.
    """
    api = api_of(settings)
    async with api.open():
        await api.delete_webhook()
