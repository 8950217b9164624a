"""A house over each kind of database for real processes: SQLite with work in memory, PostgreSQL with work in Redis."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from conversations.staff import Role
from conversations.store import staff
from conversations.store.database import Database
from tests.core.site import Site
from tests.front import CALM
from tests.scripted_engine import scripted_engine


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Errors are meant here and come by the hundred: painting each traceback would take longer than the test."""
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.ExceptionRenderer(_briefly),
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )
    yield
    structlog.configure(**before)


def _briefly(exc_info: structlog.typing.ExcInfo) -> str:
    return repr(exc_info[1])


@pytest.fixture
async def site(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[Site]:
    (tmp_path / "frontdesk.yml").write_text(json.dumps({"bounds": CALM}))
    database = Database(database_url)
    async with database.write() as tx:
        _, token = await staff.add(tx, "Ana", Role.AGENT, "support")
    await database.close()
    async with scripted_engine(tmp_path / "engine.sock") as engine:
        yield Site(tmp_path, database_url, redis_url, engine, token)
