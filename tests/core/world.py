"""Two fronts over one database, their contacts, agents and timers: all that happens is a task of the scheduler."""

from __future__ import annotations

import asyncio
import functools
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from bot.channels.web.arriving import Arrival
from bot.channels.web.channel import WebChannel
from bot.channels.web.socket import Visit
from bot.engine.client import EngineDown, EngineSlow
from bot.engine.wire import Button, Reply, TurnRequest, TurnResult
from bot.gateway import answer
from bot.gateway.delivery import Delivery, OutcomeUnknown, PermanentError, TemporaryError
from conversations import notices
from conversations.handoff import HandoffError
from conversations.listeners import Listeners
from conversations.model import InboundKind, InboundMessage, Message
from conversations.staff import Availability, Principal, Role
from conversations.store import conversations, handoffs, staff
from conversations.store.conversations import DELIVER
from conversations.store.database import Database
from conversations.store.events import LISTEN
from escalation.service.moving import Target
from escalation.service.routing import RouteListener
from frontdesk import app
from tests.core import checker
from tests.core.checker import Broken, Record, Seen, Timeline, rule
from tests.core.scheduler import GatedDatabase, Patience, Scheduler
from tests.front import settings
from tests.scripted_engine import MODEL, understood

TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table'",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}
# One front waits hardly at all, the other for ever: both ends of each bound are met.
BOUNDS = (
    {"lease": 0.001, "told_again": 0.001, "give_up": 0.001, "wait": 50, "offer": 100, "turn": 1000},
    {"lease": 9000, "told_again": 0.001, "give_up": 9000, "wait": 50, "offer": 100, "turn": 1000},
)
# Who is upset goes to the team whose handoffs are offered; one front's offers are over at once, the other's never.
OFFERING = "care"
TEAMS = [
    [
        {"name": "support", "offer_seconds": seconds},
        {"name": OFFERING, "mode": "offer", "offer_seconds": seconds, "takes": {"reasons": ["mood_low"]}},
    ]
    for seconds in (0.001, 9000)
]
SAYINGS = ("hello", "hello", "upset", "human", "choose", "broken", "confused", "slow", "3")


class ScriptedClient:
    """The engine's client, answering by what is said; the scheduler decides when."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.down = False
        self.asked: list[tuple[str, int]] = []

    async def turn(self, request: TurnRequest) -> TurnResult:
        place, _, number = request.turn_id.rpartition("#")
        self.asked.append((place, int(number)))
        await self._scheduler.gate("engine asked")
        if self.down:
            raise EngineDown("scripted")
        if request.text.startswith("slow"):
            raise EngineSlow("scripted")
        await self._scheduler.gate("engine answered")
        return _answer(request)


def _answer(request: TurnRequest) -> TurnResult:
    said = request.payload or request.text
    kind = said.partition(" ")[0]
    if kind == "broken":
        return TurnResult(MODEL, understood("order_status"), failed="action_order_status raised")
    parse = {
        "upset": understood("complaint", mood=-0.9),
        "human": understood("talk_to_human"),
    }.get(kind, understood(f"echo {said}"))
    if kind == "confused":
        parse = type(parse)("nlu_fallback", 0.2, understood=False)
    buttons = (Button("Yes", "/affirm"), Button("No", "/deny")) if kind == "choose" else ()
    replies = (Reply(f"You said: {said}", buttons), Reply("Anything else?"))
    return TurnResult(MODEL, parse, replies=replies, state={"said": said}, slots={"name": "Kim"})


class Postbox:
    """A channel that is pushed to. What it took is what the contact saw."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.taken: dict[str, list[Message]] = defaultdict(list)
        self.mood: type[Exception] | None = None

    async def send(self, message: Message) -> str:
        await self._scheduler.gate("sending")
        if self.mood in {TemporaryError, PermanentError}:
            raise self.mood("scripted")
        self.taken[message.conversation_id].append(message)
        await self._scheduler.gate("sent")
        if self.mood is OutcomeUnknown:
            raise OutcomeUnknown("scripted")
        return f"v{message.number}"

    async def find(self, message: Message) -> str | None:
        found = any(one.number == message.number for one in self.taken[message.conversation_id])
        return f"v{message.number}" if found else None


