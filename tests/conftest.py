"""Services, databases and a whole front for the tests: real ones, never mocks of our own code."""

from __future__ import annotations

import asyncio
import fcntl
import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import redis
from hypothesis import settings

from conversations import yaml_text
from conversations.store.database import Database
from frontdesk import schema

ROOT = Path(__file__).resolve().parents[1]
# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# The domain file is the same for thousands of fronts, and none changes what it read.
yaml_text.loads = functools.lru_cache(8)(yaml_text.loads)
# Where test processes of this machine tell each other what they have taken.
LOCKS = Path(tempfile.gettempdir())
REQUIRED = os.environ.get("FRONTDESK_TEST_REQUIRE_SERVICES") == "1"


def missing(what: str) -> None:
    """Skips, or fails where services are required."""
    if REQUIRED:
        pytest.fail(f"{what} is required here, and is not there")
    pytest.skip(f"{what} is not there")


def listens(url: str, default_port: int) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or default_port), timeout=2):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if listens(f"tcp://127.0.0.1:{port}", port):
            return True
        time.sleep(0.05)
    return False


def _program(name: str, *folders: str) -> str | None:
    return shutil.which(name) or next((str(p) for f in folders for p in sorted(Path("/").glob(f"{f}/{name}"))), None)


# Folders whose tests share what is dear to make: a trained model, a running product. One worker has them all.
TOGETHER = {"journey": "journey", "product": "product", "engine": "engine", "parity": "engine"}


# Interleavings and kills of the core run on both databases. Any other test that could runs on one, by its name: half of
# them on each. With FRONTDESK_TEST_ALL=1 all run on both.
ON_BOTH = re.compile(r"^core/|/test_\w*(races|locks|journey)\w*\.py$")
ALL = os.environ.get("FRONTDESK_TEST_ALL") == "1"
DATABASES = ("sqlite", "postgresql")


