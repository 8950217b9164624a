"""How many messages in other languages are told, how many English ones are taken for another, and what it costs.

``python -m benchmarks.understanding.language [FILE…]``: the sentences of ``tests/understanding/languages.yml``, the
held-out messages, the content's examples, and the English messages in the files: CSV or TSV with the text in the first
column, or one message a line.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.nlu.languages.detector import Detector

ROOT = Path(__file__).parents[2]
SENTENCES = ROOT / "tests" / "understanding" / "languages.yml"
HELD_OUT = ROOT / "tests" / "understanding" / "held_out.yml"
WHOLE = 4  # words of a whole sentence
_MARKED = re.compile(r"\[([^]]*)\](?:\([^)]*\)|\{[^}]*\})")


def examples() -> Iterator[str]:
    """The content's examples, without their marks."""
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8")).get("nlu", []):
            lines = (entry.get("examples") or "").splitlines() if "intent" in entry else []
            yield from (_MARKED.sub(r"\1", line.strip().removeprefix("- ")) for line in lines if line.strip())


def messages(path: Path) -> list[str]:
    """The first column of a table, or the lines of a text."""
    separator = {".csv": ",", ".tsv": "\t"}.get(path.suffix)
    with path.open(encoding="utf-8", newline="") as lines:
        if separator is None:
            return [line.strip() for line in lines if line.strip()]
        quoting = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
        return [row[0] for row in csv.reader(lines, delimiter=separator, quoting=quoting) if row]


def report(name: str, said: list[tuple[str, str]], detector: Detector) -> None:
    """One line on messages with their languages."""
    counts: Counter[str] = Counter()
    begun = time.process_time()
    for text, language in said:
        told = detector.detect(text)
        outcome = "untold" if told is None else "right" if told.code == language else "wrong"
        counts[outcome] += 1
        if len(text.split()) >= WHOLE:
            counts["whole"] += 1
            counts["whole right"] += outcome == "right"
    spent = 1000 * (time.process_time() - begun) / max(len(said), 1)
    print(
        f"{name}\t{len(said)} messages\tright {counts['right']}\tuntold {counts['untold']}\twrong {counts['wrong']}\t"
        f"of {counts['whole']} with {WHOLE} words or more right {counts['whole right']}\t{spent:.3f} ms each"
    )


def main() -> None:
    begun = time.perf_counter()
    detector = Detector(["en"])
    print(f"ready in {time.perf_counter() - begun:.2f} s")
    for language, sentences in yaml.safe_load(SENTENCES.read_text("utf-8")).items():
        report(language, [(text, language) for text in sentences], detector)
    held_out = yaml.safe_load(HELD_OUT.read_text("utf-8"))
    other = [(entry["text"], entry["language"]) for entry in held_out if "language" in entry]
    report("held out, other languages", other, detector)
    report("held out, English", [(e["text"], "en") for e in held_out if "language" not in e], detector)
    report("examples", [(text, "en") for text in examples()], detector)
    for path in map(Path, sys.argv[1:]):
        report(path.name, [(text, "en") for text in messages(path)], detector)


if __name__ == "__main__":
    main()
