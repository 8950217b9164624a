"""The composition root of the front: everything is built here and handed its parts; nothing is built at import time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from bot.channels.rest.answers import Answers
from bot.channels.rest.routes import RestChannel
from bot.channels.rest.routes import add_routes as add_rest_channel
from bot.channels.web.limits import Buckets
from bot.channels.web.routes import add_routes as add_web_channel
from bot.channels.web.socket import WebChannel
from bot.engine.client import EngineClient
from bot.gateway.answer import Answer
from bot.gateway.delivery import Delivery
from bot.gateway.handover import Handover
from bot.gateway.press import Press
from bot.gateway.receive import TURN, Receive
from bot.gateway.settle import Settle
from bot.gateway.speakers import Speakers
from bot.gateway.tone import Tone
from bot.gateway.watchdog import Watchdog
from conversations import notices as words
from conversations.bus import LocalBus, RedisBus
from conversations.jobs import Jobs
from conversations.listeners import Listeners
from conversations.store.conversations import DELIVER
from conversations.store.database import Database, Signal, Wake
from conversations.store.events import LISTEN
from conversations.store.handoffs import LEASE
from escalation.http.api import Api
from escalation.http.auth import Auth
from escalation.http.live import Live
from escalation.http.routes import add_routes as add_desk
from escalation.service.desk import Desk
from escalation.service.outlook import TELL_AGAIN, QueueOutlook, TellAgain
from escalation.service.view import Orders, View
from frontdesk import __version__, operation, schema
from frontdesk.only_front import only_front
from frontdesk.settings import Settings
from vendors.shop import SampleShop, Shop, ShopUnavailable

if TYPE_CHECKING:
    from frontdesk.slack import SlackDesk

log = structlog.get_logger()

# A request's body; the web socket has a limit of its own.
BODY_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Front:
    """The parts of a running front, for whoever starts it and for tests."""

    settings: Settings
    database: Database
    bus: LocalBus
    jobs: Jobs
    engine: EngineClient
    receive: Receive
    settle: Settle
    desk: Desk
    view: View
    slack: SlackDesk | None
    rest: RestChannel | None


FRONT = web.AppKey("front", Front)


def create_app(settings: Settings) -> web.Application:
    """The front as an aiohttp application; it connects to the outside when it starts."""
    front, app = build(settings), web.Application(client_max_size=BODY_LIMIT, middlewares=[operation.safe_errors])
    app[FRONT] = front
    config = settings.config
    channel = WebChannel(
        database=front.database,
        receive=front.receive,
        bus=front.bus,
        secret=settings.secret_key,
        origins=frozenset(config.web.origins),
        business=config.business,
        assistant=config.assistant,
        newcomers=Buckets(config.web.new_chats_a_second, config.web.new_chats_at_once),
        pace=Buckets(config.web.messages_a_second, config.web.messages_at_once),
    )
    auth = Auth(front.database, settings.secret_key)
    add_web_channel(app, channel)
    if front.rest is not None:
        add_rest_channel(app, front.rest)
    live = Live(auth, front.bus)
    add_desk(app, Api(auth, front.desk, front.view, config.business), live, __version__)
    operation.add_routes(app, front.database, front.engine)
    if front.slack is not None:
        front.slack.add_routes(app)
    app.cleanup_ctx.append(_running)
    app.on_shutdown.append(lambda _: channel.close())
    app.on_shutdown.append(lambda _: live.close())
    return app


def build(settings: Settings) -> Front:
    """Builds the parts of a front without starting them."""
    config, bounds = settings.config, settings.config.bounds
    notices = words.load(settings.environment.project / "domain.yml")
    bus = RedisBus(settings.redis_url) if settings.redis_url else LocalBus()
    database = Database(settings.database_url)
    jobs = Jobs(database, settings.redis_url or "memory://", sweep=bounds.sweep)

    def committed(wakes: list[Wake], signals: list[Signal]) -> None:
        jobs.wake(wakes)
        bus.publish(signals)

    database.committed = committed
    engine = EngineClient(settings.engine_urls, settings.engine_secret, bounds.turn)
    outlook = QueueOutlook(config.hours, bounds.told_again)
    desk = Desk(database, notices, outlook, bounds.lease)
    assistant = config.assistant.name
    handover = Handover(database, notices, config.handoff, outlook, assistant)
    speakers = Speakers(notices, outlook, config.languages, assistant)
    tone = Tone(config.mood, notices, assistant)
    answer = Answer(database, engine, notices, config.handoff, bounds, handover, speakers, tone, assistant)
    settle = Settle(database, notices, bounds, answer, Press(database, notices), handover)
    receive = Receive(database, bounds.silence, notices, config.client_payloads)
    jobs.handle(TURN, settle)
    jobs.handle(DELIVER, Delivery(database, channels={}))
    view = View(database, _orders(SampleShop()), config.languages)
    slack = _slack(settings, database, jobs, desk, view)
    jobs.handle(LISTEN, Listeners(database, listeners=[slack.listener] if slack else []))
    jobs.handle(LEASE, desk.lease_ended)
    jobs.handle(TELL_AGAIN, TellAgain(database, notices, outlook, bounds.told_again))
    jobs.at_sweep(Watchdog(database, handover, config.handoff.engine_failing.priority))
    jobs.at_sweep(operation.QueueGauge(database))
    return Front(
        settings,
        database,
        bus,
        jobs,
        engine,
        receive,
        settle,
        desk,
        view,
        slack,
        _rest(settings, receive, Answers(database, bus, notices, config.rest.wait)),
    )


def _rest(settings: Settings, receive: Receive, answers: Answers) -> RestChannel | None:
    """Rasa's REST protocol, when it is enabled. One address may be a server that calls for very many senders."""
    if not settings.config.rest.enabled:
        return None
    token = settings.environment.rest_token
    return RestChannel(receive, answers, token, callers=Buckets(rate=50, burst=300), pace=Buckets(rate=2, burst=20))


