"""Builds worlds: the product's own composition root, with gated databases and a scripted engine."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.channels.web.arriving import Arrival
from bot.channels.web.channel import WebChannel
from bot.channels.web.socket import Visit
from bot.gateway import answer
from bot.gateway.delivery import Delivery
from conversations import notices
from conversations.listeners import Listeners
from conversations.staff import Role
from conversations.store import staff
from conversations.store.conversations import DELIVER
from conversations.store.database import Database, _Pool
from conversations.store.events import LISTEN
from conversations.store.sqlite import JSON, Sqlite
from escalation.service.routing import RouteListener
from frontdesk import app, operation
from tests.core.checker import Timeline, path_of
from tests.core.lobby import LOBBIES, Lobby
from tests.core.scheduler import GatedDatabase, Patience, Scheduler
from tests.core.world import OFFERING, Contact, Diary, Postbox, ScriptedClient, Tab, Window, World
from tests.front import settings

# One front waits hardly at all, the other for ever: both ends of each bound are met.
BOUNDS = (
    {"lease": 0.001, "told_again": 0.001, "give_up": 0.001, "wait": 50, "offer": 100, "turn": 1000},
    {"lease": 9000, "told_again": 0.001, "give_up": 9000, "wait": 50, "offer": 100, "turn": 1000},
)
# Who is upset goes to the team whose handoffs are offered; one front's offers are over at once, the other's never.
TEAMS = [
    [
        {"name": "support", "offer_seconds": seconds},
        {"name": OFFERING, "mode": "offer", "offer_seconds": seconds, "takes": {"reasons": ["mood_low"]}},
    ]
    for seconds in (0.001, 9000)
]
PEOPLE = (("Ana", Role.AGENT), ("Ben", Role.AGENT), ("Cho", Role.LEAD))


_words = functools.cache(notices.load)


class Store:
    """What worlds that follow each other share: the file or the pool, with all that was prepared for it.

    No world outlives its loop, so all of them must be run by the same one. What a power cut would take is of no matter.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.is_sqlite = url.startswith("sqlite")
        self._tables: list[str] = []
        self._file: Sqlite | None = None
        self._pool: AsyncEngine | None = None

    def share(self, database: GatedDatabase) -> None:
        """Has a database use what the others used."""
        if self.is_sqlite:
            assert isinstance(database._store, Sqlite)
            if self._file is None:
                self._file = database._store
                event.listen(self._file._engine, "connect", _without_waiting_for_the_disk)
            database._store._engine, database._store._disk = self._file._engine, Here()  # type: ignore[assignment]
            return
        if self._pool is None:
            at_once = {"server_settings": {"synchronous_commit": "off", "jit": "off"}}
            self._pool = create_async_engine(
                self._url, pool_size=32, hide_parameters=True, connect_args=at_once, **JSON
            )
        store, database.keeps_open = database._store, True
        assert isinstance(store, _Pool)
        store._engine, store._reading = self._pool, self._pool.execution_options(isolation_level="AUTOCOMMIT")

    async def empty(self) -> None:
        """Nothing happened yet."""
        if self.is_sqlite:
            connection = sqlite3.connect(path_of(self._url))
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [name for (name,) in found if not name.startswith(("alembic", "sqlite"))]
            # Without foreign keys the order does not matter.
            connection.executescript(f"BEGIN; {_emptied(names)} COMMIT;")
            connection.close()
            return
        server = await asyncpg.connect(self._url.replace("+asyncpg", ""))
        try:
            if not self._tables:
                found = await server.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                self._tables = [row[0] for row in found if not row[0].startswith("alembic")]
            await server.execute(f"SET session_replication_role = replica; {_emptied(self._tables)}")
        finally:
            await server.close()

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.dispose()


def _emptied(tables: list[str]) -> str:
    return " ".join(f"DELETE FROM {name};" for name in tables)  # noqa: S608


