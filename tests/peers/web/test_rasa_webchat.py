"""A web chat that others published for Rasa's server (npm ``rasa-webchat`` 1.0.1), in a real Chromium, unchanged."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from bot.channels.web import identity
from bot.engine.wire import Button
from conversations.model import Outbound, Sender
from conversations.store import conversations, handoffs
from tests.conftest import missing
from tests.scripted_engine import understood
from tests.web.conftest import chromium, shop, site  # noqa: F401 - fixtures
from tests.web.shop import PEERS, Shop

PAGE = """<!doctype html><html lang="en"><title>A shop</title><body><h1>A shop</h1>
<script src="/peers/rasa-webchat/lib/index.js"></script>
<script>
  WebChat.default({{
    socketUrl: "{base}", socketPath: "/socket.io/", initPayload: "/get_started", embedded: true,
    params: {{ storage: "session" }},
  }}, null);
</script></body></html>"""
PATIENCE = 15_000


@pytest.fixture
async def page(shop: Shop, chromium: Browser) -> AsyncIterator[Page]:  # noqa: F811 - fixtures
    if not (PEERS / "rasa-webchat" / "lib" / "index.js").is_file():
        missing("rasa-webchat (tests/set-up)")
    shop.home.engine.answer("/get_started", "Welcome!", understood("get_started"))
    choices = Button("Yes, please", "/affirm"), Button("No", "/deny")
    shop.home.engine.answer("where is my order?", "Shall I look it up?", understood("order"), *choices)
    shop.site.pages["/"] = PAGE.format(base=shop.base)
    context = await chromium.new_context(viewport={"width": 1000, "height": 800})
    made = await context.new_page()
    await made.goto(shop.site.origin)
    yield made
    await context.close()


async def write(page: Page, text: str) -> None:
    await page.locator("textarea.rw-new-message").fill(text)
    await page.locator("textarea.rw-new-message").press("Enter")


async def heard(page: Page, text: str, times: int = 1) -> None:
    found = page.locator(".rw-response .rw-message-text").filter(has_text=text)
    await expect(found).to_have_count(times, timeout=PATIENCE)


async def session_of(page: Page) -> str:
    kept = "JSON.parse(sessionStorage.getItem('chat_session')).session_id"
    return str(await page.evaluate(kept))


async def test_the_whole_way_from_the_opening_to_the_stars(shop: Shop, page: Page) -> None:  # noqa: F811 - fixtures
    agent = await shop.home.agent("Ana")
    await heard(page, "Welcome!")
    assert shop.home.engine.asked[0].payload == "/get_started"
    await write(page, "where is my order?")
    await heard(page, "Shall I look it up?")
    await page.locator(".rw-reply").filter(has_text="Yes, please").click()
    await heard(page, "You said: /affirm")
    assert shop.home.engine.asked[-1].payload == "/affirm"
    token = await session_of(page)
    place = identity.verify(token, shop.home.front.settings.secret_key)
    assert place is not None

    await write(page, "hold on")
    await heard(page, "You said: hold on")
    browser = await shop.home.browser(token)
    handoff = await shop.home.handoff(browser)
    await expect(page.locator(".rw-reply").filter(has_text="Cancel").first).to_be_visible(timeout=PATIENCE)
    await write(page, "are you there?")
    await agent.act(handoff, "claim")
    await agent.reply(handoff, "Hello, I have your parcel here.")
    await heard(page, "Ana: Hello, I have your parcel here.")
    await write(page, "wonderful")
    await agent.act(handoff, "resolve", outcome="solved")
    await page.locator(".rw-reply").filter(has_text="4").last.click()
    async with shop.home.front.database.read() as tx:
        stored = await conversations.messages(tx, f"web:{place}")
    said = [one.text for one in stored if one.sender is Sender.CONTACT]
    assert said[1:4] == ["where is my order?", "Yes, please", "hold on"]
    await heard(page, "Thank you", 1)


async def test_what_was_said_while_the_page_was_closed_is_there_at_the_return(shop: Shop, page: Page) -> None:  # noqa: F811 - fixtures
    await heard(page, "Welcome!")
    place = identity.verify(await session_of(page), shop.home.front.settings.secret_key)
    await page.goto("about:blank")
    async with shop.home.front.database.write() as tx:
        await conversations.say(tx, f"web:{place}", 1, [Outbound(Sender.BOT, "Your parcel is on its way.")])
        assert await handoffs.open_of(tx, f"web:{place}") is None
    await page.goto(shop.site.origin)
    await heard(page, "Your parcel is on its way.")
    await heard(page, "Welcome!")


async def test_a_cut_connection_loses_and_doubles_nothing_that_was_said(shop: Shop, page: Page) -> None:  # noqa: F811 - fixtures
    await heard(page, "Welcome!")
    target, shop.network.target = shop.network.target, None
    shop.network.cut()
    place = identity.verify(await session_of(page), shop.home.front.settings.secret_key)
    async with shop.home.front.database.write() as tx:
        await conversations.say(tx, f"web:{place}", 1, [Outbound(Sender.BOT, "while you were away")])
    shop.network.target = target
    await heard(page, "while you were away")
    await write(page, "hello again")
    await heard(page, "You said: hello again")
