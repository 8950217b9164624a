"""The running product when parts of it die, and what it leaves in its logs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request

from playwright.sync_api import Browser, expect

from tests.journey.conftest import Product, wait_for
from tests.journey.test_journey import PATIENCE, page_of, said, write


def process_of(product: Product, command: str) -> int:
    found = subprocess.run(
        ["pgrep", "-P", str(product.process.pid), "-f", f"frontdesk {command}$"], capture_output=True
    )
    return int(found.stdout.split()[0])


def test_what_it_says_at_the_start_are_sentences_and_no_library_s_warnings(product: Product) -> None:
    said = [line for line in product.said.read_text().splitlines() if line and not line.startswith("{")]
    assert f"Chat page:   {product.base}/" in said and "Stop with Ctrl-C." in said
    assert not any("Warning" in line or "site-packages" in line for line in said)
    assert "py.warnings" not in product.said.read_text()


def test_an_engine_that_dies_is_started_again_and_answers_what_came_meanwhile(
    chromium: Browser, product: Product
) -> None:
    page = page_of(chromium)
    page.goto(product.base)
    write(page, "hello")
    said(page, "bot", "")
    os.kill(process_of(product, "engine"), signal.SIGKILL)
    write(page, "how long does delivery take?")
    expect(page.locator("[data-testid=message][data-sender=bot]").filter(has_text="working day").first).to_be_visible(
        timeout=120_000
    )


def test_a_front_that_dies_is_started_again_and_the_browser_finds_back(chromium: Browser, product: Product) -> None:
    page = page_of(chromium)
    page.goto(product.base)
    write(page, "what are your opening hours?")
    said(page, "bot", "Monday")
    os.kill(process_of(product, "serve"), signal.SIGKILL)
    expect(page.get_by_test_id("chat")).not_to_have_attribute("data-connection", "open", timeout=PATIENCE)
    write(page, "can I pay with a card?")
    wait_for(f"{product.base}/readyz", product.process)
    expect(page.locator("[data-testid=message][data-sender=bot]").nth(1)).to_be_visible(timeout=120_000)
    own = page.locator("[data-testid=message][data-sender=contact]").filter(has_text="can I pay with a card?")
    expect(own).to_have_count(1)


def test_nothing_that_people_write_stands_in_logs_or_metrics(chromium: Browser, product: Product) -> None:
    page = page_of(chromium)
    page.goto(product.base)
    for text in ("canaryword order", "mail me at canary@example.org", "my card is 4111 1111 1111 1111"):
        write(page, text)
        said(page, "contact", text.partition(" 4111")[0])
    write(page, "canaryword: this is ridiculous, I want a human NOW")
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-owner", "queue", timeout=PATIENCE)
    time.sleep(0.5)
    metrics = urllib.request.urlopen(f"{product.base}/metrics").read().decode()  # noqa: S310 - our own address
    for kept in (product.said.read_text(), metrics):
        for canary in (
            "canaryword",
            "canary@example.org",
            "4111",
            product.token[5:] if kept is metrics else "4111 1111",
        ):
            assert canary not in kept
    stored = b"".join(path.read_bytes() for path in product.data.glob("frontdesk.db*"))
    assert b"4111 1111" not in stored
    assert b"4111111111111111" not in stored
