"""The studio in a real Chromium: two editors of one intent; from an unanswered question to what is live; screens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Browser, Page, expect

from bot.engine.wire import Near, Parse, Ranked, Span
from conversations.staff import Role
from tests.front import House
from tests.studio.editors import Editor, editor
from tests.studio.test_api import unread

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TOO_WIDE = "[document.documentElement, document.querySelector('.page')].some((n) => n.scrollWidth > n.clientWidth)"
COST, ANSWER = "return_cost", "A return costs £2.95"


async def opened(home: House, page: Page, who: Editor, address: str = "") -> list[str]:
    """Signs in on the page; gives the list in which its errors are written down."""
    errors: list[str] = []
    await page.goto(str(home.client.make_url("/studio")))
    await page.get_by_test_id("token").fill(who.token)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.get_by_test_id("sign-in").click()
    await page.get_by_test_id("page-first").wait_for()
    if address:
        await page.goto(f"{home.client.make_url('/studio')}{address}")
    return errors


async def asked(home: House, text: str, parse: Parse, reply: str = "I cannot help with that.") -> None:
    """A visitor asks; the assistant answers as it read."""
    home.engine.answer(text, reply, parse)
    visitor = await home.browser()
    await visitor.say(text)
    await visitor.until_said("bot", reply)


async def test_two_edit_one_answer_and_the_second_merges_what_the_folder_holds(
    sqlite_home: House, browser: Browser
) -> None:
    home, page = sqlite_home, await browser.new_page(viewport={"width": 1280, "height": 900})
    edna = await editor(home)
    unread(home)
    errors = await opened(home, page, edna, "#/intents/return_cost")
    await page.get_by_test_id("intent-reading").fill("what a return costs")
    wording = page.get_by_test_id("wording").first
    await expect(wording).to_have_value(re.compile(ANSWER))
    await wording.fill("Sending it back is £2.95, off your refund.")
    near = (Near("is the way home dear", "privacy", 0.95),)
    home.engine.answer("is the way back dear", "", Parse(COST, 0.9, True, nearest=near))
    mine = Parse(COST, 0.9, True, personal=(Span("email", 6, 12),))
    home.engine.answer("write a@b.de about it", "", mine)
    await page.get_by_test_id("more-examples").fill("- price of posting it back\nis the way back dear")
    await page.get_by_test_id("add-examples").click()
    await expect(page.get_by_test_id("change-count")).to_have_text("4 changes, not saved")
    await expect(page.get_by_test_id("too-near")).to_contain_text("“is the way home dear” of Privacy")
    first = page.get_by_test_id("example").first
    was = await first.input_value()
    await first.fill("write a@b.de about it")
    await expect(page.get_by_test_id("example-row").first).to_contain_text("Holds an e-mail address")
    await first.fill(was)
    await expect(page.get_by_test_id("personal")).to_have_count(0)

    domain = home.front.settings.environment.project / "domain.yml"
    domain.write_text(domain.read_text().replace(ANSWER, "A return costs £3.50"))
    await page.get_by_test_id("save-intent").click()
    await expect(page.get_by_test_id("theirs")).to_contain_text("A return costs £3.50")
    await expect(page.get_by_test_id("conflict")).to_contain_text("Somebody with the files changed this intent")
    await expect(page.get_by_test_id("mine")).to_contain_text("Sending it back is £2.95")
    await expect(page.get_by_test_id("save-merged")).to_be_hidden()
    assert "Sending it back" not in domain.read_text()
    await page.get_by_test_id("merged-text").fill("Sending it back is £3.50, off your refund.")
    await page.get_by_test_id("take-merged").click()
    await page.get_by_test_id("save-merged").click()
    await expect(page.get_by_test_id("saved-told")).to_be_visible()
    assert "Sending it back is £3.50, off your refund." in domain.read_text()
    assert '  utter_reading_return_cost:\n  - text: "what a return costs"' in domain.read_text()
    await expect(page.get_by_test_id("intent-reading")).to_have_count(0)
    returns = (domain.parent / "data/nlu/returns.yml").read_text()
    assert "    - price of posting it back\n    - is the way back dear\n" in returns
    await page.goto(str(home.client.make_url("/desk")))  # who does not work there is led back
    await expect(page.get_by_test_id("first-draft")).to_be_visible()
    assert errors == []
    await page.close()


async def test_what_nobody_could_answer_is_taught_published_and_live(sqlite_home: House, browser: Browser) -> None:
    home, page = sqlite_home, await browser.new_page(viewport={"width": 1000, "height": 900})
    edna = await editor(home)
    first = await edna.publish("the beginning")
    assert first["outcome"]["version"] == 1, first
    unknown = Parse("nlu_fallback", 0.4, False, ranking=(Ranked("packaging", 0.4),), scope="out")
    for text in ("do you wrap presents", "do you wrap presents nicely", "do you wrap birthday presents"):
        await asked(home, text, unknown)
    await edna.until("/unanswered?state=new", lambda found: sum(g["questions"] for g in found["groups"]) == 3, 60)

    errors = await opened(home, page, edna)
    await page.get_by_test_id("first-group").first.click()
    await page.get_by_test_id("teach-kind-new").check()
    await page.get_by_test_id("teach-title").fill("Gift wrapping")
    await expect(page.get_by_test_id("teach-name")).to_contain_text("gift_wrapping")
    await page.get_by_test_id("teach-save").click()
    await expect(page.get_by_test_id("teach-problem")).to_contain_text("Write what is answered.")
    await page.get_by_test_id("own-sentence").click()
    await page.get_by_test_id("teach-text").last.fill("can it be gift wrapped")
    await page.get_by_test_id("teach-answer").fill("Yes, we wrap presents for £3.")
    await page.get_by_test_id("teach-reading").fill("having something wrapped")
    await page.get_by_test_id("teach-save").click()
    await page.get_by_test_id("to-publish").click()
    await expect(page.get_by_test_id("pending")).to_contain_text("1 intent")
    await page.get_by_test_id("publish-note").fill("gift wrapping")
    await page.get_by_test_id("publish").click()
    await expect(page.get_by_test_id("published")).to_contain_text("Version 2 is live.", timeout=30_000)
    await expect(page.get_by_test_id("answer-change").first).to_contain_text("would now be answered")
    await expect(page.get_by_test_id("all-live")).to_be_visible()
    await edna.until("/unanswered?state=live", lambda found: len(found["groups"]) == 1, 30)

    shown = await edna.get("/intents/return_cost")
    await edna.save("return_cost", shown["version"], add=["is it dear to return"])
    await page.locator("[data-version='1']").get_by_test_id("rollback").click()
    await expect(page.get_by_test_id("leaving")).to_contain_text(
        "1 saved change by Edna, not live yet, leaves the drafts"
    )
    await page.get_by_test_id("rolling-back-confirm").click()
    await expect(page.locator("[data-version='1']")).to_contain_text("live")
    project = home.front.settings.environment.project
    assert "we wrap presents" not in (project / "domain.yml").read_text()
    await expect(page.get_by_test_id("state").first).to_contain_text("in the drafts now")
    await expect(page.get_by_test_id("state").nth(1)).to_contain_text("2 other intents, 2 other answers")
    await page.get_by_test_id("bring-back").first.click()
    await page.get_by_test_id("bringing-back-confirm").click()
    await expect(page.get_by_test_id("state").first).to_contain_text("brought back: changed")
    await expect(page.get_by_test_id("pending")).to_contain_text("2 intents")
    assert "we wrap presents" in (project / "domain.yml").read_text()
    assert "is it dear to return" in (project / "data/nlu/returns.yml").read_text()
    assert errors == []
    await page.close()


async def test_no_screen_has_a_violation_or_is_too_wide(sqlite_home: House, browser: Browser) -> None:
    home = sqlite_home
    lead = await editor(home, "Lena", Role.LEAD)
    unknown = Parse("nlu_fallback", 0.4, False, ranking=(Ranked("return_cost", 0.4),), scope="out")
    await asked(home, "do you wrap presents", unknown)
    await lead.until("/unanswered?state=new", lambda found: bool(found["groups"]), 60)
    await lead.publish("the beginning")
    shown = await lead.get("/intents/return_cost")
    await lead.save("return_cost", shown["version"], add=["strange one?!", "strange two?!"])
    await lead.publish("copied")
    await lead.call("POST", "/trial", {})
    await lead.until("/trial", lambda found: found["draft"]["phase"] == "ready")
    wrong: list[tuple[Any, ...]] = []
    for width, height, scheme in ((320, 640, "light"), (768, 1024, "dark"), (1280, 900, "light")):
        page = await browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        errors = await opened(home, page, lead)
        for address, presses, whole in SCREENS:
            await page.goto("about:blank")
            await page.goto(f"{home.client.make_url('/studio')}{address}")
            for one in presses:
                await page.get_by_test_id(one).first.click()
            await page.get_by_test_id(whole).first.wait_for()
            await page.evaluate(AXE)
            found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            wrong += [(address, width, v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]]
            if await page.evaluate(TOO_WIDE):
                wrong.append((address, width, "wider than the screen"))
        wrong += [(width, error) for error in errors]
        if width == 1280:  # where both may be seen, each leads to the other
            await page.get_by_test_id("go-desk").click()
            await page.get_by_test_id("go-studio").click()
            await page.get_by_test_id("page-first").wait_for()
        await page.close()
    assert wrong == []


# Address, what is pressed there, and what has come when the screen is whole.
SCREENS: list[tuple[str, list[str], str]] = [
    ("#/", [], "first-group"),
    ("#/", ["label-start"], "label-card"),
    ("#/unanswered", [], "group"),
    ("#/unanswered?state=live", [], "no-groups"),
    ("#/unanswered/1", [], "teach-question"),
    ("#/unanswered/1", ["dismiss"], "dismiss-more"),
    ("#/unanswered/99", [], "problem"),
    ("#/intents", [], "intent"),
    ("#/intents/return_cost", ["drop-example"], "save-bar"),
    ("#/intents/return_cost", ["add-wording"], "wording-until"),
    ("#/try", [], "draft-ready"),
    ("#/publish", ["show-changes"], "against"),
    ("#/publish", ["anyway"], "anyway-why"),
    ("#/publish", ["bring-back"], "bringing-back-confirm"),
    ("#/publish", [], "version"),
]
