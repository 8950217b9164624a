"""What turn 10, 100 and 500 of a conversation cost: the state of a dialogue is bounded, so a turn stays as it is.

The three are measured in turns, each with the same sentence, so that nothing else that changes meanwhile counts.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from itertools import cycle
from statistics import median

from benchmarks import talking
from benchmarks.processes import House, folder, machine, product
from benchmarks.sentences import QUESTIONS
from benchmarks.talking import Visitor, load, visitor

TURNS = (10, 100, 500)
# So many turns from the stated one on are measured: in one long conversation, or in as many short ones.
SAMPLES = 24


async def grown(stack: AsyncExitStack, house: House, turns: int) -> Visitor:
    """A visitor who has had so many turns."""
    met = await stack.enter_async_context(visitor(house))
    words = cycle(QUESTIONS)
    for _ in range(turns):
        await met.ask(next(words))
    return met


async def main() -> None:
    took: dict[int, list[float]] = {number: [] for number in TURNS}
    with folder() as data:
        async with product(data) as house, AsyncExitStack() as stack:
            await load(house, visitor, 8, 3)  # warm
            long = {number: await grown(stack, house, number - 1) for number in TURNS[1:]}
            for sample in range(SAMPLES):
                text = QUESTIONS[(7 * sample) % len(QUESTIONS)]
                for number in TURNS:
                    met = long.get(number) or await grown(stack, house, number - 1)
                    took[number].append(1000 * await met.ask(text))
    figures = {number: median(times) for number, times in took.items()}
    parts = ", ".join(f"turn {number} {figure:.1f} ms" for number, figure in figures.items())
    print(f"flat: p50 of {parts}; turn 500 / turn 10 = {figures[500] / figures[10]:.2f} | {machine()}")


if __name__ == "__main__":
    talking.run(main)
