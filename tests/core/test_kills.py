"""A front is killed at every step: what was acknowledged is there, everything is answered, and nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import Any

import aiohttp
import pytest

from tests.core import checker
from tests.core.killable import POINTS
from tests.core.site import Browser, Process, Site, until

VISITORS = 3
# The points that only an agent's act comes to.
OF_AGENTS = {
    *("a takeover is not committed", "a claim is committed", "an agent's reply is committed"),
    "a transfer is not committed",
}


@pytest.mark.parametrize("point", POINTS)
async def test_nothing_is_lost_and_nothing_said_twice_when_a_front_is_killed_as(site: Site, point: str) -> None:
    browsers = [Browser("") for _ in range(VISITORS)]
    # In the midst of it: of what visitors do some is done before, some is under way, some is not begun.
    times = 1 if point in OF_AGENTS else 3
    if point == "the sweep is at work":
        site.engine.hold.clear()  # turns are in hand, which only another front's sweep can find
    async with site.front(point=point, times=times) as doomed:
        await _live(site, browsers, doomed, with_agent=point in OF_AGENTS)
        await doomed.until_killed()
    for browser in browsers:
        await browser.close()
    site.engine.hold.set()
    await site.a_dead_front_is_given_up()
    async with site.front() as front:
        for browser in browsers:
            browser.base = front.base
            await browser.open()
        await until(lambda: not any(browser.unacknowledged for browser in browsers))
        record = await site.everything_settled()
        await until(lambda: all(browser.cursor >= _last(record, browser) for browser in browsers))
        for browser in browsers:
            await browser.close()
    record = await site.record()
    for browser in browsers:
        _is_whole(record, browser)
    checker.check_record(record)
    _engine_answered_once(record)


async def _live(site: Site, browsers: list[Browser], doomed: Process, *, with_agent: bool) -> None:
    """Visitors write at once, one of them to a person; until the front is dead."""
    for number, browser in enumerate(browsers):
        browser.base = doomed.base
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            await browser.open()
        await browser.send(type="say", text=f"first of {number}")
        await browser.send(type="say", text=f"second of {number}")
    if with_agent:
        await browsers[0].send(type="menu", command="human")
        await _agent_acts(site, doomed.base)


async def _agent_acts(site: Site, base: str) -> None:
    """Claims the handoff, replies and passes it on, as far as there is somebody to listen."""
    headers = {"Authorization": f"Bearer {site.agent_token}"}
    with contextlib.suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession(base, headers=headers) as session:
            waiting: list[dict[str, Any]] = []
            while not waiting:
                async with session.get("/api/v1/queue") as response:
                    waiting = (await response.json())["waiting"]
                await asyncio.sleep(0.02)
            await session.post(f"/api/v1/handoffs/{waiting[0]['id']}/claim")
            reply = {"id": str(uuid.uuid4()), "text": "Ana is here."}
            await session.post(f"/api/v1/handoffs/{waiting[0]['id']}/reply", json=reply)
            passed_on = {"team": "support", "comment": "who knows pans?"}
            await session.post(f"/api/v1/handoffs/{waiting[0]['id']}/transfer", json=passed_on)


def _conversation(record: checker.Record, browser: Browser) -> str:
    return next(m["conversation_id"] for m in record.message if m["native_key"] in browser.acknowledged)


def _last(record: checker.Record, browser: Browser) -> int:
    return len(record.messages(_conversation(record, browser)))


def _is_whole(record: checker.Record, browser: Browser) -> None:
    place = _conversation(record, browser)
    stored = record.messages(place, "contact")
    assert sorted(m["native_key"] for m in stored) == sorted(browser.acknowledged)
    seen = checker.Seen([browser.shown[number] for number in browser.first_shown])
    checker.check_seen(record, place, seen, ())


def _engine_answered_once(record: checker.Record) -> None:
    """Each message that nobody pressed for a person is answered by the bot exactly once."""
    handed = {e["conversation_id"] for e in record.event if e["kind"] == "handoff_opened"}
    for turn in record.turn:
        if (place := turn["conversation_id"]) not in handed:
            said = [
                m["text"] for m in record.messages(place, "contact") if turn["first"] <= m["number"] <= turn["through"]
            ]
            answers = [m["text"] for m in record.messages(place, "bot") if m["turn"] == turn["first"]]
            assert answers == ["You said: " + "\n".join(said)]
    answered = {(t["conversation_id"], n) for t in record.turn for n in range(t["first"], t["through"] + 1)}
    for message in record.message:
        if message["sender"] == "contact" and message["conversation_id"] not in handed:
            assert (message["conversation_id"], message["number"]) in answered
