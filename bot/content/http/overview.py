"""``/studio/api/me``, ``/overview`` and ``/labels``: who I am, what waits, and messages to be labelled."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from aiohttp import web

from bot.content import intents, labelling, models
from bot.content.http.serving import API, Served
from bot.content.http.wire import ModelView, model_view
from bot.content.labelling import ToLabel
from bot.content.pending import Pending, pending
from bot.content.shelf import Shelf
from conversations.http.bodies import read, respond
from conversations.http.problems import problem
from conversations.staff import Principal
from conversations.store.database import Database


class Me(msgspec.Struct, frozen=True):
    """Who is signed in. ``desk``: they may go to the desk, too; ``may_overrule``: they may publish anyway."""

    id: str
    name: str
    role: str
    business: str
    desk: bool
    may_overrule: bool


class Overview(msgspec.Struct, frozen=True):
    """What waits. ``labels`` are those that there are, ``labels_wanted`` how many the gate needs to judge by them."""

    live: ModelView | None
    pending: Pending
    labels: int
    labels_wanted: int


class LabelPage(msgspec.Struct, frozen=True):
    """Messages to be labelled, and the intents that there are, with their titles."""

    messages: Sequence[ToLabel]
    intents: list[tuple[str, str]]
    labels: int
    labels_wanted: int


class Labelling(msgspec.Struct, frozen=True):
    """What a message means; "" for none of our intents."""

    conversation_id: str
    number: int
    intent: str


class Labels(msgspec.Struct, frozen=True):
    """How many there are now."""

    labels: int


class OverviewApi:
    """The routes' handlers. ``business`` is what we are called."""

    def __init__(self, database: Database, shelf: Shelf, business: str, labels_wanted: int) -> None:
        self._database, self._shelf = database, shelf
        self._business, self._wanted = business, labels_wanted

    def routes(self) -> list[Served]:
        return [
            ("GET", f"{API}/me", self.me),
            ("GET", f"{API}/overview", self.overview),
            ("GET", f"{API}/labels", self.to_label),
            ("POST", f"{API}/labels", self.label),
        ]

    async def me(self, request: web.Request, who: Principal) -> web.Response:
        """Who is signed in."""
        return respond(Me(who.id, who.name, who.role, self._business, who.works_the_desk, who.oversees))

    async def overview(self, request: web.Request, who: Principal) -> web.Response:
        """What is not live yet, and how the last publishing went."""
        found = await pending(self._database, self._shelf)
        async with self._database.read() as tx:
            live, labels = await models.live(tx), await labelling.count(tx)
        return respond(Overview(model_view(live) if live else None, found, labels, self._wanted))

    async def to_label(self, request: web.Request, who: Principal) -> web.Response:
        """Twenty messages that nobody has labelled, by chance."""
        book = await self._shelf.now()
        async with self._database.read() as tx:
            messages, labels = await labelling.to_label(tx), await labelling.count(tx)
        names = [(name, intents.title_of(name)) for name in intents.taught(book.whole)]
        return respond(LabelPage(messages, names, labels, self._wanted))

    async def label(self, request: web.Request, who: Principal) -> web.Response:
        """Writes down what a message means."""
        asked = await read(request, Labelling)
        if asked.intent and asked.intent not in intents.taught((await self._shelf.now()).whole):
            raise problem(422, f'There is no intent "{asked.intent}".', "Choose one of the list.")
        labels = await labelling.put(self._database, asked.conversation_id, asked.number, asked.intent, who.name)
        return respond(Labels(labels))
