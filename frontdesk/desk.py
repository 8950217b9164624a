"""Builds the services of the desk: one set of them for Slack, the web desk and the API."""

from __future__ import annotations

from collections.abc import Sequence

from bot.engine.client import EngineClient, EngineError
from conversations.bus import Bus
from conversations.listeners import Listener
from conversations.notices import Notices
from conversations.ports import Embed, NoVectors, OpenHandoff, Vectors
from conversations.store.blobs import Blobs
from conversations.store.database import Database
from escalation.config import Teams
from escalation.service.amending import Amending
from escalation.service.canned import CannedReplies
from escalation.service.desk import Desk
from escalation.service.ending import Ending
from escalation.service.facts import Facts
from escalation.service.files import Files
from escalation.service.goodwill import Goodwills
from escalation.service.hiring import Hiring
from escalation.service.holding import Holding
from escalation.service.moving import Moving
from escalation.service.offers import Offers
from escalation.service.openings import Openings
from escalation.service.outline import Outline
from escalation.service.outlook import QueueOutlook
from escalation.service.parts import DeskParts
from escalation.service.people import People
from escalation.service.reasking import Reasking
from escalation.service.routing import RouteListener
from escalation.service.rows import Rows
from escalation.service.searching import Searching
from escalation.service.suggesting import LearnLater, Suggesting
from escalation.service.typing import Typing
from escalation.service.view import Orders, View
from frontdesk.settings import Settings


def desk_parts(
    settings: Settings,
    database: Database,
    blobs: Blobs,
    bus: Bus,
    notices: Notices,
    outlook: QueueOutlook,
    orders: Orders,
    engine: EngineClient,
    open_handoff: OpenHandoff,
) -> DeskParts:
    """The services over this database, as the settings say."""
    holding = Holding(notices, outlook, settings.config.bounds.lease)
    config = settings.config
    teams = Teams(config.teams)
    offers = Offers(database, teams)
    rows = Rows(teams, frozenset(config.languages), mails=settings.environment.smtp_url is not None)
    people = People(database, teams, outlook)
    return DeskParts(
        desk=Desk(database, holding),
        moving=Moving(database, holding, teams, offers),
        offers=offers,
        ending=Ending(database, holding),
        people=people,
        amending=Amending(database, blobs, holding.lease),
        files=Files(database, blobs, holding.lease),
        view=View(database, orders, rows),
        typing=Typing(database, bus, holding.lease),
        goodwill=Goodwills(database, config.goodwill, holding.lease),
        canned=CannedReplies(database, teams, config.business),
        suggesting=Suggesting(database, embed_by(engine), config.languages[0]),
        searching=Searching(database),
        facts=Facts(database),
        hiring=Hiring(database, people),
        openings=Openings(database, teams, open_handoff),
    )


def desk_listeners(database: Database, teams: Teams) -> list[Listener]:
    """Who of the desk hears the record's events, whatever surfaces there are."""
    offers = any(team.mode == "offer" for team in teams)
    return [RouteListener(database, offers=offers), Outline(database), Reasking(database), LearnLater(database)]


def embed_by(engine: EngineClient) -> Embed:
    """The engine's vectors, as the desk asks for them."""

    async def embed(texts: Sequence[str]) -> Vectors:
        try:
            made = await engine.embed(texts)
        except EngineError as away:
            raise NoVectors(type(away).__name__) from away
        return Vectors(made.encoder, made.vectors)

    return embed
