"""A front that is told to stop finishes the turns that it has in hand; what it could not finish is found again."""

from __future__ import annotations

import asyncio
from pathlib import Path

from conversations.model import Sender
from conversations.store import conversations
from conversations.store.database import Database
from tests.front import house


async def test_a_turn_in_hand_is_finished_before_the_front_is_gone(tmp_path: Path, database_url: str) -> None:
    async with house(tmp_path, database_url) as home:
        home.engine.hold.clear()
        browser = await home.browser()
        await browser.say("hello")
        await browser.until(lambda: len(home.engine.asked) == 1)
        asyncio.get_running_loop().call_later(0.5, home.engine.hold.set)
    assert await answers(database_url) == ["You said: hello"]


async def test_what_a_dead_front_left_is_taken_up_by_the_next(tmp_path: Path, database_url: str) -> None:
    async with house(tmp_path, database_url) as home:
        home.engine.down = True
        browser = await home.browser()
        await browser.say("hello")
        await browser.until(lambda: len(home.engine.asked) >= 1)
        token = browser.token
    (tmp_path / "engine.sock").unlink(missing_ok=True)
    async with house(tmp_path, database_url) as home:
        back = await home.browser(token)
        await back.until_said("bot", "You said: hello")
    assert await answers(database_url) == ["You said: hello"]


async def answers(database_url: str) -> list[str]:
    from sqlalchemy import select

    from conversations.store import tables as t

    database = Database(database_url)
    async with database.read() as tx:
        place = (await tx.execute(select(t.conversation.c.id))).scalars().one()
        said = [m.text for m in await conversations.messages(tx, place) if m.sender is Sender.BOT]
    await database.close()
    return said
