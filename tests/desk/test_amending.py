"""Edits, deletions, sending again and contacts who left, over the API."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.gateway.delivery import Delivery, OutcomeUnknown, PermanentError
from conversations.model import InboundKind, InboundMessage, Message, Status
from conversations.store import conversations, tables
from conversations.store.conversations import DELIVER
from tests.front import Agent, Browser, House, house

PLACE = "telegram:4711"
FIRST = InboundMessage(PLACE, "telegram", "4711", InboundKind.SAID, "where is my parcel", "m:1")


class Courier:
    """A vendor who fails for agents' messages as told."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)

    async def send(self, message: Message) -> str:
        if message.agent_id and self.faults:
            raise self.faults.pop(0)
        return str(message.number)

    async def find(self, message: Message) -> str | None:
        raise OutcomeUnknown("no way to look it up")

    async def revise(self, message: Message, chosen: int | None) -> None:
        raise AssertionError("nothing is revised here")


async def claimed(home: House, agent: Agent) -> tuple[Browser, str]:
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    return browser, handoff_id


async def said(agent: Agent, handoff_id: str, text: str) -> int:
    """Says it; returns its number."""
    detail = await agent.reply(handoff_id, text)
    return int(next(line["number"] for line in reversed(detail["transcript"]) if line["text"] == text))


def line(detail: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in detail["transcript"] if one["number"] == number)
    return found


async def far_handoff(home: House, courier: Courier) -> str:
    """A contact on a channel that is pushed to asks for a person."""
    home.front.jobs.handle(DELIVER, Delivery(home.front.database, {"telegram": courier}))
    await home.front.receive(FIRST)
    await home.front.receive(replace(FIRST, kind=InboundKind.PRESSED, text="", native_key="c:2", choice="menu:human"))
    agent = await home.agent("Una")
    while not (waiting := await agent.waiting()):
        pass
    return str(waiting[0]["id"])


async def test_an_agent_edits_and_deletes_what_they_said(home: House) -> None:
    agent = await home.agent()
    browser, handoff_id = await claimed(home, agent)
    number = await said(agent, handoff_id, "it comes mnoday")
    await browser.until_said("agent", "it comes mnoday")
    path = f"/handoffs/{handoff_id}/messages/{number}"
    edited = line(await agent.call("PATCH", path, {"text": "it comes Monday"}), number)
    assert (edited["text"], edited["edited"], edited["may"]) == ("it comes Monday", True, ["edit", "delete"])
    deleted = line(await agent.call("DELETE", path), number)
    assert (deleted["text"], deleted["deleted"], deleted["may"]) == ("", True, [])
    await agent.call("PATCH", path, {"text": "again"})
    async with home.front.database.read() as tx:
        held = await conversations.messages(tx, (await agent.call("GET", f"/handoffs/{handoff_id}"))["conversation_id"])
    assert [m.text for m in held if m.sender == "agent"] == [""]


async def test_only_its_author_changes_a_message_and_only_while_the_matter_lasts(home: House) -> None:
    ana, ben = await home.agent("Ana"), await home.agent("Ben")
    browser, handoff_id = await claimed(home, ana)
    number = await said(ana, handoff_id, "it comes Monday")
    await browser.until_said("agent", "it comes Monday")
    path = f"/handoffs/{handoff_id}/messages"
    assert line(await ben.call("GET", f"/handoffs/{handoff_id}"), number)["may"] == []
    for who, wrong in ((ben, number), (ana, 1), (ana, 999)):
        assert "not a message of yours" in (await who.call("PATCH", f"{path}/{wrong}", {"text": "x"}, 409))["title"]
        await who.call("DELETE", f"{path}/{wrong}", expect=409)
    for body in ({"text": " "}, {"text": "x" * 20_001}, {}, {"text": "x", "at": 1}):
        await ana.call("PATCH", f"{path}/{number}", body, 400)
    await ana.call("PATCH", f"{path}/999999999", {"text": "x"}, 409)
    too_many = await home.client.patch(f"/api/v1{path}/{'9' * 30}", headers={"Authorization": f"Bearer {ana.token}"})
    assert too_many.status == 404
    await ana.act(handoff_id, "resolve", outcome="solved")
    assert "has ended" in (await ana.call("PATCH", f"{path}/{number}", {"text": "x"}, 409))["title"]
    assert line(await ana.call("GET", f"/handoffs/{handoff_id}"), number)["text"] == "it comes Monday"


async def test_after_a_release_its_author_may_still_correct_it(home: House) -> None:
    agent = await home.agent()
    browser, handoff_id = await claimed(home, agent)
    number = await said(agent, handoff_id, "it comes mnoday")
    await browser.until_said("agent", "mnoday")
    await agent.act(handoff_id, "release")
    path = f"/handoffs/{handoff_id}/messages/{number}"
    assert line(await agent.call("PATCH", path, {"text": "it comes Monday"}), number)["text"] == "it comes Monday"