class Here(Executor):
    """Does what a thread would do, here and now."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **more))
        except Exception as wrong:
            done.set_exception(wrong)
        return done


def _without_waiting_for_the_disk(connection: sqlite3.Connection, record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA secure_delete=OFF")


class Builder:
    """Builds one world after the other. With ``slack`` its agents work in Slack, too."""

    def __init__(
        self,
        patch: pytest.MonkeyPatch,
        data: Path,
        url: str,
        *,
        slack: bool = False,
        store: Store | None = None,
    ) -> None:
        self._patch, self._data, self._url, self._slack, self._store = patch, data, url, slack, store
        patch.setattr(notices, "load", _words)
        patch.setattr(answer, "asyncio", Patience(lambda: self._scheduler))
        patch.setattr(app, "Database", self._database)
        patch.setattr(app, "WebChannel", self._channel)
        patch.setattr(app, "EngineClient", lambda *_: self._engine)
        for module, name in ((app, "add_web_channel"), (app, "add_desk"), (operation, "add_routes")):
            patch.setattr(module, name, lambda *_: None)  # nobody calls over HTTP
        self._settings = functools.cache(self._settings_of)
        self._scheduler, self._timeline = Scheduler(), Timeline()
        self._engine = ScriptedClient(self._scheduler)
        self._channels: list[WebChannel] = []

    async def build(self) -> World:
        self._scheduler, self._timeline, self._channels = Scheduler(), Timeline(), []
        self._engine = ScriptedClient(self._scheduler)
        lobby = Lobby(self._scheduler) if self._slack else None
        await (self._store or Store(self._url)).empty()
        world = World(
            self._url,
            self._scheduler,
            self._timeline,
            self._engine,
            Postbox(self._scheduler),
            Diary(),
            lobby,
            self._front,
        )
        for number in range(len(BOUNDS)):
            self._channels.append(None)  # type: ignore[arg-type] # comes with its front
            world.fronts.append(self._front(world, number))
        async with Database.write(world.fronts[0].database) as tx:
            for name, role in PEOPLE:
                slack_id = lobby.joins(name) if lobby else None
                who, _ = await staff.add(tx, name, role, ("support", OFFERING), slack_id, capacity=1)
                world.agents.append(who)
        world.contacts += [self._web_contact(f"visitor{n}") for n in range(2)] + [Contact("telegram:4711", [])]
        return world

    async def close(self) -> None:
        """Nobody needs a world any more."""
        if self._store is not None:
            await self._store.close()

    def _front(self, world: World, number: int) -> app.Front:
        """A front that has just started; browsers that were at the one before it connect again."""
        self._number = number
        front = app.create_app(self._settings(number))[app.FRONT]
        front.jobs.handle(DELIVER, Delivery(front.database, {"telegram": world.postbox}))
        listeners = [world.diary, RouteListener(front.database)]
        if front.slack is not None and world.lobby is not None:
            world.lobby.connect(front.slack)
            listeners += front.slack.listeners
        front.jobs.handle(LISTEN, Listeners(front.database, listeners))
        for kind, handler in front.jobs._handlers.items():
            front.jobs.handle(kind, _watched(handler, world.wrong))
        for contact in world.contacts:
            if contact.tabs:
                contact.tabs[number] = _tab(self._channels[number], contact.place, contact.tabs[number].window)
        return front

    def _settings_of(self, number: int) -> Any:
        teams, env = [dict(team) for team in TEAMS[number]], {}
        if self._slack:
            env = Lobby.environment()
            for team in teams:
                team["lobby"] = LOBBIES[str(team["name"])]
        return settings(self._data, self._url, env=env, bounds=BOUNDS[number], teams=teams)

    def _database(self, url: str) -> GatedDatabase:
        made = GatedDatabase(url)
        made.scheduler, made.timeline = self._scheduler, self._timeline
        if self._store is not None:
            self._store.share(made)
        return made

    def _channel(self, *args: Any, **parts: Any) -> WebChannel:
        self._channels[self._number] = WebChannel(*args, **parts)
        return self._channels[self._number]

    def newcomer(self, world: World, name: str) -> Contact:
        """One more visitor of this world."""
        contact = self._web_contact(name)
        world.contacts.append(contact)
        return contact

    def _web_contact(self, name: str) -> Contact:
        place = f"web:{name.ljust(32, '0')}"
        return Contact(place, [_tab(channel, place, Window()) for channel in self._channels])


def _tab(channel: WebChannel, place: str, window: Window) -> Tab:
    """A browser at a front; it names the last number that it has seen."""
    visit = Visit(channel, window, "")  # type: ignore[arg-type] # a socket's end
    visit._arrival = Arrival(place.partition(":")[2], stays=True)
    visit._showing._conversation_id = place
    visit._showing.cursor = max((item["number"] for item in window.seen.items), default=0)
    return Tab(visit, window)


def _watched(handler: Callable[[str], Awaitable[float | None]], wrong: list[BaseException]) -> Any:
    """Work that fails is put back and tried again; here nothing may fail."""

    async def watched(key: str) -> float | None:
        try:
            return await handler(key)
        except asyncio.CancelledError:
            raise
        except Exception as failed:
            wrong.append(failed)
            raise

    return watched
