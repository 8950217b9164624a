"""What a whole journey does to ``/metrics``: each figure that it concerns by exact numbers, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.engine.wire import Entity, Parse
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.turns import PROMISE
from tests.front import House, house
from tests.gateway.later import look, pass_time, rows, until

TEAM = {"name": "support", "sla": {"first_reply": 600, "next_reply": 600, "resolution": 6000}}
# How often work is looked at depends on what comes together; that none fails does not.
WORK, ENDS_BADLY = "frontdesk_work_done_total", {"failed", "set_aside"}

Figures = dict[str, float]


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url, teams=[TEAM]) as built:
        yield built


async def figures(home: House) -> Figures:
    """Every sample of ours; of a histogram how often it was observed."""
    async with home.client.get("/metrics") as response:
        families = list(text_string_to_metric_families(await response.text()))
    found = {}
    for sample in (sample for family in families for sample in family.samples):
        is_shown = sample.name.startswith("frontdesk_") and not sample.name.endswith(("_bucket", "_sum", "_created"))
        if is_shown and (sample.name != WORK or sample.labels["outcome"] in ENDS_BADLY):
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name.removeprefix('frontdesk_')}{{{labels}}}"] = sample.value
    return found


async def changed(home: House, before: Figures) -> Figures:
    after = await figures(home)
    differences = {name: after.get(name, 0) - before.get(name, 0) for name in {*after, *before}}
    return {name: by for name, by in differences.items() if by}


async def test_a_whole_journey_changes_exactly_the_figures_that_it_concerns(home: House) -> None:
    order = Entity("order_number", "PC-10452")
    asks = Parse("order_status", 0.95, understood=True, mood=0.0, entities=(order,))
    home.engine.answer("where is PC-10452?", "On its way.", asks)
    browser, ana, ben = await home.browser(), await home.agent("Ana"), await home.agent("Ben")
    await asyncio.sleep(0.5)  # the first sweeps have set the gauges
    before = await figures(home)

    await browser.say("where is PC-10452?")
    await browser.until_said("bot", "On its way.")
    handoff_id = await home.handoff(browser)
    await ana.act(handoff_id, "claim")
    await ben.act(handoff_id, "claim", expect=409)
    await ana.reply(handoff_id, "Hello, what is your order number?")
    await browser.until_said("agent", "what is your order number?")
    await browser.say("as I said: PC-10452")
    await until(lambda: _is_settled(home))
    await ana.reply(handoff_id, "Thank you, I will look.")
    async with home.front.database.read() as tx:
        then = await conversations.clock(tx) + 7200
    await ana.act(handoff_id, "snooze", until=then)
    await ana.reply(handoff_id, "It comes tomorrow.")
    [promise] = await rows(home, t.promise, kind="snooze")
    await pass_time(home, 3 * 3600 + 60)
    await look(home, PROMISE, str(promise.id))
    await ana.act(handoff_id, "resolve", outcome="solved")
    await browser.until(lambda: "5 of 5" in browser.buttons())
    await browser.press("5 of 5")
    await browser.until_said("system", "Thank you")

    wanted: Figures = {
        # The question, the press for a person, the answer to the agent, the stars.
        "messages_received_total{channel=web}": 4,
        "turns_total{outcome=answered}": 1,
        "turn_seconds_count{}": 1,
        "handoffs_opened_total{reason=asked}": 1,
        "handoffs_claimed_total{}": 1,
        "handoff_wait_seconds_count{}": 1,
        "claims_lost_total{}": 1,
        "reasks_total{fact=order_number}": 1,
        "first_reply_seconds_count{}": 1,
        "sla_outcomes_total{clock=first,state=met,team=support}": 1,
        "sla_outcomes_total{clock=next,state=met,team=support}": 1,
        "sla_outcomes_total{clock=resolution,state=met,team=support}": 1,
        "promises_total{kind=snooze,outcome=kept}": 1,
        "handoffs_ended_total{state=resolved}": 1,
    }
    with suppress(TimeoutError):
        await until(lambda: _is(home, before, wanted))
    assert await changed(home, before) == wanted
    await asyncio.sleep(0.6)
    assert await changed(home, before) == wanted, "and nothing comes after it"


async def _is(home: House, before: Figures, wanted: Figures) -> bool:
    return await changed(home, before) == wanted


async def _is_settled(home: House) -> bool:
    return all(one.settled_through == one.last_contact_number for one in await rows(home, t.conversation))
