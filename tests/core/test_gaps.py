"""Two that act on one conversation at once, one of them in every gap of the other: between any two of its awaits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conversations.handoff import ClaimLost
from tests.core import checker
from tests.core.builder import Builder
from tests.core.world import Contact, World

# Every so-manyth gap: all of them in the long run.
STRIDE = 1 if os.environ.get("FRONTDESK_TEST_EXAMPLES") else 3

Act = Callable[[Contact], Any]


@dataclass
class Gaps:
    """Tries each gap with a visitor of its own."""

    builder: Builder
    world: World
    tried: int = 0

    async def each(self, prepare: Callable[[Contact], Awaitable[None]], first: Act, second: Act) -> list[Contact]:
        """One act, the other in one of its gaps, then what is left of both; until there is no further gap."""
        visitors, gap = [], 0
        while True:
            self.tried += 1
            visitor = self.builder.newcomer(self.world, f"gap{self.tried:04}")
            await prepare(visitor)
            visitors.append(visitor)
            strand = self._begin(first, visitor)
            more = await self._advance(strand, gap)
            await self._as_far_as_it_gets(self._begin(second, visitor))
            await self.ended()
            if not more:
                return visitors
            gap += STRIDE

    def _begin(self, act: Act, visitor: Contact) -> str:
        before = set(self.world.scheduler.alive)
        act(visitor)
        (strand,) = set(self.world.scheduler.alive) - before
        return strand

    async def _advance(self, strand: str, steps: int) -> bool:
        """Lets it go on for so many gates; False when it came to its end before."""
        async with asyncio.timeout(30):
            while steps:
                if await self.world.scheduler.go(strand):
                    steps -= 1
                elif not any(name.startswith(strand) for name in self.world.scheduler.alive):
                    return False
                else:
                    await asyncio.sleep(0.005)
        return True

    async def _as_far_as_it_gets(self, strand: str) -> None:
        """Until it ended, or waits for a lock of the other: it stands still for longer than a slow database does."""
        still = 0
        while still < 5 and any(name.startswith(strand) for name in self.world.scheduler.alive):
            still = 0 if await self.world.scheduler.go(strand) else still + 1
            await asyncio.sleep(0.01 * still)

    async def ended(self) -> None:
        """Everybody comes to an end, and nothing went wrong."""
        await self.world.scheduler.drain()
        if self.world.wrong:
            raise self.world.wrong[0]

    async def settled(self, visitor: Contact) -> None:
        """A worker did all that is to do."""
        self.world.settle(visitor, 0)
        await self.ended()

    async def judged(self) -> checker.Record:
        """The record, which is sound; everybody has looked at the end."""
        await self.world.everybody_looks()
        record = await self.world.record()
        checker.check_record(record)
        checker.check_timeline(record, self.world.timeline)
        for contact in self.world.contacts:
            for tab in contact.tabs:
                checker.check_seen(record, contact.place, tab.window.seen, ())
        return record

    async def says(self, visitor: Contact) -> None:
        self.world.say(visitor, "hello", 0)
        await self.ended()

    async def waits(self, visitor: Contact) -> None:
        """For a person."""
        self.world.press(visitor, "menu:human", 0)
        await self.ended()
        await self.settled(visitor)

    async def asks_meanwhile(self, visitor: Contact) -> None:
        """Waits for a person, has the assistant meanwhile, and has just asked it something."""
        await self.waits(visitor)
        record = await self.world.record()
        offer = record.messages(visitor.place, "system")[-1]
        values = [button["value"] for button in offer["buttons"]]
        self.world.press(visitor, f"{offer['number']}:{values.index('ask_meanwhile')}", 0)
        await self.ended()
        await self.settled(visitor)
        await self.says(visitor)

    async def was_answered_meanwhile(self, visitor: Contact) -> None:
        """The assistant's answer is written down, and nobody has been shown it."""
        await self.asks_meanwhile(visitor)
        await self.settled(visitor)

    async def handoff_of(self, visitor: Contact) -> str:
        record = await self.world.record()
        return str(next(h["id"] for h in record.handoff if h["conversation_id"] == visitor.place))


