"""The widget in a real browser, on a page of another site."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.channels.web.routes import STATIC
from bot.engine.wire import Button
from conversations.model import Attachment, Outbound, Sender, command
from conversations.model import Command as Asked
from conversations.store import conversations, handoffs, revising
from tests.conftest import ROOT, missing
from tests.journey.test_journey import SCRIPTS
from tests.scripted_engine import understood
from tests.web.shop import PEERS, Shop
from tests.web.test_files import PDF, PNG
from tests.web.test_identity import signed

SCREENS = ROOT / "tests" / "screens"
STRICT = "default-src 'none'; script-src {base}; connect-src {base} {socket}; img-src blob:; style-src 'none'"
BLOCKED = "Object.defineProperty(window, '{}', {{ get() {{ throw new DOMException('no', 'SecurityError'); }} }});"
FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused?.dataset.testid ?? focused?.localName;
}"""


@contextlib.asynccontextmanager
async def visit(chromium: Browser, address: str, width: int = 1280, height: int = 800, **options: Any) -> Any:
    """A page in a browser of its own; an error of a script fails the test."""
    context = await chromium.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(15_000)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(address)
    yield page
    assert errors == []
    await context.close()


async def open_chat(page: Page) -> None:
    await page.get_by_test_id("launcher").click()
    await expect(page.get_by_test_id("greeting")).to_be_visible()


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("chat-input").fill(text)
    await page.get_by_test_id("chat-input").press("Enter")


def said(page: Page, sender: str, text: str) -> Locator:
    return page.locator(f"[data-testid=message][data-sender={sender}]").filter(has_text=text)


async def shown(page: Page) -> list[str]:
    return list(await page.get_by_test_id("message-text").all_inner_texts())


def axe_core() -> str:
    path = PEERS / "axe-core" / "axe.min.js"
    if not path.is_file():
        missing("axe-core (tests/set-up)")
    return path.read_text()


