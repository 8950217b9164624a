"""How long editors wait. First part: ``frontdesk content check`` on 100 intents with 50 examples each.

Cold: no sentence was encoded before, as on a machine that has never trained this content. Warm: as after any training
or check, when only what was changed since is encoded anew; here one sentence.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from benchmarks.processes import machine
from bot.content import editing, folder
from bot.content.learned.checking import check_project
from bot.content.problems import Problem

INTENTS, EXAMPLES = 100, 50
_BEGIN = (
    "can I",
    "how do I",
    "I'd like to",
    "is it possible to",
    "please help me to",
    "where can one",
    "my mother wants to",
    "why can't I",
    "when may we",
    "who lets me",
)
_DO = "buy borrow mend paint sell clean sharpen store wrap weigh carry rent grow photograph insure lend fold".split()
_WHAT = (
    "kettle bicycle garden passport piano ladder tent boat camera window carpet lamp oven mirror violin saddle drone "
    "freezer hammock chimney parasol"
).split()
_END = (
    "today",
    "for my shop",
    "on a sunday",
    "without a receipt",
    "from abroad",
    "before christmas",
    "in the rain",
    "",
)


def content() -> dict[str, bytes]:
    """Made up: an intent is what is done with what, an example one way to ask for it."""
    chance = random.Random(7)
    pairs = chance.sample([(do, what) for do in _DO for what in _WHAT], INTENTS)
    ways = [
        (begin, end, manner) for begin in _BEGIN for end in _END for manner in ("the {}", "a used {}", "our old {}")
    ]
    sections, answers = [], []
    for do, what in pairs:
        said = [f"{b} {do} {m.format(what)} {e}".strip() for b, e, m in chance.sample(ways, EXAMPLES)]
        sections.append(f"- intent: {do}_{what}\n  examples: |\n" + "".join(f"    - {one}\n" for one in said))
        answers.append(f'  utter_{do}_{what}:\n  - text: "To {do} a {what}, come to our shop."\n')
    return {
        "config.yml": b"importers: [{name: bot.nlu.faq.FaqImporter}]\n",
        "data/nlu.yml": ('version: "3.1"\nnlu:\n' + "".join(sections)).encode(),
        "domain.yml": ("responses:\n" + "".join(answers)).encode(),
    }


def timed(project: Path) -> tuple[float, list[Problem]]:
    """Seconds of a check, and what it found."""
    begun = time.perf_counter()
    found = check_project(project, project / "vectors")
    return time.perf_counter() - begun, found


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="frontdesk-benchmark-") as place:
        project, files = Path(place), content()
        folder.write(project, files, {})
        cold, found = timed(project)
        intent = next(section.intent for _, section in editing.sections(files))
        editing.save(project, files, editing.add_examples(files, intent, ["a sentence that nobody wrote before"]))
        warm, _ = timed(project)
    print(machine())
    print(
        f"content check, {INTENTS} intents, {EXAMPLES} examples each: {cold:.1f} s cold, {warm:.1f} s warm (aim: 5 s)"
    )
    print(f"{len(found)} problems were told")


if __name__ == "__main__":
    main()
