"""Bursts: what is said in several messages gets one answer, and a single message loses no time."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conversations.model import Attachment, InboundKind, InboundMessage, Sender
from conversations.store import conversations, turns
from tests.front import House, house


@pytest.fixture
async def patient(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    """A house that waits for the rest of a fragment."""
    async with house(tmp_path, database_url, redis_url, bounds={"more": 1.0}) as built:
        yield built


async def test_fragments_in_a_row_get_one_answer(patient: House) -> None:
    browser = await patient.browser()
    for part in ("hi", "my order", "1045"):
        await browser.say(part)
        await asyncio.sleep(0.3)
    await browser.until_said("bot", "You said: hi\nmy order\n1045")
    assert len(browser.texts("bot")) == 1
    async with patient.front.database.read() as tx:
        (turn,) = await turns.of_episode(tx, await _conversation(patient), 1, 10)
    assert (turn.first, turn.through) == (1, 3)


async def test_three_words_wait_for_nothing(patient: House) -> None:
    browser = await patient.browser()
    begun = time.monotonic()
    await browser.say("where is it?")
    await browser.until_said("bot", "You said: where is it?")
    assert time.monotonic() - begun < 1.0  # the wait for a fragment


async def test_a_lone_fragment_is_answered_after_the_wait(patient: House) -> None:
    browser = await patient.browser()
    await browser.say("hello")
    await browser.until_said("bot", "You said: hello")


async def test_endless_fragments_are_answered_in_the_end(patient: House) -> None:
    browser = await patient.browser()

    async def chatter() -> None:
        for _ in range(30):
            await browser.say("and")
            await asyncio.sleep(0.25)

    chattering = asyncio.create_task(chatter())
    await browser.until(lambda: bool(browser.texts("bot")), seconds=6)
    assert not chattering.done()
    chattering.cancel()


async def test_what_came_while_the_engine_was_away_is_answered_together(home: House) -> None:
    home.engine.down = True
    browser = await home.browser()
    for text in ("where is my order?", "it is late by now", "number PC-10045"):
        await browser.say(text)
    await browser.until(lambda: sum(f["type"] == "accepted" for f in browser.frames) == 3)
    home.engine.down = False
    await browser.until_said("bot", "You said: where is my order?\nit is late by now\nnumber PC-10045")
    assert len(browser.texts("bot")) == 1


async def test_a_press_is_never_joined_with_what_was_said(home: House) -> None:
    home.engine.down = True
    browser = await home.browser()
    await browser.say("where is my order?")
    await browser.send(type="menu", id=str(uuid.uuid4()), command="human")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    assert [text for who, text in browser.shown() if who == "contact"] == ["where is my order?", "Talk to a person"]


async def test_calls_of_the_rest_protocol_have_an_answer_each(tmp_path: Path, database_url: str) -> None:
    async with house(tmp_path, database_url, rest={"enabled": True}, bounds={"more": 10}) as home:
        client = home.rasa_client()
        answers = await asyncio.gather(*(client.hear(f"hi {n}") for n in range(3)))
    assert sorted(answers) == [[f"You said: hi {n}"] for n in range(3)]


async def test_what_was_deleted_before_its_turn_is_not_answered(home: House) -> None:
    home.engine.down = True
    said = InboundMessage("web:x", "web", "x", InboundKind.SAID, text="never mind this", native_key="m:1")
    await home.front.receive(said)
    await home.front.receive(InboundMessage("web:x", "web", "x", InboundKind.DELETED, native_key="d:1", of="m:1"))
    home.engine.down = False
    kept = InboundMessage("web:x", "web", "x", InboundKind.SAID, text="but this one please", native_key="m:2")
    await home.front.receive(kept)
    async with asyncio.timeout(10):
        while not (said_back := await _said_by_bot(home, "web:x")):
            await asyncio.sleep(0.02)
    assert said_back == ["You said: but this one please"]


PHOTO = Attachment("0" * 32, "pan.png", "image/png", 7)


async def test_a_file_without_a_word_is_kept_and_asked_about_and_the_engine_is_not_asked(home: House) -> None:
    photo = InboundMessage("web:x", "web", "x", InboundKind.SAID, native_key="m:1", attachments=(PHOTO,))
    await home.front.receive(photo)
    async with asyncio.timeout(10):
        while not (said := await _said_by_bot(home, "web:x")):
            await asyncio.sleep(0.02)
    assert "What is it about?" in said[0]
    assert not home.engine.asked


async def test_a_file_and_the_words_right_after_it_are_one_message(patient: House) -> None:
    photo = InboundMessage("web:x", "web", "x", InboundKind.SAID, native_key="m:1", attachments=(PHOTO,))
    await patient.front.receive(photo)
    words = InboundMessage("web:x", "web", "x", InboundKind.SAID, native_key="m:2", text="the handle came off")
    await patient.front.receive(words)
    async with asyncio.timeout(10):
        while not (said := await _said_by_bot(patient, "web:x")):
            await asyncio.sleep(0.02)
    assert said == ["You said: the handle came off"]


async def _said_by_bot(home: House, place: str) -> list[str]:
    async with home.front.database.read() as tx:
        return [m.text for m in await conversations.messages(tx, place) if m.sender is Sender.BOT]


async def _conversation(home: House) -> str:
    from sqlalchemy import select

    from conversations.store import tables

    async with home.front.database.read() as tx:
        return str((await tx.execute(select(tables.conversation.c.id))).scalar_one())


async def test_what_was_edited_while_the_engine_thought_is_answered_as_it_is_now(home: House) -> None:
    home.engine.hold.clear()
    said = InboundMessage("web:x", "web", "x", InboundKind.SAID, text="where is my ordr?", native_key="m:1")
    await home.front.receive(said)
    async with asyncio.timeout(10):
        while not home.engine.asked:
            await asyncio.sleep(0.02)
    edit = InboundMessage(
        "web:x", "web", "x", InboundKind.EDITED, text="where is my order?", native_key="e:1", of="m:1"
    )
    await home.front.receive(edit)
    home.engine.hold.set()
    async with asyncio.timeout(10):
        while not (said_back := await _said_by_bot(home, "web:x")):
            await asyncio.sleep(0.02)
    assert said_back == ["You said: where is my order?"]


async def test_what_was_taken_back_while_the_engine_thought_is_not_answered(home: House) -> None:
    home.engine.hold.clear()
    said = InboundMessage("web:x", "web", "x", InboundKind.SAID, text="my secret is blue", native_key="m:1")
    await home.front.receive(said)
    async with asyncio.timeout(10):
        while not home.engine.asked:
            await asyncio.sleep(0.02)
    await home.front.receive(InboundMessage("web:x", "web", "x", InboundKind.DELETED, native_key="d:1", of="m:1"))
    home.engine.hold.set()
    await asyncio.sleep(0.5)
    assert await _said_by_bot(home, "web:x") == []