async def no_violations(page: Page) -> None:
    await page.evaluate(axe_core())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], v["help"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


async def place_of(page: Page) -> str:
    """The visitor's place, from the token that the browser keeps."""
    token = await page.evaluate("localStorage.getItem('frontdesk.token')")
    claims = await page.evaluate("token => JSON.parse(atob(token.split('.')[1])).sub", token)
    return str(claims)


async def handed_over(shop: Shop, page: Page) -> str:
    await page.get_by_test_id("menu-human").click()
    await expect(page.get_by_test_id("state-bar")).to_have_attribute("data-owner", "queue")
    async with shop.home.front.database.read() as tx:
        return (await handoffs.waiting(tx))[-1].id


def test_the_widget_is_small_and_needs_nothing_else() -> None:
    script = (STATIC / "widget.js").read_bytes()
    assert len(gzip.compress(script, 9)) < 40_000
    assert b"import " not in script.replace(b"important ", b"") and b"eval(" not in script


async def test_the_widget_goes_compressed_to_whoever_takes_it_and_once_only(shop: Shop) -> None:
    script, url = (STATIC / "widget.js").read_bytes(), f"{shop.base}/widget.js"
    async with aiohttp.ClientSession(auto_decompress=False) as browser:
        tags = {}
        for takes, kept in (("gzip, br", "gzip"), ("identity", None), ("gzip;q=0, br", None)):
            async with browser.get(url, headers={"Accept-Encoding": takes}) as answer:
                body = await answer.read()
                assert (answer.status, answer.headers.get("Content-Encoding")) == (200, kept)
                assert answer.headers["Vary"] == "Accept-Encoding"
                assert (gzip.decompress(body) if kept else body) == script
                assert not kept or len(body) < 40_000
                tags[kept] = answer.headers["ETag"]
        assert len(set(tags.values())) == 2
        again = {"Accept-Encoding": "gzip", "If-None-Match": tags["gzip"]}
        async with browser.get(url, headers=again) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        async with browser.get(f"{shop.base}/static/web/page.css", headers={"Accept-Encoding": "gzip"}) as answer:
            assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
            assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        async with browser.get(f"{shop.base}/static/web/none.css") as answer:
            assert answer.status == 404


# Nothing lost, nothing doubled


async def test_a_message_is_written_once_whatever_is_cut_while_it_is_sent(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        for number in range(8):
            await write(page, f"message {number}")
            if number % 2:
                await asyncio.sleep(0.02 * number)
            shop.network.cut()
            await page.get_by_test_id("try-now").click(timeout=5000)
        for number in range(8):
            await expect(said(page, "contact", f"message {number}")).to_have_count(1)
        await expect(page.locator("[data-status=sending], [data-status=waiting]")).to_have_count(0)
        async with shop.home.front.database.read() as tx:
            stored = await conversations.messages(tx, f"web:{await place_of(page)}")
        kept = [one.text for one in stored if one.sender is Sender.CONTACT]
        assert sorted(kept) == [f"message {number}" for number in range(8)]
        texts = await shown(page)
        assert len(texts) == len(set(texts))


async def test_a_restart_of_the_server_is_shown_and_loses_nothing(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "before")
        await expect(said(page, "bot", "You said: before")).to_be_visible()
        await shop.stop()
        await expect(page.get_by_test_id("connection-text")).to_contain_text("Reconnecting")
        await write(page, "meanwhile")
        await expect(said(page, "contact", "meanwhile")).to_have_attribute("data-status", "waiting")
        await shop.start()
        await page.goto(shop.page())  # what waits survives the page
        await page.get_by_test_id("launcher").click()
        await expect(said(page, "bot", "You said: meanwhile")).to_be_visible()
        texts = await shown(page)
        assert [text for text in texts if "before" in text or "meanwhile" in text] == [
            "before",
            "You said: before",
            "meanwhile",
            "You said: meanwhile",
        ]


async def test_a_closed_lid_misses_nothing(shop: Shop, chromium: Browser) -> None:
    """Taken offline and frozen over the debugging protocol, as a laptop's browser is when its lid is closed."""
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "hello")
        await expect(said(page, "bot", "You said: hello")).to_be_visible()
        debugging = await page.context.new_cdp_session(page)
        await page.context.set_offline(True)
        await debugging.send("Page.setWebLifecycleState", {"state": "frozen"})
        shop.network.cut()
        async with shop.home.front.database.write() as tx:
            await conversations.say(tx, f"web:{await place_of_saved(shop)}", 1, [Outbound(Sender.BOT, "while asleep")])
        await asyncio.sleep(1)
        await debugging.send("Page.setWebLifecycleState", {"state": "active"})
        await page.context.set_offline(False)
        await expect(said(page, "bot", "while asleep")).to_be_visible()
        await write(page, "awake")
        await expect(said(page, "bot", "You said: awake")).to_be_visible()
        assert (await shown(page))[1:] == ["hello", "You said: hello", "while asleep", "awake", "You said: awake"]


async def place_of_saved(shop: Shop) -> str:
    """The only visitor of a house."""
    from sqlalchemy import select

    from conversations.store import tables as t

    async with shop.home.front.database.read() as tx:
        return str((await tx.execute(select(t.conversation.c.id))).scalar_one()).removeprefix("web:")


async def test_two_tabs_show_the_same_once_and_what_was_pressed_changed_or_deleted(
    shop: Shop, chromium: Browser
) -> None:
    shop.home.engine.answer(
        "order?", "Shall I look?", understood("ask"), Button("Yes", "/affirm"), Button("No", "/deny")
    )
    async with visit(chromium, shop.page()) as one:
        await open_chat(one)
        two = await one.context.new_page()
        await two.goto(one.url)
        await two.get_by_test_id("launcher").click()
        await write(one, "order?")
        await two.get_by_test_id("quick-reply").filter(has_text="Yes").click()
        for tab in (one, two):
            await expect(tab.get_by_test_id("quick-reply").filter(has_text="No")).to_be_disabled()
            await expect(said(tab, "contact", "Yes")).to_have_count(1)
            await expect(said(tab, "bot", "You said: /affirm")).to_have_count(1)
        await write(one, "my adress")
        await expect(said(two, "bot", "You said: my adress")).to_be_visible()
        await one.get_by_test_id("own-edit").click()
        await write(one, "my address")
        for tab in (one, two):
            line = tab.locator("[data-sender=contact]").filter(has_text="my address")
            await expect(line.get_by_test_id("message-edited")).to_be_visible()
        assert len(shop.home.engine.asked) == 3, "a changed message is not answered again"
        await two.get_by_test_id("own-delete").click()
        await two.get_by_test_id("own-delete").click()
        for tab in (one, two):
            await expect(tab.get_by_test_id("message-deleted")).to_be_visible()
            await expect(said(tab, "contact", "my address")).to_have_count(0)
        await one.reload()
        await one.get_by_test_id("launcher").click()
        await expect(one.get_by_test_id("message-deleted")).to_be_visible()


async def test_what_was_changed_while_a_tab_was_away_is_shown_so_at_its_return(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "hello")
        await expect(said(page, "bot", "You said: hello")).to_be_visible()
        target, shop.network.target = shop.network.target, None
        shop.network.cut()
        await expect(page.get_by_test_id("connection")).to_be_visible()
        async with shop.home.front.database.write() as tx:
            place = f"web:{await place_of_saved(shop)}"
            await revising.revise(tx, place, 2, "I was wrong", time.time())
        shop.network.target = target
        await expect(said(page, "bot", "I was wrong").get_by_test_id("message-edited")).to_be_visible(timeout=20_000)


# What is blocked, and what is allowed


@pytest.mark.parametrize("storage", ["localStorage", "sessionStorage"])
async def test_the_chat_works_where_storage_is_blocked(shop: Shop, chromium: Browser, storage: str) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.add_init_script(BLOCKED.format(storage))
    await page.goto(shop.page())
    await open_chat(page)
    await write(page, "hello")
    await expect(said(page, "bot", "You said: hello")).to_be_visible()
    shop.network.cut()
    await write(page, "again")
    await expect(said(page, "bot", "You said: again")).to_be_visible()
    await expect(said(page, "contact", "again")).to_have_count(1)
    await context.close()


async def test_a_site_with_a_strict_policy_need_allow_our_origin_only(shop: Shop, chromium: Browser) -> None:
    policy = STRICT.format(base=shop.base, socket=shop.base.replace("http", "ws"))
    shop.site.headers["Content-Security-Policy"] = policy
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await page.get_by_test_id("file-picker").set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
        )
        await expect(page.get_by_test_id("upload")).to_have_class("ready")
        await page.get_by_test_id("chat-send").click()
        await expect(page.get_by_test_id("file").locator("img")).to_be_visible()


