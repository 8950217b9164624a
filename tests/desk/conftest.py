"""A house over each kind of database: SQLite with work in memory, PostgreSQL with work in Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from tests.front import House, house


@pytest.fixture
def redis_url(database_url: str, request: pytest.FixtureRequest) -> Iterator[str | None]:
    if "sqlite" in database_url:
        yield None
        return
    url: str = request.getfixturevalue("redis_server")
    connection = redis.Redis.from_url(url)
    connection.flushdb()
    yield url
    connection.flushdb()
    connection.close()


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url) as built:
        yield built
