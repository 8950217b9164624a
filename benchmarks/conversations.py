"""Holds the conversations of ``docs/conversations/scripts.yml`` through the chat page and writes down what was said.

    python -m benchmarks.conversations [NAME …]

The product is started with the model of the content as it is, and a real Chromium types and presses. Each conversation
becomes a page under ``docs/conversations/``; what was said is taken from the screen, never from the script.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import Any

import yaml
from playwright.async_api import Browser, Locator, Page, async_playwright

from benchmarks.processes import ROOT, House, folder, product

FOLDER = ROOT / "docs" / "conversations"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
PATIENCE = 15_000  # milliseconds
WHO = {"contact": "Contact", "bot": "Assistant", "agent": "Agent", "system": "Notice"}
MESSAGES = "[data-testid=message]"
MADE_BY = (
    "---\n\nThe contact's part is written by hand (`scripts.yml`). The rest is what the product, with the content that "
    "it ships with, said to it in a browser, taken from the screen. Wordings, references and places in line change "
    "from one time to the next. Hold it again: `python -m benchmarks.conversations {name}`."
)


async def settled(page: Page, more_than: int) -> None:
    """Wait until somebody has answered and nothing more comes for a second."""
    others = page.locator(f"{MESSAGES}:not([data-sender=contact])")
    await others.nth(more_than).wait_for(timeout=PATIENCE)
    before = -1
    while (now := await page.locator(MESSAGES).count()) != before:
        before = now
        await page.wait_for_timeout(1000)


async def hold(page: Page, script: dict[str, Any]) -> list[str]:
    """The lines of a conversation, as they stand on the screen."""
    for step in script["steps"]:
        before = await page.locator(f"{MESSAGES}:not([data-sender=contact])").count()
        if isinstance(step, dict):
            await page.get_by_test_id("quick-reply").filter(has_text=step["press"]).last.click(timeout=PATIENCE)
        else:
            await page.get_by_test_id("chat-input").fill(step)
            await page.get_by_test_id("chat-input").press("Enter")
        await settled(page, before)
    return [await line(message) for message in await page.locator(MESSAGES).all()]


async def line(message: Locator) -> str:
    """One message as Markdown: who, what, and the buttons under it."""
    sender = await message.get_attribute("data-sender") or ""
    words = " ".join(await message.get_by_test_id("message-text").all_inner_texts())
    buttons = await message.get_by_test_id("quick-reply").all_inner_texts()
    buttons += [f"★ {number + 1}" for number in range(await message.locator(".star").count())]
    return f"**{WHO.get(sender, sender)}:** {' '.join(words.split())}{''.join(f' `[{title}]`' for title in buttons)}"


async def talk(browser: Browser, house: House, name: str, script: dict[str, Any]) -> None:
    context = await browser.new_context(viewport={"width": 768, "height": 900})
    page = await context.new_page()
    await page.goto(house.base)
    lines = await hold(page, script)
    await context.close()
    text = f"# {script['title']}\n\n{script['about']}\n\n" + "\n\n".join([*lines, MADE_BY.format(name=name)]) + "\n"
    (FOLDER / f"{name}.md").write_text(text, "utf-8")
    print(f"{name}: {len(lines)} lines", flush=True)


async def main() -> None:
    """Hold all conversations, or those named."""
    scripts = yaml.safe_load((FOLDER / "scripts.yml").read_text("utf-8"))
    chosen = sys.argv[1:] or list(scripts)
    program = shutil.which("chromium")
    if program is None:
        sys.exit("Chromium is needed: apt-get install chromium")
    with folder() as data:
        async with product(data) as house, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            for name in chosen:
                await talk(browser, house, name, scripts[name])
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
