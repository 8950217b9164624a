"""The link of an e-mail brings a visitor back to their chat, on another device too."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from bot.channels.web import identity
from tests.web.shop import Shop
from tests.web.test_widget import said, visit, write

SECRET = "a-secret-key-for-tests-of-32-characters"


async def test_the_link_of_an_email_opens_the_chat_it_was_sent_from_and_leaves_the_address(
    shop: Shop, chromium: Browser
) -> None:
    async with visit(chromium, f"{shop.base}/") as page:
        await write(page, "where is my wok")
        await expect(said(page, "bot", "where is my wok")).to_be_visible()
        place = await page.evaluate("JSON.parse(atob(localStorage['frontdesk.token'].split('.')[1])).sub")
    proof = identity.sign_return(place, SECRET)
    assert proof is not None
    async with visit(chromium, f"{shop.base}/#return={proof}") as page:
        await expect(said(page, "contact", "where is my wok")).to_be_visible()
        assert await page.evaluate("location.href") == f"{shop.base}/"
        await page.reload()
        await expect(said(page, "contact", "where is my wok")).to_be_visible()


async def test_a_link_that_is_too_old_says_so_and_the_chat_works_all_the_same(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, f"{shop.base}/#return=not.a.proof") as page:
        await expect(page.get_by_text("too old", exact=False)).to_be_visible()
        await write(page, "hello there")
        await expect(said(page, "bot", "hello there")).to_be_visible()
        assert "#" not in await page.evaluate("location.href")
