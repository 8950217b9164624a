"""``/api/v1``: who may do what, what the loser of a race hears, and what is written down."""

from __future__ import annotations

import asyncio
import uuid

import aiohttp
import pytest
from sqlalchemy import select, update

from conversations.staff import Role
from conversations.store import tables as t
from escalation import tables
from tests.front import House


async def test_nobody_gets_in_without_a_token(home: House) -> None:
    for path in ("/me", "/queue", "/handoffs", "/handoffs/x", "/search", "/facts", "/agents", "/live"):
        response = await home.client.get(f"/api/v1{path}")
        assert response.status == 401
        assert response.content_type == "application/problem+json"
    for token in ("", "wrong", "fd_" + "x" * 43):
        response = await home.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert response.status == 401


async def test_an_editor_does_not_work_at_the_desk(home: House) -> None:
    editor = await home.agent("Eddie", Role.EDITOR)
    for path in ("/queue", "/handoffs", "/agents", "/canned", "/search"):
        await editor.call("GET", path, expect=403)


async def test_signing_in_gives_a_cookie_that_only_the_desk_page_can_use(home: House) -> None:
    agent = await home.agent()
    response = await home.client.post("/api/v1/sign-in", json={"token": agent.token})
    assert response.status == 200
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert agent.token not in cookie
    assert (await home.client.get("/api/v1/me")).status == 200
    forged = await home.client.post("/api/v1/handoffs/x/claim", json={})
    assert forged.status == 403
    from_desk = await home.client.post("/api/v1/handoffs/x/claim", json={}, headers={"X-Frontdesk": "desk"})
    assert from_desk.status == 404


async def test_a_removed_agent_is_out_at_once(home: House) -> None:
    from conversations.store import staff

    agent = await home.agent("Ana")
    await home.client.post("/api/v1/sign-in", json={"token": agent.token})
    async with home.front.database.write() as tx:
        await staff.remove(tx, "Ana")
    assert (await home.client.get("/api/v1/me")).status == 401
    await agent.call("GET", "/me", expect=401)


async def test_what_a_removed_agent_held_waits_again_in_its_old_place_and_their_live_stream_ends(home: House) -> None:
    browser, other, admin = await home.browser(), await home.browser(), await home.agent("Bo", Role.ADMIN)
    agent = await home.agent("Ana")
    handoff_id, younger = await home.handoff(browser), await home.handoff(other)
    await agent.act(handoff_id, "claim")
    ana = (await agent.call("GET", "/me"))["id"]
    async with home.client.get("/api/v1/live", headers={"Authorization": f"Bearer {agent.token}"}) as stream:
        await stream.content.readline()
        await admin.call("DELETE", f"/agents/{ana}", expect=204)
        await asyncio.wait_for(stream.content.read(), 10)
    await browser.until(lambda: browser.state["owner"] == "queue")
    assert [row["id"] for row in await admin.waiting()] == [handoff_id, younger]


