"""A front is killed as it offers handoffs, or ends an offer: none is lost, made twice, or kept for ever."""

from __future__ import annotations

import contextlib
import json
from collections import Counter

import aiohttp
import pytest

from conversations.staff import Role
from conversations.store import staff
from conversations.store.database import Database
from tests.core import checker
from tests.core.killable import POINTS_OF_ROUTING
from tests.core.site import Browser, Site
from tests.front import CALM

VISITORS = 3
# Offers are over at once while the front lives that dies, and never while the other one does.
SOON, NEVER = 1, 3600
_QUIET = {"turn", "listen", "route"}


@pytest.mark.parametrize("point", POINTS_OF_ROUTING)
async def test_no_offer_is_lost_doubled_or_stuck_when_a_front_is_killed_as(site: Site, point: str) -> None:
    _offers_last(site, SOON)
    await _two_people_with_one_hand_each(site)
    browsers = [Browser("") for _ in range(VISITORS)]
    async with site.front(point=point, times=2) as doomed:
        for browser in browsers:
            browser.base = doomed.base
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                await browser.open()
            await browser.send(type="menu", command="human")
        await doomed.until_killed()
    for browser in browsers:
        await browser.close()
    _offers_last(site, NEVER)
    await site.a_dead_front_is_given_up()
    async with site.front() as front:
        for browser in browsers:
            browser.base = front.base
            await browser.open()
        record = await site.everything_settled(_is_quiet)
        for browser in browsers:
            await browser.close()
    checker.check_record(record)
    checker.check_settled(record)
    checker.check_routed(record, "support")
    _each_offer_was_made_once_and_ended_once(record)


def _offers_last(site: Site, seconds: int) -> None:
    team = {"name": "support", "mode": "offer", "offer_seconds": seconds}
    (site.data / "frontdesk.yml").write_text(json.dumps({"bounds": CALM, "teams": [team]}))


async def _two_people_with_one_hand_each(site: Site) -> None:
    database = Database(site.url)
    async with database.write() as tx:
        await staff.add(tx, "Ben", Role.AGENT, "support", capacity=1)
        ana = await staff.by_name(tx, "Ana")
        assert ana is not None
        await staff.change(tx, ana.id, capacity=1)
    await database.close()


def _is_quiet(record: checker.Record) -> bool:
    """Everybody has asked for a person, all of it is heard and routed, and no offer of the dead front stands."""
    asked = len(record.handoff) == VISITORS
    begun = {work["kind"] for work in record.work if not work["set_aside"]} & _QUIET
    due = [work["due_at"] for work in record.work if work["kind"] == "offer"]
    at = max((step["at"] for step in record.handoff_step), default=0.0)
    return asked and not begun and all(moment > at + NEVER / 2 for moment in due)


def _each_offer_was_made_once_and_ended_once(record: checker.Record) -> None:
    steps = [step for step in record.handoff_step if step["what"] in {"offered", "declined"}]
    made = Counter((step["handoff_id"], step["agent_id"]) for step in steps if step["what"] == "offered")
    ended = Counter((step["handoff_id"], step["agent_id"]) for step in steps if step["what"] == "declined")
    standing = Counter((h["id"], h["offered_to"]) for h in record.handoff if h["offered_to"] is not None)
    assert made == ended + standing, "an offer without an end, or an end without one"
    assert max(made.values()) == 1, "nobody is asked twice for what they let pass"
    held = Counter(h["offered_to"] for h in record.handoff if h["offered_to"])
    assert held and max(held.values()) == 1, "nobody is kept more than their hands hold"
