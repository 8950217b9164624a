"""Contacts, agents, fronts, engine and timers as hypothesis drives them: every rule is one thing that may happen."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.channels.web.wire import Hello
from bot.gateway.delivery import OutcomeUnknown, PermanentError, TemporaryError
from tests.core import checker
from tests.core.builder import Builder
from tests.core.checker import Judged, Row
from tests.core.world import OFFERING, SAYINGS, World

OFTEN = ("claim", "reply", "resolve", "pass to a team")
ACTS = (
    *OFTEN,
    *OFTEN,
    *("note", "return", "release", "pass back", "pass to somebody", "step in", "decline"),
    *("snooze", "snooze for an hour", "wake", "reopen", "block", "unblock", "here", "busy", "away"),
)

some = st.integers(0, 31)
front = st.integers(0, 1)
# Who goes on, and for how many gates.
moves = st.lists(st.tuples(some, st.integers(1, 8)), max_size=4)


class House(RuleBasedStateMachine):
    """Contacts, agents and timers act at once; after each step the record is judged."""

    builder: Builder
    runner: asyncio.Runner
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.world: World = self.runner.run(self.builder.build())
        self.judged: Judged = set()
        self.judged_at: tuple[int, ...] = ()

    def go(self, moves: list[tuple[int, int]]) -> None:
        async def go() -> None:
            for pick, steps in moves:
                await self.world.scheduler.burst(pick, steps)

        self.runner.run(self._in_loop(go()))

    async def _in_loop(self, work: Any) -> None:
        await work

    def do(self, act: Any, moves: list[tuple[int, int]] = ()) -> None:  # type: ignore[assignment] # read only
        """Starts an actor inside the loop, and lets some go on."""

        async def do() -> None:
            act()
            await self.world.scheduler.quiet()
            for pick, steps in moves:
                await self.world.scheduler.burst(pick, steps)

        self.runner.run(do())

    @initialize(
        asked=st.lists(some, min_size=1, max_size=3),
        acts=st.lists(st.sampled_from(ACTS), max_size=3),
        claimed=st.booleans(),
        alone=st.booleans(),
    )
    def some_wait_already(self, asked: list[int], acts: list[str], claimed: bool, alone: bool) -> None:
        for agent in self.world.agents[1:] if alone else ():
            self.do(lambda agent=agent: self.world.act(agent, "away", "", 0))
        for pick in asked:
            self.do(lambda pick=pick: self.world.press(self.contact(pick), "menu:human", 0))
        self.runner.run(self.world.settle_down())
        for act in ("claim", *acts) if claimed else ():
            self.acts_on(0, act, 0, 0, [])
            self.runner.run(self.world.scheduler.drain())
            self.the_record_is_sound()
        self.runner.run(self.world.everybody_looks())

    def contact(self, pick: int) -> Any:
        return self.world.contacts[pick % len(self.world.contacts)]

    @rule(who=some, kind=st.sampled_from(SAYINGS), at=front, moves=moves)
    def says(self, who: int, kind: str, at: int, moves: list[tuple[int, int]]) -> None:
        self.do(lambda: self.world.say(self.contact(who), kind, at), moves)

    @rule(who=some, which=some, at=front, moves=moves)
    def presses(self, who: int, which: int, at: int, moves: list[tuple[int, int]]) -> None:
        choices = self.world.choices(self.contact(who))
        self.do(lambda: self.world.press(self.contact(who), choices[-1 - which % len(choices)], at), moves)

    @rule(who=some, which=some, at=front, moves=moves)
    def sends_again(self, who: int, which: int, at: int, moves: list[tuple[int, int]]) -> None:
        tried = self.contact(who).tried
        if tried:
            self.do(lambda: self.world.receive(self.contact(who), tried[-1 - which % len(tried)], at), moves)

    @rule(who=some, tab=front, moves=moves)
    def looks_at_the_chat(self, who: int, tab: int, moves: list[tuple[int, int]]) -> None:
        tabs = self.contact(who).tabs
        if tabs:
            self.do(lambda: self.world.pull(tabs[tab]), moves)

    @rule(
        who=some,
        act=st.sampled_from(ACTS),
        which=some,
        at=front,
        moves=moves,
    )
    def acts_on(self, who: int, act: str, which: int, at: int, moves: list[tuple[int, int]]) -> None:
        if (handoff := self.handoff(which)) is not None:
            chosen = self.agent(who, handoff)
            self.do(lambda: self.world.act(chosen, act, handoff["id"], at), moves)

    def handoff(self, which: int) -> Row | None:
        """Mostly one that is open, sometimes any."""
        handoffs = self.record().handoff
        open_ones = [handoff for handoff in handoffs if handoff["state"] in {"waiting", "assigned"}]
        handoffs = (which % 4 and open_ones) or handoffs
        return handoffs[-1 - which % len(handoffs)] if handoffs else None

    def agent(self, who: int, handoff: Row) -> Any:
        """Mostly the one who holds it, sometimes anybody."""
        agent = self.world.agents[who % len(self.world.agents)]
        holder = next((a for a in self.world.agents if a.id == handoff["agent_id"]), agent)
        return holder if who % 3 else agent

    @rule(who=some, acts=st.lists(st.sampled_from(ACTS), min_size=2, max_size=5), which=some, at=front)
    def one_act_after_another(self, who: int, acts: list[str], which: int, at: int) -> None:
        for number, act in enumerate(["claim", *acts]):
            self.acts_on(who + number, act, which, at, [])
            self.runner.run(self.world.scheduler.drain())
            self.the_record_is_sound()

    @rule(which=some, at=front, lease_over=st.booleans(), moves=moves)
    def work_is_looked_at(self, which: int, at: int, lease_over: bool, moves: list[tuple[int, int]]) -> None:
        rows = self.record().work
        if rows:
            row = rows[which % len(rows)]
            nobody = not self.world.in_hand(row["kind"], row["key"])
            over = lease_over and (nobody or row["kind"] in {"turn", "listen", "lease"})
            self.do(lambda: self.world.look_later(row["kind"], row["key"], at, lease_over=over), moves)

    @rule(who=some, at=front, moves=moves)
    def a_second_worker_settles(self, who: int, at: int, moves: list[tuple[int, int]]) -> None:
        self.do(lambda: self.world.settle(self.contact(who), at), moves)

    @rule(moves=st.lists(st.tuples(some, st.integers(1, 12)), min_size=1, max_size=8))
    def time_passes(self, moves: list[tuple[int, int]]) -> None:
        self.go(moves)

    @rule(down=st.booleans())
    def the_engine_goes_or_comes(self, down: bool) -> None:
        self.world.engine.down = down

    @rule(mood=st.sampled_from([None, TemporaryError, PermanentError, OutcomeUnknown]))
    def the_channel_takes_it_or_not(self, mood: type[Exception] | None) -> None:
        self.world.postbox.mood = mood

    @rule(which=some, at=front, does=st.sampled_from((True, False, False)), moves=moves)
    def a_front_dies(self, which: int, at: int, does: bool, moves: list[tuple[int, int]]) -> None:
        """In the middle of some work that it has just begun, and of whatever else it has in hand."""
        self.work_is_looked_at(which, at, False, moves)
        if does:
            self.runner.run(self.world.dies(at))

    @rule()
    def everything_comes_to_an_end(self) -> None:
        self.runner.run(self.world.settle_down())
        self.runner.run(self.world.everybody_looks())

    def record(self) -> checker.Record:
        return self.runner.run(self.world.record())

    @invariant()
    def the_record_is_sound(self) -> None:
        if self.world.wrong:
            raise self.world.wrong[0]
        if self.judged_at == (now := self.world.so_far()):
            return
        glimpse = self.world.glimpse()
        record = self.record()
        checker.check_record(record)
        checker.check_timeline(record, glimpse.timeline, self.judged)
        self.judge_more(record)
        checker.check_heard(record, glimpse.heard, complete=False)
        for place, seen in glimpse.seen:
            checker.check_seen(record, place, seen, ())
        for taken in glimpse.pushed:
            checker.check_pushed(record, taken)
        self.judged_at = now

    # What a house with more has more to judge.

    def judge_more(self, record: checker.Record) -> None:
        """What holds at every moment."""

    def judge_at_the_end(self, record: checker.Record) -> None:
        """What holds when all is quiet."""

    def written_elsewhere(self) -> set[str]:
        """Agents' words that are judged by others."""
        return set()

    def more_counted(self) -> dict[str, int]:
        return {}

    def teardown(self) -> None:
        try:
            self._at_the_end()
        finally:
            self._count()
            self.runner.run(self.world.close())

    def _count(self) -> None:
        world = self.world
        self.tally += Counter(
            {
                "examples": 1,
                "gates": world.scheduler.released,
                "acts": world.acts,
                "held up": world.scheduler.times_blocked,
                "deaths": world.deaths,
                **self.more_counted(),
            }
        )
        self.tally.update(step["what"] for step in self.record().handoff_step)

    def _at_the_end(self) -> None:
        for _ in range(2):  # what somebody sees is heard of, too
            self.runner.run(self.world.settle_down())
            self.runner.run(self.world.everybody_looks())
        self.runner.run(self.world.settle_down())
        self.judged, self.judged_at = set(), ()
        record = self.record()
        self.the_record_is_sound()
        checker.check_settled(record)
        checker.check_routed(record, OFFERING)
        checker.check_heard(record, self.world.diary.heard, complete=True)
        checker.check_asked(self.world.timeline, record, self.world.engine.asked)
        self._what_agents_said_is_there_once(record)
        self.judge_at_the_end(record)
        refused = self.world.refused - self.world.cut_off
        for contact in self.world.contacts:
            for tab in contact.tabs:
                checker.check_seen(record, contact.place, tab.window.seen, refused)
            checker.check_received(
                record, contact.place, contact.acknowledged, {str(i.native_key) for i in contact.tried}
            )
        self.runner.run(self._places_are_told(record))

    def _what_agents_said_is_there_once(self, record: checker.Record) -> None:
        """What was cut off by a death may be there, once."""
        theirs = [m for m in record.message if m["sender"] == "agent" and not checker.is_greeting(m)]
        texts = Counter(m["text"] for m in theirs if m["text"] not in self.written_elsewhere())
        checker.rule(max(texts.values(), default=1) == 1, "an agent's words are there twice", texts)
        there = texts.keys() - (self.world.cut_off - self.world.said.keys())
        checker.rule(there == self.world.said.keys(), "what agents said is not there", there, self.world.said.keys())

    async def _places_are_told(self, record: checker.Record) -> None:
        places = checker.places(record)
        for contact in self.world.contacts:
            for tab in contact.tabs:
                await tab.visit._welcome(Hello(after=tab.visit._showing.cursor))
                told = tab.window.state.get("place")
                checker.rule(told == places.get(contact.place), "another place than in line", told, places)
