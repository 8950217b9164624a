"""The core under every interleaving that hypothesis can think of: two fronts that die and begin again, contacts, agents
at the desk and in Slack, timers, faults."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test as run

from tests.core import checker, colleagues
from tests.core.builder import Builder, Store
from tests.core.colleagues import Colleagues
from tests.core.house import House, front, moves, some

# What happens in one example: in long runs more.
STEPS = 50 if os.environ.get("FRONTDESK_TEST_EXAMPLES") else 30
# How many examples, in chunks that several workers share: every second chunk has the desk in Slack.
CHUNKS = {"sqlite": (35, 35, 35, 35), "postgresql": (40, 20)}
# Making a failure small takes minutes: ask for it.
SHRINK = os.environ.get("FRONTDESK_TEST_SHRINK") == "1"
ASKED_FOR = os.environ.get("FRONTDESK_TEST_EXAMPLES")

# Of what the desk asks of Slack, what may go wrong and how.
METHODS = ("chat.postMessage", "chat.postMessage", "chat.update", "conversations.history", "conversations.replies")
FAULTS = ("lost", "lost", "ratelimited", "restricted_action", "internal_error")


class SlackHouse(House):
    """A house whose agents work in Slack, too, which fails as it may."""

    def __init__(self) -> None:
        super().__init__()
        assert self.world.lobby is not None
        self.lobby = self.world.lobby
        self.slack = Colleagues(self.world, self.lobby)

    @rule(who=some, which=some, pick=some, at=front, moves=moves)
    def presses_in_slack(self, who: int, which: int, pick: int, at: int, moves: list[tuple[int, int]]) -> None:
        if (handoff := self.handoff(which)) is not None:
            self.do(lambda: self.slack.press(self.agent(who, handoff), handoff, pick, at), moves)

    @rule(who=some, which=some, private=st.booleans(), at=front, moves=moves)
    def writes_in_a_thread(self, who: int, which: int, private: bool, at: int, moves: list[tuple[int, int]]) -> None:
        if (handoff := self.handoff(which)) is not None:
            self.do(lambda: self.slack.write(self.agent(who, handoff), handoff, at, private=private), moves)

    @rule(method=st.sampled_from(METHODS), fault=st.sampled_from(FAULTS))
    def slack_fails(self, method: str, fault: str) -> None:
        if fault == "lost":
            self.lobby.lose_answer(method)
        else:
            self.lobby.fail(method, fault)

    @rule(away=st.booleans())
    def slack_goes_or_comes(self, away: bool) -> None:
        self.lobby.away = away

    @rule(again=st.booleans(), pick=some, at=front, moves=moves)
    def slack_sends_again(self, again: bool, pick: int, at: int, moves: list[tuple[int, int]]) -> None:
        """What was not acknowledged; or, replayed by somebody, what was."""
        self.do(lambda: self.slack.come_again(at) if again else self.slack.replay(pick, at), moves)

    def judge_more(self, record: checker.Record) -> None:
        colleagues.check_private(record, self.slack.written.values())

    def judge_at_the_end(self, record: checker.Record) -> None:
        colleagues.check_written(record, self.slack.written.values())
        colleagues.check_lobby(record, self.lobby, self.slack.written.values())

    def written_elsewhere(self) -> set[str]:
        return {one.text for one in self.slack.written.values()}

    def more_counted(self) -> dict[str, int]:
        calls, written = len(self.lobby.calls), len(self.slack.written)
        return {"calls of Slack": calls, "written in Slack": written, "replayed": self.slack.replays}


@pytest.mark.parametrize(
    ("database_url", "chunk"),
    [(kind, chunk) for kind, chunks in CHUNKS.items() for chunk in range(len(chunks))],
    indirect=["database_url"],
)
@pytest.mark.timeout(14_400 if ASKED_FOR else 400)
def test_whatever_happens_at_once_the_record_stays_sound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, chunk: int, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, began = database_url.partition("+")[0], time.process_time()
    slack = chunk % 2 == 1
    builder = Builder(monkeypatch, tmp_path, database_url, slack=slack, store=Store(database_url))
    asked_for = -(-int(ASKED_FOR) // len(CHUNKS[kind])) if ASKED_FOR else CHUNKS[kind][chunk]
    tally: Counter[str] = Counter()
    # Each chunk has its own chances: they follow from the class's name.
    name, kind_of_house = f"House{chunk}", SlackHouse if slack else House
    chosen = settings(
        max_examples=asked_for,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not ASKED_FOR,
        suppress_health_check=list(HealthCheck),
        phases=list(Phase) if SHRINK else [Phase.generate],
        database=None,
    )
    try:
        with asyncio.Runner() as runner:
            run(type(name, (kind_of_house,), {"builder": builder, "runner": runner, "tally": tally}), settings=chosen)
            runner.run(builder.close())
    finally:
        with capsys.disabled():
            took = time.process_time() - began
            print(f" {kind}{' with Slack' if slack else ''}, {took:.0f} s: {dict(tally)}", end="")
