"""Every screen of the desk at three widths, light and dark: axe finds no violation, and nothing is wider than it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page

from escalation.http import wire
from tests.desk.screens import NOW, Screens, detail, screens, summary

pytestmark = pytest.mark.asyncio(loop_scope="module")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
OFFERED = detail(
    summary(offered_to="Ana", offered_until=NOW + 55, reachable="mail", sla=wire.Sla(first=wire.ClockView("breached"))),
    ["claim", "decline", "note", "transfer"],
)
# Address, and what is pressed there; the last one says what has come when the screen is whole.
SCREENS: dict[str, tuple[str, list[str], str]] = {
    "queue": ("#/", [], "team-count"),
    "filters": ("#/?sla=at_risk", ["filters"], "filter-team"),
    "handoff": ("#/h/h1", [], "step"),
    "offered": ("#/h/offered", [], "notice-offered"),
    "more": ("#/h/h1", ["more"], "release"),
    "resolve": ("#/h/h1", ["resolve"], "tag-returns"),
    "transfer": ("#/h/h1", ["transfer"], "transfer-team"),
    "snooze": ("#/h/h1", ["snooze"], "snooze-comment"),
    "goodwill": ("#/h/h1", ["more", "goodwill"], "goodwill-amount"),
    "block": ("#/h/h1", ["more", "block"], "block-why"),
    "canned reply": ("#/h/h1", ["canned"], "canned-missing"),
    "suggestions": ("#/h/h1", ["suggest"], "suggestion"),
    "search": ("#/search?q=third", [], "search-hit"),
    "board": ("#/board", [], "board-agent"),
    "people": ("#/people", [], "person"),
    "person": ("#/people", ["person-change"], "person-team-care"),
    "replies": ("#/replies", [], "tag"),
    "new reply": ("#/replies", ["canned-new"], "canned-team"),
    "availability": ("#/", ["availability"], "availability-state-away"),
}


async def shown(desk: Screens, page: Page, name: str) -> None:
    address, presses, whole = SCREENS[name]
    await page.goto("about:blank")
    await page.goto(f"{desk.url}{address}")
    for one in presses:
        await page.get_by_test_id(one).first.click()
    await page.get_by_test_id(whole).first.wait_for()


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(320, 640, "light"), (768, 1024, "dark"), (1280, 900, "light")]
)
async def test_no_screen_has_a_violation_or_is_too_wide(
    chromium: Browser, width: int, height: int, scheme: Any
) -> None:
    page = await chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    wrong: list[tuple[str, Any]] = []
    page.on("pageerror", lambda error: wrong.append(("script", str(error))))
    async with screens(**{"GET /handoffs/offered": OFFERED}) as desk:
        for name in SCREENS:
            await shown(desk, page, name)
            await page.evaluate(AXE)
            found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            wrong += [(name, (v["id"], [n["html"] for n in v["nodes"]])) for v in found["violations"]]
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append((name, "wider than the screen"))
        await page.close()
    assert wrong == []


async def test_on_a_phone_the_pages_are_behind_a_menu(chromium: Browser) -> None:
    page = await chromium.new_page(viewport={"width": 320, "height": 640})
    async with screens() as desk:
        await page.goto(desk.url)
        await page.get_by_test_id("menu").click()
        await page.get_by_test_id("menu-go-people").click()
        await page.get_by_test_id("person").first.wait_for()
        assert not await page.get_by_test_id("queue").is_visible()
        await page.close()


async def test_parts_of_the_page_are_asked_for_again_each_time_so_that_old_and_new_never_mix(chromium: Browser) -> None:
    page = await chromium.new_page()
    async with screens() as desk:
        base = desk.url.removesuffix("/desk")
        for part in ("/desk", "/static/desk/main.js", "/static/desk/base.css"):
            answer = await page.request.get(base + part)
            assert answer.headers["cache-control"] == "no-cache", part
            again = await page.request.get(base + part, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status == 304, part
        assert (await page.request.get(f"{base}/static/desk/..%2f..%2fpage.py")).status == 404
        await page.close()