class Window:
    """The end of a web socket at which a browser would be."""

    closed = False

    def __init__(self) -> None:
        self.seen = Seen()
        self.state: dict[str, Any] = {}

    async def send_str(self, frame: str) -> None:
        decoded = json.loads(frame)
        if decoded["type"] == "messages":
            self.seen.items += decoded["items"]
        elif decoded["type"] == "welcome":
            self.state = decoded["state"]


@dataclass
class Diary:
    """A listener that writes down which events it heard, per conversation."""

    name: str = "diary"
    heard: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    async def on(self, event_id: int, event: Any) -> None:
        self.heard[event.conversation_id].append(event_id)


@dataclass
class Tab:
    """A browser tab of a contact, at one of the fronts."""

    visit: Visit
    window: Window
    busy: bool = False


@dataclass
class Contact:
    """Somebody who writes; ``sent`` is what was acknowledged to them, by native key."""

    place: str
    tabs: list[Tab]
    tried: list[InboundMessage] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        return self.place.partition(":")[0]


@dataclass(frozen=True)
class Glimpse:
    """Copies of what was seen so far."""

    timeline: Timeline
    heard: dict[str, list[int]]
    seen: list[tuple[str, Seen]]
    pushed: list[list[Message]]


@dataclass
class World:
    """Everything that takes part, and what has been seen so far."""

    url: str
    scheduler: Scheduler
    timeline: Timeline
    fronts: list[app.Front]
    engine: ScriptedClient
    postbox: Postbox
    contacts: list[Contact]
    agents: list[Principal]
    diary: Diary
    wrong: list[BaseException] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    said: dict[str, tuple[str, Principal]] = field(default_factory=dict)
    acts: int = 0
    _connection: asyncpg.Connection | None = None

    def glimpse(self) -> Glimpse:
        """What was seen until now: to be taken before the record is read, which is then never older."""
        moments = defaultdict(dict, {place: dict(found) for place, found in self.timeline.moments.items()})
        heard = {place: list(ids) for place, ids in self.diary.heard.items()}
        seen = [(c.place, Seen(list(tab.window.seen.items))) for c in self.contacts for tab in c.tabs]
        pushed = [list(self.postbox.taken[c.place]) for c in self.contacts]
        return Glimpse(Timeline(moments), heard, seen, pushed)

    async def record(self) -> Record:
        if self.url.startswith("sqlite"):
            return await checker.read(self.url)
        if self._connection is None:
            self._connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        return await checker.read_postgresql(self._connection)

    def spawn(self, name: str, work: Awaitable[Any], *, expected: tuple[type[Exception], ...] = ()) -> None:
        """An actor; what it should not raise is kept."""
        self.acts += 1

        async def run() -> None:
            try:
                await work
            except expected:
                pass
            except Exception as wrong:
                self.wrong.append(wrong)

        self.scheduler.spawn(name, run())

    # What contacts do.

    def receive(self, contact: Contact, inbound: InboundMessage, front: int) -> None:
        contact.tried.append(inbound)

        async def work() -> None:
            receipt = await self.fronts[front].receive(inbound)
            known = contact.acknowledged.setdefault(str(inbound.native_key), receipt.number)
            rule(known == receipt.number, "one message was acknowledged under two numbers", inbound, known, receipt)

        self.spawn(f"receive {contact.place}", work())

    def say(self, contact: Contact, kind: str, front: int) -> None:
        self.acts += 1
        said = kind if kind.isdigit() else f"{kind} {self.acts}"
        self.receive(contact, self._inbound(contact, InboundKind.SAID, text=said), front)

    def press(self, contact: Contact, choice: str, front: int) -> None:
        self.acts += 1
        self.receive(contact, self._inbound(contact, InboundKind.PRESSED, choice=choice), front)

    def _inbound(self, contact: Contact, kind: InboundKind, **more: Any) -> InboundMessage:
        name = contact.place.partition(":")[2]
        return InboundMessage(contact.place, contact.channel, name, kind, native_key=f"key-{self.acts}", **more)

    def choices(self, contact: Contact) -> list[str]:
        """What this contact could press: everything ever shown to them, and what nobody offered."""
        shown = [b["choice"] for tab in contact.tabs for item in tab.window.seen.items for b in item.get("buttons", [])]
        pushed = [f"{m.number}:{i}" for m in self.postbox.taken[contact.place] for i in range(len(m.buttons))]
        return ["menu:human", *dict.fromkeys(shown + pushed), "999:0"]

    def pull(self, tab: Tab) -> None:
        if tab.busy:
            return

        async def work() -> None:
            tab.busy = True
            try:
                await tab.visit._showing._push_messages()
            finally:
                tab.busy = False

        self.spawn(f"pull {tab.visit._arrival.place}", work())

    # What agents do.

    def act(self, who: Principal, act: str, handoff_id: str, front: int) -> None:
        parts = self.fronts[front].parts
        self.acts += 1
        words = f"{act} {self.acts} of {who.name}"
        colleague = next(one for one in self.agents if one.id != who.id)
        moving, ending = parts.moving, parts.ending
        acts: dict[str, Callable[[], Awaitable[Any]]] = {
            "pass to a team": lambda: moving.transfer(who, handoff_id, Target(team=OFFERING), words),
            "pass back": lambda: moving.transfer(who, handoff_id, Target(team="support"), words),
            "pass to somebody": lambda: moving.transfer(who, handoff_id, Target(agent_id=colleague.id), words),
            "step in": lambda: moving.step_in(who, handoff_id),
            "snooze": lambda: moving.snooze(who, handoff_id, None),
            "snooze for an hour": lambda: moving.snooze(who, handoff_id, time.time() + 3600),
            "wake": lambda: moving.wake(who, handoff_id),
            "decline": lambda: moving.decline(who, handoff_id),
            "reopen": lambda: ending.reopen(who, handoff_id),
            "block": lambda: ending.block(who, handoff_id, words),
            "unblock": lambda: self._unblock(self.agents[-1], handoff_id, front),
            **{one.value: functools.partial(parts.people.set_availability, who, one) for one in Availability},
            "claim": lambda: parts.desk.claim(who, handoff_id),
            "reply": lambda: self._reply(who, handoff_id, words, front),
            "note": lambda: parts.desk.note(who, handoff_id, words, words),
            "resolve": lambda: parts.ending.resolve(who, handoff_id, "solved", ""),
            "return": lambda: parts.moving.give_back(who, handoff_id),
            "release": lambda: parts.moving.release(who, handoff_id),
        }
        self.spawn(f"{act} {who.name}", acts[act](), expected=(HandoffError,))

    async def _unblock(self, who: Principal, handoff_id: str, front: int) -> None:
        async with self.fronts[front].database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            held = await conversations.get(tx, handoff.conversation_id) if handoff else None
        if held is not None:
            await self.fronts[front].parts.ending.unblock(who, held.contact_id)

    async def _reply(self, who: Principal, handoff_id: str, words: str, front: int) -> None:
        self.refused.add(words)  # until it is known to be said
        await self.fronts[front].parts.desk.reply(who, handoff_id, words, words)
        self.refused.discard(words)
        self.said[words] = (handoff_id, who)

    # What timers and workers do.

    def settle(self, contact: Contact, front: int) -> None:
        """A worker whose lease on the conversation ran out, and which does not know it."""
        self.spawn(f"settle {contact.place}", self.fronts[front].settle(contact.place))

    def look(self, kind: str, key: str, front: int) -> None:
        self.spawn(f"{kind} {key[:12]}", self.fronts[front].jobs.look(kind, key))

    def look_later(self, kind: str, key: str, front: int, *, lease_over: bool) -> None:
        """As `look`, after so much time that the row is due."""

        async def work() -> None:
            await self.make_due(kind, key, lease_over=lease_over)
            await self.fronts[front].jobs.look(kind, key)

        self.spawn(f"{kind} {key[:12]}", work())

    async def make_due(self, kind: str, key: str, *, lease_over: bool = False) -> None:
        """Time passes for a row of work; with ``lease_over`` so much that whoever has it in hand counts as gone."""
        free = ", lease_until = NULL" if lease_over else ""
        await self._sql(f"UPDATE work SET due_at = 0{free} WHERE kind = :kind AND key = :key", kind=kind, key=key)  # noqa: S608

    async def _sql(self, statement: str, **parameters: Any) -> None:
        async with self.fronts[0].database.write() as tx:
            await tx.connection.execute(text(statement), parameters)

    async def settle_down(self) -> Record:
        """Nobody acts any more: what is in hand ends, and all that is due is done, by the rows of work alone."""
        self.engine.down, self.postbox.mood = False, None
        await self.scheduler.drain()
        for _ in range(100):
            record = await self.record()
            rows = [row for row in record.work if row["kind"] in {"turn", "listen", "deliver", "route"}]
            if not rows:
                return record
            for row in rows:
                await self.make_due(row["kind"], row["key"], lease_over=True)
                self.look(row["kind"], row["key"], 1)
            await self.scheduler.drain()
        raise Broken(f"work without an end: {rows}")

    async def everybody_looks(self) -> None:
        """Each tab catches up."""
        for contact in self.contacts:
            for tab in contact.tabs:
                self.pull(tab)
        await self.scheduler.drain()

    async def close(self) -> None:
        await self.scheduler.cancel()
        for front in self.fronts:
            await front.database.close()
        if self._connection is not None:
            await self._connection.close()


