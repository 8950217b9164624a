"""The engine as a server: readiness, secret, limits, swapping models, stopping."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from bot.engine.model_files import file_hash, live_model, publish, sidecar, write_json
from bot.engine.server import EngineOptions, create_engine_app, serve
from bot.engine.wire import Parse, Ready, TurnRequest, TurnResult
from tests.engine.conftest import ACTIONS

SECRET = "s3cret"
HEADERS = {"Authorization": f"Bearer {SECRET}"}


class Engine:
    """A served engine and a client of it."""

    def __init__(self, models: Path, session: aiohttp.ClientSession, stop: asyncio.Event) -> None:
        self.models, self.session, self.stop = models, session, stop

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, bytes]:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        async with self.session.post(f"http://engine{path}", data=data, headers={**HEADERS, **headers}) as response:
            return response.status, await response.read()

    async def turn(self, text: str, **more: Any) -> TurnResult:
        status, body = await self.post("/turn", TurnRequest("t", "c", "telegram", text, **more))
        assert status == 200, body
        return msgspec.json.decode(body, type=TurnResult)

    async def ready(self) -> tuple[int, Ready]:
        async with self.session.get("http://engine/ready", headers=HEADERS) as response:
            return response.status, msgspec.json.decode(await response.read(), type=Ready)

    async def until(self, wanted: Any) -> Ready:
        """Wait until ``wanted(ready)``; a wide margin for a busy machine."""
        async with asyncio.timeout(60):
            while True:
                _, ready = await self.ready()
                if wanted(ready):
                    return ready
                await asyncio.sleep(0.05)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    models, socket, stop = tmp_path / "models", tmp_path / "engine.sock", asyncio.Event()
    models.mkdir()
    options = EngineOptions(models, SECRET, ACTIONS, action_limit=0.5, poll_every=0.05)
    serving = asyncio.create_task(serve(options, socket=socket, stop=stop))
    async with asyncio.timeout(10):
        while not socket.exists():
            await asyncio.sleep(0.01)
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket))) as session:
        yield Engine(models, session, stop)
        stop.set()
        await serving
    assert not socket.exists()


def put(model: Path, models: Path, name: str | None = None) -> Path:
    copy = models / (name or model.name)
    shutil.copy(model, copy)
    shutil.copy(sidecar(model), sidecar(copy))
    return copy


def another(model: Path, models: Path) -> Path:
    """The same model in a file with another hash."""
    copy = models / "another.tar.gz"
    copy.write_bytes(gzip.compress(gzip.decompress(model.read_bytes()), mtime=1))
    write_json(sidecar(copy), {"sha256": file_hash(copy)})
    return copy


async def test_without_a_model_it_listens_and_is_not_ready(engine: Engine) -> None:
    ready = await engine.until(lambda r: r.reason != "the model is being loaded")
    assert ready == Ready(False, reason="no model was published yet")
    assert (await engine.ready())[0] == 503
    status, body = await engine.post("/turn", TurnRequest("t", "c", "web", "hello"))
    assert (status, body) == (503, b'{"error":"no model was published yet"}')


async def test_it_answers_and_parses_once_a_model_is_published(engine: Engine, model_file: Path) -> None:
    live = publish(engine.models, put(model_file, engine.models))
    ready = await engine.until(lambda r: r.ready)
    assert ready.model == live.sha256
    result = await engine.turn("hello")
    assert (result.model, result.replies[0].text) == (live.sha256, "Hello None!")
    _, body = await engine.post("/parse", {"text": "when are you open"})
    assert msgspec.json.decode(body, type=Parse).intent == "hours"


async def test_a_changed_model_file_is_refused_and_the_old_one_stays(engine: Engine, model_file: Path) -> None:
    live = publish(engine.models, put(model_file, engine.models))
    await engine.until(lambda r: r.ready)
    newer = another(model_file, engine.models)
    publish(engine.models, newer)
    content = bytearray(newer.read_bytes())
    content[len(content) // 2] ^= 1
    newer.write_bytes(content)
    # The swap may win against the flipped byte; then the file was still whole when it was loaded.
    ready = await engine.until(lambda r: r.reason or r.model != live.sha256)
    if ready.model == live.sha256:
        assert ready.reason == "the model file another.tar.gz was altered after its training"
    assert (await engine.turn("hello")).failed is None


async def test_a_broken_or_missing_model_makes_it_not_ready(engine: Engine, model_file: Path) -> None:
    broken = engine.models / "broken.tar.gz"
    broken.write_bytes(b"no model at all")
    write_json(sidecar(broken), {"sha256": file_hash(broken)})
    publish(engine.models, broken)
    assert (await engine.until(lambda r: "broken" in (r.reason or ""))).ready is False
    broken.unlink()
    await engine.until(lambda r: r.reason == "the model file broken.tar.gz is missing")
    write_json(engine.models / "live.json", {"name": "../broken.tar.gz", "sha256": "0"})
    await engine.until(lambda r: "outside" in (r.reason or ""))
    publish(engine.models, put(model_file, engine.models))
    await engine.until(lambda r: r.ready)


async def test_a_newer_model_is_swapped_in_between_two_turns(engine: Engine, model_file: Path) -> None:
    first = publish(engine.models, put(model_file, engine.models))
    await engine.until(lambda r: r.ready)
    begun = await engine.turn("where is my order")
    second = publish(engine.models, another(model_file, engine.models))
    seen = set()
    async with asyncio.timeout(60):
        while second.sha256 not in seen:
            result = await engine.turn("when are you open", state=begun.state)
            assert result.failed is None
            seen.add(result.model)
    assert seen <= {first.sha256, second.sha256}
    assert (await engine.turn("10452", state=begun.state)).requested_slot == "reason"
    assert live_model(engine.models) == second


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", "Bearer s3cre", f"bearer {SECRET}", f"Basic {SECRET}"])
async def test_nobody_gets_in_without_the_secret(engine: Engine, shown: str) -> None:
    for path, method in (("/turn", "POST"), ("/parse", "POST"), ("/ready", "GET")):
        async with engine.session.request(method, f"http://engine{path}", headers={"Authorization": shown}) as response:
            assert response.status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[1]", 400),
        (b'{"text": 3}', 400),
        (b"[" * 100_000, 400),
        (b'{"turn_id": "t", "conversation_id": "c", "channel": "web", "text": "x", "state": "s"}', 400),
        (b'{"turn_id": "' + b"x" * 1_100_000 + b'"}', 413),
    ],
)
async def test_a_body_that_is_no_turn_is_refused(engine: Engine, body: bytes, status: int) -> None:
    assert (await engine.post("/turn", body))[0] == status


async def test_a_compressed_body_is_refused(engine: Engine) -> None:
    status, _ = await engine.post("/turn", gzip.compress(b"{}"), **{"Content-Encoding": "gzip"})
    assert status == 415


async def test_a_lone_surrogate_on_the_wire_is_answered(engine: Engine, model_file: Path) -> None:
    publish(engine.models, put(model_file, engine.models))
    await engine.until(lambda r: r.ready)
    body = rb'{"turn_id": "t", "conversation_id": "c", "channel": "web", "text": "hello \ud83d"}'
    status, answer = await engine.post("/turn", body)
    assert status == 200, answer


async def test_stopping_finishes_the_turn_in_hand(engine: Engine, model_file: Path) -> None:
    publish(engine.models, put(model_file, engine.models))
    await engine.until(lambda r: r.ready)
    hanging = asyncio.create_task(engine.turn("hang forever"))
    await asyncio.sleep(0.2)
    engine.stop.set()
    assert (await hanging).failed == "the action action_hang took longer than 0.5 s"


def test_it_does_not_start_without_a_secret(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="secret"):
        create_engine_app(EngineOptions(tmp_path, ""))


async def test_with_an_idle_limit_it_ends_when_no_turn_came_for_so_long(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    options = EngineOptions(tmp_path / "models", SECRET, ACTIONS, poll_every=0.05, idle_limit=1.0)
    began = time.monotonic()
    serving = asyncio.create_task(serve(options, socket=tmp_path / "engine.sock"))
    while not (tmp_path / "engine.sock").exists():
        await asyncio.sleep(0.01)
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(tmp_path / "engine.sock"))) as session:
        await asyncio.sleep(0.5)
        engine = Engine(tmp_path / "models", session, asyncio.Event())
        assert (await engine.post("/turn", TurnRequest("t", "c", "web", "hello")))[0] == 503
        await asyncio.wait_for(serving, 30)
    assert time.monotonic() - began >= 1.5
