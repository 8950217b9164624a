"""What agents say often, what they grant, what is learned from them: canned replies, tags, goodwill, suggestions."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from sqlalchemy import select, update

from conversations.staff import Role
from conversations.store import tables
from escalation import tables as desk
from tests.front import Agent, Browser, House


async def held(home: House, agent: Agent) -> tuple[Browser, str]:
    """A handoff that an agent holds."""
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    return browser, handoff_id


async def rows(home: House, table: Any) -> list[Any]:
    async with home.front.database.read() as tx:
        return list((await tx.execute(select(table))).all())


async def until(true: Any) -> None:
    async with asyncio.timeout(10):
        while not await true():
            await asyncio.sleep(0.02)


async def test_leads_keep_canned_replies_and_agents_find_them(home: House) -> None:
    agent, lead = await home.agent("Ana"), await home.agent("Lea", Role.LEAD)
    text = "Hello {contact}, {agent} here: {{about}} {reference}"
    await agent.call("POST", "/canned", {"name": "hello", "text": text}, expect=403)
    made = await lead.call("POST", "/canned", {"name": " Say  hello ", "text": text})
    assert made["name"] == "Say hello"
    await lead.call("POST", "/canned", {"name": "Hallo", "text": "Guten Tag", "language": "de", "team": "support"})
    assert [one["name"] for one in await agent.call("GET", "/canned")] == ["Hallo", "Say hello"]
    assert [one["name"] for one in await agent.call("GET", "/canned?q=HELLO+about")] == ["Say hello"]
    assert await agent.call("GET", "/canned?q=%25") == []
    browser, handoff_id = await held(home, agent)
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.handoff).values(language="de"))
        await tx.execute(update(tables.conversation).values(facts={"name": "Carla {agent}"}))
    assert [one["name"] for one in await agent.call("GET", f"/canned?handoff={handoff_id}")] == ["Hallo", "Say hello"]
    shown = await agent.call("POST", f"/canned/{made['id']}/preview", {"handoff_id": handoff_id})
    reference = (await agent.call("GET", f"/handoffs/{handoff_id}"))["summary"]["reference"]
    assert shown == {"text": f"Hello Carla {{agent}}, Ana here: {{about}} {reference}", "missing": []}
    changed = await lead.call("PATCH", f"/canned/{made['id']}", {"name": "Say hello", "text": "Order {order}"})
    assert (changed["id"], changed["text"]) == (made["id"], "Order {order}")
    shown = await agent.call("POST", f"/canned/{made['id']}/preview", {"handoff_id": handoff_id})
    assert shown == {"text": "Order {order}", "missing": ["order"]}
    await agent.call("DELETE", f"/canned/{made['id']}", expect=403)
    await lead.call("DELETE", f"/canned/{made['id']}", expect=204)
    await agent.call("POST", f"/canned/{made['id']}/preview", {"handoff_id": handoff_id}, expect=404)
    await browser.close()


async def test_a_canned_reply_or_tag_that_is_broken_is_refused_when_saved_with_each_reason(home: House) -> None:
    lead = await home.agent("Lea", Role.LEAD)
    bad = {"name": "", "text": "Hello {contcat} {", "team": "nobody", "language": "English"}
    told = (await lead.call("POST", "/canned", bad, expect=400))["detail"]
    assert all(part in told for part in ("brace", "name", "nobody", "English"))
    assert "{contact}" in (await lead.call("POST", "/canned", {"name": "x", "text": "{contcat}"}, expect=400))["detail"]
    await lead.call("POST", "/canned", {"name": "x", "text": "one"})
    assert "called 'x'" in (await lead.call("POST", "/canned", {"name": "x", "text": "two"}, expect=400))["detail"]
    await lead.call("POST", "/tags", {"name": "Late Delivery"}, expect=400)
    assert await lead.call("GET", "/tags") == []
    assert len(await rows(home, desk.canned)) == 1


async def test_a_tag_is_put_on_at_the_end_and_stays_there_when_it_is_out_of_use(home: House) -> None:
    agent, lead = await home.agent("Ana"), await home.agent("Lea", Role.LEAD)
    await agent.call("POST", "/tags", {"name": "late"}, expect=403)
    for _ in range(2):
        assert await lead.call("POST", "/tags", {"name": "late"}) == {"name": "late"}
    _, handoff_id = await held(home, agent)
    await agent.act(handoff_id, "resolve", 400, outcome="solved", tags=["no-such-tag"])
    detail = await agent.act(handoff_id, "resolve", outcome="solved", tags=["late"])
    await lead.call("DELETE", "/tags/late", expect=204)
    assert await lead.call("GET", "/tags") == []
    assert detail["summary"]["tags"] == ["late"]
    assert (await agent.call("GET", "/handoffs?tag=late"))["items"][0]["id"] == handoff_id
    assert (await agent.call("GET", "/handoffs?tag=lat"))["items"] == []


async def test_the_last_question_and_answer_are_kept_for_the_editors(home: House) -> None:
    agent = await home.agent()
    browser, handoff_id = await held(home, agent)
    await browser.say("do you ship to Malta?")
    await browser.until_said("contact", "Malta")
    await agent.reply(handoff_id, "Yes, in five days.")
    await browser.until_said("agent", "five days")
    await browser.say("thanks")
    await agent.act(handoff_id, "resolve", outcome="solved", teach=True)
    (row,) = await rows(home, desk.teaching)
    said = {m["number"]: m["text"] for m in browser.messages.values()}
    assert (said[row.question], said[row.answer]) == ("do you ship to Malta?", "Yes, in five days.")
    assert (row.handoff_id, row.by) == (handoff_id, agent.who.id)


async def test_goodwill_is_granted_within_limits_once_and_written_down(home: House) -> None:
    agent, lead = await home.agent("Ana"), await home.agent("Lea", Role.LEAD)
    me = await agent.call("GET", "/me")
    assert (me["goodwill_kinds"], me["currency"]) == (["voucher", "postage refund"], "GBP")
    _, handoff_id = await held(home, agent)

    async def grant(who: Agent, amount: float, expect: int = 200, key: str | None = None, kind: str = "voucher") -> Any:
        given = {"id": key or str(uuid.uuid4()), "kind": kind, "amount": amount, "note": "late"}
        return await who.act(handoff_id, "goodwill", expect, **given)

    key = str(uuid.uuid4())
    for _ in range(2):
        detail = await grant(agent, 7.5, key=key)
    (given,) = detail["goodwill"]
    assert (given["amount"], given["kind"], given["by"], given["note"]) == (7.5, "voucher", "Ana", "late")
    assert "2.50 GBP of it is left" in (await grant(agent, 2.51, 409))["detail"]
    await grant(agent, 0, 409)
    await grant(agent, 1, 400, kind="gold")
    await grant(lead, 1, 409)  # she does not hold it
    assert len(await rows(home, desk.goodwill)) == 1
    assert "goodwill_granted" in [row.kind for row in await rows(home, tables.event)]


async def test_asking_again_for_what_the_brief_had_is_counted_once(home: House) -> None:
    agent = await home.agent()
    browser, handoff_id = await held(home, agent)
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.conversation).values(facts={"email": "carla@example.com"}))
    await agent.reply(handoff_id, "What is your e-mail address, and your order number?")

    async def counted() -> bool:
        return bool(await rows(home, desk.reask))

    await until(counted)
    (row,) = await rows(home, desk.reask)
    assert (row.handoff_id, row.fact) == (handoff_id, "email")
    await browser.close()


async def test_an_answer_is_suggested_to_a_like_question_of_the_same_team(home: House) -> None:
    agent = await home.agent()
    browser, first = await held(home, agent)
    await browser.say("can I return an opened kettle?")
    await browser.until_said("contact", "kettle")
    await agent.reply(first, "Yes, within 30 days.")
    await agent.act(first, "resolve", outcome="solved")

    async def learned() -> bool:
        return bool(await rows(home, desk.answered))

    await until(learned)
    other, second = await held(home, agent)
    assert await agent.call("GET", f"/handoffs/{second}/suggestions") == []
    await other.say("can I return an opened toaster?")
    await other.until_said("contact", "toaster")
    (found,) = await agent.call("GET", f"/handoffs/{second}/suggestions")
    assert (found["text"], found["question"]) == ("Yes, within 30 days.", "can I return an opened kettle?")
    assert 0.6 <= found["likeness"] < 1 and found["reference"].startswith("FD-")
    home.engine.down = True
    told = await agent.call("GET", f"/handoffs/{second}/suggestions", expect=503)
    assert "engine" in told["title"]
    home.engine.down = False
    await other.say("where is my invoice?")
    await other.until_said("contact", "invoice")
    assert await agent.call("GET", f"/handoffs/{second}/suggestions") == []
    async with home.front.database.write() as tx:
        await tx.execute(update(desk.answered).values(team="returns"))
    await other.say("can I return an opened toaster?")
    assert await agent.call("GET", f"/handoffs/{second}/suggestions") == []


async def test_what_a_contact_takes_back_is_not_suggested_and_its_vector_goes(home: House) -> None:
    agent = await home.agent()
    browser, handoff_id = await held(home, agent)
    key = await browser.say("can I return an opened kettle?")
    await browser.until_said("contact", "kettle")
    await agent.reply(handoff_id, "Yes, within 30 days.")
    await agent.act(handoff_id, "resolve", outcome="solved")

    async def kept(number: int) -> bool:
        return len(await rows(home, desk.answered)) == number

    await until(lambda: kept(1))
    await browser.send(type="delete", id=str(uuid.uuid4()), of=key)
    await until(lambda: kept(0))


async def test_the_brief_says_who_the_contact_is_and_how_sure_each_fact_is(home: House) -> None:
    agent = await home.agent()
    browser, handoff_id = await held(home, agent)
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.conversation).values(email="carla@example.com"))
    brief = (await agent.call("GET", f"/handoffs/{handoff_id}"))["brief"]
    profile = {line["label"]: line["value"] for line in brief["profile"]}
    assert profile["Left an e-mail"] == "carla@example.com" and profile["Known on"] == "Web"
    assert "Contact since" in profile and "Earlier matters" not in profile
    await agent.act(handoff_id, "resolve", outcome="solved")
    await browser.until(lambda: browser.state["owner"] == "bot")
    again = await home.handoff(browser)
    profile = {
        line["label"]: line["value"] for line in (await agent.call("GET", f"/handoffs/{again}"))["brief"]["profile"]
    }
    assert profile["Earlier matters"] == "1"