class Builder:
    """Builds worlds: the product's own composition root, with gated databases and a scripted engine."""

    def __init__(self, patch: pytest.MonkeyPatch, data: Path, url: str) -> None:
        self._patch, self._data, self._url = patch, data, url
        patch.setattr(notices, "load", functools.cache(notices.load))
        patch.setattr(answer, "asyncio", Patience(lambda: self._scheduler))
        self._scheduler = Scheduler()
        self._channels: list[WebChannel] = []

    async def build(self) -> World:
        self._scheduler, self._channels = Scheduler(), []
        timeline, engine = Timeline(), ScriptedClient(self._scheduler)
        fronts = [self._front(bounds, teams, timeline, engine) for bounds, teams in zip(BOUNDS, TEAMS, strict=True)]
        await self._empty(fronts[0].database)
        postbox, diary, world_agents = Postbox(self._scheduler), Diary(), []
        async with Database.write(fronts[0].database) as tx:
            for name, role in (("Ana", Role.AGENT), ("Ben", Role.AGENT), ("Cho", Role.LEAD)):
                who, _ = await staff.add(tx, name, role, ("support", OFFERING), capacity=1)
                world_agents.append(who)
        contacts = [self._web_contact(f"visitor{n}") for n in range(2)] + [Contact("telegram:4711", [])]
        world = World(self._url, self._scheduler, timeline, fronts, engine, postbox, contacts, world_agents, diary)
        for front in fronts:
            front.jobs.handle(DELIVER, Delivery(front.database, {"telegram": postbox}))
            front.jobs.handle(LISTEN, Listeners(front.database, [diary, RouteListener(front.database)]))
            for kind, handler in front.jobs._handlers.items():
                front.jobs.handle(kind, _watched(handler, world.wrong))
        return world

    def _front(
        self, bounds: dict[str, float], teams: list[dict[str, Any]], timeline: Timeline, engine: ScriptedClient
    ) -> app.Front:
        scheduler = self._scheduler

        def database(url: str) -> GatedDatabase:
            made = GatedDatabase(url)
            made.scheduler, made.timeline = scheduler, timeline
            return made

        self._patch.setattr(app, "Database", database)

        def channel(*args: Any, **parts: Any) -> WebChannel:
            self._channels.append(WebChannel(*args, **parts))
            return self._channels[-1]

        self._patch.setattr(app, "WebChannel", channel)
        self._patch.setattr(app, "EngineClient", lambda *_: engine)
        return app.create_app(settings(self._data, self._url, bounds=bounds, teams=teams))[app.FRONT]

    async def _empty(self, database: Database) -> None:
        async with Database.write(database) as tx:
            found = (await tx.connection.execute(text(TABLES[database.is_sqlite]))).scalars()
            names = [name for name in found if not name.startswith(("alembic", "sqlite"))]
            if database.is_sqlite:
                await tx.connection.execute(text("PRAGMA defer_foreign_keys = ON"))
                for name in names:
                    await tx.connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608
            else:
                await tx.connection.execute(text(f"TRUNCATE {', '.join(names)}"))

    def newcomer(self, world: World, name: str) -> Contact:
        """One more visitor of this world."""
        contact = self._web_contact(name)
        world.contacts.append(contact)
        return contact

    def _web_contact(self, name: str) -> Contact:
        place = f"web:{name.ljust(32, '0')}"
        return Contact(place, [_tab(channel, place) for channel in self._channels])


def _tab(channel: WebChannel, place: str) -> Tab:
    window = Window()
    visit = Visit(channel, window, "")  # type: ignore[arg-type] # a socket's end
    visit._arrival = Arrival(place.partition(":")[2], stays=True)
    visit._showing._conversation_id = place
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
