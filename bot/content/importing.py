"""Bringing content in from a table or from another Rasa project: what would be added, and what clashes with ours.

Nothing is written here: the result is files beside the ones that were given, to be looked at first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content import editing
from bot.content.check import key_of
from bot.content.domain import domain_files
from bot.content.folder import MOST, ContentRefused, Files
from bot.content.project import domain_of
from bot.content.yaml_lines import Unreadable, load, load_plain, readable, yaml_files

_INTENT, _TEXT, _ANSWER = ("intent", "label", "category"), ("text", "example", "question"), ("answer", "response")
_UTTER = "utter_"


@dataclass(frozen=True)
class Brought:
    """What a source holds: examples by intent, answers (the first wording) by intent, other files as they are.

    ``left`` says what is not taken over, and why.
    """

    examples: Mapping[str, list[str]]
    answers: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """``files`` as they would be; ``added`` says in words what is new, ``clashes`` what is not taken and why."""

    files: Mapping[str, bytes]
    added: tuple[str, ...]
    clashes: tuple[str, ...]


def from_csv(file: Path) -> Brought:
    """A table with a head that names ``intent`` and ``text``, and ``answer`` if there is one, between , ; or tabs.

    Raises:
        ContentRefused: it has no such columns, is too large, or is not stored as UTF-8.
    """
    rows = _rows(file)
    examples: dict[str, list[str]] = {}
    answers: dict[str, str] = {}
    for row in rows:
        intent = _name(row["intent"])
        if intent and row["text"].strip():
            examples.setdefault(intent, []).append(row["text"])
        if intent and row["answer"].strip():
            answers.setdefault(intent, row["answer"])
    return Brought(examples, answers)


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        if file.stat().st_size > MOST:
            raise ContentRefused(f"{file} has more than {MOST // 1024**2} MB. Divide it.")
        text = readable(file.read_bytes().removeprefix(b"\xef\xbb\xbf"), file)
    except OSError as wrong:
        raise ContentRefused(f"{file} cannot be read: {wrong.strerror}.") from wrong
    except Unreadable as wrong:
        raise ContentRefused(f"{wrong.problem.place}: {wrong.problem.text}") from wrong
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    except csv.Error as wrong:
        raise ContentRefused(f"{file} is no table that can be read: {wrong}.") from wrong
    columns = [column.strip().lower() for column in table[0]] if table else []
    place = {
        name: _column(columns, known) for name, known in (("intent", _INTENT), ("text", _TEXT), ("answer", _ANSWER))
    }
    if place["intent"] is None or place["text"] is None:
        raise ContentRefused(
            f"The first line of {file} names the columns: intent and text, and answer if there is one."
        )
    return [
        {name: row[at] if at is not None and at < len(row) else "" for name, at in place.items()} for row in table[1:]
    ]


def _column(columns: list[str], known: Iterable[str]) -> int | None:
    return next((columns.index(name) for name in known if name in columns), None)


def _name(written: str) -> str:
    """An intent's name of what somebody called it: ``Gift wrapping`` is ``gift_wrapping``."""
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in written.strip().lower())
    return "_".join(filter(None, kept.split("_")))


def from_rasa(project: Path) -> Brought:
    """A Rasa project: examples and answers are taken over, rules and stories as files of their own.

    Raises:
        ContentRefused: there is no such project, or a file of it cannot be read.
    """
    data = yaml_files([project / "data"] if (project / "data").is_dir() else [])
    files = {f"data/{file.relative_to(project / 'data').as_posix()}": file for file in data}
    domain = domain_files(domain_of(project)) if domain_of(project).exists() else []
    if not files or not domain:
        raise ContentRefused(f"{project} is no Rasa project: it has data/ and domain.yml (or domain/).")
    try:
        stored = {name: load(file, file) for name, file in files.items()}
        tops = [top for file in domain if isinstance(top := load_plain(load(file, file), file), dict)]
        flows = {name: content for name, content in stored.items() if _holds_flows(content, Path(name))}
    except Unreadable as wrong:
        raise ContentRefused(f"{wrong.problem.place}: {wrong.problem.text}") from wrong
    examples: dict[str, list[str]] = {}
    for _, section in editing.sections(stored):
        examples.setdefault(section.intent, []).extend(one.text for one in section.examples if one.text)
    said = {name: texts for top in tops for name, texts in _said(top).items()}
    answers = {name.removeprefix(_UTTER): texts[0] for name, texts in said.items() if texts}
    taken = {
        f"data/imported/{name.removeprefix('data/').replace('/', '_')}": content for name, content in flows.items()
    }
    return Brought(examples, answers, taken, tuple(_left(tops, said)))


