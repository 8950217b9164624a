"""Commands of a contact: the same by menu and by hand, on each channel, whoever answers, and never a turn."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.gateway.privacy import SEND_DATA
from conversations.model import InboundKind, InboundMessage
from conversations.store import contacts, conversations, tables
from conversations.store.database import now
from tests.front import Browser, House, house

LINKING = re.compile(r"link ([0-9A-Z]{4}-[0-9A-Z]{4})")


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url, rest={"enabled": True}) as built:
        yield built


async def menu(browser: Browser, name: str) -> None:
    await browser.send(type="menu", id=str(uuid.uuid4()), command=name)


async def said_on_telegram(home: House, text: str, native_id: str = "4711", **more: object) -> None:
    """A text of a Telegram contact, and the wait until it is settled."""
    place = f"telegram:{native_id}"
    given = {"native_key": f"m:{uuid.uuid4()}", **more}
    receipt = await home.front.receive(
        InboundMessage(place, "telegram", native_id, InboundKind.SAID, text=text, **given)  # type: ignore[arg-type]
    )
    async with asyncio.timeout(10):
        while True:
            async with home.front.database.read() as tx:
                held = await conversations.get(tx, place)
            if held is None or held.settled_through >= receipt.number:
                return
            await asyncio.sleep(0.02)


async def telegram_texts(home: House, native_id: str = "4711") -> list[str]:
    async with home.front.database.read() as tx:
        return [m.text for m in await conversations.messages(tx, f"telegram:{native_id}")]


async def contact_of(home: House, channel: str, native_id: str) -> str | None:
    async with home.front.database.read() as tx:
        return await contacts.contact_of(tx, channel, native_id)


async def code_of(browser: Browser) -> str:
    await browser.say("/link")
    await browser.until_said("system", "Your code is")
    found = LINKING.search(browser.texts("system")[-1])
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("name", "part"), [("help", "I'm a program, not a person"), ("privacy", "What is kept"), ("link", "Your code is")]
)
@pytest.mark.parametrize("by", ["menu", "hand"])
async def test_a_command_says_the_same_by_menu_and_by_hand_and_is_no_turn(
    home: House, name: str, part: str, by: str
) -> None:
    browser = await home.browser()
    await (menu(browser, name) if by == "menu" else browser.say(f" /{name.upper()} "))
    await browser.until_said("system", part)
    assert home.engine.asked == []
    assert all("/" not in text for text in browser.texts("contact"))


async def test_a_command_works_over_rasa_s_rest_protocol(home: House) -> None:
    client = home.rasa_client()
    assert "What is kept" in (await client.hear("/privacy"))[0]
    answers = await client.say("/help")
    titles = [button["title"] for answer in answers for button in answer.get("buttons", [])]
    assert titles == [*home.front.settings.config.assistant.starters, "Talk to a person"]
    assert home.engine.asked == []


async def test_nothing_else_typed_with_a_slash_is_a_command(home: House) -> None:
    browser = await home.browser()
    for text in (
        "/restart",
        "/erase",
        "/send_data",
        "/erase_confirmed",
        "/help me",
        "please /help",
        "/linked",
        "//help",
    ):
        await browser.say(text)
    await browser.until(lambda: len(home.engine.asked) > 0)
    await browser.until(lambda: len(browser.texts("contact")) == 8)
    await browser.until(lambda: any("//help" in asked.text for asked in home.engine.asked))
    assert all(asked.payload is None for asked in home.engine.asked)
    assert browser.texts("system") == []


async def test_start_has_the_assistant_greet(home: House) -> None:
    browser = await home.browser()
    await menu(browser, "start")
    await browser.until_said("bot", "You said: /greet")
    await browser.say("/start")
    await browser.until_said("bot", "You said: /greet", times=2)
    assert [asked.payload for asked in home.engine.asked] == ["/greet", "/greet"]
    assert browser.texts("contact") == ["Start", "Start"]


async def test_a_starter_of_the_help_is_asked_as_it_stands(home: House) -> None:
    browser = await home.browser()
    await menu(browser, "help")
    starter = home.front.settings.config.assistant.starters[0]
    await browser.until(lambda: starter in browser.buttons())
    await browser.press(starter)
    await browser.until_said("bot", f"You said: {starter}")


async def test_commands_leave_a_waiting_handoff_as_it_is(home: House) -> None:
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    before = browser.state
    for name in ("start", "help", "privacy"):
        await menu(browser, name)
    await browser.until_said("system", "A person has been asked to join you", times=2)
    await browser.until_said("system", "What is kept")
    assert browser.state == before
    agent = await home.agent()
    assert [one["id"] for one in await agent.waiting()] == [handoff_id]
    assert home.engine.asked == []
    assert not set(home.front.settings.config.assistant.starters) & set(browser.buttons())


async def test_commands_with_a_person_in_the_conversation_are_not_for_the_person(home: House) -> None:
    browser, agent = await home.browser(), await home.agent("Ana")
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await browser.until(lambda: browser.state["owner"] == "agent")
    await agent.reply(handoff_id, "hello")
    await browser.until_said("agent", "hello")
    for name in ("start", "help"):
        await menu(browser, name)
    await browser.until_said("system", "Ana is with you here just now", times=2)
    assert browser.state["owner"] == "agent"
    async with home.front.database.read() as tx:
        awaiting = select(tables.handoff.c.awaiting_since).where(tables.handoff.c.id == handoff_id)
        assert (await tx.execute(awaiting)).scalar_one() is None


async def test_a_question_of_a_form_stays_open_over_a_command(home: House) -> None:
    from bot.engine.wire import Button, Reply, TurnResult
    from tests.scripted_engine import MODEL, understood

    home.engine.answers["order"] = TurnResult(
        MODEL,
        understood("order_status"),
        replies=(Reply("Which order?", (Button("The kettle", "/kettle"),)),),
        state={"n": 1},
        active_form="order_status_form",
    )
    browser = await home.browser()
    await browser.say("order")
    await browser.until_said("bot", "Which order?")
    await browser.say("/help")
    await browser.until_said("system", "I'm a program")
    await browser.press("The kettle")
    await browser.until_said("bot", "You said: /kettle")


async def test_a_command_sent_again_is_answered_once(home: House) -> None:
    browser = await home.browser()
    key = str(uuid.uuid4())
    for _ in range(2):
        await browser.say("/help", key)
    await browser.until(lambda: sum(frame["type"] == "accepted" for frame in browser.frames) == 2)
    await browser.say("and now?")
    await browser.until_said("bot", "You said: and now?")
    assert len(browser.texts("contact")) == 2 and len(browser.texts("system")) == 1


async def test_a_code_joins_two_places_into_one_contact_and_the_conversations_stay(home: House) -> None:
    browser = await home.browser()
    await browser.say("hello")
    await browser.until_said("bot", "You said: hello")
    await said_on_telegram(home, "from my phone", display_name="Anna")
    code = await code_of(browser)
    await said_on_telegram(home, f"/link {code.lower()}")
    place = await web_place(home)
    assert await contact_of(home, "telegram", "4711") == await contact_of(home, "web", place)
    texts = await telegram_texts(home)
    assert texts[0] == "from my phone" and "I know you as one person" in texts[-1]
    assert not any(code in text or code.lower() in text for text in texts)
    await browser.until_said("system", "Your code was used on Telegram")
    async with home.front.database.read() as tx:
        held = await conversations.get(tx, f"web:{place}")
        rows = (await tx.execute(select(tables.contact.c.display_name))).scalars().all()
    assert held is not None and held.contact_id == await contact_of(home, "web", place)
    assert rows == ["Anna"]


async def test_what_is_known_of_a_contact_follows_to_the_next_matter_on_the_other_channel(home: House) -> None:
    browser = await home.browser()
    await browser.say("hello")
    await browser.until_said("bot", "You said: hello")
    async with home.front.database.write() as tx:
        known = {"name": "Anna", "email": "anna@example.com", "language": "de", "topic": "kettles"}
        await tx.execute(update(tables.conversation).values(slots=known))
    await said_on_telegram(home, "from my phone")
    await said_on_telegram(home, f"/link {await code_of(browser)}")
    await said_on_telegram(home, "the same matter")
    async with home.front.database.write() as tx:
        long_ago = now() - home.front.settings.config.bounds.silence - 60
        await tx.execute(update(tables.conversation).values(last_contact_at=long_ago))
    await said_on_telegram(home, "another day")
    assert home.engine.asked[-1].text == "another day"
    assert home.engine.asked[-1].facts == {"name": "Anna", "email": "anna@example.com"}


async def web_place(home: House) -> str:
    async with home.front.database.read() as tx:
        found = await tx.execute(select(tables.identity.c.native_id).where(tables.identity.c.channel == "web"))
        return str(found.scalars().one())


async def test_past_handoffs_on_the_other_channel_are_in_the_brief_once_joined(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    first = await home.handoff(browser)
    await agent.act(first, "claim")
    await agent.act(first, "resolve", outcome="solved", comment="")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await said_on_telegram(home, f"/link {await code_of(browser)}")
    await said_on_telegram(home, "/human")
    second = (await agent.waiting())[0]
    assert second["channel"] == "telegram"
    detail = await agent.call("GET", f"/handoffs/{second['id']}")
    async with home.front.database.read() as tx:
        reference = select(tables.handoff.c.reference).where(tables.handoff.c.id == first)
        past = (await tx.execute(reference)).scalar_one()
    assert past in str(detail["brief"]["history"])


async def test_a_code_works_once(home: House) -> None:
    code = await code_of(await home.browser())
    await said_on_telegram(home, f"link {code}")
    await said_on_telegram(home, f"/link {code}", "4712")
    assert "I don't know that code" in (await telegram_texts(home, "4712"))[-1]
    assert await contact_of(home, "telegram", "4711") != await contact_of(home, "telegram", "4712")


async def test_a_redelivered_code_is_not_tried_again(home: House) -> None:
    code = await code_of(await home.browser())
    for _ in range(2):
        await said_on_telegram(home, f"/link {code}", native_key="m:1")
    assert len(await telegram_texts(home)) == 2


async def test_only_the_latest_code_of_a_contact_is_good(home: House) -> None:
    browser = await home.browser()
    code = await code_of(browser)
    await menu(browser, "link")
    await browser.until_said("system", "Your code is", times=2)
    await said_on_telegram(home, f"/link {code}")
    assert "I don't know that code" in (await telegram_texts(home))[-1]


async def test_a_code_that_is_too_old_is_refused_and_swept_away(home: House) -> None:
    code = await code_of(await home.browser())
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.link_code).values(until=now() - 1))
    await said_on_telegram(home, f"/link {code}")
    assert "I don't know that code" in (await telegram_texts(home))[-1]
    async with asyncio.timeout(5):
        while await codes(home):
            await asyncio.sleep(0.05)


async def codes(home: House) -> int:
    async with home.front.database.read() as tx:
        return len((await tx.execute(select(tables.link_code))).all())


async def test_a_code_taken_where_it_was_given_changes_nothing_and_stays_good(home: House) -> None:
    browser = await home.browser()
    code = await code_of(browser)
    await browser.say(f"/link {code}")
    await browser.until_said("system", "This is where I know you already")
    await said_on_telegram(home, f"/link {code}")
    assert "I know you as one person" in (await telegram_texts(home))[-1]


async def test_who_guesses_codes_is_stopped_after_five_even_with_the_right_one(home: House) -> None:
    code = await code_of(await home.browser())
    for guess in range(5):
        await said_on_telegram(home, f"/link 2345-678{guess + 2}")
    await said_on_telegram(home, f"/link {code}")
    assert "That was tried too often" in (await telegram_texts(home))[-1]
    await said_on_telegram(home, f"/link {code}", "4712")
    assert "I know you as one person" in (await telegram_texts(home, "4712"))[-1]


async def test_the_record_has_no_code_that_was_typed_and_no_code_of_link_code(home: House) -> None:
    code = await code_of(await home.browser())
    await said_on_telegram(home, "/link my-secret-thing")
    async with home.front.database.read() as tx:
        hashes = (await tx.execute(select(tables.link_code.c.hash))).scalars().all()
    assert not any("secret" in text for text in await telegram_texts(home))
    assert code.replace("-", "") not in "".join(hashes)


async def test_an_ordinary_sentence_about_links_is_no_code(home: House) -> None:
    browser = await home.browser()
    for text in ("link building", "link to my order", "the link 2345-2345"):
        await browser.say(text)
    await browser.until(lambda: any("the link 2345-2345" in asked.text for asked in home.engine.asked))
    await browser.until(lambda: len(browser.texts("contact")) == 3)
    assert browser.texts("contact") == ["link building", "link to my order", "the link 2345-2345"]


@pytest.mark.parametrize("text", ["/link", "/link 2345-2345"])
async def test_in_a_group_nothing_is_joined_and_no_code_is_given(home: House, text: str) -> None:
    await said_on_telegram(home, text, "-100/4711")
    assert "in a private chat with me" in (await telegram_texts(home, "-100/4711"))[-1]
    assert await codes(home) == 0


async def test_in_a_group_privacy_offers_nothing_to_press(home: House) -> None:
    await said_on_telegram(home, "/privacy", "-100/4711")
    async with home.front.database.read() as tx:
        said = (await conversations.messages(tx, "telegram:-100/4711"))[-1]
        working = (await tx.execute(select(tables.work).where(tables.work.c.kind == SEND_DATA))).all()
    assert "What is kept" in said.text and said.buttons == () and working == []
