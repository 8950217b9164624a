"""A front is killed as an agent ends a matter, or as its contact says how it went: it ends once, with one rating."""

from __future__ import annotations

import contextlib
from typing import Any

import aiohttp
import pytest

from tests.core import checker
from tests.core.killable import POINTS_OF_ENDING
from tests.core.site import Browser, Site, until

SURVEY, STARS = "1 (badly) to 5", "5"


@pytest.mark.parametrize("point", POINTS_OF_ENDING)
async def test_a_matter_ends_once_with_one_rating_when_a_front_is_killed_as(site: Site, point: str) -> None:
    browser = Browser("")
    async with site.front(point=point) as doomed:
        browser.base = doomed.base
        await browser.open()
        await browser.send(type="menu", command="human")
        with contextlib.suppress(aiohttp.ClientError):
            await _resolve(site, doomed.base)
            await until(lambda: _asked(browser) or doomed.process.exitcode is not None)
        was_asked = _asked(browser)
        if was_asked:
            await browser.send(type="say", text=STARS)
        await doomed.until_killed()
    await browser.close()
    await site.a_dead_front_is_given_up()
    async with site.front() as front:
        browser.base = front.base
        await browser.open()
        await _resolve(site, front.base)
        await until(lambda: _asked(browser))
        if not was_asked:
            await browser.send(type="say", text=STARS)
        record = await site.everything_settled(lambda found: any(one["stars"] for one in found.episode))
        await until(lambda: not browser.unacknowledged)
        await browser.close()
    checker.check_record(record)
    checker.check_settled(record)
    assert [one["state"] for one in record.handoff] == ["resolved"]
    assert [step["what"] for step in record.handoff_step].count("resolved") == 1
    assert [one["stars"] for one in record.episode if one["stars"] is not None] == [5]
    said = [message["text"] for message in record.message if message["sender"] == "system"]
    assert sum(SURVEY in text for text in said) == 1
    assert [event["kind"] for event in record.event].count("survey_answered") == 1
    assert [message["text"] for message in record.message if message["sender"] == "contact"].count(STARS) == 1


def _asked(browser: Browser) -> bool:
    return any(SURVEY in item.get("text", "") for item in browser.shown.values())


async def _resolve(site: Site, base: str) -> None:
    """Claims what waits and ends what is in hand, as far as it is not so already."""
    headers = {"Authorization": f"Bearer {site.agent_token}"}
    async with aiohttp.ClientSession(base, headers=headers) as session:
        queue: dict[str, Any] = {"waiting": [], "assigned": [], "ended": []}
        while not any(queue[name] for name in ("waiting", "assigned", "ended")):
            async with session.get("/api/v1/queue") as response:
                queue = await response.json()
        for one in queue["waiting"]:
            await session.post(f"/api/v1/handoffs/{one['id']}/claim")
        for one in (*queue["waiting"], *queue["assigned"]):
            async with session.post(f"/api/v1/handoffs/{one['id']}/resolve", json={"outcome": "solved"}) as response:
                assert response.status == 200, await response.text()