def _holds_flows(content: bytes, name: Path) -> bool:
    """Files of rules and stories alone; examples beside them are taken over one by one."""
    top = load_plain(content, name)
    return isinstance(top, dict) and bool(top.keys() & {"rules", "stories"}) and "nlu" not in top


def _said(top: Mapping[str, object]) -> dict[str, list[str]]:
    found = top.get("responses")
    if not isinstance(found, dict):
        return {}
    return {
        str(name): [str(one["text"]) for one in wordings or () if isinstance(one, dict) and one.get("text")]
        for name, wordings in found.items()
    }


def _left(tops: Iterable[Mapping[str, object]], said: Mapping[str, list[str]]) -> Iterable[str]:
    for what, why in (
        ("slots", "declare them in domain.yml"),
        ("forms", "declare them"),
        ("actions", "copy their code"),
    ):
        if count := sum(len(part) for top in tops if isinstance(part := top.get(what), dict | list)):
            yield f"Not taken over: {what} ({count}); {why}, where rules or stories need them."
    if more := sum(len(texts) - 1 for texts in said.values() if len(texts) > 1):
        yield f"Not taken over: further wordings ({more}), buttons and conditions; copy those you want."


def plan(files: Files, brought: Brought, topic: str = "imported") -> Plan:
    """What bringing it in would make of our files. A clash is left out, and told.

    Raises:
        ContentRefused: our own files cannot be changed.
    """
    after: dict[str, bytes] = dict(files)
    added: list[str] = []
    clashes: list[str] = []
    ours = {section.intent for _, section in editing.sections(files)}
    taken = {key_of(one.text): s.intent for _, s in editing.sections(files) for one in s.examples if one.text}
    for intent, examples in brought.examples.items():
        kept = _kept(intent, examples, taken, clashes)
        answer = brought.answers.get(intent, "")
        try:
            if intent in ours and kept:
                after = editing.add_examples(after, intent, kept)
                added.append(f"{_many(len(kept), 'example')} more for {intent}")
            elif kept and (answer or brought.files):
                after = _begun(after, intent, kept, answer, topic)
                added.append(
                    f"the intent {intent} with {_many(len(kept), 'example')}{' and its answer' if answer else ''}"
                )
            elif kept:
                clashes.append(f"{intent}: it is new here and has no answer. Give it one in the column answer.")
                taken = {key: owner for key, owner in taken.items() if owner != intent}
        except ContentRefused as refused:
            clashes.append(f"{intent}: {refused}")
        if intent in ours and answer:
            clashes.append(f"{intent}: it has an answer here, which stays; theirs begins: {answer[:60]}")
    after = _others(after, brought, added, clashes)
    return Plan(after, tuple(added), (*clashes, *brought.left))


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _kept(intent: str, examples: Iterable[str], taken: dict[str, str], clashes: list[str]) -> list[str]:
    """Examples that are sound and new; what stands under another intent clashes, what stands here is passed over."""
    kept: list[str] = []
    for example in examples:
        try:
            text = editing.sound_example(example)
        except ContentRefused as refused:
            clashes.append(f"{intent}: {refused}")
            continue
        owner = taken.get(key_of(text))
        if owner is None:
            taken[key_of(text)] = intent
            kept.append(text)
        elif owner != intent:
            clashes.append(f'{intent}: "{text}" stands under {owner} already')
    return kept


def _begun(files: Files, intent: str, examples: list[str], answer: str, topic: str) -> dict[str, bytes]:
    if answer:
        return editing.add_intent(files, intent, examples, answer, topic=topic)
    return editing.add_section(files, intent, examples, topic)


def _others(after: dict[str, bytes], brought: Brought, added: list[str], clashes: list[str]) -> dict[str, bytes]:
    """Rules and stories as files of their own, and the answers that only they say."""
    for name, content in brought.files.items():
        if name in after:
            clashes.append(f"{name}: there is such a file already, which stays")
        else:
            after[name] = content
            added.append(f"the file {name}")
    if not brought.files:
        return after
    for rest, text in brought.answers.items():
        if rest not in brought.examples:
            try:
                after = editing.add_answers(after, {_UTTER + rest: text})
                added.append(f"the answer {_UTTER}{rest}")
            except ContentRefused as refused:
                clashes.append(str(refused))
    return after
