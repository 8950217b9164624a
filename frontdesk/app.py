"""The composition root of the front: everything is built here and handed its parts; nothing is built at import time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from bot.channels.files import FileRules
from bot.channels.rest.answers import Answers
from bot.channels.rest.routes import RestChannel
from bot.channels.rest.routes import add_routes as add_rest_channel
from bot.channels.web.channel import WebChannel
from bot.channels.web.presence import AWAY, Presence
from bot.channels.web.routes import add_routes as add_web_channel
from bot.content.http.routes import Studio
from bot.content.http.routes import add_routes as add_studio
from bot.content.http.unanswered import UnansweredApi
from bot.content.model_store import Follow, ModelStore
from bot.content.unanswered.capture import GROUP, UNANSWERED
from bot.content.unanswered.parts import UnansweredParts
from bot.engine.client import EngineClient
from bot.gateway.answer import Answer
from bot.gateway.commands import Commands
from bot.gateway.delivery import Delivery, PushChannel, Revision
from bot.gateway.erased import TAKE_BACK, TakeBack
from bot.gateway.handover import Handover
from bot.gateway.limits import Buckets, Pace
from bot.gateway.linking import Linking
from bot.gateway.press import Press
from bot.gateway.privacy import SEND_DATA, SendData
from bot.gateway.receive import TURN, Receive
from bot.gateway.settle import Settle
from bot.gateway.speakers import Speakers
from bot.gateway.tone import Tone
from bot.gateway.watchdog import Watchdog
from conversations import notices as words
from conversations.bus import LocalBus, RedisBus
from conversations.erasure import ERASE, Erasure, ForgetBlanks
from conversations.exporting import Export
from conversations.jobs import Jobs
from conversations.listeners import Listeners
from conversations.store.blobs import Blobs, SweepOrphans
from conversations.store.conversations import DELIVER
from conversations.store.database import Database, Signal, Wake
from conversations.store.erased import ErasedKeys, SweepErased
from conversations.store.erasing import FORGET_BLANKS
from conversations.store.events import LISTEN
from conversations.store.handoffs import LEARN, LEASE
from conversations.store.revising import REVISE
from conversations.store.snoozes import SNOOZE
from conversations.store.staff import LEFT
from escalation.config import Teams
from escalation.http.auth import Auth
from escalation.http.live import Live
from escalation.http.routes import add_routes as add_desk
from escalation.service.holding import Holding
from escalation.service.offers import OFFER
from escalation.service.outlook import TELL_AGAIN, QueueOutlook, TellAgain
from escalation.service.parts import DeskParts
from escalation.service.rehoming import Rehoming
from escalation.service.routing import ROUTE, Routing
from escalation.service.view import Orders
from frontdesk import __version__, operation, proxies, schema
from frontdesk.clocks import handle_clocks
from frontdesk.contacts import ELSEWHERE, SECTIONS, blobs_of
from frontdesk.desk import desk_listeners, desk_parts
from frontdesk.only_front import only_front
from frontdesk.settings import Settings
from frontdesk.studio import studio_of
from frontdesk.unanswered import unanswered_parts
from vendors.shop import SampleShop, Shop, ShopUnavailable

if TYPE_CHECKING:
    from frontdesk.slack import SlackDesk
    from frontdesk.slack_contacts import SlackContacts
    from frontdesk.telegram import Telegram

log = structlog.get_logger()

# A request's body; the web socket has a limit of its own.
BODY_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Front:
    """The parts of a running front, for whoever starts it and for tests."""

    settings: Settings
    database: Database
    blobs: Blobs
    bus: LocalBus
    jobs: Jobs
    engine: EngineClient
    receive: Receive
    settle: Settle
    parts: DeskParts
    slack: SlackDesk | None
    slack_contacts: SlackContacts | None
    telegram: Telegram | None
    rest: RestChannel | None
    studio: Studio
    unanswered: UnansweredParts


FRONT = web.AppKey("front", Front)


def create_app(settings: Settings) -> web.Application:
    """The front as an aiohttp application; it connects to the outside when it starts."""
    front, app = build(settings), web.Application(client_max_size=BODY_LIMIT, middlewares=[operation.safe_errors])
    app[FRONT] = front
    if settings.environment.trusted_proxies:
        app.middlewares.append(proxies.behind(settings.environment.trusted_proxies))
    config = settings.config
    files = config.web.attachments
    channel = WebChannel(
        database=front.database,
        receive=front.receive,
        bus=front.bus,
        blobs=front.blobs,
        secret=settings.secret_key,
        identity_secret=settings.environment.web_identity_secret,
        origins=frozenset(config.web.origins),
        business=config.business,
        assistant=config.assistant,
        newcomers=Buckets(config.web.new_chats_a_second, config.web.new_chats_at_once),
        pace=Buckets(config.web.messages_a_second, config.web.messages_at_once),
        files=FileRules.of(files.max_mb, files.types),
        uploads=Buckets(rate=0.5, burst=20),
        presence=Presence(front.database),
    )
    front.jobs.handle(AWAY, channel.presence)
    auth = Auth(front.database, settings.secret_key)
    add_web_channel(app, channel)
    if config.web.socketio.enabled:
        from bot.channels.socketio.routes import Names
        from bot.channels.socketio.routes import add_routes as add_socketio_channel

        add_socketio_channel(app, channel, Names(**config.web.socketio.model_dump(exclude={"enabled"})))
    if front.rest is not None:
        add_rest_channel(app, front.rest)
    live = Live(auth, front.bus)
    add_desk(app, front.database, auth, front.parts, live, Teams(config.teams), config.business, __version__)
    add_studio(app, auth.person, front.studio, UnansweredApi(front.unanswered).routes())
    operation.add_routes(app, front.database, front.engine)
    if front.telegram is not None:
        front.telegram.add_routes(app)
    for slack in (front.slack, front.slack_contacts):
        if slack is not None:
            slack.add_routes(app)
    app.cleanup_ctx.append(_running)
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
    teams = Teams(config.teams)
    outlook = QueueOutlook(teams, bounds.told_again, mail=settings.environment.smtp_url is not None)
    assistant = config.assistant.name
    tone = Tone(config.mood, notices, assistant)
    handover = Handover(database, notices, config.handoff, outlook, tone)
    speakers = Speakers(notices, outlook, config.languages, assistant)
    answer = Answer(
        database, engine, notices, config.handoff, bounds, handover, speakers, tone, assistant, config.survey_after
    )
    linking = Linking(notices, settings.secret_key)
    commands = Commands(database, notices, linking, outlook, config.business, config.assistant)
    press = Press(database, notices, commands)
    settle = Settle(database, bounds, config.handoff, answer, press, handover, engine.parse)
    pace = Pace(Buckets(rate=1, burst=30), channels=("telegram", "slack"))
    erased = ErasedKeys(settings.secret_key)
    receive = Receive(database, bounds.silence, notices, config.client_payloads, pace, erased=erased, linking=linking)
    channels: dict[str, PushChannel] = {}
    jobs.handle(TURN, settle, gives_way=True)
    jobs.handle(DELIVER, Delivery(database, channels))
    jobs.handle(REVISE, Revision(database, channels))
    jobs.handle(TAKE_BACK, TakeBack(database, channels))
    blobs = blobs_of(settings, database)
    parts = desk_parts(settings, database, blobs, bus, notices, outlook, _orders(SampleShop()), engine, handover.open)
    slack = _slack(settings, database, blobs, bus, jobs, parts)
    slack_contacts = _slack_contacts(settings, database, blobs, receive, bus, notices, slack)
    if slack_contacts is not None:
        channels["slack"] = slack_contacts.channel
        slack_contacts.handle_work(jobs)
    telegram = _telegram(settings, database, blobs, receive, bus, notices)
    if telegram is not None:
        channels["telegram"] = telegram.push
        telegram.handle_work(jobs)
    if slack is not None:
        slack.register()
    holding = Holding(notices, outlook, bounds.lease)
    clocks = handle_clocks(jobs, settings, database, notices, teams, holding, handover.open)
    unanswered = unanswered_parts(settings, database, engine)
    listeners = [*desk_listeners(database, teams), clocks, unanswered.later, *(slack.listeners if slack else [])]
    jobs.handle(LISTEN, Listeners(database, listeners), gives_way=True)
    jobs.handle(LEASE, parts.moving.lease_ended)
    jobs.handle(LEFT, parts.moving.left)
    jobs.handle(SNOOZE, parts.moving.sleep_ended)
    jobs.handle(OFFER, parts.offers.over)
    jobs.handle(ROUTE, Routing(database, teams, config.languages, parts.offers))
    jobs.handle(LEARN, parts.suggesting.learn)
    jobs.handle(UNANSWERED, unanswered.capture, gives_way=True)
    jobs.handle(GROUP, unanswered.grouping, gives_way=True)
    jobs.at_sweep(unanswered.living)
    jobs.handle(TELL_AGAIN, TellAgain(database, notices, outlook, bounds.told_again))
    jobs.at_sweep(Watchdog(database, handover, config.handoff.engine_failing.priority))
    jobs.at_sweep(operation.QueueGauge(database))
    jobs.at_sweep(SweepOrphans(database, blobs))
    jobs.handle(SEND_DATA, SendData(database, blobs, notices, Export(database, blobs, SECTIONS)))
    jobs.handle(ERASE, Erasure(database, blobs, settings.secret_key, ELSEWHERE))
    jobs.handle(FORGET_BLANKS, ForgetBlanks(database, ELSEWHERE))
    jobs.at_sweep(SweepErased(database))
    jobs.at_sweep(Follow(database, ModelStore(database, settings.models)))
    studio = studio_of(settings, database, engine)
    jobs.at_sweep(studio.publishing.forget)
    return Front(
        settings,
        database,
        blobs,
        bus,
        jobs,
        engine,
        receive,
        settle,
        parts,
        slack,
        slack_contacts,
        telegram,
        _rest(settings, receive, Answers(database, bus, notices, config.rest.wait)),
        studio,
        unanswered,
    )


def _rest(settings: Settings, receive: Receive, answers: Answers) -> RestChannel | None:
    """Rasa's REST protocol, when it is enabled. One address may be a server that calls for very many senders."""
    if not settings.config.rest.enabled:
        return None
    token = settings.environment.rest_token
    return RestChannel(receive, answers, token, callers=Buckets(rate=50, burst=300), pace=Buckets(rate=2, burst=20))


