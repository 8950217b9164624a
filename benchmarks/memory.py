"""Resident memory of each process: idle, after a load, and at the peak of a swap of models under load.

The second model is trained as ``frontdesk train`` does, in a process of its own, from the same content with one
example more, and published into the running engine's folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

from benchmarks import talking
from benchmarks.processes import ROOT, House, folder, machine, product, stock
from benchmarks.talking import load, sender, visitor

LASTS = float(os.environ.get("BENCHMARK_SECONDS", "10"))
EXAMPLE = "How many days until my parcel is here, roughly?"


def changed_content(into: Path) -> None:
    """The project's content with one example more."""
    for name in ("config.yml", "domain.yml", "frontdesk.yml"):
        shutil.copy(ROOT / name, into / name)
    shutil.copytree(ROOT / "data", into / "data")
    path = next(p for p in sorted((into / "data" / "nlu").glob("*.yml")) if "- intent: delivery_time" in p.read_text())
    intent = "- intent: delivery_time\n  examples: |\n"
    text = path.read_text()
    assert intent in text
    path.write_text(text.replace(intent, f"{intent}    - {EXAMPLE}\n"))


def live(house: House) -> str:
    return str(json.loads((house.data / "models" / "live.json").read_text())["sha256"])


async def swap(house: House) -> float:
    """Trains and publishes another model while people talk; returns the engine's peak in MB."""
    content = house.data / "content"
    content.mkdir()
    changed_content(content)
    engine, before = house.processes["engine"], live(house)
    engine.forget_peak()
    trainer = house.start("trainer", "train", environment={"FRONTDESK_PROJECT": str(content)})
    while trainer.popen.poll() is None:
        await load(house, visitor, 2, 1)
    del house.processes["trainer"]
    assert trainer.popen.returncode == 0 and live(house) != before, "the second model was not published"
    # The engine looks every two seconds, loads the model beside the old one, and tries it.
    await load(house, visitor, 2, 8)
    return engine.memory("VmHWM")


async def main() -> None:
    with folder() as data:
        async with stock(data) as theirs:
            await load(theirs, sender, 8, LASTS / 2)
            rasa = theirs.processes["rasa"].memory()
        async with product(data) as house:
            idle = {name: process.memory() for name, process in house.processes.items()}
            await load(house, visitor, 32, LASTS)
            loaded = {name: process.memory() for name, process in house.processes.items()}
            peak = await swap(house)
            await asyncio.sleep(1)
            after = house.processes["engine"].memory()
    told = "; ".join(f"{name} {idle[name]:.0f} MB idle, {loaded[name]:.0f} MB after a load" for name in idle)
    print(
        f"memory: {told}; engine at the peak of a swap {peak:.0f} MB (+{peak - loaded['engine']:.0f}), "
        f"after it {after:.0f} MB; stock Rasa after a load {rasa:.0f} MB | {machine()}"
    )


if __name__ == "__main__":
    talking.run(main)
