"""Publishing with real models: from the command to engines that swap under load, and whatever is killed on the way."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.content.model_store import Follow, ModelStore
from bot.content.models import add_live, revive
from bot.engine.client import EngineClient
from bot.engine.held_out import held_out
from bot.engine.model_files import ModelError, file_hash, live_model, publish, sidecar, write_json
from bot.engine.wire import Ready, TurnRequest, TurnResult
from conversations.store.database import Database
from tests.conftest import ROOT
from tests.engine.conftest import PROJECT
from tests.engine.test_engine_server import Engine, another, engine, put

__all__ = ["engine"]
REWORDED = """
  - intent: discount_code
    examples: |
      - do you have a discount for me
      - a discount code please
      - any voucher for me please
      - can I please get a discount
      - is there any coupon
"""


class Machine:
    """A project and a data folder, and the command line over them."""

    def __init__(self, folder: Path) -> None:
        self.project, self.data = folder / "project", folder / "data"
        shutil.copytree(PROJECT, self.project)

    @property
    def models(self) -> Path:
        return self.data / "models"

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        ours = {"FRONTDESK_DATA": str(self.data), "FRONTDESK_PROJECT": str(self.project)}
        environment = {**os.environ, **ours, "RASA_TELEMETRY_ENABLED": "false", "COLUMNS": "200"}
        command = [sys.executable, "-m", "frontdesk", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stderr=subprocess.PIPE)

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.begin(*arguments)
        _, told = process.communicate(timeout=240)
        return process.returncode, told

    def answering(self, engine: subprocess.Popen[str]) -> str:
        """The model that an engine is ready with, once it is."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and engine.poll() is None:
            ready = asyncio.run(self._ready())
            if ready.ready and ready.model is not None:
                return ready.model
            time.sleep(0.1)
        raise AssertionError("the engine did not become ready")

    async def _ready(self) -> Ready:
        secret = (self.data / "engine_secret").read_text() if (self.data / "engine_secret").exists() else "-"
        async with EngineClient([f"unix:{self.data / 'engine.sock'}"], secret, 5) as client:
            return await client.ready()

    def live(self) -> str | None:
        try:
            return live_model(self.models).name
        except ModelError:
            return None


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    made = Machine(tmp_path_factory.mktemp("machine"))
    assert made.run("migrate")[0] == 0
    return made


def test_a_publishing_that_is_killed_in_training_leaves_no_half_model_and_the_next_one_works(machine: Machine) -> None:
    killed = machine.begin("content", "publish")
    deadline = time.monotonic() + 120
    while not list(machine.models.glob(".training-*/cache")) and time.monotonic() < deadline:
        assert killed.poll() is None
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert machine.live() is None and not list(machine.models.glob("*.tar.gz"))
    code, told = machine.run("content", "publish", "--by", "Edna")
    assert code == 0, told
    assert "Version 1 is live" in told and machine.live() is not None
    assert not list(machine.models.glob(".training-*"))


def test_an_engine_that_is_killed_while_it_swaps_comes_back_with_the_live_model(machine: Machine) -> None:
    assert machine.live() is not None
    first = machine.models / str(machine.live())
    engine = machine.begin("engine", "--quiet")
    try:
        assert machine.answering(engine) == file_hash(first)
        second = another(first, machine.models)
        publish(machine.models, second)
        time.sleep(2.5)  # it looks every two seconds, and loads for longer than the rest
    finally:
        engine.kill()
        engine.communicate()
    engine = machine.begin("engine", "--quiet")
    try:
        assert machine.answering(engine) == file_hash(second)
    finally:
        engine.terminate()
        engine.communicate()
        publish(machine.models, first)


