"""``Idempotency-Key``, and what the API says of requests that no route takes."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select, update

from conversations.staff import Role
from conversations.store import tables
from conversations.store.database import now
from escalation import tables as desk
from tests.front import Agent, House


async def post(agent: Agent, path: str, body: Any, key: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {agent.token}", "Idempotency-Key": key}
    async with agent.client.post(f"/api/v1{path}", json=body, headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def count(home: House, table: Any) -> int:
    async with home.front.database.read() as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


async def test_the_same_request_under_one_key_is_done_once(home: House) -> None:
    lead, key = await home.agent("Lea", Role.LEAD), str(uuid.uuid4())
    body = {"name": "hello", "text": "Hello!"}
    first = await post(lead, "/canned", body, key)
    assert first[0] == 200
    assert await post(lead, "/canned", body, key) == first
    assert await count(home, desk.canned) == 1
    other = await post(lead, "/canned", {**body, "text": "Good day!"}, key)
    assert other[0] == 422 and other[1]["status"] == 422


async def test_a_repeat_of_an_act_is_answered_with_the_handoff_as_it_stands(home: House) -> None:
    browser, ana, ben = await home.browser(), await home.agent("Ana"), await home.agent("Ben")
    handoff_id, key = await home.handoff(browser), str(uuid.uuid4())
    status, detail = await post(ana, f"/handoffs/{handoff_id}/claim", {}, key)
    assert (status, detail["summary"]["agent"]) == (200, "Ana")
    await ana.act(handoff_id, "release")
    await ben.act(handoff_id, "claim")
    status, detail = await post(ana, f"/handoffs/{handoff_id}/claim", {}, key)
    assert (status, detail["summary"]["agent"]) == (200, "Ben")
    status, detail = await post(ben, f"/handoffs/{handoff_id}/claim", {}, key)  # a key is its person's own
    assert status == 200


async def test_what_was_refused_is_tried_anew_and_a_key_is_kept_for_a_day(home: House) -> None:
    browser, ana, ben = await home.browser(), await home.agent("Ana"), await home.agent("Ben")
    handoff_id, key = await home.handoff(browser), str(uuid.uuid4())
    await ben.act(handoff_id, "claim")
    assert (await post(ana, f"/handoffs/{handoff_id}/claim", {}, key))[0] == 409
    await ben.act(handoff_id, "release")
    assert (await post(ana, f"/handoffs/{handoff_id}/claim", {}, key))[0] == 200
    async with home.front.database.write() as tx:
        await tx.execute(update(desk.idempotency).values(at=now() - 86_401))
    assert (await post(ana, f"/handoffs/{handoff_id}/claim", {"greet": True}, key))[0] == 200
    assert await count(home, desk.idempotency) == 1


async def test_while_the_first_request_is_in_hand_the_second_waits_and_a_crash_does_not_block_it(home: House) -> None:
    lead, key = await home.agent("Lea", Role.LEAD), str(uuid.uuid4())
    body = {"name": "hello", "text": "Hello!"}
    await post(lead, "/canned", body, key)
    async with home.front.database.write() as tx:
        await tx.execute(update(desk.idempotency).values(status=None))
    assert (await post(lead, "/canned", body, key))[0] == 409
    async with home.front.database.write() as tx:
        await tx.execute(update(desk.idempotency).values(at=now() - 61))
    assert (await post(lead, "/canned", body, key))[0] == 400  # it is done, and the name is taken


@pytest.mark.parametrize("key", ["short", "x" * 65, "with a blank"])
async def test_a_key_that_is_none_is_refused(home: House, key: str) -> None:
    lead = await home.agent("Lea", Role.LEAD)
    assert (await post(lead, "/tags", {"name": "late"}, key))[0] == 400
    assert await count(home, desk.tag) == 0


async def test_somebody_new_s_token_is_shown_once(home: House) -> None:
    admin, key = await home.agent("Ada", Role.ADMIN), str(uuid.uuid4())
    new = {"name": "Nina", "role": "agent", "teams": ["support"]}
    status, added = await post(admin, "/agents", new, key)
    assert (status, added["token"][:3]) == (200, "fd_")
    assert (await post(admin, "/agents", new, key))[0] == 409
    await Agent(home.client, admin.who, added["token"]).call("GET", "/me")
    await admin.call("DELETE", f"/agents/{added['id']}", expect=204)
    await admin.call("DELETE", f"/agents/{added['id']}", expect=404)
    await Agent(home.client, admin.who, added["token"]).call("GET", "/me", expect=401)
    await admin.call("DELETE", f"/agents/{admin.who.id}", expect=403)
    assert "team" in (await admin.call("POST", "/agents", {**new, "teams": ["moon"]}, expect=400))["detail"]


async def test_what_no_route_takes_is_a_problem_too(home: House) -> None:
    agent = await home.agent()
    for method, path, status in (("GET", "/nothing", 404), ("PUT", "/queue", 405), ("GET", "/handoffs/x/claim", 405)):
        headers = {"Authorization": f"Bearer {agent.token}"}
        async with home.client.request(method, f"/api/v1{path}", headers=headers) as response:
            assert (response.status, response.content_type) == (status, "application/problem+json")
            assert (await response.json(content_type=None))["status"] == status
            assert ("Allow" in response.headers) == (status == 405)


async def test_roles_are_kept_and_the_document_says_them(home: House) -> None:
    agent, lead = await home.agent("Ana"), await home.agent("Lea", Role.LEAD)
    for who, path, status in ((agent, "/board", 403), (lead, "/board", 200), (agent, "/teams", 200)):
        await who.call("GET", path, expect=status)
    await lead.call("POST", "/agents", {"name": "N", "role": "agent", "teams": ["support"]}, expect=403)
    described = await (await home.client.get("/api/openapi.json")).json()
    refused = described["paths"]["/api/v1/agents"]["post"]["responses"]["403"]["description"]
    assert refused == "Only for admin"


async def test_a_program_hands_a_conversation_over(home: House) -> None:
    browser, lead, agent = await home.browser(), await home.agent("Lea", Role.LEAD), await home.agent("Ana")
    await browser.say("hello")
    await browser.until_said("bot", "hello")
    async with home.front.database.read() as tx:
        place = (await tx.execute(select(tables.conversation.c.id))).scalar_one()
    new = {"conversation_id": place, "evidence": "The parcel of order 10452 is lost", "priority": 3}
    await agent.call("POST", "/handoffs", new, expect=403)
    await lead.call("POST", "/handoffs", {**new, "conversation_id": "web:nobody"}, expect=404)
    await lead.call("POST", "/handoffs", {**new, "team": "moon"}, expect=400)
    await lead.call("POST", "/handoffs", {**new, "priority": 9}, expect=400)
    made = await lead.call("POST", "/handoffs", new)
    assert made["summary"]["reasons"][0]["evidence"] == new["evidence"]
    assert (made["summary"]["state"], made["summary"]["priority"], made["summary"]["team"]) == ("waiting", 3, "support")
    await browser.until(lambda: browser.state["owner"] == "queue")
    again = await lead.call("POST", "/handoffs", {**new, "evidence": "It is found"})
    assert again["summary"]["id"] == made["summary"]["id"] and len(again["summary"]["reasons"]) == 2
