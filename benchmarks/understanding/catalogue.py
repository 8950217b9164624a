"""How well a catalogue's names are found when they are misspelt, and how often an ordinary word is taken for one.

``python -m benchmarks.understanding.catalogue FILE…``: the lookup table of the content with slips made at random, and
the messages in the files, one a line, that have nothing to do with the catalogue.
"""

from __future__ import annotations

import random
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.understanding.entities import ROOT, settings
from bot.engine import placeholders
from bot.nlu.facts.catalogue import SHORTEST, Catalogue

KIND = "product"
TRIES = 10  # misspellings of each name


def catalogue() -> tuple[Catalogue, list[str]]:
    """The catalogue as the assistant's training makes it, and the names in it."""
    placeholders.install()
    from rasa.shared.nlu.training_data.loading import load_data

    from bot.nlu.entities import taken_from

    content = load_data(str(ROOT / "data" / "nlu"))
    taken = next(entry for entry in taken_from(content, settings())["catalogues"] if entry["kind"] == KIND)
    listed = next(table["elements"] for table in content.lookup_tables if table["name"] == KIND)
    return Catalogue.from_dict(taken), listed


def misspelt(names: list[str], slips: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Each name with so many slips in one of its longer words, and the name."""
    for name in names * TRIES:
        words = name.split()
        longer = [at for at, word in enumerate(words) if len(word) >= SHORTEST]
        if longer:
            at = chance.choice(longer)
            for _ in range(slips):
                words[at] = slip(words[at], chance)
            if (written := " ".join(words)) != name:
                yield written, name


def slip(word: str, chance: random.Random) -> str:
    """A letter left out, added, changed, or two of them swapped, after the first one."""
    at, letter = chance.randrange(1, len(word)), chance.choice(string.ascii_lowercase)
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        ]
    )


def main() -> None:
    found, names = catalogue()
    chance = random.Random(5)
    for slips in (1, 2):
        results = [
            (name, [one.value for one in found.find(written)]) for written, name in misspelt(names, slips, chance)
        ]
        right = sum(values == [name] for name, values in results) / len(results)
        other = sum(bool(values) and values != [name] for name, values in results) / len(results)
        print(f"{len(names)} names with {slips} slip(s): {right:.0%} found, {other:.0%} taken for another name")
    messages = [line for path in sys.argv[1:] for line in Path(path).read_text("utf-8").splitlines()]
    keys = {key for key, _, _ in found.to_dict()["names"]}
    hits = [message[one.start : one.end] for message in messages for one in found.find(message)]
    alarms = [hit for hit in hits if "".join(filter(str.isalnum, hit.lower())) not in keys]
    print(
        f"{len(messages)} other messages: {len(alarms)} words taken for misspellings, {len(hits) - len(alarms)} exact"
    )


if __name__ == "__main__":
    main()
