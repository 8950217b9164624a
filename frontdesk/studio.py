"""Builds the studio: what editors change is this machine's project, and what takes long is done by our own commands."""

from __future__ import annotations

import sys

from bot.content.background import Background
from bot.content.http.routes import Studio
from bot.content.model_store import ModelStore
from bot.content.trial import Trial
from bot.engine.client import EngineClient
from conversations.store.database import Database
from frontdesk.publishing import content_of
from frontdesk.settings import Settings

_US = (sys.executable, "-m", "frontdesk")


def studio_of(settings: Settings, database: Database, engine: EngineClient) -> Studio:
    """The studio over this database, as the settings say."""
    config = settings.config
    training = Background((*_US, "content", "draft"), settings.data / "drafting")
    draft = EngineClient([f"unix:{settings.draft_socket}"], settings.engine_secret, config.bounds.turn)
    return Studio(
        database,
        content_of(settings, database),
        ModelStore(database, settings.models),
        Background((*_US, "content", "publish", "--json"), settings.data / "publishing"),
        Trial(training, (*_US, "engine", "--quiet", "--draft"), draft, engine),
        config.business,
        config.content.labels,
    )
