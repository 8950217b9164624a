"""What every channel keeps: the same tests for all of them, each through what stands for its vendor."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from bot.engine.wire import Button
from conversations.model import Message, Sender
from conversations.store import conversations
from tests.channels.contact import Contact, until, until_shown
from tests.front import Agent, House
from tests.scripted_engine import understood

Opens = Callable[[Path, str, str | None], AbstractAsyncContextManager[tuple[House, Contact]]]
CHANNELS = ("web", "telegram", "slack")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    + "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(params=CHANNELS)
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str, redis_url: str | None
) -> AsyncIterator[tuple[House, Contact]]:
    """A house with one contact on one channel."""
    opens: Opens = importlib.import_module(f"tests.channels.{request.param}_contact").opened
    async with opens(tmp_path, database_url, redis_url) as opened:
        yield opened


async def messages(home: House, contact: Contact) -> list[Message]:
    async with home.front.database.read() as tx:
        return await conversations.messages(tx, contact.conversation_id)


async def claimed(home: House, contact: Contact) -> tuple[Agent, str]:
    """An agent who has this contact's handoff."""
    await contact.command("human")
    agent = await home.agent("Ana Lopes")
    handoff: list[str] = []

    async def waits() -> None:
        while not handoff:
            handoff.extend(one["id"] for one in await agent.waiting())
            await asyncio.sleep(0.02)

    await asyncio.wait_for(waits(), 15)
    await agent.act(handoff[0], "claim")
    return agent, handoff[0]


async def test_a_question_is_answered_once(place: tuple[House, Contact]) -> None:
    home, contact = place
    home.engine.answer("when are you open?", "Nine to five.", understood("store_hours"))
    reference = await contact.say("when are you open?")
    await until_shown(contact, "Nine to five.")
    await contact.repeat(reference)
    await contact.repeat(reference)
    await asyncio.sleep(0.5)
    assert [one.text for one in contact.shown() if "Nine to five." in one.text] == ["Nine to five."]
    assert len(home.engine.asked) == 1


async def test_it_is_acknowledged_while_the_engine_thinks(place: tuple[House, Contact]) -> None:
    home, contact = place
    home.engine.hold.clear()
    await asyncio.wait_for(contact.say("where is my order?"), 5)
    assert [message.text for message in await messages(home, contact)] == ["where is my order?"]
    assert contact.shown() == [] or "You said" not in contact.shown()[-1].text
    home.engine.hold.set()
    await until_shown(contact, "You said: where is my order?")


async def test_answers_keep_the_order(place: tuple[House, Contact]) -> None:
    _, contact = place
    for number in range(6):
        await contact.say(f"this is message {number}")
    await until_shown(contact, "this is message 5")
    shown = " ".join(one.text for one in contact.shown())
    assert [shown.count(f"this is message {n}") for n in range(6)] == [1] * 6
    places = [shown.index(f"this is message {n}") for n in range(6)]
    assert places == sorted(places)


async def test_a_press_makes_its_choice_and_the_buttons_make_way_for_it(place: tuple[House, Contact]) -> None:
    home, contact = place
    choices = Button("Where is my order?", "/order_status"), Button("Return something", "/return_item")
    home.engine.answer("show me the menu", "What is it about?", understood("greet"), *choices)
    await contact.say("show me the menu")
    await until_shown(contact, "What is it about?")
    await until(lambda: contact.shown()[-1].buttons == ("Where is my order?", "Return something"), contact)
    await contact.press("Return something")
    await until_shown(contact, "You said: /return_item")
    await until(lambda: all("Where is my order?" not in one.buttons for one in contact.shown()), contact)
    assert (await messages(home, contact))[2].text == "Return something"


async def test_a_double_tap_is_one_choice(place: tuple[House, Contact]) -> None:
    home, contact = place
    choices = Button("Where is my order?", "/order_status"), Button("Return something", "/return_item")
    home.engine.answer("show me the menu", "What is it about?", understood("greet"), *choices)
    await contact.say("show me the menu")
    await until(lambda: bool(contact.shown()) and "Return something" in contact.shown()[-1].buttons, contact)
    await asyncio.gather(contact.press("Return something"), contact.press("Return something"))
    await until_shown(contact, "You said: /return_item")
    await contact.say("and now this please")
    await until_shown(contact, "You said: and now this please")
    assert [one.text for one in contact.shown()].count("You said: /return_item") == 1
    assert [m.text for m in await messages(home, contact)].count("Return something") == 1


async def test_what_formats_or_mentions_arrives_as_it_was_written(place: tuple[House, Contact]) -> None:
    home, contact = place
    odd = "<b>bold</b> _x_ *y* [a](b) <!channel> & `c` \\ 🍍"
    home.engine.answer("say something odd", odd, understood("odd"))
    await contact.say("say something odd")
    await until(lambda: any(one.text == odd for one in contact.shown()), contact)