async def test_a_site_that_is_not_listed_cannot_open_the_chat(shop: Shop, chromium: Browser) -> None:
    address = shop.page().replace("127.0.0.1", "localhost")
    async with visit(chromium, address) as page:
        await page.get_by_test_id("launcher").click()
        await expect(page.get_by_test_id("connection-text")).to_contain_text("can’t reach")
        assert not await page.get_by_test_id("greeting").count()


async def test_our_own_page_has_no_inline_script_and_breaks_no_policy(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.base) as page:
        await expect(page.get_by_test_id("greeting")).to_be_visible()
        scripts = await page.locator("script").evaluate_all("nodes => nodes.map(node => [node.src, node.textContent])")
        assert all(src.startswith(shop.base) and not text for src, text in scripts)
        await page.get_by_test_id("file-picker").set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
        )
        await expect(page.get_by_test_id("upload")).to_have_class("ready")
        await page.get_by_test_id("chat-send").click()
        await expect(page.get_by_test_id("file").locator("img")).to_be_visible()


# THREATS, row 12


async def test_nothing_that_anybody_calls_themselves_a_button_or_a_file_runs_as_script(
    shop: Shop, chromium: Browser
) -> None:
    asked: list[str] = []
    buttons = [Button(script[:200], f"/affirm{n}") for n, script in enumerate(SCRIPTS[:15])]
    shop.home.engine.answer("buttons", SCRIPTS[0], understood("ask"), *buttons)
    async with visit(chromium, shop.page()) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"a script spoke: {dialog.message}"))
        page.on("request", lambda request: asked.append(request.url))
        await open_chat(page)
        await write(page, "buttons")
        await expect(page.get_by_test_id("quick-reply")).to_have_count(15)
        place = f"web:{await place_of(page)}"
        said_by = [
            Outbound(
                Sender.AGENT,
                script,
                name=script,
                image=None if script.startswith("https:") else script,
                buttons=(command(script, Asked.HUMAN),),
                attachments=(Attachment(f"{n:032x}", script, "image/png" if n % 2 else script, 1),),
            )
            for n, script in enumerate(SCRIPTS)
        ]
        async with shop.home.front.database.write() as tx:
            await conversations.say(tx, place, 1, said_by)
        await expect(page.locator("[data-sender=agent]")).to_have_count(len(SCRIPTS))
        await write(page, SCRIPTS[-1])
        await expect(said(page, "contact", SCRIPTS[-1])).to_have_count(1)
        await page.reload()
        await page.get_by_test_id("launcher").click()
        await expect(page.locator("[data-sender=agent]")).to_have_count(len(SCRIPTS))
        for file in (await page.get_by_test_id("file").all())[:4]:
            await file.click()
        await page.wait_for_timeout(300)
        assert await page.evaluate("window.pwned") is None
        protocols = await page.locator("frontdesk-chat a").evaluate_all("links => links.map(link => link.protocol)")
        assert set(protocols) <= {"http:", "https:", "mailto:"}
    assert not [url for url in asked if not url.startswith((shop.base, shop.site.origin, "data:", "blob:"))]


