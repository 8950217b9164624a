"""Files over the API: an agent reads the conversation's, sends their own, and nothing else is given out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from conversations.model import Attachment, InboundKind, InboundMessage
from conversations.store import conversations, handoffs
from tests.front import Agent, House

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
LIMIT = 20 * 1024 * 1024


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]


async def conversation_of(home: House, handoff_id: str) -> str:
    async with home.front.database.read() as tx:
        handoff = await handoffs.get(tx, handoff_id)
    assert handoff is not None
    return handoff.conversation_id


async def contact_sends(home: House, place: str, name: str, content: bytes, media_type: str = "image/png") -> str:
    """The contact sends a file, as a channel brings it; returns its id."""
    file_id, size = await home.front.blobs.put(_parts(content), LIMIT)
    file = Attachment(file_id, name, media_type, size)
    identity = place.partition(":")[2]
    await home.front.receive(InboundMessage(place, "web", identity, InboundKind.SAID, attachments=(file,)))
    return file_id


async def upload(agent: Agent, handoff_id: str, name: str, content: bytes, expect: int = 200) -> Any:
    headers = {"Authorization": f"Bearer {agent.token}"}
    path = f"/api/v1/handoffs/{handoff_id}/files"
    async with agent.client.post(path, params={"name": name}, data=content, headers=headers) as response:
        answer = await response.json(content_type=None)
        assert response.status == expect, answer
        return answer


async def fetch(agent: Agent, handoff_id: str, file_id: str) -> Any:
    headers = {"Authorization": f"Bearer {agent.token}"}
    return await agent.client.get(f"/api/v1/handoffs/{handoff_id}/files/{file_id}", headers=headers)


async def sent_by_agents(home: House, place: str) -> list[tuple[str, list[tuple[str, str, int]]]]:
    async with home.front.database.read() as tx:
        found = await conversations.messages(tx, place)
    return [(m.text, [(f.name, f.media_type, f.size) for f in m.attachments]) for m in found if m.sender == "agent"]


async def test_an_agent_sees_and_saves_a_contact_s_file_and_a_browser_runs_nothing_of_it(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    name = 'wok"\r\nX-Evil: 1.svg'
    file_id = await contact_sends(home, await conversation_of(home, handoff_id), name, b"<svg/>" * 9, "image/svg+xml")
    detail = await agent.call("GET", f"/handoffs/{handoff_id}")
    (file,) = [file for line in detail["transcript"] for file in line["files"]]
    assert file == {"file_id": file_id, "name": name, "media_type": "image/svg+xml", "size": 54}
    response = await fetch(agent, handoff_id, file_id)
    assert (response.status, await response.read()) == (200, b"<svg/>" * 9)
    headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''wok%22%0D%0AX-Evil%3A%201.svg"
    assert "X-Evil" not in headers


async def test_nobody_else_is_given_a_file_and_no_other_conversation_s(home: House) -> None:
    agent = await home.agent()
    handoff_id = await home.handoff(await home.browser())
    other = await home.handoff(await home.browser())
    theirs = await contact_sends(home, await conversation_of(home, other), "theirs.png", PNG)
    for file_id in (theirs, "0" * 32, "..", "%2e%2e%2fkeys", "%25", "_" * 32):
        assert (await fetch(agent, handoff_id, file_id)).status == 404, file_id
    assert (await fetch(agent, "nonsense", theirs)).status == 404
    assert (await home.client.get(f"/api/v1/handoffs/{other}/files/{theirs}")).status == 401
    assert (await fetch(agent, other, theirs)).status == 200


async def test_what_was_sent_after_the_end_is_not_the_agents_to_read(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "resolve", outcome="solved")
    file_id = await contact_sends(home, await conversation_of(home, handoff_id), "later.png", PNG)
    assert (await fetch(agent, handoff_id, file_id)).status == 404


async def test_an_agent_s_files_go_with_their_reply_once(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    first = await upload(agent, handoff_id, "../../label.png", PNG)
    assert first == {"file_id": first["file_id"], "name": "label.png", "media_type": "image/png", "size": len(PNG)}
    second = await upload(agent, handoff_id, "page.html", b"<script>alert(1)</script>")
    key, ids = str(uuid.uuid4()), [first["file_id"], second["file_id"]]
    for _ in range(2):
        detail = await agent.act(handoff_id, "reply", id=key, text="your label", file_ids=ids)
    await browser.until_said("agent", "your label")
    sent = await sent_by_agents(home, await conversation_of(home, handoff_id))
    files = [("label.png", "image/png", len(PNG)), ("page.html", "text/plain", 25)]
    assert sent == [("your label", files)]
    assert [f["file_id"] for f in detail["transcript"][-1]["files"]] == ids
    only = await upload(agent, handoff_id, "more.txt", b"words")
    await agent.act(handoff_id, "reply", id=str(uuid.uuid4()), text="", file_ids=[only["file_id"]])
    assert (await sent_by_agents(home, await conversation_of(home, handoff_id)))[-1] == (
        "", [("more.txt", "text/plain", 5)]
    )  # fmt: skip


async def test_a_file_goes_only_where_and_by_whom_it_was_uploaded_and_only_once(home: House) -> None:
    ana, ben = await home.agent("Ana"), await home.agent("Ben")
    handoff_id, other = await home.handoff(await home.browser()), await home.handoff(await home.browser())
    for one in (handoff_id, other):
        await ana.act(one, "claim")
    bens, elsewhere = await upload(ben, handoff_id, "b", PNG), await upload(ana, other, "e", PNG)
    mine = await upload(ana, handoff_id, "m", PNG)
    for wrong in ([bens["file_id"]], [elsewhere["file_id"]], ["0" * 32], [mine["file_id"]] * 2):
        await ana.act(handoff_id, "reply", 409, id=str(uuid.uuid4()), text="x", file_ids=wrong)
    await ana.act(handoff_id, "reply", id=str(uuid.uuid4()), text="x", file_ids=[mine["file_id"]])
    await ana.act(handoff_id, "reply", 409, id=str(uuid.uuid4()), text="y", file_ids=[mine["file_id"]])
    await ana.act(handoff_id, "reply", 400, id=str(uuid.uuid4()), text="y", file_ids=["0"] * 11)


@pytest.mark.parametrize("declared", [True, False])
async def test_a_file_over_the_limit_is_refused_whatever_it_declares(home: House, declared: bool) -> None:
    agent = await home.agent()
    handoff_id = await home.handoff(await home.browser())
    content: Any = b"x" * (LIMIT + 1)
    answer = await upload(agent, handoff_id, "big", content if declared else _parts(content), 413)
    assert "larger than 20 MB" in answer["title"]
    assert "empty" in (await upload(agent, handoff_id, "none", b"", 400))["title"]
    await upload(agent, "nonsense", "a", PNG, 404)


async def test_only_the_desk_page_uploads_with_a_cookie(home: House) -> None:
    agent = await home.agent()
    handoff_id = await home.handoff(await home.browser())
    await home.client.post("/api/v1/sign-in", json={"token": agent.token})
    path = f"/api/v1/handoffs/{handoff_id}/files?name=a"
    assert (await home.client.post(path, data=PNG)).status == 403
    assert (await home.client.post(path, data=PNG, headers={"X-Frontdesk": "desk"})).status == 200


async def test_a_live_desk_hears_that_a_contact_is_typing_and_not_what(home: House) -> None:
    agent = await home.agent()
    handoff_id = await home.handoff(await home.browser())
    place = (await agent.call("GET", f"/handoffs/{handoff_id}"))["conversation_id"]
    headers = {"Authorization": f"Bearer {agent.token}"}
    async with home.client.get("/api/v1/live", headers=headers) as stream, asyncio.timeout(10):
        await stream.content.readline()
        async with home.front.database.write() as tx:
            tx.signal("typing", place, "on")
            tx.signal("typing", place, "contact")
        seen = b""
        while b"event: typing" not in seen or place.encode() not in seen:
            seen += await stream.content.readline()
    assert seen.count(b"event: typing") == 1
