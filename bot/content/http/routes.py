"""Puts the studio on the front: its API and its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.content.amending import Amending
from bot.content.background import Background
from bot.content.http import serving
from bot.content.http.intents import IntentsApi
from bot.content.http.overview import OverviewApi
from bot.content.http.page import add_page
from bot.content.http.publishing import PublishingApi
from bot.content.http.serving import Served, Who
from bot.content.http.states import StatesApi
from bot.content.http.trying import TryingApi
from bot.content.model_store import ModelStore
from bot.content.saving import Content
from bot.content.shelf import Shelf
from bot.content.trial import Trial
from conversations.store.database import Database


@dataclass(frozen=True, slots=True)
class Studio:
    """What the studio needs. ``business`` is what we are called; ``labels_wanted`` how many labels the gate needs."""

    database: Database
    content: Content
    store: ModelStore
    publishing: Background
    trial: Trial
    business: str
    labels_wanted: int


def add_routes(app: web.Application, who: Who, studio: Studio, more: Sequence[Served] = ()) -> None:
    """Adds the studio; ``more`` are routes of others under its API."""
    shelf = Shelf(studio.content)
    routes = [
        *OverviewApi(studio.database, shelf, studio.business, studio.labels_wanted).routes(),
        *IntentsApi(studio.database, shelf, Amending(studio.content, shelf)).routes(),
        *TryingApi(studio.trial, shelf).routes(),
        *PublishingApi(studio.database, studio.content, studio.store, studio.publishing).routes(),
        *StatesApi(studio.content).routes(),
        *more,
    ]
    serving.add(app, who, routes)
    add_page(app)