def test_an_intent_copied_from_another_is_stopped_with_the_reason_and_the_live_model_stays(machine: Machine) -> None:
    before, nlu = machine.live(), machine.project / "data/nlu.yml"
    kept, domain = nlu.read_text(), (machine.project / "domain.yml").read_text()
    nlu.write_text(kept.replace("  - intent: complain\n", REWORDED.lstrip("\n") + "  - intent: complain\n"))
    (machine.project / "domain.yml").write_text(
        domain.replace("responses:\n", 'responses:\n  utter_discount_code: [{text: "None."}]\n', 1)
    )
    code, told = machine.run("content", "publish")
    assert code == 1, told
    assert '"discount" and "discount_code" now overlap' in told
    assert "the live model answers as before" in told and machine.live() == before
    code, told = machine.run("content", "rollback")
    assert code == 2 and "no such version" in told
    nlu.write_text(kept)
    (machine.project / "domain.yml").write_text(domain)


def test_examples_are_judged_by_a_model_that_has_not_seen_them(model_file: Path) -> None:
    found = held_out(model_file, too_near=0.92)
    texts = {one.text for one in found.judged}
    assert {"when are you open", "where is my order PC-10452"} <= texts
    right = sum(one.right for one in found.judged) / len(found.judged)
    assert 0.6 < right < 1
    assert all(0 < one.chance <= 1 for one in found.judged)


def test_a_file_that_is_no_model_of_ours_says_so(tmp_path: Path) -> None:
    path = tmp_path / "strange.tar.gz"
    path.write_bytes(b"no archive")
    with pytest.raises(ModelError, match=r"strange\.tar\.gz has no examples that could be compared"):
        held_out(path, too_near=0.92)


async def test_no_turn_is_lost_while_engines_swap_there_and_back_under_load(
    engine: Engine, model_file: Path, database: Database
) -> None:
    """The record's row changes; the folder follows, the engine loads beside the live model and swaps between turns."""
    store = ModelStore(database, engine.models)
    follow = Follow(database, store)
    first, second = put(model_file, engine.models), another(model_file, engine.models)
    async with database.write() as tx:
        one = await add_live(tx, instead_of=None, **row(first))
    await follow()
    await engine.until(lambda ready: ready.ready)
    answered: list[TurnResult] = []
    stop = asyncio.Event()

    async def talk(number: int) -> None:
        while not stop.is_set():
            turn = TurnRequest(f"t{number}", f"c{number}", "web", "when are you open")
            status, body = await engine.post("/turn", turn)
            assert status == 200, body
            answered.append(msgspec.json.decode(body, type=TurnResult))

    talking = [asyncio.create_task(talk(number)) for number in range(8)]
    try:
        async with database.write() as tx:
            two = await add_live(tx, instead_of=one.version, **row(second))
        await follow()
        await engine.until(lambda ready: ready.model == two.sha256)
        async with database.write() as tx:
            await revive(tx, one.version, two.version)
        await follow()
        await engine.until(lambda ready: ready.model == one.sha256)
    finally:
        stop.set()
        await asyncio.gather(*talking)
    assert all(result.failed is None and result.replies for result in answered)
    assert {result.model for result in answered} == {one.sha256, two.sha256}
    assert answered[-1].model == one.sha256


async def test_a_broken_model_that_was_made_live_leaves_the_old_one_serving_and_the_way_back_open(
    engine: Engine, model_file: Path, database: Database
) -> None:
    follow = Follow(database, ModelStore(database, engine.models))
    good, broken = put(model_file, engine.models), engine.models / "broken.tar.gz"
    broken.write_bytes(b"whole, by its hash, and no model")
    write_json(sidecar(broken), {"sha256": file_hash(broken)})
    async with database.write() as tx:
        one = await add_live(tx, instead_of=None, **row(good))
    await follow()
    await engine.until(lambda ready: ready.ready)
    async with database.write() as tx:
        two = await add_live(tx, instead_of=one.version, **row(broken))
    await follow()
    ready = await engine.until(lambda ready: ready.reason)
    assert ready.ready and ready.model == one.sha256 and "cannot be loaded" in (ready.reason or "")
    assert (await engine.turn("hello")).model == one.sha256
    async with database.write() as tx:
        await revive(tx, one.version, two.version)
    await follow()
    assert (await engine.until(lambda ready: ready.reason is None)).model == one.sha256


def row(path: Path) -> dict[str, Any]:
    sha256 = file_hash(path)
    return {"name": path.name, "sha256": sha256, "content": None, "by": "Edna", "note": "", "verdict": None}
