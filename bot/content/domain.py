"""What a domain says, with file and line: its intents, those behind its buttons, its answers, slots and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.content.problems import Place, Problem, error
from bot.content.yaml_lines import Node, Unreadable, entries, items, line, load, named, parse, text_of, value_of

_PAYLOAD = re.compile(rb"""payload["']?\s*:\s*["']?/(?P<intent>[^{\s"'@]+)""")
# As Rasa fills them in (rasa.core.nlg.interpolator): doubled braces are braces.
_VARIABLE = re.compile(r"(?<!\{)\{(?P<name>[^{}\s]+)\}(?!\})")
UNTIL = "until"  # the key under ``metadata`` that says through which day a wording holds


@dataclass(frozen=True)
class Wording:
    """One way to say an answer. ``texts`` are its text and its buttons' titles; ``until`` is the last day it holds."""

    place: Place
    texts: tuple[str, ...]
    channel: str | None = None
    conditions: tuple[tuple[str, str], ...] = ()
    until: date | None = None

    @property
    def text(self) -> str:
        """What is said, "" for a picture alone."""
        return self.texts[0] if self.texts else ""

    @property
    def variables(self) -> set[str]:
        """The words in braces."""
        return {found["name"] for text in self.texts for found in _VARIABLE.finditer(text)}


@dataclass(frozen=True)
class Answer:
    """A response of the domain, ``utter_…``, with its wordings."""

    name: str
    place: Place
    wordings: tuple[Wording, ...]


@dataclass(frozen=True)
class Domain:
    """What a domain says: intents by their names, the intents behind its buttons, answers, slots, forms, actions.

    ``mapped`` are intents that fill a slot. ``asked`` are the forms with the slots that they ask for.
    """

    intents: Mapping[str, Place]
    pressed: frozenset[str]
    problems: tuple[Problem, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    slots: Mapping[str, Place] = field(default_factory=dict)
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    actions: Mapping[str, Place] = field(default_factory=dict)
    mapped: frozenset[str] = frozenset()


@dataclass
class _Gathered:
    """What the files have said so far."""

    intents: dict[str, Place] = field(default_factory=dict)
    pressed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    slots: dict[str, Place] = field(default_factory=dict)
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    actions: dict[str, Place] = field(default_factory=dict)
    mapped: set[str] = field(default_factory=set)


def domain_files(path: Path) -> list[Path]:
    """The files of a domain of one file or of a folder."""
    return [path] if path.is_file() else sorted(path.rglob("*.y*ml"))


def read_domain(path: Path, root: Path) -> Domain:
    """Read a domain of one file or of a folder; one that is not there names nothing.

    Files are named as seen from ``root``, where they are in it.
    """
    found = _Gathered()
    for file in domain_files(path):
        name = named(file, root)
        try:
            stored = load(file, name)
            _gather(found, entries(parse(stored, name), name), name)
            found.pressed.update(hit["intent"].decode() for hit in _PAYLOAD.finditer(stored))
        except Unreadable as wrong:
            found.problems.append(wrong.problem)
    return Domain(
        found.intents,
        frozenset(found.pressed),
        tuple(found.problems),
        found.answers,
        found.slots,
        found.asked,
        found.actions,
        frozenset(found.mapped),
    )


def _gather(found: _Gathered, top: dict[str, Node], name: Path) -> None:
    for node in items(top.get("intents")):
        found.intents.setdefault(_name(node, name), Place(name, line(node)))
    for node in items(top.get("actions")):
        found.actions.setdefault(_name(node, name), Place(name, line(node)))
    for response, node in entries(top.get("responses"), name).items():
        wordings = tuple(_wording(one, name, found.problems) for one in items(node))
        found.answers.setdefault(response, Answer(response, Place(name, line(node) - 1), wordings))
    for slot, node in entries(top.get("slots"), name).items():
        found.slots.setdefault(slot, Place(name, line(node)))
        for mapping in items(entries(node, name).get("mappings")):
            found.mapped.update(_words(entries(mapping, name).get("intent")))
    for form, node in entries(top.get("forms"), name).items():
        found.asked[form] = tuple(_words(entries(node, name).get("required_slots")))
        found.mapped.update(_words(entries(node, name).get("ignored_intents")))


def _name(node: Node, name: Path) -> str:
    """``greet``, or the key of ``greet: {use_entities: []}``."""
    return text_of(node) or next(iter(entries(node, name)), "")


def _words(node: Node | None) -> list[str]:
    """The texts of a list, or a text alone."""
    return [text for one in [node, *items(node)] if (text := text_of(one))]


def _wording(node: Node, name: Path, problems: list[Problem]) -> Wording:
    found = entries(node, name)
    texts = [text_of(found.get("text")) or "", *_titles(found, name)]
    conditions = [entries(one, name) for one in items(found.get("condition"))]
    return Wording(
        Place(name, line(node)),
        tuple(texts),
        text_of(found.get("channel")),
        tuple((value_of(one.get("name")), value_of(one.get("value"))) for one in conditions),
        _until(entries(found.get("metadata"), name).get(UNTIL), name, problems),
    )


def _titles(wording: dict[str, Node], name: Path) -> Iterator[str]:
    for button in [*items(wording.get("buttons")), *items(wording.get("quick_replies"))]:
        yield value_of(entries(button, name).get("title"))


def _until(node: Node | None, name: Path, problems: list[Problem]) -> date | None:
    if node is None:
        return None
    try:
        return date.fromisoformat(text_of(node) or "")
    except ValueError:
        # What YAML takes for a day, without quotes, Rasa cannot store.
        text = f'"{value_of(node)}" is no day in quotes. Write year, month and day so: {UNTIL}: "2027-01-31".'
        problems.append(error(Place(name, line(node)), text))
        return None
