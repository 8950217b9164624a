"""The agent's whole work without Slack, over a whole front: what the page asks for is what the API gives."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from conversations.staff import Role
from tests.conftest import missing
from tests.front import Agent, House


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium")
    async with async_playwright() as playwright:
        built = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield built
        await built.close()


@pytest.fixture
def errors() -> list[str]:
    """What went wrong in any page's scripts."""
    return []


async def signed_in(home: House, browser: Browser, agent: Agent, errors: list[str]) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(str(home.client.make_url("/desk")))
    await page.get_by_test_id("token").fill(agent.token)
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("queue")).to_be_visible()
    return page


async def press(page: Page, name: str) -> None:
    if not await page.get_by_test_id(name).is_visible():
        await page.get_by_test_id("more").click()
    await page.get_by_test_id(name).click()


async def confirm(page: Page, name: str) -> None:
    await page.get_by_test_id(f"{name}-confirm").click()
    await expect(page.get_by_test_id(f"{name}-dialog")).to_have_count(0)


async def test_a_handoff_goes_its_whole_way_at_the_web_desk(home: House, browser: Browser, errors: list[str]) -> None:
    lead, agent = await home.agent("Lee", Role.LEAD), await home.agent("Ana")
    visitor = await home.browser()
    await visitor.say("where is my wok")
    await home.handoff(visitor)
    page, other = await signed_in(home, browser, lead, errors), await signed_in(home, browser, agent, errors)

    await page.get_by_test_id("queue-item").click()
    await page.get_by_test_id("claim-and-greet").click()
    await expect(page.get_by_test_id("resolve")).to_be_visible()
    await visitor.until(lambda: bool(visitor.texts("agent")))
    await expect(page.locator("[data-what=claimed]")).to_be_visible()

    await press(page, "snooze")
    await page.get_by_test_id("snooze-comment").fill("Waiting for the carrier")
    await confirm(page, "snooze")
    await expect(page.get_by_test_id("notice-snoozed")).to_be_visible()
    await expect(page.get_by_test_id("group-snoozed").get_by_test_id("queue-item")).to_have_count(1)
    await page.get_by_test_id("wake").click()
    await expect(page.get_by_test_id("notice-snoozed")).to_have_count(0)

    await press(page, "goodwill")
    await page.get_by_test_id("goodwill-amount").fill("5")
    await confirm(page, "goodwill")
    await expect(page.get_by_test_id("goodwill-given")).to_contain_text("£5.00")
    await press(page, "goodwill")
    await page.get_by_test_id("goodwill-amount").fill("5000")
    await page.get_by_test_id("goodwill-confirm").click()
    await expect(page.get_by_test_id("goodwill-problem")).to_contain_text("more than you may grant")
    await page.get_by_test_id("goodwill-cancel").click()

    await press(page, "transfer")
    await page.get_by_test_id("transfer-to-person").check()
    await page.get_by_test_id("transfer-agent").select_option(agent.who.id)
    await page.get_by_test_id("transfer-comment").fill("You know woks")
    await confirm(page, "transfer")
    await expect(other.get_by_test_id("group-offered").get_by_test_id("queue-item")).to_have_count(1)
    await other.get_by_test_id("row-accept").click()
    await expect(other.get_by_test_id("resolve")).to_be_visible()
    await expect(other.locator("[data-what=transferred]")).to_contain_text("You know woks")

    await expect(page.get_by_test_id("step-in")).to_be_visible()
    await page.get_by_test_id("step-in").click()
    await confirm(page, "step-in")
    await expect(page.get_by_test_id("resolve")).to_be_visible()
    await press(page, "release")
    await confirm(page, "release")
    await expect(page.get_by_test_id("claim")).to_be_visible()
    await page.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("resolve")).to_be_visible()
    await page.get_by_test_id("resolve").click()
    await page.get_by_test_id("resolve-comment").fill("Found it")
    await confirm(page, "resolve")
    await page.get_by_test_id("reopen").click()
    await confirm(page, "reopen")
    await expect(page.get_by_test_id("resolve")).to_be_visible()
    await press(page, "block")
    await page.get_by_test_id("block-why").fill("Insults")
    await confirm(page, "block")
    await expect(page.get_by_test_id("notice-blocked")).to_be_visible()
    await press(page, "unblock")
    await confirm(page, "unblock")
    await expect(page.get_by_test_id("notice-blocked")).to_have_count(0)
    assert errors == []


async def test_replies_tags_people_board_and_search_work_with_the_api(
    home: House, browser: Browser, errors: list[str]
) -> None:
    lead, agent = await home.agent("Lee", Role.LEAD), await home.agent("Ana")
    visitor = await home.browser()
    await visitor.say("my wok is dented")
    await home.handoff(visitor)
    page = await signed_in(home, browser, lead, errors)

    await page.get_by_test_id("go-replies").click()
    await expect(page.get_by_test_id("canned-empty")).to_be_visible()
    await page.get_by_test_id("canned-new").click()
    await page.get_by_test_id("canned-name").fill("dents")
    await page.get_by_test_id("canned-text").fill("I am sorry, {contatc}.")
    await page.get_by_test_id("canned-edit-confirm").click()
    await expect(page.get_by_test_id("canned-edit-problem")).to_contain_text("contatc")
    await page.get_by_test_id("canned-text").fill("I am sorry about the dent. {agent}")
    await confirm(page, "canned-edit")
    await expect(page.get_by_test_id("canned-row")).to_have_count(1)
    await page.get_by_test_id("new-tag").fill("dents")
    await page.get_by_test_id("tag-add").click()
    await expect(page.get_by_test_id("tag")).to_have_count(1)

    await page.get_by_test_id("go-people").click()
    person = page.locator(f"[data-id='{agent.who.id}']")
    await person.get_by_test_id("person-change").click()
    await page.get_by_test_id("person-capacity").fill("7")
    await page.get_by_test_id("person-skills").fill("dents")
    await confirm(page, "person")
    await expect(person).to_contain_text("of 7")
    await expect(person).to_contain_text("dents")

    await page.get_by_test_id("go-board").click()
    await expect(page.get_by_test_id("board-team").first).to_contain_text(re.compile(r"Waiting\s*1|1\s*Waiting"))
    await page.get_by_test_id("availability").click()
    await page.get_by_test_id("availability-state-busy").check()
    await confirm(page, "availability")
    await expect(page.get_by_test_id("board-agent").filter(has_text="Lee")).to_contain_text("Busy")

    await page.get_by_test_id("go-search").click()
    await page.get_by_test_id("search-input").fill("dented")
    await page.get_by_test_id("search-input").press("Enter")
    await page.get_by_test_id("search-hit").first.click()
    await expect(page.locator(".line.cited")).to_contain_text("dented")
    await page.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("resolve")).to_be_visible()
    await page.get_by_test_id("canned").click()
    await expect(page.get_by_test_id("canned-preview")).to_contain_text("Lee")
    await page.get_by_test_id("canned-insert").click()
    await page.get_by_test_id("send").click()
    await visitor.until_said("agent", "I am sorry about the dent. Lee")
    await page.get_by_test_id("suggest").click()
    await expect(page.get_by_test_id("suggestions").locator(".none, .problem")).to_be_visible()
    await page.get_by_test_id("resolve").click()
    await page.get_by_test_id("tag-dents").check()
    await confirm(page, "resolve")
    await expect(page.locator(".detail-facts .tag")).to_have_text("#dents")
    assert errors == []
