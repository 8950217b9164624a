"""Two agents race for one claim, each in a browser of their own: one wins, the other reads who won and when."""

from __future__ import annotations

import re
import subprocess
import sys

from playwright.sync_api import Browser, Page, Route, expect

from tests.conftest import ROOT
from tests.journey.conftest import Product, environment
from tests.journey.test_journey import no_violations, page_of, sign_in

PATIENCE = 60_000  # milliseconds
NAMES = ("Robin", "Kim")


def token_of_new(product: Product, name: str) -> str:
    """Adds somebody to the roster."""
    command = [sys.executable, "-m", "frontdesk", "agents", "add", name, "--role", "agent", "--team", "support"]
    done = subprocess.run(
        command, check=True, cwd=ROOT, env=environment(product.data), capture_output=True, text=True, timeout=120
    )
    found = re.search(r"fd_[\w-]+", done.stdout)
    assert found is not None, done.stdout
    return found[0]


def asks_for_a_person(chromium: Browser, product: Product) -> str:
    """A contact waits; returns the reference."""
    contact = page_of(chromium)
    contact.goto(product.base)
    contact.get_by_test_id("menu-human").click()
    bar = contact.get_by_test_id("state-bar")
    expect(bar).to_contain_text("FD-", timeout=PATIENCE)
    found = re.search(r"FD-\w+", bar.inner_text())
    assert found is not None
    return found[0]


def open_at_the_desk(page: Page, reference: str) -> None:
    """Opens the handoff with this reference."""
    for item in page.get_by_test_id("queue-item").all():
        item.click()
        expect(page.get_by_test_id("claim").or_(page.get_by_test_id("composer")).first).to_be_visible(timeout=PATIENCE)
        if reference in page.get_by_test_id("detail").inner_text():
            return
    raise AssertionError(f"{reference} is not in the queue")


def test_two_browsers_race_for_one_claim_and_one_wins(chromium: Browser, product: Product) -> None:
    reference = asks_for_a_person(chromium, product)
    pages, held = [], list[Route]()
    for name in NAMES:
        page = page_of(chromium)
        sign_in(page, product, token_of_new(product, name))
        expect(page.get_by_test_id("queue-item").first).to_be_visible(timeout=PATIENCE)
        open_at_the_desk(page, reference)
        page.route("**/claim", lambda route: held.append(route))
        pages.append(page)
    for page in pages:
        page.get_by_test_id("claim").click()
    while len(held) < len(pages):  # both have asked before either is answered
        pages[0].wait_for_timeout(20)
    for route in held:
        route.continue_()

    for page in pages:
        expect(page.get_by_test_id("claim")).to_have_count(0, timeout=PATIENCE)
    [winner] = [number for number, page in enumerate(pages) if page.get_by_test_id("resolve").count()]
    told = [page.get_by_test_id("detail-problem") for page in pages]
    expect(told[1 - winner]).to_contain_text(re.compile(rf"{NAMES[winner]} claimed this \d+ seconds ago\."))
    expect(told[winner]).to_be_empty()
    no_violations(pages[1 - winner])
