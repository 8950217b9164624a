"""A house that speaks Rasa's Socket.IO protocol too; for browsers one behind a network that can be cut."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.conftest import missing
from tests.front import House, house
from tests.web.shop import Shop, Site, open_shop, open_site

HOST_SECRET = "the-secret-that-the-host-site-shares-with-us"
HOST_SITE = "https://shop.example"


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    web = {"socketio": {"enabled": True}, "attachments": {"max_mb": 0.3}, "origins": [HOST_SITE]}
    async with house(tmp_path, database_url, redis_url, env={"web_identity_secret": HOST_SECRET}, web=web) as built:
        yield built


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """Another site's server, whose pages the tests write."""
    async with open_site() as made:
        yield made


@pytest.fixture
async def shop(tmp_path: Path, sqlite_template: Path, site: Site) -> AsyncIterator[Shop]:
    """A house that a browser reaches over a network of ours, with the widget on a page of another site."""
    shutil.copy(sqlite_template, tmp_path / "frontdesk.db")
    async with open_shop(tmp_path, site, env={"web_identity_secret": HOST_SECRET}) as made:
        yield made


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        await browser.close()
