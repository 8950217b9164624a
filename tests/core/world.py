"""Two fronts over one database, their contacts, agents and timers: all that happens is a task of the scheduler."""

from __future__ import annotations

import asyncio
import functools
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from bot.channels.web.socket import Visit
from bot.engine.client import EngineDown, EngineSlow
from bot.engine.wire import Button, Embedded, Parse, Reply, TurnRequest, TurnResult
from bot.gateway.delivery import OutcomeUnknown, PermanentError, TemporaryError
from conversations.handoff import HandoffError
from conversations.model import InboundKind, InboundMessage, Message
from conversations.staff import Availability, Principal
from conversations.store import conversations, handoffs
from escalation.adapters.slack.places import UNDER_WAY
from escalation.adapters.slack.watching import SLACK_CARD
from escalation.service.moving import Target
from frontdesk import app
from tests.core import checker
from tests.core.checker import Broken, Record, Seen, Timeline, rule
from tests.core.lobby import ENDPOINT, Lobby
from tests.core.scheduler import Scheduler
from tests.scripted_engine import MODEL, understood

# The team whose handoffs are offered.
OFFERING = "care"
SAYINGS = ("hello", "hello", "upset", "human", "choose", "broken", "confused", "slow", "3")


# What is done once nobody acts any more.
_DONE_AT_THE_END = ("turn", "listen", "deliver", "route", SLACK_CARD, "slack_send")
# A call whose maker is gone is over; that it was made is still known.
_NOT_UNDER_WAY = "UPDATE slack_card SET posting_at = :then WHERE posting_at > :then"