async def test_guessing_tokens_is_slowed_down(home: House) -> None:
    statuses = [(await home.client.post("/api/v1/sign-in", json={"token": f"fd_{n}"})).status for n in range(12)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


async def test_of_two_claims_one_wins_and_the_other_hears_who_won(home: House) -> None:
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    agents = [await home.agent(name) for name in ("Ana", "Ben", "Cem", "Dana")]

    async def claim(agent: object) -> tuple[int, dict[str, object]]:
        headers = {"Authorization": f"Bearer {agent.token}"}  # type: ignore[attr-defined] # an Agent
        async with home.client.post(f"/api/v1/handoffs/{handoff_id}/claim", headers=headers) as response:
            return response.status, await response.json(content_type=None)

    answers = await asyncio.gather(*(claim(agent) for agent in agents))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    winner = next(body["summary"]["agent"] for status, body in answers if status == 200)  # type: ignore[index] # JSON
    assert all(str(winner) in str(body["title"]) for status, body in answers if status == 409)


async def test_only_the_holder_speaks_to_the_contact(home: House) -> None:
    browser, ana, ben = await home.browser(), await home.agent("Ana"), await home.agent("Ben")
    handoff_id = await home.handoff(browser)
    await ben.reply(handoff_id, "not claimed", expect=409)
    await ana.act(handoff_id, "claim")
    await ben.reply(handoff_id, "not mine", expect=409)
    await ben.act(handoff_id, "resolve", 409, outcome="solved")
    await ben.act(handoff_id, "release", 409)
    await ana.reply(handoff_id, "Hello!")
    await browser.until_said("agent", "Hello!")
    assert browser.texts("agent") == ["Hello!"]


async def test_a_note_never_reaches_the_contact(home: House) -> None:
    browser, ana, ben = await home.browser(), await home.agent("Ana"), await home.agent("Ben")
    handoff_id = await home.handoff(browser)
    key = str(uuid.uuid4())
    for _ in range(2):
        await ben.act(handoff_id, "note", id=key, text="she called last week")
    detail = await ana.act(handoff_id, "claim")
    notes = [(line["name"], line["text"], line["number"]) for line in detail["transcript"] if line["note"]]
    assert notes == [("Ben", "she called last week", None)]
    await ana.reply(handoff_id, "Hello!")
    await browser.until_said("agent", "Hello!")
    assert "she called" not in str(browser.frames)


async def test_every_opening_of_a_transcript_is_written_down_and_a_refresh_is_none(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    lead = await home.agent("Lea", Role.LEAD)
    for who in (agent, lead, agent):
        await who.call("GET", f"/handoffs/{handoff_id}")
    async with home.front.database.read() as tx:
        rows = (await tx.execute(select(tables.opening.c.staff_id, tables.opening.c.surface))).all()
    assert [tuple(row) for row in rows] == [(agent.who.id, "web"), (lead.who.id, "web")]


async def test_what_was_said_after_the_end_is_not_the_agents_to_read(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "resolve", outcome="solved")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.say("something private")
    await browser.until_said("bot", "something private")
    detail = await agent.call("GET", f"/handoffs/{handoff_id}")
    assert "something private" not in str(detail)
    await browser.press("4 of 5")
    await browser.until(lambda: any("Add a comment" in str(m) for m in browser.messages.values()))
    assert "something private" not in str(await agent.call("GET", f"/handoffs/{handoff_id}"))


async def test_what_was_learned_after_the_end_is_not_in_the_brief(home: House) -> None:
    visitor, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(visitor)
    await agent.act(handoff_id, "claim")
    database, place = home.front.database, t.conversation

    async def knows(**slots: str) -> None:
        async with database.write() as tx:
            held = select(t.handoff.c.conversation_id).where(t.handoff.c.id == handoff_id).scalar_subquery()
            await tx.execute(update(place).where(place.c.id == held).values(slots=slots))

    async def told() -> tuple[str, dict[str, str]]:
        detail = await agent.call("GET", f"/handoffs/{handoff_id}")
        return detail["summary"]["contact"], {line["label"]: line["value"] for line in detail["brief"]["facts"]}

    await knows(name="Sam", order_number="PC-10452")
    at_the_end = "Sam", {"Name": "Sam", "Order": "PC-10452"}
    assert await told() == at_the_end
    await agent.act(handoff_id, "resolve", outcome="solved")
    await visitor.until(lambda: visitor.state["owner"] == "bot")
    await knows(name="Kim", email="later@example.com", order_number="PC-99999")
    assert await told() == at_the_end
    await agent.act(handoff_id, "reopen")
    assert (await told())[0] == "Kim"


async def test_acts_on_what_is_gone_or_ended_are_refused_clearly(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    await agent.act("nonsense", "claim", 404)
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "resolve", outcome="solved")
    await agent.act(handoff_id, "claim", 409)
    await agent.reply(handoff_id, "one more thing", expect=409)
    await browser.until(lambda: browser.state["owner"] == "bot")
    assert browser.texts("agent") == []


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b'{"id":"12345678"}', b'{"id":1,"text":"x"}',
             b'{"id":"12345678","text":"x","as":"bot"}',
             b'{"id":"12345678","text":' + b"[" * 100_000, b'{"id":"x","text":"x"}', b'{"id":"12345678","text":"  "}']
)  # fmt: skip
async def test_a_body_of_another_shape_is_400_with_a_reason(home: House, body: bytes) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    headers = {"Authorization": f"Bearer {agent.token}", "Content-Type": "application/json"}
    response = await home.client.post(f"/api/v1/handoffs/{handoff_id}/reply", data=body, headers=headers)
    assert response.status == 400
    assert (await response.json(content_type=None))["detail"]


async def test_a_live_desk_is_told_where_to_look(home: House) -> None:
    agent = await home.agent()
    headers = {"Authorization": f"Bearer {agent.token}"}
    timeout = aiohttp.ClientTimeout(total=10)
    async with home.client.get("/api/v1/live", headers=headers, timeout=timeout) as stream:
        assert stream.content_type == "text/event-stream"
        browser = await home.browser()
        await home.handoff(browser)
        seen = b""
        while b"event: queue" not in seen:
            seen += await stream.content.readline()
    assert b"Talk to a person" not in seen


async def test_a_live_desk_is_told_of_people_who_come_and_go(home: House) -> None:
    agent = await home.agent()
    headers, timeout = {"Authorization": f"Bearer {agent.token}"}, aiohttp.ClientTimeout(total=10)
    async with home.client.get("/api/v1/live", headers=headers, timeout=timeout) as stream:
        me = await agent.call("PUT", "/me/availability", {"availability": "busy"})
        assert me["availability"] == "busy"
        seen = b""
        while b"event: staff" not in seen:
            seen += await stream.content.readline()


async def test_the_openapi_document_names_every_route_that_is_served(home: House) -> None:
    described = await (await home.client.get("/api/openapi.json")).json()
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in home.client.app.router.routes()  # type: ignore[union-attr] # there is an app
        if route.resource and route.resource.canonical.startswith("/api/v1/") and route.method != "HEAD"
    }
    told = {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert served - told == {("get", "/api/v1/live")}
    assert told <= served


async def test_health_readiness_and_metrics_answer(home: House) -> None:
    assert (await home.client.get("/healthz")).status == 200
    assert (await home.client.get("/readyz")).status == 200
    text = await (await home.client.get("/metrics")).text()
    assert "frontdesk_turns_total" in text
    assert "frontdesk_engine_ready 1.0" in text
