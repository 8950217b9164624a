"""The web desk in a real Chromium: files both ways, edits, deletions, a contact who left."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from conversations.model import Attachment, InboundKind, InboundMessage
from conversations.store import conversations, handoffs
from tests.conftest import missing
from tests.front import Agent, Browser, House

# One red point: https://www.w3.org/TR/png-3/
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
async def page(home: House) -> AsyncIterator[Page]:
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield await browser.new_page(viewport={"width": 1200, "height": 900})
        await browser.close()


async def opened(home: House, page: Page, agent: Agent) -> tuple[Browser, str]:
    """The agent signs in, opens a visitor's handoff and claims it."""
    visitor = await home.browser()
    handoff_id = await home.handoff(visitor)
    await page.goto(str(home.client.make_url("/desk")))
    await page.get_by_test_id("token").fill(agent.token)
    await page.get_by_test_id("sign-in").click()
    await page.get_by_test_id("queue-item").click()
    await page.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("resolve")).to_be_visible()
    return visitor, handoff_id


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def place_of(home: House, handoff_id: str) -> str:
    async with home.front.database.read() as tx:
        found = await handoffs.get(tx, handoff_id)
    assert found is not None
    return found.conversation_id


async def test_files_come_and_go_and_messages_are_changed_and_taken_back(
    home: House, page: Page, tmp_path: Path
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    agent = await home.agent()
    visitor, handoff_id = await opened(home, page, agent)
    place = await place_of(home, handoff_id)
    errors.clear()  # /me answered 401 before the sign-in

    file_id, size = await home.front.blobs.put(_parts(PICTURE), 1000)
    file = Attachment(file_id, "wok <b>.png", "image/png", size)
    said = InboundMessage(place, "web", place[4:], InboundKind.SAID, "look", attachments=(file,))
    await home.front.receive(said)
    picture = page.get_by_test_id("thumbnail")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") == 1
    async with page.expect_download() as saving:
        await page.get_by_test_id("file").click()
    saved = await (await saving.value).path()
    assert saved.read_bytes() == PICTURE and (await saving.value).suggested_filename.startswith("wok")

    label = tmp_path / "label.txt"
    label.write_text("print me")
    await page.get_by_test_id("file-input").set_input_files(label)
    await expect(page.get_by_test_id("attached")).to_contain_text("label.txt")
    await page.get_by_test_id("reply-text").fill("your lable")
    await page.get_by_test_id("send").click()
    await visitor.until_said("agent", "your lable")
    async with home.front.database.read() as tx:
        sent = [m for m in await conversations.messages(tx, place) if m.sender == "agent"]
    assert [f.name for m in sent for f in m.attachments] == ["label.txt"]
    await expect(page.get_by_test_id("attached")).to_be_hidden()

    await page.get_by_test_id("edit").click()
    await page.get_by_test_id("edit-text").fill("your label")
    await page.get_by_test_id("edit-confirm").click()
    await expect(page.get_by_test_id("edited")).to_be_visible()
    await visitor.until_said("agent", "your label")
    await page.get_by_test_id("delete").click()
    await page.get_by_test_id("delete-confirm").click()
    await expect(page.get_by_test_id("deleted")).to_have_text("Deleted")
    await visitor.until(lambda: visitor.texts("agent") == [""])

    async with home.front.database.write() as tx:
        tx.signal("typing", place, "contact")
    await expect(page.get_by_test_id("typing")).to_have_text(re.compile("is typing"))
    await home.front.receive(replace(said, kind=InboundKind.LEFT, text="", attachments=()))
    await expect(page.get_by_test_id("left")).to_be_visible()
    assert errors == []


@pytest.mark.parametrize("key", ["Control", "Meta"])
async def test_an_edit_is_saved_by_the_same_keys_that_send(home: House, page: Page, key: str) -> None:
    agent = await home.agent()
    visitor, handoff_id = await opened(home, page, agent)
    await agent.reply(handoff_id, "Helo")
    await page.get_by_test_id("edit").click()
    await page.get_by_test_id("edit-text").fill("Hello")
    await page.get_by_test_id("edit-text").press(f"{key}+Enter")
    await expect(page.get_by_test_id("edit-dialog")).to_have_count(0)
    await visitor.until_said("agent", "Hello")


async def test_the_contact_sees_that_a_reply_is_being_written_and_never_a_note(home: House, page: Page) -> None:
    agent = await home.agent("Sam")
    visitor, _ = await opened(home, page, agent)

    def typing() -> list[str | None]:
        return [frame.get("name") for frame in visitor.frames if frame["type"] == "typing"]

    before = len(typing())
    await page.get_by_test_id("note-toggle").click()
    await page.get_by_test_id("reply-text").press_sequentially("between us")
    await page.get_by_test_id("send").click()
    await expect(page.locator("[data-note]")).to_have_count(1)
    assert len(typing()) == before
    await page.get_by_test_id("note-toggle").click()
    await page.get_by_test_id("reply-text").press_sequentially("Hello")
    await visitor.until(lambda: typing()[before:] == ["Sam"])


async def test_on_a_tablet_a_handoff_has_the_whole_width_and_a_way_back(home: House, page: Page) -> None:
    await page.set_viewport_size({"width": 768, "height": 1024})
    await opened(home, page, await home.agent())
    await expect(page.get_by_test_id("queue")).to_be_hidden()
    brief, talk = await page.get_by_test_id("brief").bounding_box(), await page.locator(".talk").bounding_box()
    assert brief is not None and talk is not None
    assert brief["y"] == talk["y"] and brief["width"] > 250 and talk["width"] > 450
    await page.get_by_test_id("back").click()
    await expect(page.get_by_test_id("queue-item")).to_be_visible()
    await expect(page.get_by_test_id("detail")).to_be_hidden()