def _when_it_began() -> float:
    return time.time() - UNDER_WAY - 1


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

    async def embed(self, texts: Sequence[str]) -> Embedded:
        await self._scheduler.gate("vectors asked")
        raise EngineDown("without an encoder")

    async def parse(self, text: str) -> Parse:
        raise EngineDown("nobody asks here how it is understood")


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
    engine: ScriptedClient
    postbox: Postbox
    diary: Diary
    lobby: Lobby | None
    begin: Callable[[World, int], app.Front]
    fronts: list[app.Front] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    agents: list[Principal] = field(default_factory=list)
    wrong: list[BaseException] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    said: dict[str, tuple[str, Principal]] = field(default_factory=dict)
    # Replies whose front died over them: said once, or not at all.
    cut_off: set[str] = field(default_factory=set)
    deaths: int = 0
    acts: int = 0
    _read_at: tuple[int, Record] | None = None
    _reader: checker.Reader | None = None

    def glimpse(self) -> Glimpse:
        """What was seen until now: to be taken before the record is read, which is then never older."""
        moments = defaultdict(dict, {place: dict(found) for place, found in self.timeline.moments.items()})
        heard = {place: list(ids) for place, ids in self.diary.heard.items()}
        seen = [(c.place, Seen(list(tab.window.seen.items))) for c in self.contacts for tab in c.tabs]
        pushed = [list(self.postbox.taken[c.place]) for c in self.contacts]
        return Glimpse(Timeline(moments), heard, seen, pushed)

    def so_far(self) -> tuple[int, ...]:
        """Grows with whatever is there to be judged."""
        seen = sum(len(tab.window.seen.items) for contact in self.contacts for tab in contact.tabs)
        heard, taken = (sum(map(len, found.values())) for found in (self.diary.heard, self.postbox.taken))
        return self.scheduler.commits_seen, seen, heard, taken

    async def record(self) -> Record:
        """The record now; the same as before if nobody has committed since."""
        at = self.scheduler.commits_seen
        if self._read_at is None or self._read_at[0] != at:
            self._read_at = at, await self._read()
        return self._read_at[1]

    async def _read(self) -> Record:
        if self._reader is None:
            self._reader = await checker.reader(self.url)
        return await checker.read_with(self._reader)

    def spawn(
        self,
        name: str,
        work: Coroutine[Any, Any, Any],
        front: int | None = None,
        *,
        expected: tuple[type[Exception], ...] = (),
    ) -> None:
        """An actor, who dies with this front; what it should not raise is kept."""
        self.acts += 1

        async def run() -> None:
            try:
                await work
            except expected:
                pass
            except Exception as wrong:
                self.wrong.append(wrong)

        task = self.scheduler.spawn(name, run(), None if front is None else self.fronts[front])
        task.add_done_callback(lambda _: work.close())

    async def dies(self, number: int) -> None:
        """A front is gone in the middle of whatever it has in hand, and a new one begins in its place."""
        self.deaths += 1
        dead = self.fronts[number]
        await self.scheduler.kill(dead)
        await dead.database.close()
        self.fronts[number] = self.begin(self, number)

    def in_hand(self, kind: str, key: str) -> bool:
        """Whether somebody who lives has this work in hand."""
        return any(name.startswith(f"{kind} {key[:12]}#") for name in self.scheduler.alive)

    # What contacts do.

    def receive(self, contact: Contact, inbound: InboundMessage, front: int) -> None:
        if inbound not in contact.tried:
            contact.tried.append(inbound)

        async def work() -> None:
            receipt = await self.fronts[front].receive(inbound)
            known = contact.acknowledged.setdefault(str(inbound.native_key), receipt.number)
            rule(known == receipt.number, "one message was acknowledged under two numbers", inbound, known, receipt)

        self.spawn(f"receive {contact.place}", work(), front)

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

    def send_the_rest_again(self) -> None:
        """Whoever got no acknowledgement sends it again, as browsers and vendors do."""
        for contact in self.contacts:
            for inbound in contact.tried:
                if str(inbound.native_key) not in contact.acknowledged:
                    self.receive(contact, inbound, 1)

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

        at = next(n for c in self.contacts for n, one in enumerate(c.tabs) if one is tab)
        self.spawn(f"pull {tab.visit._arrival.place}", work(), at)

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
        self.spawn(f"{act} {who.name}", acts[act](), front, expected=(HandoffError,))

    async def _unblock(self, who: Principal, handoff_id: str, front: int) -> None:
        async with self.fronts[front].database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            held = await conversations.get(tx, handoff.conversation_id) if handoff else None
        if held is not None:
            await self.fronts[front].parts.ending.unblock(who, held.contact_id)

    async def _reply(self, who: Principal, handoff_id: str, words: str, front: int) -> None:
        self.refused.add(words)  # until it is known to be said
        try:
            await self.fronts[front].parts.desk.reply(who, handoff_id, words, words)
        except asyncio.CancelledError:
            self.cut_off.add(words)
            raise
        self.refused.discard(words)
        self.said[words] = (handoff_id, who)

    # What timers and workers do.

    def settle(self, contact: Contact, front: int) -> None:
        """A worker whose lease on the conversation ran out, and which does not know it."""
        self.spawn(f"settle {contact.place}", self.fronts[front].settle(contact.place), front)

    def look(self, kind: str, key: str, front: int) -> None:
        self.spawn(f"{kind} {key[:12]}", self.fronts[front].jobs.look(kind, key), front)

    def look_later(self, kind: str, key: str, front: int, *, lease_over: bool) -> None:
        """As `look`, after so much time that the row is due."""

        async def work() -> None:
            await self.make_due(kind, key, lease_over=lease_over)
            await self.fronts[front].jobs.look(kind, key)

        self.spawn(f"{kind} {key[:12]}", work(), front)

    async def make_due(self, kind: str, key: str, *, lease_over: bool = False) -> None:
        """Time passes for a row of work; with ``lease_over`` so much that whoever has it in hand counts as gone."""
        if kind == SLACK_CARD and lease_over:  # a call of theirs is no longer under way either
            await self._sql(f"{_NOT_UNDER_WAY} AND handoff_id = :key", key=key, then=_when_it_began())
        free = ", lease_until = NULL" if lease_over else ""
        await self._sql(f"UPDATE work SET due_at = 0{free} WHERE kind = :kind AND key = :key", kind=kind, key=key)  # noqa: S608

    async def _all_are_due(self) -> None:
        """So much time passes that nobody counts as having something in hand."""
        if self.lobby is not None:
            await self._sql(_NOT_UNDER_WAY, then=_when_it_began())
        kinds = ", ".join(f"'{kind}'" for kind in _DONE_AT_THE_END)
        await self._sql(f"UPDATE work SET due_at = 0, lease_until = NULL WHERE kind IN ({kinds})")  # noqa: S608

    async def _sql(self, statement: str, **parameters: Any) -> None:
        async with self.fronts[0].database.write() as tx:
            await tx.connection.execute(text(statement), parameters)

    async def settle_down(self) -> Record:
        """Nobody acts any more: what is in hand ends, and all that is due is done, by the rows of work alone."""
        self.engine.down, self.postbox.mood = False, None
        if self.lobby is not None:
            self.lobby.away = False
        await self.scheduler.drain()
        self.send_the_rest_again()
        await self.scheduler.drain()
        for _ in range(100):
            record = await self.record()
            rows = [row for row in record.work if row["kind"] in _DONE_AT_THE_END]
            late = self.lobby.take_undelivered() if self.lobby is not None else []
            if not rows and not late:
                return record
            await self._all_are_due()
            for row in rows:
                self.look(row["kind"], row["key"], 1)
            await self.scheduler.drain()
            for delivery in late:
                self.in_slack(functools.partial(self.lobby.again, delivery), 1)  # type: ignore[union-attr] # there is one
            await self.scheduler.drain()
        raise Broken(f"work without an end: {rows}")

    def in_slack(self, act: Callable[[], Awaitable[Any]], front: int) -> None:
        """Somebody does something in Slack, and this front is told of it."""

        async def work() -> None:
            slack = self.fronts[front].slack
            assert slack is not None
            ENDPOINT.set(slack.app._received)
            await act()

        self.spawn("slack", work(), front)

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
        if self._reader is not None:
            await checker.close(self._reader)
