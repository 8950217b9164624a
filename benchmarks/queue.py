"""How a long queue is served: 100,000 handoffs wait, 500 agents claim.

    python -m benchmarks.queue [--waiting 100000] [--agents 500] [--rate 100] [--seconds 10]
                               [--postgresql postgresql://postgres@127.0.0.1:5432/postgres]
                               [--redis redis://127.0.0.1:6379/15] [--only sqlite]

The desk's own use case (`Desk.claim`) over a front that does all of its work meanwhile: places, clocks, listeners.
Claims come at a fixed rate, whether or not earlier ones are done; then all agents claim at once, each another handoff;
then all of them one and the same. Places are looked up all over the queue. On SQLite with work in memory, and on
PostgreSQL with Redis: there a database is made for it and dropped, and the database number of Redis is emptied.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from redis.asyncio import Redis
from sqlalchemy import func, insert, select, text

from benchmarks.processes import ROOT, machine
from conversations.handoff import ClaimLost, HandoffState
from conversations.staff import Principal, Role
from conversations.store import handoffs, staff
from conversations.store import tables as t
from conversations.store.database import Database
from frontdesk import logs
from frontdesk.app import Front, build
from frontdesk.settings import Config, Environment, Settings

PLACES = 300
_BATCH = 5_000
# Most wait at a low priority, as in a real queue.
_PRIORITIES = (1, 1, 1, 1, 2, 2, 3, 4)


async def fill(database: Database, count: int, agents: int) -> list[Principal]:
    """Makes the queue, and the people who claim from it."""
    start = time.time() - 600_000
    for first in range(0, count, _BATCH):
        numbers = range(first, min(first + _BATCH, count))
        async with database.write() as tx:
            await tx.execute(insert(t.contact), [{"id": f"{n:032x}", "created_at": start} for n in numbers])
            await tx.execute(insert(t.conversation), [_conversation(n, start) for n in numbers])
            episodes = [{"conversation_id": f"web:{n:032x}", "number": 1, "started_at": start} for n in numbers]
            await tx.execute(insert(t.episode), episodes)
            await tx.execute(insert(t.handoff), [_handoff(n, start) for n in numbers])
    async with database.write() as tx:
        await tx.execute(text("ANALYZE"))
        return [(await staff.add(tx, f"Agent {n}", Role.AGENT, "support"))[0] for n in range(agents)]


def _conversation(n: int, start: float) -> dict[str, object]:
    return {
        "id": f"web:{n:032x}",
        "channel": "web",
        "contact_id": f"{n:032x}",
        "owner": "queue",
        "epoch": 2,
        "settled_through": 0,
        "last_number": 0,
        "last_contact_number": 0,
        "episode": 1,
        "created_at": start,
        "last_contact_at": start,
        "facts": {},
        "slots": {},
    }


def _handoff(n: int, start: float) -> dict[str, object]:
    priority = random.choice(_PRIORITIES)
    return {
        "id": f"{n:032x}",
        "reference": f"FD-{n:06d}",
        "conversation_id": f"web:{n:032x}",
        "episode": 1,
        "first_episode": 1,
        "team": "support",
        "state": HandoffState.WAITING,
        "priority": priority,
        "reasons": [{"kind": "asked", "evidence": "Pressed", "priority": priority, "message": None}],
        "created_at": start + n,
        "waiting_since": start + n,
        "skills": [],
        "tags": [],
        "sla": {},
    }


async def timed(act: Awaitable[None]) -> tuple[float, bool]:
    """Milliseconds, and whether the claim was won."""
    begun = time.perf_counter()
    try:
        await act
    except ClaimLost:
        return 1000 * (time.perf_counter() - begun), False
    return 1000 * (time.perf_counter() - begun), True


async def at_a_rate(front: Front, agents: Sequence[Principal], ids: Sequence[str], rate: float) -> list[float]:
    """Milliseconds of each claim, which begin ``rate`` a second."""
    begun, tasks = time.perf_counter(), []
    for number, one in enumerate(ids):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(timed(front.parts.desk.claim(agents[number % len(agents)], one))))
    done = await asyncio.gather(*tasks)
    assert all(won for _, won in done), "nobody else claimed these"
    return [took for took, _ in done]


async def burst(front: Front, agents: Sequence[Principal], ids: Sequence[str]) -> tuple[float, int]:
    """Milliseconds until all agents have claimed at once, and how many of them won."""
    begun = time.perf_counter()
    claims = (timed(front.parts.desk.claim(who, ids[n % len(ids)])) for n, who in enumerate(agents))
    done = await asyncio.gather(*claims)
    return 1000 * (time.perf_counter() - begun), sum(won for _, won in done)


async def places(front: Front, count: int) -> list[float]:
    """Milliseconds for the place of handoffs all over the queue."""
    took = []
    for _ in range(PLACES):
        async with front.database.read() as tx:
            handoff = await handoffs.get(tx, f"{random.randrange(count):032x}")
            assert handoff is not None
            begun = time.perf_counter()
            await handoffs.place_of(tx, handoff)
            took.append(1000 * (time.perf_counter() - begun))
    return took


def shown(took: Sequence[float]) -> str:
    ordered = sorted(took)
    return f"p50 {ordered[len(ordered) // 2]:.1f} ms, p99 {ordered[int(0.99 * len(ordered))]:.1f} ms"


async def measure(front: Front, given: argparse.Namespace) -> str:
    agents = await fill(front.database, given.waiting, given.agents)
    looked_up = await places(front, given.waiting)
    async with AsyncExitStack() as running:
        await running.enter_async_context(front.bus.running())
        await running.enter_async_context(front.jobs.running())
        async with front.database.read() as tx:
            line = [one.id for one in await handoffs.waiting(tx, int(given.rate * given.seconds) + given.agents + 1)]
        steady, each, one = line[: -given.agents - 1], line[-given.agents - 1 : -1], line[-1:]
        claims = await at_a_rate(front, agents, steady, given.rate)
        together, won = await burst(front, agents, each)
        on_one, winners = await burst(front, agents, one)
        assert (won, winners) == (given.agents, 1), (won, winners)
        async with front.database.read() as tx:
            held = select(func.count()).select_from(t.handoff).where(t.handoff.c.state == HandoffState.ASSIGNED)
            assert (await tx.execute(held)).scalar_one() == len(line)
    return (
        f"{given.waiting} waiting: place {shown(looked_up)}; "
        f"{len(claims)} claims at {given.rate:.0f}/s {shown(claims)}; "
        f"{given.agents} claims at once, each another: {together:.0f} ms, {won} won; "
        f"of one and the same: {on_one:.0f} ms, {winners} won"
    )


@asynccontextmanager
async def on_sqlite() -> AsyncIterator[tuple[str, None]]:
    with TemporaryDirectory(prefix="frontdesk-benchmark-") as folder:
        yield f"sqlite+aiosqlite:///{Path(folder) / 'frontdesk.db'}", None


@asynccontextmanager
async def on_postgresql(server: str, redis: str) -> AsyncIterator[tuple[str, str]]:
    name = f"frontdesk_queue_{uuid.uuid4().hex[:8]}"
    admin = await asyncpg.connect(server)
    emptied = Redis.from_url(redis)
    await admin.execute(f'CREATE DATABASE "{name}"')
    await emptied.flushdb()
    try:
        yield f"postgresql+asyncpg://{server.partition('://')[2].rpartition('/')[0]}/{name}", redis
    finally:
        await emptied.flushdb()
        await emptied.aclose()
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()


async def run(name: str, url: str, redis: str | None, given: argparse.Namespace) -> None:
    code = "import sys; from frontdesk.schema import migrate; migrate(sys.argv[1])"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, url], check=True, cwd=ROOT)
    with TemporaryDirectory(prefix="frontdesk-benchmark-") as folder:
        environment = Environment(
            _env_file=None,  # type: ignore[call-arg] # pydantic-settings' own argument
            data=Path(folder),
            database_url=url,
            redis_url=redis,
            engine_secret=secrets.token_urlsafe(32),
            secret_key=secrets.token_urlsafe(32),
        )
        front = build(Settings(environment, Config.model_validate({})))
        try:
            print(f"queue: {name}: {await measure(front, given)} | {machine()}", flush=True)
        finally:
            await front.database.close()


async def main(given: argparse.Namespace) -> None:
    logs.set_up()
    if given.only in {None, "sqlite"}:
        async with on_sqlite() as (url, none):
            await run("SQLite", url, none, given)
    if given.only in {None, "postgresql"}:
        async with on_postgresql(given.postgresql, given.redis) as (url, redis):
            await run("PostgreSQL and Redis", url, redis, given)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=500)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--postgresql", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379/15")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asyncio.run(main(parser.parse_args()))
