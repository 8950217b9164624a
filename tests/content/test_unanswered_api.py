"""The routes of the unanswered: who may, what they answer, and how refusals are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.content.unanswered.capture import ALL
from bot.engine.wire import Parse
from conversations.staff import Role
from conversations.store import tables
from tests.front import Agent, House, house

HERE = "/studio/api/unanswered"


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url) as built:
        yield built


async def call(who: Agent, method: str, path: str = "", body: Any = None, expect: int = 200) -> Any:
    headers = {"Authorization": f"Bearer {who.token}"}
    async with who.client.request(method, HERE + path, json=body, headers=headers) as response:
        answer = await response.json(content_type=None)
        assert response.status == expect, (response.status, answer)
        if expect >= 400:
            assert response.content_type == "application/problem+json" and answer["title"]
        return answer


async def test_editors_see_and_decide_and_nobody_else(home: House) -> None:
    edna = await home.agent("Edna", Role.EDITOR)
    await call(await home.agent("Ana"), "GET", expect=403)
    home.engine.answer(
        "do you wrap presents", "Sorry, what?", Parse("nlu_fallback", 0.0, understood=False, scope="out")
    )
    browser = await home.browser()
    await browser.say("do you wrap presents")
    await browser.until_said("bot", "Sorry, what?")
    await home.front.unanswered.capture(await place(home))
    while await home.front.unanswered.grouping(ALL) is not None:
        pass
    [one] = (await call(edna, "GET"))["groups"]
    assert (one["name"], one["people"], one["sources"]) == ("do you wrap presents", 1, {"out_of_scope": 1})
    here = f"/{one['id']}"
    shown = await call(edna, "GET", here + "?days=28")
    assert [q["text"] for q in shown["questions"]] == ["do you wrap presents"] and shown["drafts"] == []
    assert (await call(edna, "GET", "/frequent"))["groups"][0]["id"] == one["id"]
    near = await call(edna, "POST", "/near", {"texts": ["do you wrap presents"]})
    assert near["texts"][0]["text"] == "do you wrap presents"
    for path in ("?days=0", "?days=x", "?limit=999", "?state=lost"):
        await call(edna, "GET", path, expect=400)
    await call(edna, "POST", here + "/dismiss", {}, 400)
    await call(edna, "POST", here + "/dismiss", {"reason": " "}, 422)
    await call(edna, "POST", here + "/teach", {"intent": "wrapping", "examples": [], "is_new": True}, 422)
    await call(edna, "POST", here + "/merge", {"into": one["id"]}, 422)
    await call(edna, "POST", "/move", {"conversation_id": "web:x", "number": 1, "into": None}, 404)
    for lost in ("/999", "/x", "/99999999999"):
        await call(edna, "GET", lost, expect=404)
    dismissed = await call(edna, "POST", here + "/dismiss", {"reason": "not ours"})
    assert (dismissed["state"], dismissed["state_by"]) == ("dismissed", "Edna")
    assert (await call(edna, "GET"))["groups"] == []
    assert [g["id"] for g in (await call(edna, "GET", "?state=dismissed"))["groups"]] == [one["id"]]
    assert (await call(edna, "POST", here + "/reopen", {}))["state"] == "new"


async def place(home: House) -> str:
    """The one conversation that there is."""
    async with home.front.database.read() as tx:
        return str((await tx.execute(select(tables.conversation.c.id))).scalar_one())
