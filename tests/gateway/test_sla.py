"""The clocks of a handoff: targets announced as they change, once each, and the ladder that is climbed meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from conversations.handoff import Step
from conversations.staff import Role
from conversations.store import tables as t
from escalation.service.clocks import SLA
from escalation.service.ladder import LADDER
from tests.front import House, house
from tests.gateway.later import handoff, look, pass_time, rows, until

TEAM = {
    "name": "support",
    "sla": {"first_reply": 10, "next_reply": 5, "resolution": 60},
    "ladder": [{"who": "team", "minutes": 5}, {"who": "leads", "minutes": 60}, {"who": "S0123456", "minutes": 0}],
}


@pytest.fixture
async def aims(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    """A house whose team has targets and a ladder."""
    async with house(tmp_path, database_url, redis_url, teams=[TEAM]) as built:
        yield built


async def stands(home: House, handoff_id: str, **clocks: str) -> None:
    """Waits until the targets are announced so."""

    async def so() -> bool:
        found = (await handoff(home, handoff_id)).sla
        return all(found.get(name) == state for name, state in clocks.items())

    await until(so)


async def steps(home: House, handoff_id: str, what: Step) -> list[str | None]:
    return [row.comment for row in await rows(home, t.handoff_step, handoff_id=handoff_id, what=what)]


async def announced(home: House, kind: str) -> list[dict[str, str]]:
    return [row.payload for row in await rows(home, t.event, kind=kind)]


async def test_a_target_is_at_risk_then_missed_and_each_is_said_once(aims: House) -> None:
    handoff_id = await aims.handoff(await aims.browser())
    await stands(aims, handoff_id, first="on_track", resolution="on_track")
    due_at = (await handoff(aims, handoff_id)).sla_due_at
    assert due_at is not None and abs(due_at - (await handoff(aims, handoff_id)).created_at - 600) < 1
    await pass_time(aims, 460)
    await look(aims, SLA, handoff_id)
    await stands(aims, handoff_id, first="at_risk", resolution="on_track")
    await pass_time(aims, 200)
    for _ in range(3):
        await look(aims, SLA, handoff_id)
        await stands(aims, handoff_id, first="breached")
    assert await steps(aims, handoff_id, Step.AT_RISK) == ["first"]
    assert await steps(aims, handoff_id, Step.BREACHED) == ["first"]
    told = [(one["clock"], one["state"]) for one in await announced(aims, "sla_changed")]
    assert told == [("first", "at_risk"), ("first", "breached")]


async def test_the_agent_s_first_words_meet_the_target_and_are_measured(aims: House) -> None:
    labels = {"clock": "first", "state": "met", "team": "support"}
    met = REGISTRY.get_sample_value("frontdesk_sla_outcomes_total", labels) or 0
    replies = REGISTRY.get_sample_value("frontdesk_first_reply_seconds_count") or 0
    browser, agent = await aims.browser(), await aims.agent()
    handoff_id = await aims.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Hello, Ana here.")
    await stands(aims, handoff_id, first="met")
    await agent.reply(handoff_id, "One more thing.")
    await agent.act(handoff_id, "resolve", outcome="solved")
    await stands(aims, handoff_id, resolution="met")
    assert REGISTRY.get_sample_value("frontdesk_sla_outcomes_total", labels) == met + 1
    assert REGISTRY.get_sample_value("frontdesk_first_reply_seconds_count") == replies + 1


async def test_what_was_late_once_stays_so_in_the_figures_and_nothing_else_is_said_there(aims: House) -> None:
    browser, lead = await aims.browser(), await aims.agent("Lea", Role.LEAD)
    handoff_id = await aims.handoff(browser)
    await lead.act(handoff_id, "claim")
    await lead.reply(handoff_id, "I am on it.")
    await stands(aims, handoff_id, first="met")
    await browser.say("and now?")
    await stands(aims, handoff_id, next="on_track")
    await pass_time(aims, 400)
    await look(aims, SLA, handoff_id)
    await stands(aims, handoff_id, next="breached")
    await lead.reply(handoff_id, "A moment more.")
    await browser.until_said("agent", "A moment more.")
    await browser.say("thank you")
    await stands(aims, handoff_id, next="on_track")
    await lead.reply(handoff_id, "Done.")
    await stands(aims, handoff_id, next="met")
    await lead.act(handoff_id, "resolve", outcome="solved")
    await stands(aims, handoff_id, resolution="met")
    (fact,) = (await lead.call("GET", "/facts"))["items"]
    assert fact["sla"] == {"first": "met", "next": "breached", "resolution": "met"}


async def test_while_the_contact_is_waited_for_the_resolution_stands_still(aims: House) -> None:
    browser, agent = await aims.browser(), await aims.agent()
    handoff_id = await aims.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Which size is it?")
    await stands(aims, handoff_id, first="met")
    await pass_time(aims, 50_000)
    await look(aims, SLA, handoff_id)
    await browser.say("a large one")
    await stands(aims, handoff_id, next="on_track", resolution="on_track")
    await pass_time(aims, 301)
    await look(aims, SLA, handoff_id)
    await stands(aims, handoff_id, next="breached", resolution="on_track")


async def test_out_of_hours_no_clock_runs(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    closed = {**TEAM, "hours": {"monday": ["00:00-00:01"]}}
    async with house(tmp_path, database_url, redis_url, teams=[closed]) as home:
        handoff_id = await home.handoff(await home.browser())
        await stands(home, handoff_id, first="on_track")
        await pass_time(home, 3000)
        await look(home, SLA, handoff_id)
        await look(home, LADDER, handoff_id)
        await stands(home, handoff_id, first="on_track")
        assert await steps(home, handoff_id, Step.BREACHED) == []
        assert await steps(home, handoff_id, Step.RUNG) in ([], ["team"])


async def test_the_ladder_is_climbed_a_rung_at_a_time_and_each_is_told_once(aims: House) -> None:
    handoff_id = await aims.handoff(await aims.browser())

    async def told(*who: str) -> bool:
        return await steps(aims, handoff_id, Step.RUNG) == list(who)

    await until(lambda: told("team"))
    await look(aims, LADDER, handoff_id)
    await pass_time(aims, 301)
    await look(aims, LADDER, handoff_id)
    await until(lambda: told("team", "leads"))
    for _ in range(2):
        await look(aims, LADDER, handoff_id)
    assert await told("team", "leads")
    assert [one["rung"] for one in await announced(aims, "ladder_climbed")] == [0, 1]
    assert (await handoff(aims, handoff_id)).rung == 1


async def test_a_missed_target_goes_up_the_ladder_at_once(aims: House) -> None:
    handoff_id = await aims.handoff(await aims.browser())
    await until(lambda: _has_rung(aims, handoff_id, 0))
    await pass_time(aims, 290)
    await look(aims, LADDER, handoff_id)
    async with aims.front.database.write() as tx:
        await tx.execute(t.handoff.update().values(created_at=t.handoff.c.created_at - 400))
    await look(aims, SLA, handoff_id)
    await stands(aims, handoff_id, first="breached")
    await until(lambda: _has_rung(aims, handoff_id, 1))


async def test_who_has_it_in_hand_stops_the_ladder_and_a_release_begins_its_rung_anew(aims: House) -> None:
    browser, agent = await aims.browser(), await aims.agent()
    handoff_id = await aims.handoff(browser)
    await until(lambda: _has_rung(aims, handoff_id, 0))
    await agent.act(handoff_id, "claim")
    await pass_time(aims, 400)
    await agent.act(handoff_id, "release")
    await browser.until(lambda: browser.state["owner"] == "queue")
    await look(aims, LADDER, handoff_id)
    await asyncio.sleep(0.5)
    assert await steps(aims, handoff_id, Step.RUNG) == ["team"]
    await pass_time(aims, 310)
    await look(aims, LADDER, handoff_id)
    await until(lambda: _has_rung(aims, handoff_id, 1))


async def _has_rung(home: House, handoff_id: str, rung: int) -> bool:
    found = await handoff(home, handoff_id)
    return found.rung == rung and found.rung_at is not None


# THREATS, row 23: a clock that jumps, and the nights in which clocks change (those in tests/unit, with the arithmetic).


def test_the_desk_asks_no_process_for_the_time() -> None:
    asked = re.compile(r"\btime\.time\(|datetime\.now\(|datetime\.utcnow\(|date\.today\(")
    root = Path(__file__).parents[2]
    read = [path for package in ("domain", "service") for path in (root / "escalation" / package).glob("*.py")]
    assert len(read) > 20
    assert [path.name for path in read if asked.search(path.read_text(encoding="utf-8"))] == []


async def test_a_look_that_comes_hours_late_says_what_one_in_time_would_have_said(aims: House) -> None:
    browser, agent = await aims.browser(), await aims.agent()
    handoff_id = await aims.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Hello, Ana here.")
    await stands(aims, handoff_id, first="met")
    async with aims.front.database.write() as tx:
        await tx.execute(t.handoff.update().values(sla={}, sla_due_at=None))
    await pass_time(aims, 40_000)
    await look(aims, SLA, handoff_id)
    await stands(aims, handoff_id, first="met", resolution="on_track")
    assert await steps(aims, handoff_id, Step.BREACHED) == []