def _slack(
    settings: Settings, database: Database, blobs: Blobs, bus: LocalBus, jobs: Jobs, parts: DeskParts
) -> SlackDesk | None:
    """The desk in Slack, when there is a token for it."""
    if settings.environment.slack_bot_token is None:
        log.info("Slack desk is off: FRONTDESK_SLACK_BOT_TOKEN is not set")
        return None
    from frontdesk.slack import SLACK_CARD, SLACK_ERASE, SLACK_HOME, SLACK_SEND, SlackDesk

    slack = SlackDesk(settings, database, blobs, bus, parts)
    jobs.handle(SLACK_CARD, slack.cards)
    jobs.handle(SLACK_SEND, slack.outgoing)
    jobs.handle(SLACK_ERASE, slack.erasing)
    jobs.handle(SLACK_HOME, slack.acts.homes)
    jobs.at_sweep(slack.watchdog)
    return slack


def _telegram(
    settings: Settings, database: Database, blobs: Blobs, receive: Receive, bus: LocalBus, notices: words.Notices
) -> Telegram | None:
    """The Telegram channel, when there is a token for it."""
    if settings.environment.telegram_token is None:
        return None
    from frontdesk.telegram import Telegram

    return Telegram(settings, database, blobs, receive, bus, notices)


def _slack_contacts(
    settings: Settings,
    database: Database,
    blobs: Blobs,
    receive: Receive,
    bus: LocalBus,
    notices: words.Notices,
    desk: SlackDesk | None,
) -> SlackContacts | None:
    """Slack as a channel: by an app of its own, else by the agents'."""
    given = settings.environment
    if desk is None and not (given.slack_contacts_bot_token or given.slack_client_id):
        return None
    from frontdesk.slack_contacts import Parts, SlackContacts, own_app

    shared = (desk.app, desk.api) if desk is not None and own_app(settings) is None else None
    return SlackContacts(Parts(settings, database, blobs, receive, bus, notices), shared)


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
            await parts.enter_async_context(front.studio.trial.open())
            vendors = [one for one in (front.slack, front.slack_contacts, front.telegram) if one is not None]
            for vendor in vendors:
                await parts.enter_async_context(vendor.calling())
            await parts.enter_async_context(front.jobs.running())
            await Rehoming(front.database, Teams(front.settings.config.teams))()
            for vendor in vendors:
                await parts.enter_async_context(vendor.listening())
            log.info("front is up", version=__version__)
            yield
            log.info("front is going down: finishing what is in hand")
    finally:
        await front.database.close()