def _runs_on_the_other(item: pytest.Item, names: frozenset[str]) -> bool:
    """Whether a test is left to its twin over the other database."""
    own = next((one for one in DATABASES if one in item.name), None)
    if own is None or ALL or ON_BOTH.search(item.path.relative_to(ROOT / "tests").as_posix()):
        return False
    twins = [item.nodeid.replace(own, one) for one in DATABASES]
    return names.issuperset(twins) and DATABASES[zlib.crc32(twins[0].encode()) % 2] != own


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Says which tests one worker has to run, when several share the work; these begin first, since they are long."""
    names = frozenset(item.nodeid for item in items)
    items[:] = [item for item in items if not _runs_on_the_other(item, names)]
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(TOGETHER[folder]))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis: the one that is named or listens at the usual place, else one of our own on a free port.

    Tests empty it, so each run, and each worker of a run, has a database number to itself.
    """
    url = os.environ.get("FRONTDESK_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
    if listens(url, 6379):
        with _number_of_ones_own(url) as own:
            yield own
        return
    program = _program("redis-server")
    if program is None:
        missing("Redis")
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    arguments = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    try:
        if not wait_for_port(port, process):
            missing("Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _number_of_ones_own(url: str) -> Iterator[str]:
    """The address with the first database number from the named one on that no other test process has taken."""
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0)
    server = f"{parts.hostname}-{parts.port or 6379}"
    for number in (first + step for step in range(16)):
        with LOCKS.joinpath(f"frontdesk-tests-redis-{server}-{number % 16}").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield parts._replace(path=f"/{number % 16}").geturl()
            return
    raise AssertionError("sixteen test processes share this Redis already")


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """What several workers need and one of them makes: the others wait, and find it made."""
    with LOCKS.joinpath(f"frontdesk-tests-{os.getuid()}-{name}").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL that lets us make databases: named, at the usual place, or of our own on a free port."""
    url = os.environ.get("FRONTDESK_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    if listens(url, 5432):
        yield url
        return
    program = _program("postgres", "usr/lib/postgresql/*/bin")
    if program is None:
        missing("PostgreSQL")
    with OwnPostgres(Path(str(program)).parent, tmp_path_factory.mktemp("postgres")) as own:
        yield own


class OwnPostgres:
    """A PostgreSQL server that lives as long as the with-statement."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder, self._port = binaries, folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> str:
        # PostgreSQL refuses to run as root.
        as_other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if as_other:
            shutil.chown(self._folder, "postgres")
            for parent in self._folder.parents:
                if parent.owner() == "root" and parent != Path("/"):
                    parent.chmod(parent.stat().st_mode | 0o011)
        data = str(self._folder / "data")
        subprocess.run(
            [*as_other, self._binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust"],
            check=True,
            capture_output=True,
        )
        arguments = [
            *as_other,
            str(self._binaries / "postgres"),
            "-D",
            data,
            "-p",
            str(self._port),
            "-k",
            str(self._folder),
            "-h",
            "127.0.0.1",
        ]
        self._process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        if not wait_for_port(self._port, self._process):
            missing("PostgreSQL")
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def migrated(url: str) -> None:
    """Migrates as the product does: in a process of its own."""
    code = "import sys; from frontdesk.schema import migrate; migrate(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, url], check=True, cwd=ROOT)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "frontdesk.db"
    migrated(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def lent_postgres(postgres_server: str) -> Iterator[LentPostgres]:
    """The database on PostgreSQL that this worker's tests have one after the other."""
    with LentPostgres(postgres_server) as lent:
        yield lent


class LentPostgres:
    """A migrated database, lent to one test after the other, and emptied in between.

    To make one for each test costs the server a second; to empty it a hundredth. Only what a test left with another
    shape is made anew.
    """

    def __init__(self, server: str) -> None:
        self._server, self._name = server, f"fd_{uuid.uuid4().hex[:12]}"
        self._template = f"{self._name}_template"
        self._shape: str | None = None

    def __enter__(self) -> LentPostgres:
        self._do(f'CREATE DATABASE "{self._template}"')
        migrated(sqlalchemy_url(self._server, self._template))
        self._make()
        return self

    def __exit__(self, *_: object) -> None:
        for name in (self._name, self._template):
            self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def empty(self) -> str:
        """The address of the database, without rows and without anybody else's connection."""
        if self._shape is None or asyncio.run(self._emptied()) != self._shape:
            self._make()
            self._shape = asyncio.run(self._emptied())
        return sqlalchemy_url(self._server, self._name)

    def _make(self) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
        self._do(f'CREATE DATABASE "{self._name}" TEMPLATE "{self._template}"')
        # Only this server's own crash would show the difference, and the tests kill ours.
        self._do(f'ALTER DATABASE "{self._name}" SET synchronous_commit = off')

    async def _emptied(self) -> str | None:
        """What its tables, columns and indexes are, after all rows are deleted; None if it is not there any more."""
        try:
            connection = await asyncpg.connect(plain_url(self._server, self._name))
        except asyncpg.InvalidCatalogNameError:
            return None
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = await connection.fetchval(
                "SELECT string_agg(format('DELETE FROM %I;', relname), '') FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
            )
            counters = await connection.fetchval(
                "SELECT string_agg(format('ALTER SEQUENCE %I RESTART;', relname), '') FROM pg_class "
                "WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
            )
            await connection.execute(f"SET session_replication_role = replica; {tables or ''} {counters or ''}")
            shape: str = await connection.fetchval(
                "SELECT string_agg(format('%s.%s %s', c.relname, a.attname, a.atttypid), ',' "
                "ORDER BY c.relname, a.attnum) || (SELECT string_agg(version_num, ',') FROM alembic_version) "
                "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
                "WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0"
            )
            return shape
        except asyncpg.UndefinedTableError:
            return None
        finally:
            await connection.close()

    def _do(self, statement: str) -> None:
        asyncio.run(_postgres(self._server, statement))


def plain_url(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"


def sqlalchemy_url(server: str, name: str) -> str:
    return f"postgresql+asyncpg://{plain_url(server, name).partition('://')[2]}"


async def _postgres(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database, once of each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "frontdesk.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'frontdesk.db'}"
        return
    lent: LentPostgres = request.getfixturevalue("lent_postgres")
    yield lent.empty()


@pytest.fixture
def redis_url(database_url: str, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """What goes with the database: an emptied Redis with PostgreSQL, none (work in memory) with SQLite."""
    if database_url.startswith("sqlite"):
        yield None
        return
    url: str = request.getfixturevalue("redis_server")
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
        yield url
        connection.flushdb()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await schema.check(made)
    yield made
    await made.close()
