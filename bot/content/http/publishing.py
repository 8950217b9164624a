"""``/studio/api/publishing`` and ``/versions``: from the draft to what answers contacts, and back."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from bot.content import models
from bot.content.background import Background, State
from bot.content.http.serving import API, Served
from bot.content.http.wire import ModelView, model_view
from bot.content.model_store import ModelStore
from bot.content.rolling_back import roll_back
from bot.content.saving import Content
from conversations.http.bodies import read, respond
from conversations.http.problems import problem
from conversations.staff import Principal
from conversations.store.database import Database

_Line = Annotated[str, msgspec.Meta(max_length=500)]


class Publish(msgspec.Struct, frozen=True):
    """What changed, in a word; ``anyway`` is why it should go live in spite of the gate."""

    note: _Line = ""
    anyway: _Line = ""


class Rollback(msgspec.Struct, frozen=True):
    """The version to go back to; ``live`` is what was live when that was decided."""

    version: int
    live: int


class PublishingApi:
    """The routes' handlers. ``work`` publishes; its outcome is a `bot.content.publish.Published`."""

    def __init__(self, database: Database, content: Content, store: ModelStore, work: Background) -> None:
        self._database, self._content, self._store, self._work = database, content, store, work

    def routes(self) -> list[Served]:
        return [
            ("GET", f"{API}/publishing", self.state),
            ("POST", f"{API}/publishing", self.publish),
            ("GET", f"{API}/versions", self.versions),
            ("POST", f"{API}/rollback", self.rollback),
        ]

    async def state(self, request: web.Request, who: Principal) -> web.Response:
        """The publishing that runs, or the last one of this machine."""
        state: State = await self._work.state()
        return respond(state)

    async def publish(self, request: web.Request, who: Principal) -> web.Response:
        """Starts publishing; it goes on when the page is closed."""
        asked = await read(request, Publish)
        note, anyway = " ".join(asked.note.split()), " ".join(asked.anyway.split())
        if anyway and not who.oversees:
            raise problem(403, "Only leads publish in spite of the verdict.", "Ask a lead, or mend what is against it.")
        arguments = [f"--by={who.name}", f"--note={note}", *([f"--anyway={anyway}"] if anyway else [])]
        await self._work.start(arguments, {"by": who.name, "note": note, "anyway": anyway})
        return respond(await self._work.state(), 202)

    async def versions(self, request: web.Request, who: Principal) -> web.Response:
        """The models that can be gone back to, newest first."""
        async with self._database.read() as tx:
            found = await models.latest(tx)
        return respond([model_view(one) for one in found])

    async def rollback(self, request: web.Request, who: Principal) -> web.Response:
        """Goes back to a former version, if the one that is live is still the one that was seen."""
        asked = await read(request, Rollback)
        async with self._database.read() as tx:
            live = await models.live(tx)
        if live is None or live.version != asked.live:
            raise models.LiveChanged(models.LiveChanged.__doc__)
        back: ModelView = model_view(
            await roll_back(self._database, self._content, self._store, who.name, asked.version)
        )
        return respond(back)
