"""From an editor's change to the answer that contacts get, with the gate, and what it costs those who write meanwhile.

    python -m benchmarks.publishing

A project of 60 intents with 20 examples each, of the shipped content and pipeline, is published once; 500 past messages
stand in the record. Then one example is added and ``frontdesk content publish`` is run, beside an engine that answers a
few turns a second all the while. Told are the seconds until an answer comes from the new model, its parts, the slowest
turn over all, and the slowest while the models were swapped.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import aiohttp
import msgspec
import yaml

from benchmarks.processes import ROOT, House, engine_answers, environment, machine, run
from benchmarks.understanding.cost import EXAMPLES, HELD_OUT, INTENTS, content
from bot.engine.wire import TurnRequest, TurnResult
from conversations.model import InboundKind, InboundMessage
from conversations.store import conversations, turns
from conversations.store.database import Database

PAST = 500
AT_ONCE, PAUSE = 4, 0.2  # contacts who write all the while, seconds between an answer and the next message
WATCHED = 10.0  # seconds before the first answer of the new model that count as the swap


@dataclass
class Answers:
    """Every turn: when it was answered, how long it took (seconds), by which model."""

    turns: list[tuple[float, float, str]] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)

    def first_of(self, model: str) -> float | None:
        return next((at for at, _, by in self.turns if by == model), None)


def project(folder: Path) -> None:
    """The content of `benchmarks.understanding.cost`, with an answer and a rule for each intent."""
    content(folder)
    taught = yaml.safe_load((folder / "data" / "nlu.yml").read_text("utf-8"))["nlu"]
    intents = [entry["intent"] for entry in taught]
    domain = {
        "version": "3.1",
        "intents": intents,
        "responses": {f"utter_{name}": [{"text": f"About {name}."}] for name in [*intents, "else"]},
    }
    rules = [{"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in intents]
    rules.append({"rule": "else", "steps": [{"intent": "nlu_fallback"}, {"action": "utter_else"}]})
    (folder / "domain.yml").write_text(yaml.safe_dump(domain), "utf-8")
    (folder / "data" / "rules.yml").write_text(yaml.safe_dump({"version": "3.1", "rules": rules}), "utf-8")


def add_an_example(folder: Path) -> None:
    path = folder / "data" / "nlu.yml"
    data = yaml.safe_load(path.read_text("utf-8"))
    data["nlu"][0]["examples"] += "- " + data["nlu"][0]["examples"].splitlines()[0][2:] + " if I may ask\n"
    path.write_text(yaml.safe_dump(data), "utf-8")


async def remember(data: Path, texts: list[str]) -> None:
    """Past messages with their turns in the record."""
    database = Database(f"sqlite+aiosqlite:///{data / 'frontdesk.db'}")
    for number in range(PAST):
        text = f"{texts[number % len(texts)]} {number // len(texts) or ''}".strip()
        message = InboundMessage(f"web:{number}", "web", str(number), InboundKind.SAID, text=text)
        async with database.write() as tx:
            held = await conversations.open_for(tx, message)
            at = await conversations.add_inbound(tx, held, message, text)
            parse = {"intent": "x", "confidence": 0.5, "understood": True}
            await turns.record(tx, held.id, held.episode, at, at, model=None, parse=parse, failed=None)
    await database.close()


async def talk(house: House, texts: list[str], answers: Answers, stop: asyncio.Event) -> None:
    """A few contacts who write all the while."""
    secret = (house.data / "engine_secret").read_text()
    connector = aiohttp.UnixConnector(str(house.data / "engine.sock"))
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {secret}"}) as session:

        async def one(number: int) -> None:
            chance = random.Random(number)
            while not stop.is_set():
                request = TurnRequest("t", f"c{number}", "web", chance.choice(texts))
                begun = time.monotonic()
                try:
                    async with session.post("http://engine/turn", data=msgspec.json.encode(request)) as response:
                        result = msgspec.json.decode(await response.read(), type=TurnResult)
                    answers.turns.append((time.monotonic(), time.monotonic() - begun, result.model))
                    if result.failed:
                        answers.lost[result.failed] += 1
                except (aiohttp.ClientError, msgspec.MsgspecError, OSError) as wrong:
                    answers.lost[type(wrong).__name__] += 1
                await asyncio.sleep(PAUSE)

        await asyncio.gather(*(one(number) for number in range(AT_ONCE)))


async def measure(folder: Path) -> str:
    place, data = folder / "project", folder / "data"
    project(place)
    texts = [entry["text"] for entry in yaml.safe_load(HELD_OUT.read_text("utf-8"))]
    variables = environment(data, FRONTDESK_PROJECT=str(place))
    run(variables, "migrate")
    run(variables, "content", "publish", "--note", "first")
    await remember(data, texts)
    house = House(data, "", variables)
    house.start("engine", "engine", "--quiet")
    answers, stop = Answers(), asyncio.Event()
    try:
        await engine_answers(house)
        talking = asyncio.create_task(talk(house, texts, answers, stop))
        await asyncio.sleep(3)
        add_an_example(place)
        before, begun = _children(), time.monotonic()
        command = [sys.executable, "-m", "frontdesk", "content", "publish", "--json", "--note", "an example"]
        published = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        said, wrong = await published.communicate()
        ended, cpu = time.monotonic(), _children() - before
        if published.returncode:
            raise SystemExit(f"not published: {(said or wrong).decode()[-2000:]}")
        live = json.loads((data / "models" / "live.json").read_text())["sha256"]
        while (first := answers.first_of(live)) is None:
            await asyncio.sleep(0.05)
        await asyncio.sleep(2)
        stop.set()
        await talking
    finally:
        house.stop()
    return _told(answers, begun, ended, first, cpu)


def _children() -> float:
    """Seconds of CPU time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _told(answers: Answers, begun: float, ended: float, first: float, cpu: float) -> str:
    during = [took for at, took, _ in answers.turns if begun < at]
    swap = [took for at, took, _ in answers.turns if first - WATCHED < at < first + 2]
    lost = f"{answers.lost.total()} lost {dict(answers.lost) or ''}".strip()
    return (
        f"edit to live, {INTENTS} intents x {EXAMPLES}, {PAST} past messages: {first - begun:.1f} s "
        f"(publishing {ended - begun:.1f} s, {cpu:.1f} of them on a core) | {len(during)} turns meanwhile, "
        f"{lost}, median {1000 * median(during):.0f} ms, slowest {max(during):.2f} s, "
        f"at the swap {max(swap):.2f} s | {machine()}"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="frontdesk-publishing-") as made:
        folder = Path(made)
        (folder / "data").mkdir(mode=0o700)
        try:
            print(asyncio.run(measure(folder)))
        finally:
            shutil.rmtree(folder / "data", ignore_errors=True)


if __name__ == "__main__":
    main()
