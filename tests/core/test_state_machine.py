"""The core under every interleaving that hypothesis can think of: two fronts, contacts, agents, timers, faults."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.channels.web.wire import Hello
from bot.gateway.delivery import OutcomeUnknown, PermanentError, TemporaryError
from tests.core import checker
from tests.core.world import OFFERING, SAYINGS, Builder, World

EXAMPLES = {"sqlite": 20, "postgresql": 8}
STEPS = 40
# Making a failure small takes minutes: ask for it.
SHRINK = os.environ.get("FRONTDESK_TEST_SHRINK") == "1"
ASKED_FOR = os.environ.get("FRONTDESK_TEST_EXAMPLES")

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
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world: World = self.runner.run(self.builder.build())

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

    @initialize(asked=st.lists(some, min_size=1, max_size=3), claimed=st.booleans())
    def some_wait_already(self, asked: list[int], claimed: bool) -> None:
        for pick in asked:
            self.do(lambda pick=pick: self.world.press(self.contact(pick), "menu:human", 0))
        self.everything_comes_to_an_end()
        if claimed:
            self.acts_on(0, "claim", 0, 0, [])
            self.everything_comes_to_an_end()

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
        handoffs = self.record().handoff
        # Mostly what is open, sometimes anything.
        open_ones = [handoff for handoff in handoffs if handoff["state"] in {"waiting", "assigned"}]
        handoffs = (which % 4 and open_ones) or handoffs
        if handoffs:
            agent = self.world.agents[who % len(self.world.agents)]
            handoff = handoffs[-1 - which % len(handoffs)]
            holder = next((a for a in self.world.agents if a.id == handoff["agent_id"]), agent)
            # Mostly the one who holds it, sometimes anybody.
            chosen = holder if who % 3 else agent
            self.do(lambda: self.world.act(chosen, act, handoff["id"], at), moves)

    @rule(who=some, acts=st.lists(st.sampled_from(ACTS), min_size=2, max_size=5), which=some, at=front)
    def one_act_after_another(self, who: int, acts: list[str], which: int, at: int) -> None:
        for number, act in enumerate(["claim", *acts]):
            self.acts_on(who + number, act, which, at, [])
            self.runner.run(self.world.scheduler.drain())

    @rule(which=some, at=front, lease_over=st.booleans(), moves=moves)
    def work_is_looked_at(self, which: int, at: int, lease_over: bool, moves: list[tuple[int, int]]) -> None:
        rows = self.record().work
        if rows:
            row = rows[which % len(rows)]
            over = lease_over and row["kind"] in {"turn", "listen", "lease"}
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
        glimpse = self.world.glimpse()
        record = self.record()
        checker.check_record(record)
        checker.check_timeline(record, glimpse.timeline)
        checker.check_heard(record, glimpse.heard, complete=False)
        for place, seen in glimpse.seen:
            checker.check_seen(record, place, seen, ())
        for taken in glimpse.pushed:
            checker.check_pushed(record, taken)

    def teardown(self) -> None:
        try:
            self._at_the_end()
        finally:
            self.tally["gates"] += self.world.scheduler.released
            self.tally["acts"] += self.world.acts
            self.tally["examples"] += 1
            self.tally["held up"] += self.world.scheduler.times_blocked
            self.tally.update(step["what"] for step in self.record().handoff_step)
            self.runner.run(self.world.close())
            self.runner.close()

    def _at_the_end(self) -> None:
        for _ in range(2):  # what somebody sees is heard of, too
            self.runner.run(self.world.settle_down())
            self.runner.run(self.world.everybody_looks())
        self.runner.run(self.world.settle_down())
        record = self.record()
        self.the_record_is_sound()
        checker.check_settled(record)
        checker.check_routed(record, OFFERING)
        checker.check_heard(record, self.world.diary.heard, complete=True)
        checker.check_asked(self.world.timeline, record, self.world.engine.asked)
        self._what_agents_said_is_there_once(record)
        for contact in self.world.contacts:
            for tab in contact.tabs:
                checker.check_seen(record, contact.place, tab.window.seen, self.world.refused)
            checker.check_received(
                record, contact.place, contact.acknowledged, {str(i.native_key) for i in contact.tried}
            )
        self.runner.run(self._places_are_told(record))

    def _what_agents_said_is_there_once(self, record: checker.Record) -> None:
        texts = Counter(m["text"] for m in record.message if m["sender"] == "agent")
        checker.rule(texts == Counter(self.world.said.keys()), "what agents said is not there once", texts)

    async def _places_are_told(self, record: checker.Record) -> None:
        places = checker.places(record)
        for contact in self.world.contacts:
            for tab in contact.tabs:
                await tab.visit._welcome(Hello(after=tab.visit._showing.cursor))
                told = tab.window.state.get("place")
                checker.rule(told == places.get(contact.place), "another place than in line", told, places)


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Builder:
    return Builder(monkeypatch, tmp_path, database_url)


@pytest.mark.timeout(7200 if ASKED_FOR else 400)
def test_whatever_happens_at_once_the_record_stays_sound(
    builder: Builder, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = database_url.partition("+")[0]
    machine = type("House", (House,), {"builder": builder, "tally": Counter()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(ASKED_FOR or EXAMPLES[kind]),
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not ASKED_FOR,
            suppress_health_check=list(HealthCheck),
            phases=list(Phase) if SHRINK else [Phase.generate],
            database=None,
        ),
    )
    with capsys.disabled():
        print(f" {kind}: {dict(machine.tally)}", end="")