async def test_where_the_channel_cannot_change_what_it_showed_the_agent_is_told(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, rest={"enabled": True}) as home:
        agent, client = await home.agent(), home.rasa_client("anna")
        await client.say("hello")
        (place,) = await conversation_ids(home)
        press = InboundMessage(place, "rest", "anna", InboundKind.PRESSED, choice="menu:human", native_key="p")
        await home.front.receive(press)
        while not (waiting := await agent.waiting()):
            pass
        handoff_id = waiting[0]["id"]
        await agent.act(handoff_id, "claim")
        number = await said(agent, handoff_id, "it comes Monday")
        path = f"/handoffs/{handoff_id}/messages/{number}"
        unseen = line(await agent.call("PATCH", path, {"text": "it comes Tuesday"}), number)
        assert unseen["edited"], "nobody saw it yet"
        assert "it comes Tuesday" in str(await client.say("and?"))
        assert line(await agent.call("GET", f"/handoffs/{handoff_id}"), number)["may"] == []
        refused = await agent.call("PATCH", path, {"text": "it comes Friday"}, 409)
        assert "keep seeing the old text" in refused["title"]


async def conversation_ids(home: House) -> list[str]:
    async with home.front.database.read() as tx:
        return list((await tx.execute(select(tables.conversation.c.id))).scalars())


async def test_what_was_deleted_before_it_went_is_never_sent(home: House) -> None:
    agent = await home.agent()
    browser, handoff_id = await claimed(home, agent)
    await browser.close()
    number = await said(agent, handoff_id, "for nobody")
    detail = await agent.call("DELETE", f"/handoffs/{handoff_id}/messages/{number}")
    assert (line(detail, number)["status"], line(detail, number)["deleted"]) == ("withdrawn", True)
    back = await home.browser(browser.token)
    await back.until_said("system", "Ana")
    assert "for nobody" not in str(back.frames)


async def test_a_message_that_failed_is_sent_again_once_by_its_holder(home: House) -> None:
    ana, ben = await home.agent("Ana"), await home.agent("Ben")
    handoff_id = await far_handoff(home, Courier(PermanentError("blocked")))
    await ana.act(handoff_id, "claim")
    number = await said(ana, handoff_id, "it comes Monday")
    await until_status(ana, handoff_id, number, Status.FAILED)
    failed = line(await ana.call("GET", f"/handoffs/{handoff_id}"), number)
    assert failed["may"] == ["edit", "delete", "send_again"]
    path = f"/handoffs/{handoff_id}/messages"
    await ben.call("POST", f"{path}/{number}/again", expect=409)
    for wrong in (1, number + 50):
        assert "nothing to send" in (await ana.call("POST", f"{path}/{wrong}/again", expect=409))["title"]
    for _ in range(2):
        detail = await ana.call("POST", f"{path}/{number}/again")
    again = [one for one in detail["transcript"] if one["text"] == "it comes Monday"]
    assert len(again) == 2 and "send_again" not in line(detail, number)["may"]
    await until_status(ana, handoff_id, again[1]["number"], Status.SENT)


async def until_status(agent: Agent, handoff_id: str, number: int, status: Status) -> None:
    async with asyncio.timeout(15):
        while line(await agent.call("GET", f"/handoffs/{handoff_id}"), number)["status"] != status:
            await asyncio.sleep(0.05)


async def test_a_contact_who_left_is_flagged_until_they_write_again(home: House) -> None:
    agent = await home.agent()
    handoff_id = await far_handoff(home, Courier())
    assert (await agent.waiting())[0]["left_at"] is None
    await home.front.receive(replace(FIRST, kind=InboundKind.LEFT, text="", native_key=None))
    assert (await agent.waiting())[0]["left_at"] > 0
    assert (await agent.call("GET", f"/handoffs/{handoff_id}"))["summary"]["left_at"] > 0
    await home.front.receive(replace(FIRST, text="here again", native_key="m:5"))
    assert (await agent.waiting())[0]["left_at"] is None


async def test_the_transcript_says_what_the_contact_edited_and_deleted(home: House) -> None:
    agent = await home.agent()
    handoff_id = await far_handoff(home, Courier())
    edit = replace(FIRST, kind=InboundKind.EDITED, text="where is PC-1?", of="m:1", native_key="e:1", sent_at=5.0)
    await home.front.receive(edit)
    first = line(await agent.call("GET", f"/handoffs/{handoff_id}"), 1)
    assert (first["text"], first["edited"], first["deleted"]) == ("where is PC-1?", True, False)
    await home.front.receive(replace(edit, kind=InboundKind.DELETED, text="", native_key="d:1", sent_at=6.0))
    detail = await agent.call("GET", f"/handoffs/{handoff_id}")
    assert (line(detail, 1)["text"], line(detail, 1)["deleted"]) == ("", True)
    assert "PC-1" not in str(detail["transcript"][0]) and "PC-1" not in detail["summary"]["last_text"]
