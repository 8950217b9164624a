"""Conversation tests in our own form: what a contact says on a channel, what must come back, whether a person follows.

```yaml
conversations:
- conversation: late, and cross about it
  channel: telegram  # web if it is left out
  steps:
  - contact: my parcel should have come on monday
    bot: utter_late_parcel  # any of its wordings; several answers are a list
  - press: Check where it is  # a button of what was said before
    says: order number  # words that must be in it
  - contact: I want to talk to a person
    handoff: yes  # or no, or the reason: asked, mood_low, …
```

In the same files may stand test stories in Rasa's form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.content.problems import Place, Problem, error
from bot.content.yaml_lines import Node, Unreadable, entries, items, line, load, named, parse, value_of, yaml_files

_STEP = {"contact", "press", "bot", "says", "handoff"}
_SCENARIO = {"conversation", "channel", "steps"}


@dataclass(frozen=True)
class Exchange:
    """What a contact does, and what is to follow: None where anything may.

    ``bot`` are names of answers, in their order; ``says`` are words in any of them; ``handoff`` is "yes", "no", or the
    reason for which a person comes.
    """

    place: Place
    contact: str
    is_press: bool
    bot: tuple[str, ...] | None = None
    says: tuple[str, ...] = ()
    handoff: str | None = None


@dataclass(frozen=True)
class Scenario:
    """A conversation that must go so."""

    name: str
    place: Place
    channel: str
    steps: tuple[Exchange, ...]


@dataclass(frozen=True)
class Scenarios:
    """All conversation tests: ours, and the files that hold stories in Rasa's form."""

    ours: tuple[Scenario, ...]
    stories: tuple[Path, ...]
    problems: tuple[Problem, ...]


def read_scenarios(paths: Iterable[Path], root: Path) -> Scenarios:
    """Read the tests in files and folders. Files are named as seen from ``root``, where they are in it."""
    ours: list[Scenario] = []
    stories: list[Path] = []
    problems: list[Problem] = []
    for file in yaml_files(paths):
        name = named(file, root)
        try:
            top = entries(parse(load(file, name), name), name)
            ours += [_scenario(node, name) for node in items(top.get("conversations"))]
        except Unreadable as wrong:
            problems.append(wrong.problem)
            continue
        if items(top.get("stories")):
            stories.append(file)
    problems += [problem for one in ours for problem in _empty(one)]
    return Scenarios(tuple(ours), tuple(stories), tuple(problems))


def _scenario(node: Node, name: Path) -> Scenario:
    found, place = entries(node, name), Place(name, line(node))
    _known(found, _SCENARIO, place)
    steps = tuple(_exchange(one, name) for one in items(found.get("steps")))
    return Scenario(value_of(found.get("conversation")), place, value_of(found.get("channel")) or "web", steps)


def _exchange(node: Node, name: Path) -> Exchange:
    found, place = entries(node, name), Place(name, line(node))
    _known(found, _STEP, place)
    said = value_of(found.get("press")) or value_of(found.get("contact"))
    if not said:
        raise Unreadable(place, "A step begins with what the contact says, `- contact: …`, or presses, `- press: …`.")
    handoff = value_of(found.get("handoff")).lower()
    return Exchange(
        place,
        said,
        "press" in found,
        tuple(_texts(found["bot"])) if "bot" in found else None,
        tuple(_texts(found.get("says"))),
        {"true": "yes", "false": "no"}.get(handoff, handoff) or None,
    )


def _known(found: dict[str, Node], keys: set[str], place: Place) -> None:
    for key in found.keys() - keys:
        raise Unreadable(
            Place(place.file, line(found[key])), f'"{key}" is not known here, only {", ".join(sorted(keys))}.'
        )


def _texts(node: Node | None) -> list[str]:
    return [value_of(one) for one in items(node)] or [text for text in [value_of(node)] if text]


def _empty(scenario: Scenario) -> list[Problem]:
    if scenario.name and scenario.steps:
        return []
    return [error(scenario.place, "A conversation has a name, `- conversation: …`, and steps.")]
