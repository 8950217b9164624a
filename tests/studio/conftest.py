"""A house whose content is a copy that tests may change, with publishing and the draft's engine scripted."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.conftest import ROOT, missing
from tests.front import House, house


def project(place: Path) -> Path:
    """The product's own content, to be changed."""
    place.mkdir()
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, place / name)
    shutil.copytree(ROOT / "data", place / "data")
    return place


def scripted(home: House) -> None:
    """Has the studio's long works done by scripts: they work on the same record, and train nothing."""
    studio, settings = home.front.studio, home.front.settings
    environment = {
        **os.environ,
        "STUDIO_DATABASE": settings.database_url,
        "STUDIO_PROJECT": str(settings.environment.project),
        "STUDIO_MODELS": str(settings.models),
        "STUDIO_LOCK": str(studio.content.lock),
        "STUDIO_SOCKET": str(settings.draft_socket),
    }
    program = (sys.executable, "-m", "tests.studio.works")
    studio.publishing.command = (*program, "publish")
    studio.trial.training.command = (*program, "draft")
    studio.trial.engine = (*program, "engine")
    studio.publishing.environment = studio.trial.training.environment = studio.trial.environment = environment


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    env = {"project": project(tmp_path / "project")}
    async with house(tmp_path, database_url, redis_url, env=env, content={"labels": 2}) as built:
        scripted(built)
        yield built


@pytest.fixture
async def sqlite_home(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[House]:
    """For what the kind of the database plays no part in."""
    shutil.copy(sqlite_template, tmp_path / "frontdesk.db")
    sqlite_url = f"sqlite+aiosqlite:///{tmp_path / 'frontdesk.db'}"
    env = {"project": project(tmp_path / "project")}
    async with house(tmp_path, sqlite_url, None, env=env, content={"labels": 2}) as built:
        scripted(built)
        yield built


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium")
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield made
        await made.close()
