"""Words change in place: one example of an intent, one more wording of an answer. As `bot.content.editing` does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.check import key_of
from bot.content.domain import UNTIL
from bot.content.editing import (
    answers_in,
    changed,
    examples_node,
    if_as_expected,
    refuse_known,
    sections,
    sound_answer,
    sound_example,
)
from bot.content.folder import ContentRefused, Files
from bot.content.surgery import Lines, last_item, quoted
from bot.content.yaml_lines import Node, entries, line

_CHANNELS = ("web", "telegram", "slack", "rest", "socketio")


@dataclass(frozen=True, slots=True)
class For:
    """For whom a wording is: a channel, who is upset (``tone``: "plain"), a language, and through which day."""

    channel: str = ""
    tone: str = ""
    language: str = ""
    until: str = ""


def change_example(files: Files, intent: str, old: str, new: str) -> dict[str, bytes]:
    """Files in which an example (as it is written) reads otherwise, in its old place.

    Raises:
        ContentRefused: it is not there, the new one stands elsewhere already, or is none.
    """
    wanted = sound_example(new)
    if key_of(wanted) != key_of(old):
        refuse_known(files, intent, [wanted])
    hits = (
        (name, section, hit)
        for name, section in sections(files)
        for hit in (section.examples if section.intent == intent else ())
        if hit.text == old and hit.place.line is not None
    )
    if (found := next(hits, None)) is None:
        raise ContentRefused(f'"{old}" does not stand under "{intent}". Somebody may have taken it out meanwhile.')
    name, section, hit = found
    at = hit.place.line or 0

    def put(lines: Lines) -> None:
        node = examples_node(lines, section)
        if node is None or node.style != "|":
            raise ContentRefused(f"{hit.place}: the examples are not written after a bar (|). Change it by hand.")
        end = "\r" if lines.lines[at - 1].endswith("\r") else ""
        lines.lines[at - 1] = f"{lines.indent(at)}- {wanted}{end}"

    by = {(intent, old): -1, (intent, wanted): 1} if wanted != old else {}
    return changed(files, name, put, by)


def add_wording(files: Files, answer: str, text: str, whom: For) -> dict[str, bytes]:
    """Files in which an answer has one more wording, after its others.

    Raises:
        ContentRefused: there is no such answer, the words are none, or ``whom`` names what there is not.
    """
    wanted = sound_answer(text)
    for name, content in files.items():
        known = answers_in(content, name)
        if answer in known:
            break
    else:
        raise ContentRefused(f'There is no answer "{answer}".')
    lines = Lines(content, name)
    node = entries(lines.section("responses"), Path(name))[answer]
    last = last_item(node)
    if last is None or node.flow_style or last.flow_style:
        raise ContentRefused(
            f'The wordings of "{answer}" are written in a form that nothing can be added to. Do it by hand.'
        )
    first = int(last.start_mark.line) + 1
    indent = lines.lines[first - 1][: lines.lines[first - 1].index("-")]
    written = [f"{indent}- text: {quoted(wanted)}", *(f"{indent}  {one}" for one in _conditions(whom))]
    lines.insert(_last_line(lines, last), written)
    after = {**files, name: lines.content()}
    known[answer].append(wanted)
    return if_as_expected(after, name, answers_in(after[name], name) == known)


def remove_wording(files: Files, answer: str, number: int, text: str) -> dict[str, bytes]:
    """Files in which an answer has one wording (the first is 0, which says ``text``) no more.

    Raises:
        ContentRefused: it is not there, or is the last one.
    """
    for name, content in files.items():
        known = answers_in(content, name)
        if answer in known:
            break
    else:
        raise ContentRefused(f'There is no answer "{answer}".')
    if not 0 <= number < len(known[answer]) or known[answer][number] != text:
        raise ContentRefused(f'That wording of "{answer}" is not there any more. Look at it again.')
    if len(known[answer]) == 1:
        raise ContentRefused(f'That is the last wording of "{answer}". Write another one first.')
    lines = Lines(content, name)
    node = entries(lines.section("responses"), Path(name))[answer]
    if node.flow_style:
        raise ContentRefused(
            f'The wordings of "{answer}" are written in a form that tools cannot change. Do it by hand.'
        )
    one = node.value[number]
    lines.remove(int(one.start_mark.line) + 1, _last_line(lines, one))
    after = {**files, name: lines.content()}
    del known[answer][number]
    return if_as_expected(after, name, answers_in(after[name], name) == known)


def _last_line(lines: Lines, node: Node) -> int:
    """The last line of what is nested: a block ends where the next thing begins, its last words do not."""
    if getattr(node, "flow_style", None) is not False or not node.value:
        return lines.last_line(node)
    last = node.value[-1]
    if not isinstance(last, tuple):
        return _last_line(lines, last)
    key, value = last
    # What stands behind a "*" was written elsewhere, before.
    return line(key) if line(value) < line(key) else _last_line(lines, value)


def _conditions(whom: For) -> list[str]:
    """The lines under a wording that say for whom it is."""
    if whom.channel and whom.channel not in _CHANNELS:
        raise ContentRefused(f'There is no channel "{whom.channel}": {", ".join(_CHANNELS)} are.')
    if whom.tone not in ("", "plain"):
        raise ContentRefused('The tone is "plain", for who is upset, or none.')
    if whom.language and not (len(whom.language) == 2 and whom.language.isascii() and whom.language.islower()):
        raise ContentRefused(f'"{whom.language}" is no language: two small letters are, such as de.')
    slots = [("tone", whom.tone), ("language", whom.language)]
    slots = [(slot, value) for slot, value in slots if value]
    lines = [f"channel: {whom.channel}"] if whom.channel else []
    if slots:
        lines.append("condition: [" + ", ".join(f"{{type: slot, name: {s}, value: {v}}}" for s, v in slots) + "]")
    if whom.until:
        lines.append(f"metadata: {{{UNTIL}: {json.dumps(_day(whom.until))}}}")
    return lines


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ContentRefused(f'"{text}" is no day: year, month and day are, such as 2027-01-31.') from None