async def test_a_long_text_arrives_whole_once_and_in_order(place: tuple[House, Contact]) -> None:
    home, contact = place
    long = " ".join(f"This is sentence number {n}." for n in range(400))
    home.engine.answer("tell me everything", long, understood("long"))
    await contact.say("tell me everything")
    await until_shown(contact, "number 399.")
    assert " ".join(" ".join(one.text for one in contact.shown()).split()) == long


async def test_an_edit_changes_the_record_and_is_not_answered(place: tuple[House, Contact]) -> None:
    home, contact = place
    reference = await contact.say("where is my odrer?")
    await until_shown(contact, "You said: where is my odrer?")
    await contact.edit(reference, "where is my order?")
    async with asyncio.timeout(10):
        while (await messages(home, contact))[0].text != "where is my order?":
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    assert len(home.engine.asked) == 1


async def test_what_the_contact_takes_back_is_gone_from_the_record(place: tuple[House, Contact]) -> None:
    home, contact = place
    if not contact.can_delete:  # Telegram's Bot API has no update for it, so there is nothing to keep
        pytest.skip("this channel does not tell when a contact deletes something")
    reference = await contact.say("my secret diary is here")
    await until_shown(contact, "You said: my secret diary is here")
    await contact.delete(reference)
    async with asyncio.timeout(10):
        while (await messages(home, contact))[0].deleted_at is None:
            await asyncio.sleep(0.02)
    assert (await messages(home, contact))[0].text == ""


async def test_files_go_both_ways(place: tuple[House, Contact]) -> None:
    home, contact = place
    agent, handoff = await claimed(home, contact)
    await contact.send_file("pan.png", "image/png", PNG, "this is the pan")
    async with asyncio.timeout(10):
        while not (sent := [a for m in await messages(home, contact) for a in m.attachments]):
            await asyncio.sleep(0.02)
    assert (sent[0].media_type, sent[0].size) == ("image/png", len(PNG))
    assert b"".join([part async for part in home.front.blobs.get(sent[0].file_id)]) == PNG
    file_id = await agent.upload(handoff, "label.png", PNG)
    await agent.act(handoff, "reply", id="1d5c3f0e-6f5b-4a44-9a55-3d8bb3f3f0aa", text="Your label.", file_ids=[file_id])
    await until_shown(contact, "Your label.")
    await until(lambda: any(content == PNG for one in contact.shown() for _, content in one.files), contact)


async def test_a_whole_matter_goes_through_a_person_to_the_survey(place: tuple[House, Contact]) -> None:
    home, contact = place
    await contact.say("where is my order?")
    await until_shown(contact, "You said: where is my order?")
    agent, handoff = await claimed(home, contact)
    await until_shown(contact, "reference")
    await until_shown(contact, "Ana")
    await agent.reply(handoff, "Hello, it left us this morning.")
    await until_shown(contact, "it left us this morning.")
    human = next(one for one in contact.shown() if "it left us this morning." in one.text)
    assert "Ana" in human.name
    await contact.say("thank you so much")
    await asyncio.sleep(0.3)
    assert all("You said: thank you" not in one.text for one in contact.shown())
    await agent.act(handoff, "resolve", outcome="solved")
    await until(lambda: any(len(one.buttons) == 5 for one in contact.shown()), contact)
    stars = next(one.buttons for one in contact.shown() if len(one.buttons) == 5)
    await contact.press(stars[3])
    async with asyncio.timeout(10):
        while not any("4" in (m.choice or "") or m.kind == "pressed" for m in await messages(home, contact)):
            await asyncio.sleep(0.02)
    await until_shown(contact, "Thank", 1)
    await contact.say("and when are you open?")
    await until_shown(contact, "You said: and when are you open?")


@pytest.mark.parametrize(("name", "part"), [("help", "person"), ("privacy", "What is kept"), ("start", "")])
async def test_commands_do_the_same_everywhere(place: tuple[House, Contact], name: str, part: str) -> None:
    home, contact = place
    await contact.say("hello to you all")
    await until_shown(contact, "You said: hello to you all")
    before = len(contact.shown())
    await contact.command(name)
    await until(lambda: len(contact.shown()) > before and part in contact.shown()[-1].text, contact)
    said = [message for message in await messages(home, contact) if message.sender is Sender.CONTACT]
    assert said[-1].choice == f"menu:{name}"


async def test_what_nobody_knows_is_acknowledged_counted_and_changes_nothing(place: tuple[House, Contact]) -> None:
    home, contact = place
    await contact.say("hello to you all")
    await until_shown(contact, "You said: hello to you all")
    known, counted = len(await messages(home, contact)), _unknown(contact.channel)
    await contact.do_something_odd()
    await asyncio.sleep(0.3)
    assert len(await messages(home, contact)) == known
    assert _unknown(contact.channel) > counted
    await contact.say("are you still there?")
    await until_shown(contact, "You said: are you still there?")


def _unknown(channel: str) -> float:
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        if metric.name == "frontdesk_updates_unknown"
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels.get("channel") == channel
    )