def _slack(settings: Settings, database: Database, jobs: Jobs, desk: Desk, view: View) -> SlackDesk | None:
    """The desk in Slack, when there is a token for it."""
    if settings.environment.slack_bot_token is None:
        log.info("Slack desk is off: FRONTDESK_SLACK_BOT_TOKEN is not set")
        return None
    from frontdesk.slack import SLACK_CARD, SlackDesk

    slack = SlackDesk(settings, database, desk, view)
    jobs.handle(SLACK_CARD, slack.cards)
    jobs.at_sweep(slack.watchdog)
    return slack


def _orders(shop: Shop) -> Orders:
    """Finds a contact's orders for the brief by their e-mail; says when no order number proved it theirs."""

    async def orders(known: dict[str, Any]) -> list[tuple[str, str]]:
        try:
            found = await shop.orders_of(str(known.get("email") or ""))
        except ShopUnavailable:
            return [("Orders", "the shop does not answer just now")]
        proven = "" if known.get("last_order") else " (e-mail not proven by an order number)"
        return [
            (o.number, f"{o.status.replace('_', ' ')}, {', '.join(i.title for i in o.items)}{proven}")
            for o in found[:5]
        ]

    return orders


async def _running(app: web.Application) -> AsyncIterator[None]:
    """Opens what the front needs, in order, and closes it in reverse: turns in hand are finished first."""
    front = app[FRONT]
    try:
        await schema.check(front.database)
        async with AsyncExitStack() as parts:
            if front.settings.redis_url is None:
                await parts.enter_async_context(only_front(front.database))
            await parts.enter_async_context(front.bus.running())
            await parts.enter_async_context(front.engine)
            if front.slack is not None:
                await parts.enter_async_context(front.slack.calling())
            await parts.enter_async_context(front.jobs.running())
            if front.slack is not None:
                await parts.enter_async_context(front.slack.listening())
            log.info("front is up", version=__version__)
            yield
            log.info("front is going down: finishing what is in hand")
    finally:
        await front.database.close()
