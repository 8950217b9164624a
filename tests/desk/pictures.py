"""Draws the picture of the web desk in `docs/agents.md`: ``python -m tests.desk.pictures``."""

from __future__ import annotations

import asyncio
import shutil

import msgspec
from playwright.async_api import async_playwright

from escalation.http import wire
from tests.conftest import ROOT
from tests.desk.screens import NOW, QUEUE, detail, mine, screens, summary

PICTURE = ROOT / "docs" / "pictures" / "web-desk.png"
SAM = mine(
    "h1",
    contact="Sam",
    reference="FD-7K2M",
    sla=wire.Sla(
        first=wire.ClockView("met"),
        next=wire.ClockView("at_risk"),
        resolution=wire.ClockView("on_track"),
        due_at=NOW + 150,
    ),
)
OFFERED = summary(
    "h8", contact="Jo", ask="Can I still return a kettle?", mood=0.1, offered_to="Ana", offered_until=NOW + 55
)
LIST = msgspec.structs.replace(QUEUE, waiting=[OFFERED, *QUEUE.waiting[1:]], assigned=[SAM, QUEUE.assigned[1]])


async def draw() -> None:
    """Writes the picture."""
    whole = detail(SAM)
    async with screens(**{"GET /queue": LIST, "GET /handoffs/h1": whole}) as desk, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1280, "height": 860})
        await page.goto(f"{desk.url}#/h/h1")
        await page.get_by_test_id("step").first.wait_for()
        await page.get_by_test_id("sla-clock").first.wait_for()
        await page.mouse.move(340, 20)
        await page.wait_for_timeout(500)
        await page.screenshot(path=PICTURE)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
