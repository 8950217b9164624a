"""Reasons that no message alone gives: a promise of ours that is late, a contact whom the business calls a VIP."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from bot.engine.wire import PromiseMade
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.turns import PROMISE
from escalation.adapters.slack.card import card
from escalation.service import promises
from escalation.service.clocks import SLA
from escalation.service.promises import Kind
from tests.front import Browser, House, house
from tests.gateway.later import handoff, look, pass_time, rows, until
from tests.scripted_engine import understood

SECRET = "the-secret-that-the-host-site-shares-with-us"
TEAM = {"name": "support", "sla": {"first_reply": 10, "resolution": 60}}
POLICY = {"vip": {"profile": {"tier": ["gold", "platinum"]}}}


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    env = {"web_identity_secret": SECRET}
    async with house(tmp_path, database_url, redis_url, env=env, handoff=POLICY, teams=[TEAM]) as built:
        yield built


async def customer(home: House, name: str, **profile: str) -> Browser:
    """Somebody whom the host site knows, and of whom it says something."""
    claims = {"sub": name, "aud": "frontdesk", "exp": int(time.time()) + 600, "name": name, "profile": profile}
    browser = Browser(home.client.server)  # type: ignore[arg-type] # a TestServer
    browser.contact, browser.timezone = jwt.encode(claims, SECRET, algorithm="HS256"), "Asia/Tokyo"
    home.browsers.append(await browser.open())
    return browser


async def shown(home: House, handoff_id: str) -> tuple[dict[str, Any], str]:
    """What the API says of a handoff, and the words of its card."""
    agent = home.agents.get("Ana") or home.agents.setdefault("Ana", await home.agent())
    detail = await home.front.parts.view.whole(handoff_id)
    return await agent.call("GET", f"/handoffs/{handoff_id}"), str([b.to_dict() for b in card(detail, "Pina").blocks])


async def test_a_late_promise_raises_the_handoff_with_what_was_promised_and_when_it_was_due(home: House) -> None:
    handoff_id = await home.handoff(await home.browser())
    before = await handoff(home, handoff_id)
    async with home.front.database.write() as tx:
        due_at = await conversations.clock(tx) + 60
        await promises.make(tx, before, Kind.WRITE, "we write when somebody is there", due_at)
    [promise] = await rows(home, t.promise, handoff_id=handoff_id, kind="write")
    await pass_time(home, 61)
    for _ in range(2):
        await look(home, PROMISE, str(promise.id))
        await until(lambda: _is_raised(home, handoff_id))
    detail, words = await shown(home, handoff_id)
    assert [reason["kind"] for reason in detail["summary"]["reasons"]] == ["asked", "promise_late"]
    assert (before.priority, detail["summary"]["priority"]) == (2, 3)
    late = detail["brief"]["reasons"][1]
    assert late["label"] == "We promised, and are late"
    assert late["evidence"].startswith("“we write when somebody is there” was due ")
    assert late["evidence"] in words
    assert len(await rows(home, t.event, kind="reason_added")) == 1


async def _is_raised(home: House, handoff_id: str) -> bool:
    return (await handoff(home, handoff_id)).priority == 3


async def test_the_assistants_own_word_that_is_late_goes_to_a_person_who_was_not_asked_before(home: House) -> None:
    word = PromiseMade("a colleague looks at it", time.time() + 3600)
    home.engine.answer("it is broken", "I am sorry.", understood("complaint"), effects=(word,))
    browser = await home.browser()
    await browser.say("it is broken")
    await browser.until_said("bot", "I am sorry.")
    [promise] = await rows(home, t.promise, kind="effect")
    await pass_time(home, 3700)
    await look(home, PROMISE, str(promise.id))
    await browser.until(lambda: browser.state["owner"] == "queue")
    assert any("has not been done in time" in text for text in browser.texts("bot"))
    [opened] = await rows(home, t.handoff)
    assert [reason["kind"] for reason in opened.reasons] == ["promise_late"]
    assert "“a colleague looks at it” was due" in opened.reasons[0]["evidence"]


async def test_a_vips_first_wish_goes_to_a_person_who_sees_who_they_are_and_what_time_it_is_there(home: House) -> None:
    home.engine.answer("hi", "Hello!", understood("greet"))
    gold, other = await customer(home, "Gala", tier="gold"), await customer(home, "Otto", tier="silver")
    for browser in (gold, other):
        await browser.say("hi")
        await browser.until_said("bot", "Hello!")
        await browser.say("where is my order")
    await gold.until(lambda: gold.state["owner"] == "queue")
    await other.until_said("bot", "You said: where is my order")
    [opened] = await rows(home, t.handoff)
    detail, words = await shown(home, opened.id)
    [reason] = detail["summary"]["reasons"]
    assert (reason["kind"], reason["evidence"], detail["summary"]["priority"]) == ("vip", "tier: gold", 3)
    profile = {line["label"]: line["value"] for line in detail["brief"]["profile"]}
    assert (profile["VIP"], profile["Tier"]) == ("yes", "gold")
    assert profile["Local time"].endswith("(Asia/Tokyo)")
    assert "Asia/Tokyo" in words and "VIP" in words
    assert not any("gold" in text for _, text in gold.shown())


async def test_whatever_a_vip_is_handed_over_for_is_more_urgent(home: House) -> None:
    handoff_id = await home.handoff(await customer(home, "Gala", tier="platinum"))
    found = await handoff(home, handoff_id)
    assert ([str(reason.kind) for reason in found.reasons], found.priority) == (["asked", "vip"], 3)


async def test_each_target_says_when_it_is_used_up_while_it_runs(home: House) -> None:
    handoff_id = await home.handoff(await home.browser())

    async def runs() -> bool:
        return {"first", "resolution"} == (await handoff(home, handoff_id)).sla_due.keys()

    await until(runs)
    detail, words = await shown(home, handoff_id)
    clocks, opened_at = detail["summary"]["sla"], detail["summary"]["created_at"]
    assert [round(clocks[name]["due_at"] - opened_at) for name in ("first", "resolution")] == [600, 3600]
    assert clocks["due_at"] == clocks["first"]["due_at"]
    assert "First reply by" in words and "Resolution by" in words
    agent = home.agents["Ana"]
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Hello.")
    await look(home, SLA, handoff_id)

    async def rests() -> bool:
        found = await handoff(home, handoff_id)
        return found.sla["first"] == "met" and "resolution" not in found.sla_due

    await until(rests)
    detail, _ = await shown(home, handoff_id)
    assert detail["summary"]["sla"]["resolution"] == {"state": "on_track", "due_at": None}
