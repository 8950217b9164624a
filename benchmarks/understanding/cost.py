"""What understanding costs: CPU time of training, time to understand a message, memory.

    python -m benchmarks.understanding.cost

Each figure comes from a process of its own with one thread on one core. Training is ``frontdesk rasa train nlu`` on 60
intents with 20 examples each of the shipped content, Rasa's start included; a message is understood by the loaded model
as in the engine; memory is what a process with the trained pipeline has more than one whose pipeline is Rasa's
``KeywordIntentClassifier`` alone, after 200 messages.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from benchmarks.processes import ROOT, machine

INTENTS, EXAMPLES = 60, 20
HELD_OUT = ROOT / "tests" / "understanding" / "held_out.yml"
BARE = "recipe: default.v1\nlanguage: en\npipeline:\n  - name: WhitespaceTokenizer\n  - name: KeywordIntentClassifier\n"
BARE_DATA = """version: "3.1"
nlu:
- intent: greet
  examples: "- hello\\n- hi\\n- hey\\n- good day\\n- morning\\n"
- intent: goodbye
  examples: "- bye\\n- see you\\n- cheers\\n- so long\\n- good night\\n"
"""
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "RASA_TELEMETRY_ENABLED": "false"}

UNDERSTAND = """
import asyncio, json, sys, time
from pathlib import Path
from bot.engine import placeholders
placeholders.install()
from rasa.core.agent import load_agent
from rasa.core.channels.channel import UserMessage
from bot.engine.lean import lean
from bot.engine.logs import hush_rasa, route_structlog
route_structlog()
hush_rasa()
texts = json.loads(Path(sys.argv[2]).read_text())
async def main():
    agent = await load_agent(model_path=sys.argv[1])
    lean(agent.processor)
    for text in texts[:20]:
        await agent.processor.parse_message(UserMessage(text))
    times = []
    for text in texts:
        start = time.perf_counter()
        await agent.processor.parse_message(UserMessage(text))
        times.append(time.perf_counter() - start)
    times.sort()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    at = lambda share: times[int(share * (len(times) - 1))] * 1000
    print(json.dumps({"p50": at(0.5), "p95": at(0.95), "most": times[-1] * 1000, "MB": pages * 4096 / 1e6}))
asyncio.run(main())
"""


def content(folder: Path) -> None:
    """A project with ``INTENTS`` intents of ``EXAMPLES`` examples, and the shipped pipeline."""
    chance = random.Random(0)
    taught = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines = entry["examples"].splitlines()
            if "intent" in entry and len(lines) >= EXAMPLES:
                taught.append({"intent": entry["intent"], "examples": "\n".join(chance.sample(lines, EXAMPLES)) + "\n"})
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": taught[:INTENTS]}), "utf-8")
    shutil.copy(ROOT / "config.yml", folder)


def train(folder: Path) -> tuple[Path, float]:
    """The trained model and the CPU seconds of the whole command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "frontdesk", "rasa", "train", "nlu", "--fixed-model-name", "model"]
    environment = {**os.environ, **ONE_CORE, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(folder / ".rasa" / "cache", ignore_errors=True)
    return folder / "models" / "model.tar.gz", sum(after[:2]) - sum(before[:2])


def understand(model: Path, texts: Path) -> dict[str, float]:
    """Milliseconds to understand a message, and the process's memory."""
    environment = {**os.environ, **ONE_CORE, "PYTHONPATH": str(ROOT)}
    core = min(os.sched_getaffinity(0))
    command = ["taskset", "-c", str(core), sys.executable, "-c", UNDERSTAND, str(model), str(texts)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the figures, one a line."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        texts = folder / "texts.json"
        held_out = [entry["text"] for entry in yaml.safe_load(HELD_OUT.read_text("utf-8"))]
        texts.write_text(json.dumps(held_out), "utf-8")
        content(folder / "ours")
        _, cold = train(folder / "ours")
        model, cached = train(folder / "ours")
        (folder / "bare" / "data").mkdir(parents=True)
        (folder / "bare" / "data" / "nlu.yml").write_text(BARE_DATA)
        (folder / "bare" / "config.yml").write_text(BARE)
        bare_model, bare_seconds = train(folder / "bare")
        ours, bare = understand(model, texts), understand(bare_model, texts)
    print(f"training, {INTENTS} intents x {EXAMPLES}: {cold:.1f} CPU s cold, {cached:.1f} with cached vectors")
    print(f"  of which Rasa alone, with a bare pipeline: {bare_seconds:.1f} CPU s")
    print(f"a message: p50 {ours['p50']:.1f} ms, p95 {ours['p95']:.1f} ms, most {ours['most']:.0f} ms")
    print(f"memory: {ours['MB']:.0f} MB, of which the pipeline has {ours['MB'] - bare['MB']:.0f} MB")
    print(machine())


if __name__ == "__main__":
    main()