# For everybody


@pytest.mark.parametrize(
    ("scheme", "html"), [("light", 'lang="en"'), ("dark", 'lang="en"'), ("light", 'lang="ar" dir="rtl"')]
)
async def test_axe_finds_no_violation_in_any_state(shop: Shop, chromium: Browser, scheme: Any, html: str) -> None:
    agent = await shop.home.agent("Ana")
    shop.home.engine.answer(
        "order?", "Shall I look?", understood("ask"), Button("Yes", "/affirm"), Button("No", "/deny")
    )
    name = "rtl" if "rtl" in html else scheme
    body = "" if scheme == "light" else "<style>body { background: #111; color: #eee; }</style>"
    async with visit(chromium, shop.page(html=html, body=body), color_scheme=scheme) as page:
        await no_violations(page)
        await open_chat(page)
        await screens(page, f"widget-{name}-empty")
        await no_violations(page)
        await page.get_by_test_id("menu").click()
        await no_violations(page)
        await page.keyboard.press("Escape")
        await write(page, "order?")
        await expect(page.get_by_test_id("quick-reply")).to_have_count(2)
        await page.get_by_test_id("file-picker").set_input_files(
            {"name": "label.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        await expect(page.get_by_test_id("upload")).to_have_class("ready")
        await no_violations(page)
        await page.get_by_test_id("chat-send").click()
        await expect(page.get_by_test_id("file")).to_be_visible()
        handoff = await handed_over(shop, page)
        await screens(page, f"widget-{name}-waiting")
        await no_violations(page)
        await agent.act(handoff, "claim")
        await agent.reply(handoff, "Here I am")
        await expect(said(page, "agent", "Here I am")).to_be_visible()
        await write(page, "thanks")
        await page.get_by_test_id("own-edit").click()
        await screens(page, f"widget-{name}-changing")
        await no_violations(page)
        await page.get_by_test_id("edit-cancel").click()
        await page.get_by_test_id("own-delete").click()
        await no_violations(page)
        await agent.act(handoff, "resolve", outcome="solved")
        await page.get_by_test_id("star-4").click()
        await screens(page, f"widget-{name}-rated")
        await no_violations(page)
        shop.network.target = None
        shop.network.cut()
        await expect(page.get_by_test_id("connection")).to_be_visible()
        await write(page, "is anybody there?")
        await screens(page, f"widget-{name}-lost")
        await no_violations(page)


async def screens(page: Page, name: str) -> None:
    """Keeps a picture at each width, for people to look at; nothing may scroll sideways."""
    SCREENS.mkdir(exist_ok=True)
    size = page.viewport_size
    for width in (320, 768, 1280):
        await page.set_viewport_size({"width": width, "height": 720})
        await page.wait_for_timeout(250)
        await page.screenshot(path=SCREENS / f"{name}-{width}.png")
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(sideways) <= 0, f"{name} scrolls sideways at {width} px"
    if size:
        await page.set_viewport_size(size)


async def test_the_widget_is_used_by_keyboard_alone(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await page.keyboard.press("Tab")
        assert await page.evaluate(FOCUSED) == "launcher"
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("greeting")).to_be_visible()
        assert await page.evaluate(FOCUSED) == "chat-input"
        await page.keyboard.type("hello")
        await page.keyboard.press("Enter")
        await expect(said(page, "bot", "You said: hello")).to_be_visible()
        for _ in range(12):
            await page.keyboard.press("Shift+Tab")
            if await page.evaluate(FOCUSED) == "menu":
                break
        await page.keyboard.press("Enter")
        assert await page.evaluate(FOCUSED) == "command-help"
        await page.keyboard.press("Escape")
        assert await page.evaluate(FOCUSED) == "menu"
        await expect(page.get_by_test_id("panel")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("panel")).to_be_hidden()
        assert await page.evaluate(FOCUSED) == "launcher"


async def test_on_a_phone_the_focus_stays_in_the_open_chat(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page(body="<a href='#x'>behind</a>"), width=320) as page:
        await open_chat(page)
        for _ in range(20):
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.localName") in {"frontdesk-chat", "body"}


async def test_what_is_new_is_announced_and_counted_while_the_chat_is_closed(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "hello")
        await expect(said(page, "bot", "You said: hello")).to_be_visible()
        await expect(page.get_by_test_id("chat-log")).to_have_attribute("aria-live", "polite")
        assert await page.get_by_test_id("chat-log").get_attribute("role") == "log"
        await page.keyboard.press("Escape")
        place = f"web:{await place_of(page)}"
        async with shop.home.front.database.write() as tx:
            await conversations.say(tx, place, 1, [Outbound(Sender.BOT, "one"), Outbound(Sender.BOT, "two")])
        await expect(page.get_by_test_id("unread")).to_have_text("2")
        await expect(page.get_by_test_id("launcher")).to_have_attribute("aria-label", "Chat with us, 2 new messages")
        await page.reload()
        await expect(page.get_by_test_id("unread")).to_have_text("2")
        await page.get_by_test_id("launcher").click()
        await expect(page.get_by_test_id("unread")).to_be_hidden()


async def test_nothing_moves_for_whoever_wants_no_motion(shop: Shop, chromium: Browser) -> None:
    shop.home.engine.hold.clear()
    async with visit(chromium, shop.page(), reduced_motion="reduce") as page:
        await open_chat(page)
        await write(page, "hello")
        await expect(page.get_by_test_id("typing")).to_be_visible()
        moving = """() => document.querySelector('frontdesk-chat').shadowRoot.getAnimations()
            .filter(one => one.playState === 'running').length"""
        assert await page.evaluate(moving) == 0
    shop.home.engine.hold.set()


# Options


async def test_the_page_says_where_how_and_in_which_words(shop: Shop, chromium: Browser) -> None:
    texts = {
        "launcher": "Schreiben Sie uns",
        "unread": {"one": "{n} neue Nachricht", "other": "{n} neue Nachrichten"},
        "chatWith": "Chat mit {business}",
        "human": "Mit einem Menschen sprechen",
    }
    options = f"data-place=start data-theme=dark data-lang=de data-texts='{json.dumps(texts)}'"
    async with visit(chromium, shop.page(options)) as page:
        launcher = page.get_by_test_id("launcher")
        await expect(launcher).to_have_attribute("aria-label", "Schreiben Sie uns")
        box = await launcher.bounding_box()
        assert box is not None and box["x"] < 100
        await open_chat(page)
        await expect(page.get_by_test_id("chat")).to_have_attribute("aria-label", "Chat mit Pineapple & Co")
        await expect(page.get_by_test_id("menu-human")).to_have_text("Mit einem Menschen sprechen")
        background = await page.get_by_test_id("chat").evaluate("node => getComputedStyle(node).backgroundColor")
        assert background == "rgb(20, 29, 24)"


async def test_options_may_be_an_object_and_colours_are_variables(shop: Shop, chromium: Browser) -> None:
    head = "<style>frontdesk-chat { --frontdesk-accent: #7a1fa2; }</style>"
    script = "<script>window.frontdeskOptions = { place: 'left', theme: 'light', texts: { launcher: 'Hej' } }</script>"
    async with visit(chromium, shop.page(body=script, head=head)) as page:
        launcher = page.get_by_test_id("launcher")
        await expect(launcher).to_have_attribute("aria-label", "Hej")
        assert await launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(122, 31, 162)"


async def test_texts_that_are_no_json_leave_the_chat_in_english(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page("data-texts='{broken' data-lang='no_SUCH-tag!'")) as page:
        await expect(page.get_by_test_id("launcher")).to_have_attribute("aria-label", "Chat with us")
        await open_chat(page)


async def test_a_customer_signs_in_and_out_on_one_page(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "as a guest")
        await expect(said(page, "bot", "You said: as a guest")).to_be_visible()
        identify = "signed => document.querySelector('frontdesk-chat').identify(signed)"
        await page.evaluate(identify, signed("4711"))
        await expect(said(page, "contact", "as a guest")).to_have_count(0)
        await write(page, "as a customer")
        await expect(said(page, "bot", "You said: as a customer")).to_be_visible()
        assert await page.evaluate("localStorage.getItem('frontdesk.token')") is None
        await page.evaluate(identify, None)
        await expect(said(page, "contact", "as a customer")).to_have_count(0)
        await write(page, "somebody else")
        await expect(said(page, "bot", "You said: somebody else")).to_be_visible()
        await page.evaluate(identify, signed("4711", lasts=-120))
        await expect(page.get_by_test_id("notice")).to_contain_text("has expired")
        await page.evaluate(identify, signed("4711"))
        await expect(said(page, "bot", "You said: as a customer")).to_be_visible()


async def test_a_customer_of_the_page_sees_their_conversation_on_another_device(shop: Shop, chromium: Browser) -> None:
    address = shop.page(f'data-contact="{signed("4711")}"')
    async with visit(chromium, address) as phone, visit(chromium, address) as laptop:
        for device in (phone, laptop):
            await device.get_by_test_id("launcher").click()
        await write(phone, "from the phone")
        await expect(said(laptop, "bot", "You said: from the phone")).to_be_visible()


# Files


async def test_files_are_chosen_sent_shown_and_downloaded(shop: Shop, chromium: Browser, tmp_path: Path) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await page.get_by_test_id("file-picker").set_input_files(
            [
                {"name": "broken.png", "mimeType": "image/png", "buffer": PNG},
                {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": PDF},
            ]
        )
        await expect(page.locator("[data-testid=upload].ready")).to_have_count(2)
        await write(page, "see here")
        await expect(said(page, "contact", "see here").locator("img")).to_be_visible()
        async with page.expect_download() as started:
            await page.get_by_test_id("file").filter(has_text="invoice.pdf").click()
        download = await started.value
        assert download.suggested_filename == "invoice.pdf"
        await download.save_as(tmp_path / "got.pdf")
        assert (tmp_path / "got.pdf").read_bytes() == PDF
        assert not [url for url in await page.evaluate("performance.getEntries().map(e => e.name)") if "token" in url]


async def test_a_file_that_is_refused_is_told_in_words(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        files = {"too large": b"x" * 10_000_001, "kind of file": b"MZ\x90\x00" + b"\x00" * 100}
        for words, content in files.items():
            await page.get_by_test_id("file-picker").set_input_files(
                {"name": "a.png", "mimeType": "image/png", "buffer": content}
            )
            expected = "larger than 10 MB" if words == "too large" else words
            await expect(page.get_by_test_id("notice")).to_contain_text(expected)
            await expect(page.get_by_test_id("upload")).to_have_count(0)


async def test_what_the_menu_offers_is_asked_for(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await page.get_by_test_id("menu").click()
        await page.get_by_test_id("command-human").click()
        await expect(page.get_by_test_id("state-bar")).to_have_attribute("data-owner", "queue")
        await expect(page.get_by_test_id("state-bar")).to_contain_text("number 1 in line")


async def test_whoever_has_themselves_erased_leaves_nothing_on_the_device(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "my secret")
        await expect(said(page, "bot", "You said: my secret")).to_be_visible()
        await page.get_by_test_id("menu").click()
        await page.get_by_test_id("command-privacy").click()
        await page.get_by_role("button", name="Erase me").click()
        await page.get_by_role("button", name="Yes, erase everything").click()
        farewell = page.get_by_test_id("farewell")
        await expect(farewell).to_contain_text("Take care")  # the last sentence stays to be read
        await expect(farewell).to_contain_text("Everything about you was erased here")
        await expect(page.get_by_test_id("notice")).to_be_hidden()
        await expect(page.get_by_test_id("connection")).to_be_hidden()
        await expect(page.get_by_test_id("chat-input")).to_be_hidden()
        await expect(said(page, "contact", "my secret")).to_have_count(0)
        kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert "secret" not in kept and "frontdesk.token" not in kept
        await no_violations(page)
        await page.get_by_test_id("begin-anew").click()
        await expect(page.get_by_test_id("greeting")).to_be_visible()
        await expect(farewell).to_have_count(0)
        await write(page, "anew")
        await expect(said(page, "bot", "You said: anew")).to_be_visible()


async def test_who_decides_against_erasing_keeps_everything(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "my words")
        await expect(said(page, "bot", "You said: my words")).to_be_visible()
        await page.get_by_test_id("menu").click()
        await page.get_by_test_id("command-privacy").click()
        await page.get_by_role("button", name="Erase me").click()
        await page.get_by_role("button", name="No, keep it").click()
        await expect(said(page, "system", "nothing was erased")).to_be_visible()
        await expect(page.get_by_role("button", name="Yes, erase everything")).to_be_disabled()
        await expect(said(page, "contact", "my words")).to_be_visible()


async def test_a_long_notice_is_set_as_a_text_to_read(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await write(page, "hello")
        await page.get_by_test_id("menu").click()
        await page.get_by_test_id("command-privacy").click()
        notice = said(page, "system", "What is kept").locator(".bubble")
        await expect(notice).to_have_css("text-align", "start")
        ink = await said(page, "bot", "hello").locator(".bubble").evaluate("node => getComputedStyle(node).color")
        await expect(notice).to_have_css("color", ink)


async def test_what_was_masked_is_explained_once(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        for text in ("my card is 4111 1111 1111 1111", "again: 4111 1111 1111 1111"):
            await write(page, text)
            await expect(said(page, "bot", f"You said: {text.partition('4')[0]}[card]")).to_be_visible()
        first, second = said(page, "contact", "my card is"), said(page, "contact", "again:")
        await expect(first.get_by_test_id("masked")).to_have_text("We hid a card number. Nobody here will ask for it.")
        await expect(second.get_by_test_id("masked")).to_be_hidden()
        await page.reload()
        await page.get_by_test_id("launcher").click()
        await expect(first.get_by_test_id("masked")).to_be_visible()


async def test_a_rating_is_shown_by_its_stars_alone(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        handoff_id, agent = await handed_over(shop, page), await shop.home.agent()
        await agent.act(handoff_id, "claim")
        await agent.act(handoff_id, "resolve", outcome="solved")
        await page.get_by_test_id("star-4").click()
        await expect(said(page, "system", "Thank you for telling us")).to_be_visible()
        await expect(page.get_by_test_id("star-4")).to_have_attribute("aria-checked", "true")
        await expect(said(page, "contact", "4 of 5")).to_be_hidden()
        await page.reload()
        await page.get_by_test_id("launcher").click()
        await expect(page.get_by_test_id("star-4")).to_have_attribute("aria-checked", "true")
        await expect(said(page, "contact", "4 of 5")).to_be_hidden()


async def test_a_picture_is_seen_before_it_is_sent(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        pick = page.get_by_test_id("file-picker")
        await pick.set_input_files(
            [
                {"name": "wok.png", "mimeType": "image/png", "buffer": PNG},
                {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": PDF},
            ]
        )
        preview = page.get_by_test_id("preview")
        await expect(preview).to_have_count(1)
        await expect(preview).to_be_visible()
        assert await preview.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        await page.get_by_test_id("chat-send").click()
        await expect(page.get_by_test_id("upload")).to_have_count(0)


async def test_an_agent_s_typing_is_shown_with_their_name(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        handoff_id, sam, other = await handed_over(shop, page), await shop.home.agent("Sam"), await shop.home.agent()
        await sam.act(handoff_id, "claim")
        await expect(page.get_by_test_id("state-bar")).to_contain_text("Sam is with you")
        await other.call("POST", f"/handoffs/{handoff_id}/typing", expect=204)
        await expect(page.get_by_test_id("typing")).to_be_hidden()
        await sam.call("POST", f"/handoffs/{handoff_id}/typing", expect=204)
        await expect(page.get_by_test_id("typing")).to_be_visible()
        await expect(page.get_by_test_id("typing")).to_have_text("Sam is typing…")
        await sam.reply(handoff_id, "Hello!")
        await expect(page.get_by_test_id("typing")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (360, 640), (768, 1024)])
async def test_what_one_may_begin_with_is_in_sight_at_once(
    shop: Shop, chromium: Browser, width: int, height: int
) -> None:
    async with visit(chromium, f"{shop.base}/", width, height) as page:
        starters = page.get_by_test_id("starter")
        await expect(starters.last).to_be_visible()
        foot = await page.get_by_test_id("menu-human").bounding_box()
        last = await starters.last.bounding_box()
        assert foot is not None and last is not None and last["y"] + last["height"] <= foot["y"]


async def test_who_got_their_data_may_go_on_to_erase_it(shop: Shop, chromium: Browser) -> None:
    async with visit(chromium, shop.page()) as page:
        await open_chat(page)
        await page.get_by_test_id("menu").click()
        await page.get_by_test_id("command-privacy").click()
        await page.get_by_role("button", name="Send me my data").click()
        await expect(said(page, "system", "Here is everything")).to_be_visible()
        await page.get_by_role("button", name="Erase me").click()
        await expect(page.get_by_role("button", name="No, keep it")).to_be_enabled()
