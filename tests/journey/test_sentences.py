"""Sentences that no training example resembles: the upset reach the queue, a calm problem is answered."""

from __future__ import annotations

import pytest
import yaml
from playwright.sync_api import Browser, expect

from tests.conftest import ROOT
from tests.journey.conftest import Product
from tests.journey.test_journey import PATIENCE, page_of, write

SENTENCES = yaml.safe_load((ROOT / "tests/data/handoff_sentences.yml").read_text())


@pytest.mark.parametrize("text", [one["text"] for one in SENTENCES["upset"]])
def test_an_upset_contact_reaches_the_queue(chromium: Browser, product: Product, text: str) -> None:
    page = page_of(chromium)
    page.goto(product.base)
    write(page, text)
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-owner", "queue", timeout=PATIENCE)
    page.context.close()


@pytest.mark.parametrize("text", [one["text"] for one in SENTENCES["calm"]])
def test_a_problem_told_calmly_is_answered_by_the_assistant(chromium: Browser, product: Product, text: str) -> None:
    page = page_of(chromium)
    page.goto(product.base)
    write(page, text)
    expect(page.locator("[data-testid=message][data-sender=bot]").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-owner", "bot")
    page.context.close()