@pytest.fixture
async def gaps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> AsyncIterator[Gaps]:
    builder = Builder(monkeypatch, tmp_path, database_url)
    world = await builder.build()
    try:
        yield Gaps(builder, world)
    finally:
        await world.close()


def claims(gaps: Gaps, agent: int, won: list[tuple[str, int]]) -> Act:
    """An act: this agent claims the visitor's handoff, at the front of the same number."""

    async def claim(visitor: Contact) -> None:
        handoff_id = await gaps.handoff_of(visitor)
        await gaps.world.fronts[agent].parts.desk.claim(gaps.world.agents[agent], handoff_id)
        won.append((visitor.place, agent))

    return lambda visitor: gaps.world.spawn(f"claim {agent}", claim(visitor), expected=(ClaimLost,))


def settles(gaps: Gaps, front: int) -> Act:
    """An act: a worker that takes its lease for good."""
    return lambda visitor: gaps.world.settle(visitor, front)


def looks(gaps: Gaps, tab: int) -> Act:
    """An act: a browser is shown what is new."""
    return lambda visitor: gaps.world.pull(visitor.tabs[tab])


async def test_two_workers_without_leases_say_one_answer(gaps: Gaps) -> None:
    visitors = await gaps.each(gaps.says, settles(gaps, 0), settles(gaps, 1))
    record = await gaps.judged()
    for visitor in visitors:
        answers = [m["text"] for m in record.messages(visitor.place, "bot")]
        assert answers == [f"You said: {record.messages(visitor.place)[0]['text']}", "Anything else?"]


@pytest.mark.parametrize("known", [False, True], ids=["of somebody new", "of somebody known"])
async def test_a_message_that_comes_twice_at_once_is_stored_once(gaps: Gaps, known: bool) -> None:
    async def nothing(visitor: Contact) -> None:
        pass

    visitors = await gaps.each(
        gaps.says if known else nothing,
        lambda visitor: gaps.world.say(visitor, "hello", 0),
        lambda visitor: gaps.world.receive(visitor, visitor.tried[-1], 1),
    )
    record = await gaps.judged()
    for visitor in visitors:
        sent = {str(inbound.native_key) for inbound in visitor.tried}
        checker.check_received(record, visitor.place, visitor.acknowledged, sent)
        assert len(record.messages(visitor.place)) == len(sent) == 1 + known


async def test_of_two_claims_one_wins(gaps: Gaps) -> None:
    won: list[tuple[str, int]] = []
    visitors = await gaps.each(gaps.waits, claims(gaps, 0, won), claims(gaps, 1, won))
    assert sorted(place for place, _ in won) == sorted(visitor.place for visitor in visitors)
    await gaps.judged()


@pytest.mark.parametrize("claim_first", [True, False], ids=["a turn in a claim", "a claim in a turn"])
async def test_the_bot_says_nothing_after_a_takeover(gaps: Gaps, claim_first: bool) -> None:
    acts = [claims(gaps, 0, []), settles(gaps, 1)]
    await gaps.each(gaps.asks_meanwhile, *(acts if claim_first else acts[::-1]))
    await gaps.judged()


@pytest.mark.parametrize("claim_first", [True, False], ids=["a look in a claim", "a claim in a look"])
async def test_what_was_withdrawn_at_a_takeover_is_shown_to_nobody(gaps: Gaps, claim_first: bool) -> None:
    acts = [claims(gaps, 0, []), looks(gaps, 1)]
    visitors = await gaps.each(gaps.was_answered_meanwhile, *(acts if claim_first else acts[::-1]))
    record = await gaps.judged()
    ends = {m["status"] for v in visitors for m in record.messages(v.place, "bot")}
    assert ends <= {"withdrawn", "sent"}
