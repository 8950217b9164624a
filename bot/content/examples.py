"""Rasa's NLU training data as it is written: every example with its file and line.

Rasa reads all files with a key ``nlu`` or ``responses`` under the folders it is given, in any layout, and so do we.
Left out here, as far as examples go: ``responses``, and the words of synonyms, lookup tables and patterns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.markup import plain
from bot.content.problems import Place, Problem, error, errors, warning
from bot.content.yaml_lines import (
    Node,
    Unreadable,
    entries,
    items,
    line,
    lines_of,
    load,
    named,
    parse,
    text_of,
    yaml_files,
)

_KEYS = {
    "intent": {"intent", "examples", "metadata"},
    "synonym": {"synonym", "examples"},
    "regex": {"regex", "examples"},
    "lookup": {"lookup", "examples"},
}
_BAR = "Write `examples: |`, with the bar, and under it one example a line, each after a dash"


@dataclass(frozen=True)
class Example:
    """One sentence that an intent is taught by. ``text`` is as written, with the entities marked in it."""

    intent: str
    text: str
    place: Place

    @property
    def words(self) -> str:
        """The sentence as a contact writes it."""
        return plain(self.text)


@dataclass(frozen=True)
class Section:
    """The examples of an intent in one place. An intent may have several; ``faq/opening`` is an intent, too."""

    intent: str
    place: Place
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class TrainingData:
    """All that was found under ``paths``. What is not ``complete`` says nothing about what is missing in it."""

    paths: tuple[Path, ...]
    sections: tuple[Section, ...]
    problems: tuple[Problem, ...]
    complete: bool

    @property
    def examples(self) -> list[Example]:
        """The examples of all sections, in the order of files and lines."""
        return [example for section in self.sections for example in section.examples]


def read_examples(paths: Iterable[Path], root: Path) -> TrainingData:
    """Read the training data in files and folders. Files are named as seen from ``root``, where they are in it."""
    paths = tuple(paths)
    sections: list[Section] = []
    problems: list[Problem] = []
    for file in yaml_files(paths):
        for found in _read_file(file, named(file, root)):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                sections.append(found)
    # Rasa takes JSON as well; it is not looked into here.
    complete = not errors(problems) and not any(yaml_files(paths, {".json"}))
    return TrainingData(tuple(named(path, root) for path in paths), tuple(sections), tuple(problems), complete)


def _read_file(file: Path, name: Path) -> Iterator[Section | Problem]:
    try:
        yield from read_stored(load(file, name), name)
    except Unreadable as wrong:
        yield wrong.problem


def read_stored(stored: bytes, name: Path) -> Iterator[Section | Problem]:
    """What a file of these bytes teaches, and what is wrong with it; nothing if it is no training data.

    Raises:
        Unreadable: it is no YAML.
    """
    if _is_training_data(stored):
        content = entries(parse(stored, name), name)
        yield from _version(content.get("version"), name)
        yield from _sections(content.get("nlu"), name)


def _is_training_data(stored: bytes) -> bool:
    """As Rasa decides it, so that a file with a mistake in it is one, too."""
    return any(written.lstrip().startswith((b"nlu:", b"responses:")) for written in stored.splitlines())


def _version(node: Node | None, name: Path) -> Iterator[Problem]:
    if node is not None and text_of(node) is None:
        yield error(Place(name, line(node)), 'The version is a text: write it with quotes, version: "3.1".')


def _sections(nlu: Node | None, name: Path) -> Iterator[Section | Problem]:
    if nlu is not None and nlu.value and not items(nlu):
        yield error(
            Place(name, line(nlu)), "Under nlu stands a list: begin each intent with a dash, `- intent: greet`."
        )
    for node in items(nlu):
        yield from _section(entries(node, name), Place(name, line(node)))


def _section(section: dict[str, Node], place: Place) -> Iterator[Section | Problem]:
    kind = next((kind for kind in _KEYS if kind in section), None)
    if kind is None:
        yield error(place, "This is neither an intent nor a synonym, regex or lookup: begin it with `- intent: greet`.")
        return
    for key in section.keys() - _KEYS[kind]:
        known = " and ".join(sorted(_KEYS[kind] - {"metadata"}, reverse=True))
        yield error(Place(place.file, line(section[key])), f'"{key}" is not known here, only {known} are.')
    if kind == "intent":
        yield from _intent(section, place)
    elif items(section.get("examples")):
        yield error(place, f"The examples of this {kind} are a list. {_BAR}.")


def _intent(section: dict[str, Node], place: Place) -> Iterator[Section | Problem]:
    intent, node = text_of(section["intent"]), section.get("examples")
    if not intent:
        yield error(place, "The intent has no name, or a number for one: give it a word, `- intent: greet`.")
        return
    examples: list[Example] = []
    for found in _examples(intent, node, place.file) if node is not None else ():
        if isinstance(found, Problem):
            yield found
        else:
            examples.append(found)
    yield Section(intent, place, tuple(examples))


def _examples(intent: str, node: Node, file: Path) -> Iterator[Example | Problem]:
    if items(node):
        yield from _listed(intent, node, file)
    elif text_of(node) is not None:
        yield from _written(intent, node, file)
    elif node.value:
        yield error(Place(file, line(node)), f'The examples of "{intent}" are no text. {_BAR}.')


def _written(intent: str, node: Node, file: Path) -> Iterator[Example | Problem]:
    """Examples after ``|``, one a line."""
    for number, written in lines_of(node):
        if written.startswith("-"):
            yield Example(intent, written[1:].strip(), Place(file, number))
        elif written.strip():
            text = f'"{written.strip()}" is left out. An example begins with a dash, right below the dash above it.'
            yield warning(Place(file, number), text)


def _listed(intent: str, node: Node, file: Path) -> Iterator[Example | Problem]:
    """Examples as ``- text: …``, which may have metadata."""
    for item in items(node):
        place = Place(file, line(item))
        text = text_of(entries(item, file).get("text"))
        if text is None:
            yield error(place, f'An example of "{intent}" is not written as Rasa reads it. {_BAR}.')
            return
        yield Example(intent, text.strip(), place)
