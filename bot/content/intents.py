"""What editors see of an intent: its examples, what is said to it, where it is used, and what is wrong there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

import msgspec

from bot.content.domain import Answer, Wording
from bot.content.flows import Flow, Kind
from bot.content.problems import Problem
from bot.content.whole import PREFIX, READING, Whole


class ExampleView(msgspec.Struct, frozen=True):
    """An example as it is written, with its place."""

    text: str
    file: str
    line: int | None


class WordingView(msgspec.Struct, frozen=True):
    """A wording of an answer: what is said, and for whom. ``number`` is its place among the others, from 0.

    ``conditions`` are those on other slots than tone and language, in words.
    """

    number: int
    text: str
    line: int | None
    channel: str = ""
    tone: str = ""
    language: str = ""
    until: str = ""
    conditions: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


class AnswerView(msgspec.Struct, frozen=True):
    """An answer with its wordings. A ``reading`` is the phrase that says an intent back."""

    name: str
    reading: bool
    file: str
    wordings: tuple[WordingView, ...]


class UseView(msgspec.Struct, frozen=True):
    """A rule or story that the intent stands in."""

    name: str
    rule: bool
    file: str
    line: int | None


class ProblemView(msgspec.Struct, frozen=True):
    """Something that is wrong, in words."""

    severity: str
    file: str
    line: int | None
    text: str


class Words(msgspec.Struct, frozen=True):
    """What two editors of an intent may both have changed: its examples and its answers."""

    examples: tuple[ExampleView, ...]
    answers: tuple[AnswerView, ...]


def title_of(intent: str) -> str:
    """An intent's name as people read it: "gift_wrapping" is "Gift wrapping"."""
    words = intent.replace("_", " ").replace("/", ": ").strip()
    return words[:1].upper() + words[1:]


def taught(whole: Whole) -> list[str]:
    """The intents that have a place in the training data, by name."""
    return sorted({section.intent for section in whole.data.sections})


def examples_of(whole: Whole, intent: str) -> tuple[ExampleView, ...]:
    """The examples of an intent, in the order of files and lines."""
    return tuple(
        ExampleView(example.text, str(example.place.file), example.place.line)
        for section in whole.data.sections
        if section.intent == intent
        for example in section.examples
    )


def flows_of(whole: Whole, intent: str) -> list[Flow]:
    """The rules and stories that an intent stands in."""
    return [
        flow
        for flow in whole.flows.flows
        if any(step.kind is Kind.INTENT and intent in step.names for step in flow.steps)
    ]


def answers_of(whole: Whole, intent: str, flows: Sequence[Flow]) -> tuple[AnswerView, ...]:
    """The answers that follow an intent in its rules, or the one of its name; then the phrase that says it back."""
    names = dict.fromkeys(name for flow in flows if flow.is_rule for name in _said_after(flow, intent))
    base = intent.partition("/")[0]
    for name in (PREFIX + intent, READING + base):
        if not names or name.startswith(READING):
            names[name] = None
    found = whole.domain.answers
    return tuple(_answer(found[name]) for name in names if name in found)


def words_of(whole: Whole, intent: str) -> Words:
    """An intent's examples and answers."""
    return Words(examples_of(whole, intent), answers_of(whole, intent, flows_of(whole, intent)))


def same_words(one: Words, other: Words) -> bool:
    """Whether two states of an intent say the same, wherever it stands by now."""
    return _texts(one) == _texts(other)


def uses_of(flows: Iterable[Flow]) -> tuple[UseView, ...]:
    """The rules and stories, as they are shown."""
    return tuple(UseView(flow.name, flow.is_rule, str(flow.place.file), flow.place.line) for flow in flows)


def problems_of(problems: Iterable[Problem], intent: str, words: Words) -> tuple[ProblemView, ...]:
    """Of all problems those at the lines of an intent's examples and answers, or that name it."""
    lines = {(one.file, one.line) for one in words.examples}
    lines |= {(answer.file, wording.line) for answer in words.answers for wording in answer.wordings}
    names = [f'"{intent}"', *(f'"{answer.name}"' for answer in words.answers)]
    return tuple(
        view
        for view in map(problem_view, problems)
        if (view.line is not None and (view.file, view.line) in lines) or any(name in view.text for name in names)
    )


def problem_view(problem: Problem) -> ProblemView:
    """A problem as it is shown."""
    return ProblemView(problem.severity.value, str(problem.place.file), problem.place.line, problem.text)


def _said_after(flow: Flow, intent: str) -> Iterator[str]:
    for at, step in enumerate(flow.steps):
        if step.kind is Kind.INTENT and intent in step.names:
            for said in takewhile(lambda one: one.kind is not Kind.INTENT, flow.steps[at + 1 :]):
                yield from (name for name in said.names if said.kind is Kind.ACTION and name.startswith(PREFIX))


def _answer(answer: Answer) -> AnswerView:
    wordings = tuple(_wording(number, wording) for number, wording in enumerate(answer.wordings))
    return AnswerView(answer.name, answer.name.startswith(READING), str(answer.place.file), wordings)


def _wording(number: int, wording: Wording) -> WordingView:
    slots = dict(wording.conditions)
    return WordingView(
        number,
        wording.text,
        wording.place.line,
        wording.channel or "",
        slots.get("tone", ""),
        slots.get("language", ""),
        wording.until.isoformat() if wording.until else "",
        tuple(f"{slot} is {value}" for slot, value in wording.conditions if slot not in ("tone", "language")),
        wording.texts[1:],
    )


def _texts(words: Words) -> object:
    examples = sorted(one.text for one in words.examples)
    said = [(a.name, [(w.text, w.channel, w.tone, w.language, w.until) for w in a.wordings]) for a in words.answers]
    return examples, said
