"""Seconds from a warm start to the first accepted message, and to the first answered one.

The folder has its database and its model, and the programs have been read from the disk before. The command is the one
that people use, ``frontdesk run``: it migrates, starts a front, sees that the model is current, and starts an engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from statistics import median

import aiohttp

from benchmarks import talking
from benchmarks.processes import House, answers, engine_answers, folder, house, machine
from benchmarks.sentences import QUESTIONS
from benchmarks.talking import visitor

ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "3"))


async def first_message(made: House, start: float) -> tuple[float, float]:
    """Seconds until the first message was accepted, and until it was answered."""
    while True:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with visitor(made) as talker:
                await talker.say(QUESTIONS[0])
                await talker.until_accepted()
                accepted = time.perf_counter() - start
                await talker.until_answered(0)
                return accepted, time.perf_counter() - start
        await asyncio.sleep(0.02)


async def whole(made: House) -> tuple[float, float]:
    """The whole product by its one command."""
    start = time.perf_counter()
    made.start("supervisor", "run")
    figures = await first_message(made, start)
    made.stop()
    return figures


async def parts(made: House) -> tuple[float, float]:
    """A front, and an engine, each by itself."""
    start = time.perf_counter()
    front = made.start("front", "serve")
    await answers(f"{made.base}/readyz", front)
    front_up = time.perf_counter() - start
    start = time.perf_counter()
    made.start("engine", "engine")
    await engine_answers(made)
    engine_up = time.perf_counter() - start
    made.stop()
    return front_up, engine_up


async def main() -> None:
    with folder() as data, house(data) as made:
        await whole(made)  # the disk is warm from here
        runs = [await whole(made) for _ in range(ROUNDS)]
        alone = [await parts(made) for _ in range(ROUNDS)]
    accepted, answered = (median(run[side] for run in runs) for side in (0, 1))
    front, engine = (median(run[side] for run in alone) for side in (0, 1))
    print(
        f"start: frontdesk run: first message accepted after {accepted:.1f} s, answered after {answered:.1f} s; "
        f"a front alone is ready after {front:.1f} s, an engine alone answers after {engine:.1f} s | {machine()}"
    )


if __name__ == "__main__":
    talking.run(main)
