"""Rules and stories as they are written: what is said, and what the assistant does, with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.content.problems import Place, Problem, warning
from bot.content.yaml_lines import (
    Node,
    Unreadable,
    entries,
    items,
    line,
    load,
    named,
    parse,
    readable,
    value_of,
    yaml_files,
)

_KEYS = (b"rules:", b"stories:")
# What else Rasa reads in a file of training data.
_OTHER = (b"nlu:", b"responses:", b"version:", b"intents:", b"slots:", b"actions:", b"entities:", b"forms:")


class Kind(StrEnum):
    """What a step is."""

    INTENT = "intent"
    ACTION = "action"
    LOOP = "active_loop"
    SLOT = "slot_was_set"
    OTHER = "other"  # checkpoints, and sentences in place of intents


@dataclass(frozen=True)
class Step:
    """One step; ``names`` are several where any of them will do (``or``). ``given`` are entities that it asks for."""

    kind: Kind
    names: tuple[str, ...]
    place: Place
    given: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " or ".join(self.names) + "".join(f" with {entity}" for entity in self.given)


@dataclass(frozen=True)
class Flow:
    """A rule or a story. ``only_if`` are its conditions: names, with the value that is asked for."""

    name: str
    is_rule: bool
    place: Place
    steps: tuple[Step, ...]
    only_if: tuple[tuple[str, str], ...] = ()
    waits: bool = True

    @property
    def what(self) -> str:
        """What editors call it."""
        return f'the {"rule" if self.is_rule else "story"} "{self.name}"'


@dataclass(frozen=True)
class Flows:
    """All rules and stories, and what is wrong with their files."""

    flows: tuple[Flow, ...]
    problems: tuple[Problem, ...] = ()

    def used(self, kind: Kind) -> dict[str, Place]:
        """The names of all steps of a kind, with the first place of each."""
        found: dict[str, Place] = {}
        for flow in self.flows:
            for step in flow.steps:
                if step.kind is kind:
                    for name in step.names:
                        found.setdefault(name, step.place)
        return found


def read_flows(paths: Iterable[Path], root: Path) -> Flows:
    """Read rules and stories in files and folders. Files are named as seen from ``root``, where they are in it."""
    flows: list[Flow] = []
    problems: list[Problem] = []
    for file in yaml_files(paths):
        name = named(file, root)
        try:
            stored = load(file, name)
            heads = [written.lstrip() for written in stored.splitlines()]
            if any(head.startswith(_KEYS) for head in heads):
                flows += _flows(entries(parse(stored, name), name), name)
            elif readable(stored, name).strip() and not any(head.startswith(_OTHER) for head in heads):
                text = "Nothing here is read: the file has neither nlu: nor rules: nor stories: at the start of a line."
                problems.append(warning(Place(name), text))
        except Unreadable as wrong:
            problems.append(wrong.problem)
    return Flows(tuple(flows), tuple(problems))


def _flows(top: dict[str, Node], name: Path) -> Iterator[Flow]:
    for key, is_rule in (("rules", True), ("stories", False)):
        for node in items(top.get(key)):
            found = entries(node, name)
            called = value_of(found.get("rule" if is_rule else "story"))
            steps = tuple(step for one in items(found.get("steps")) for step in _steps(one, name))
            start = value_of(found.get("conversation_start")).lower() == "true"
            only_if = [pair for one in items(found.get("condition")) for pair in _condition(one, name)]
            only_if += [("conversation_start", "true")] if start else []
            waits = value_of(found.get("wait_for_user_input")).lower() != "false"
            yield Flow(called, is_rule, Place(name, line(node)), steps, tuple(only_if), waits)


def _condition(node: Node, name: Path) -> Iterator[tuple[str, str]]:
    for key, value in entries(node, name).items():
        if items(value):
            for one in items(value):
                yield from _named_values(key, one, name)
        else:
            yield key, _value(value)


def _named_values(key: str, node: Node, name: Path) -> Iterator[tuple[str, str]]:
    for slot, value in entries(node, name).items():
        yield f"{key} {slot}", _value(value)


def _value(node: Node) -> str:
    written = value_of(node)
    return "" if written.lower() in ("null", "~") else written


def _steps(node: Node, name: Path) -> Iterator[Step]:
    found, place = entries(node, name), Place(name, line(node))
    if "or" in found:
        named_steps = [entries(one, name) for one in items(found["or"])]
        names = tuple(value_of(one["intent"]) for one in named_steps if "intent" in one)
        yield Step(Kind.INTENT if names else Kind.OTHER, names, place)
        return
    for kind in (Kind.INTENT, Kind.ACTION, Kind.LOOP):
        if kind in found:
            given = tuple(_entity(one, name) for one in items(found.get("entities")))
            yield Step(kind, (_value(found[kind]),), place, given)
            return
    if Kind.SLOT in found:
        yield Step(Kind.SLOT, tuple(_slots(found[Kind.SLOT], name)), place)
        return
    yield Step(Kind.OTHER, tuple(found), place)


def _entity(node: Node, name: Path) -> str:
    return value_of(node) or ", ".join(f"{key} {value_of(value)}" for key, value in entries(node, name).items())


def _slots(node: Node, name: Path) -> Iterator[str]:
    for one in items(node):
        yield from (f"{slot}={value_of(value)}" for slot, value in entries(one, name).items())
        if not entries(one, name):
            yield value_of(one)
    yield from (f"{slot}={value_of(value)}" for slot, value in entries(node, name).items())
