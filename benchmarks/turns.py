"""Turns a second, and how long one takes: the whole product over the web channel against Rasa's own server.

Both are up at once and are loaded in turns, in one run on one machine: compare them as ratios. The client that makes
the load takes part of the same cores; its CPU time stands beside theirs.
"""

from __future__ import annotations

import os
from statistics import median

from benchmarks import talking
from benchmarks.processes import House, folder, machine, product, stock
from benchmarks.sentences import FORM, QUESTIONS
from benchmarks.talking import Figures, Meet, load, sender, visitor

AT_ONCE = (1, 8, 32)
# Seconds of each load; the whole run is to end within a minute and a half.
LASTS = float(os.environ.get("BENCHMARK_SECONDS", "5"))
ROUNDS = 2
_FORMS = 12


async def forms(house: House, meet: Meet) -> tuple[float, float]:
    """Milliseconds (median) of a form's turns and of questions, one at a time, alternating."""
    form_turns: list[float] = []
    questions: list[float] = []
    for number in range(_FORMS):
        async with meet(house) as talker:
            asked = QUESTIONS[number % 12 : number % 12 + 3]
            questions += [await talker.ask(text) for text in asked]
            form_turns += [await talker.ask(text) for text in FORM]
    return 1000 * median(form_turns), 1000 * median(questions)


async def main() -> None:
    with folder() as data:
        async with product(data) as ours, stock(data) as theirs:
            sides: list[tuple[str, House, Meet]] = [("product", ours, visitor), ("stock Rasa", theirs, sender)]
            found: dict[tuple[str, int], list[Figures]] = {}
            for _, house, meet in sides:
                await load(house, meet, 8, 2)  # warm
            for _ in range(ROUNDS):
                for at_once in AT_ONCE:
                    for name, house, meet in sides:
                        found.setdefault((name, at_once), []).append(await load(house, meet, at_once, LASTS))
            form = {name: await forms(house, meet) for name, house, meet in sides}
    parts = []
    for at_once in AT_ONCE:
        both = {name: _joined(found[name, at_once]) for name, _, _ in sides}
        ratio = both["product"].rate / both["stock Rasa"].rate
        parts.append(f"{at_once} at once: " + "; ".join(f"{n} {f}" for n, f in both.items()) + f"; ratio {ratio:.2f}")
    for name, (in_form, question) in form.items():
        parts.append(f"{name} form turn {in_form:.1f} ms, question {question:.1f} ms, ratio {in_form / question:.2f}")
    print(f"turns: {' | '.join(parts)} | {machine()}")


def _joined(rounds: list[Figures]) -> Figures:
    cpu = {name: sum(one.cpu[name] for one in rounds) for name in rounds[0].cpu}
    return Figures(sum(one.lasted for one in rounds), [took for one in rounds for took in one.turns], cpu)


if __name__ == "__main__":
    talking.run(main)
