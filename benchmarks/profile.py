"""Where the milliseconds of a turn go, by process: a load of eight at once, watched by py-spy.

py-spy is no part of the environment: ``uv tool install py-spy``, or name its program in ``PY_SPY``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from benchmarks import talking
from benchmarks.processes import folder, machine, product
from benchmarks.talking import load, visitor

LASTS = 20
# A sample belongs to the first line of which it has a frame; the words are of frames as py-spy writes them.
FRONT = {
    "SQL statements": ("Inline.execute",),
    "transactions, commits": ("conversations/store/sqlite.py", "conversations/store/database.py"),
    "rows to objects": ("conversations/store/",),
    "asking the engine": ("bot/engine/client.py",),
    "writing to web sockets": ("Visit._send ",),
    "docket": ("docket/",),
    "gateway": ("bot/gateway/",),
    "web channel": ("bot/channels/web/",),
    "reading from sockets": ("aiohttp/",),
    "work rows": ("conversations/jobs.py",),
}
ENGINE = {
    "NLU: features": ("featurizers/",),
    "NLU: classifier": ("classifiers/logistic",),
    "NLU: mood": ("bot/nlu/",),
    "NLU: all else": ("_parse_text (bot",),
    "state: read": ("TurnStore.retrieve",),
    "state: kept": ("TurnStore.save",),
    "policies": ("_predict_next_with_tracker",),
    "actions, answers": ("_run_action ",),
    "all else of Rasa": ("rasa/core/",),
    "turn": ("bot/engine/turn.py",),
    "HTTP, JSON": ("aiohttp/", "bot/engine/server.py"),
}


def shares(samples: Path, lines: dict[str, tuple[str, ...]]) -> Counter[str]:
    """Samples by line."""
    found: Counter[str] = Counter()
    for sample in samples.read_text().splitlines():
        stack, _, count = sample.rpartition(" ")
        line = next((line for line, words in lines.items() if any(word in stack for word in words)), "loop, all else")
        found[line] += int(count)
    return found


async def main() -> None:
    spy = os.environ.get("PY_SPY") or shutil.which("py-spy")
    if spy is None:
        raise SystemExit("py-spy is not there")
    told = []
    with folder() as data:
        async with product(data) as house:
            await load(house, visitor, 8, 3)  # warm
            watchers = []
            for name, process in house.processes.items():
                options = ["--gil", "--rate", "250", "--format", "raw", "--duration", str(LASTS)]
                command = [spy, "record", *options, "--output", str(data / name), "--pid", str(process.popen.pid)]
                quiet = subprocess.DEVNULL
                watchers.append(subprocess.Popen(command, stdout=quiet, stderr=quiet))  # noqa: ASYNC220 - a moment
            figures = await load(house, visitor, 8, LASTS)
            for watcher in watchers:
                watcher.wait()
            for name, lines in (("front", FRONT), ("engine", ENGINE)):
                cost, found = 1000 * figures.cpu[name] / len(figures.turns), shares(data / name, lines)
                spent = (f"{line} {cost * n / found.total():.2f}" for line, n in found.most_common())
                told.append(f"{name} {cost:.1f} ms of CPU time a turn: {', '.join(spent)}")
    print(f"profile: {'; '.join(told)} | {machine()}")


if __name__ == "__main__":
    talking.run(main)
