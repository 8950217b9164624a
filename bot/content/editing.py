"""What tools do to the content: examples come, go and move, intents and answers begin, words change.

Each is a function from files to files: what is not touched stays to the byte, with its comments, order and indents.
What was written is read again before it is given back, so that a change which would do anything else is refused.

Raises:
    ContentRefused: from every function, when the change is not possible; the message says why and what to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.content import folder
from bot.content.check import key_of
from bot.content.examples import Section, read_stored
from bot.content.folder import ContentRefused, Files
from bot.content.markup import faults
from bot.content.problems import Severity
from bot.content.surgery import Lines, last_item, quoted
from bot.content.yaml_lines import Node, Unreadable, entries, items, line, load_plain, readable, text_of

LONGEST = 2000  # characters of an example or an answer
_NAME = re.compile(r"[a-z][a-z0-9_]{1,63}")
_START = b'version: "3.1"\nnlu:\n'
_UTTER = "utter_"


class ChangedMeanwhile(ContentRefused):
    """A file was changed by somebody else since it was read. Nothing was written."""


def save(project: Path, before: Files, after: Files) -> list[str]:
    """Writes what differs into a project's folder; the names of the files.

    Raises:
        ChangedMeanwhile: one of them is not any more what it was ``before``.
    """
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    now = {name: (project / name).read_bytes() if (project / name).exists() else None for name in names}
    if others := [name for name in names if now[name] != before.get(name)]:
        raise ChangedMeanwhile(
            f"{', '.join(others)} was changed by somebody else since it was read. Nothing was written: look at it "
            "again, then do it once more."
        )
    return folder.write(
        project, {n: after[n] for n in names if n in after}, {n: before[n] for n in names if n in before}
    )


def add_examples(files: Files, intent: str, examples: Sequence[str]) -> dict[str, bytes]:
    """Files in which an intent has more examples, after those of its first place."""
    wanted = [sound_example(example) for example in examples]
    refuse_known(files, intent, wanted)
    place = next(((name, one) for name, one in sections(files) if one.intent == intent), None)
    if place is None:
        raise ContentRefused(f'There is no intent "{intent}". Make it, with its answer, before it gets examples.')
    name, section = place
    return changed(files, name, lambda lines: _into(lines, section, wanted), {(intent, one): 1 for one in wanted})


def remove_examples(files: Files, intent: str, examples: Sequence[str]) -> dict[str, bytes]:
    """Files in which an intent has these examples (as they are written) no more."""
    after = dict(files)
    for example in examples:
        after = _without(after, intent, " ".join(example.split()))
    return after


def move_examples(files: Files, intent: str, to: str, examples: Sequence[str]) -> dict[str, bytes]:
    """Files in which examples stand under another intent."""
    return add_examples(remove_examples(files, intent, examples), to, examples)


def add_intent(
    files: Files, intent: str, examples: Sequence[str], answer: str, reading: str = "", topic: str = "questions"
) -> dict[str, bytes]:
    """Files with a new intent, its answer, and the phrase that says it back; it needs no rule.

    ``topic`` is the file under ``data/nlu`` that it goes to.
    """
    after = add_section(files, intent, examples, topic)
    words = {f"{_UTTER}reading_{intent}": reading} if reading else {}
    return add_answers(after, {_UTTER + intent: answer, **words})


def add_section(files: Files, intent: str, examples: Sequence[str], topic: str = "questions") -> dict[str, bytes]:
    """Files with a new intent that rules or stories answer."""
    if not _NAME.fullmatch(intent) or not _NAME.fullmatch(topic):
        wrong = topic if _NAME.fullmatch(intent) else intent
        raise ContentRefused(f'"{wrong}" is no name: small letters, digits and _ make one, such as gift_wrapping.')
    if any(one.intent == intent for _, one in sections(files)):
        raise ContentRefused(f'There is an intent "{intent}" already. Add the examples to it.')
    wanted = [sound_example(example) for example in examples]
    if not wanted:
        raise ContentRefused(f'"{intent}" needs examples of how people ask for it.')
    refuse_known(files, intent, wanted)
    name = f"data/nlu/{topic}.yml"
    before = {name: _START, **files}
    by = {(intent, one): 1 for one in wanted}
    return changed(before, name, lambda lines: _section(lines, intent, wanted), by)


def add_answers(files: Files, texts: Mapping[str, str]) -> dict[str, bytes]:
    """Files whose domain has these answers, too, each with one wording, after all others."""
    name = _domain_file(files)
    known = answers_in(files[name], name)
    if taken := sorted(texts.keys() & known.keys()):
        raise ContentRefused(f'There is an answer "{taken[0]}" already. Change its words.')
    wordings = {answer: sound_answer(text) for answer, text in texts.items()}
    lines = Lines(files[name], name)
    _responses(lines, wordings)
    after = {**files, name: lines.content()}
    expected = {**known, **{answer: [text] for answer, text in wordings.items()}}
    return if_as_expected(after, name, answers_in(after[name], name) == expected)


def change_answer(files: Files, answer: str, number: int, text: str) -> dict[str, bytes]:
    """Files in which one wording of an answer (the first is 0) has another text; buttons and conditions stay."""
    for name, content in files.items():
        known = answers_in(content, name)
        if answer in known:
            break
    else:
        raise ContentRefused(f'There is no answer "{answer}".')
    if not 0 <= number < len(known[answer]):
        raise ContentRefused(
            f'"{answer}" has {len(known[answer])} wordings; somebody may have taken one out meanwhile.'
        )
    lines, wanted = Lines(content, name), sound_answer(text)
    wording = items(entries(lines.section("responses"), Path(name))[answer])[number]
    node = entries(wording, Path(name)).get("text")
    if node is None or text_of(node) is None:
        raise ContentRefused(f'That wording of "{answer}" has no text to change.')
    lines.replace(node, wanted)
    after = {**files, name: lines.content()}
    known[answer][number] = wanted
    return if_as_expected(after, name, answers_in(after[name], name) == known)


def sections(files: Files) -> Iterator[tuple[str, Section]]:
    """What the files teach, with the name of the file of each section."""
    for name, content in files.items():
        if name.startswith("data/"):
            try:
                readable(content, Path(name))
                for found in read_stored(content, Path(name)):
                    if isinstance(found, Section):
                        yield name, found
            except Unreadable as wrong:
                raise ContentRefused(f"{wrong.problem.place}: {wrong.problem.text} Nothing was changed.") from wrong


def answers_in(content: bytes, name: str) -> dict[str, list[str | None]]:
    """The answers of a file with the texts of their wordings."""
    try:
        top = load_plain(content, Path(name))
    except Unreadable as wrong:
        raise ContentRefused(f"{wrong.problem.place}: {wrong.problem.text} Nothing was changed.") from wrong
    found = (top.get("responses") if isinstance(top, dict) else None) or {}
    return {
        answer: [one.get("text") if isinstance(one, dict) else None for one in wordings or ()]
        for answer, wordings in found.items()
    }


def sound_example(example: str) -> str:
    """An example in one line, if it can be one."""
    text = " ".join(example.split())
    if not text:
        raise ContentRefused("An example is empty.")
    visible = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    if unicodedata.normalize("NFKC", visible).lstrip().startswith("/"):
        raise ContentRefused(f'"{text[:60]}" begins with a slash, as what a button sends does. Write what people type.')
    for severity, wrong in faults(text):
        if severity is Severity.ERROR:
            raise ContentRefused(f'In "{text[:60]}" an entity is not marked rightly. {wrong}')
    return _printable(text)


def sound_answer(text: str) -> str:
    """The words of an answer, if they can be said."""
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise ContentRefused("An answer is empty.")
    return _printable(words)


def _printable(text: str) -> str:
    if len(text) > LONGEST:
        raise ContentRefused(f"{len(text)} characters are too many for one text: {LONGEST} are allowed.")
    if odd := [
        sign for sign in text if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp")
    ]:
        raise ContentRefused(f"A sign that nobody can see (U+{ord(odd[0]):04X}) stands in the text. Write it anew.")
    if "\ufeff" in text or "\ufffe" in text:
        raise ContentRefused("A mark of a file's beginning stands in the text. Write it anew.")
    return text


def refuse_known(files: Files, intent: str, wanted: Sequence[str]) -> None:
    """Raises `ContentRefused` where an example stands somewhere already, or twice among those that are wanted."""
    keys = {key_of(one): one for one in wanted}
    if len(keys) < len(wanted):
        raise ContentRefused("The same example is there twice. Take one of them out.")
    for name, section in sections(files):
        for example in section.examples:
            if key_of(example.text) in keys and example.text:
                where = f"{name}:{example.place.line}"
                own = (
                    "already" if section.intent == intent else f'under "{section.intent}". Move it, if it belongs here'
                )
                raise ContentRefused(f'"{example.words}" stands at {where} {own}.')


def _into(lines: Lines, section: Section, wanted: Sequence[str]) -> None:
    """After the section's last example; a section in another form is left alone, and gets one beside it."""
    node = examples_node(lines, section)
    if node is None or node.style != "|" or not section.examples:
        _section(lines, section.intent, wanted)
        return
    last = section.examples[-1].place.line or line(node)
    lines.insert(last, [f"{lines.indent(last)}- {one}" for one in wanted])


def examples_node(lines: Lines, section: Section) -> Node | None:
    """What is written under ``examples`` of a section."""
    for node in items(lines.section("nlu")):
        if line(node) == section.place.line:
            return entries(node, Path(lines.name)).get("examples")
    return None


def _section(lines: Lines, intent: str, wanted: Sequence[str]) -> None:
    """A new section at the end of the list."""
    nlu = lines.section("nlu")
    last = last_item(nlu)
    if nlu is None or (last is not None and nlu.flow_style) or (last is None and nlu.value):
        raise ContentRefused(f"{lines.name} has no list under nlu: that one could add to. Use another file.")
    indent = lines.indent(line(last)) if last is not None else ""
    after = lines.last_line(last) if last is not None else line(nlu)
    if last is None:
        after = next(number for number, text in enumerate(lines.lines, 1) if text.startswith("nlu:"))
    written = [f"{indent}- intent: {intent}", f"{indent}  examples: |", *(f"{indent}    - {one}" for one in wanted)]
    lines.insert(after, written)


def _without(files: Files, intent: str, example: str) -> dict[str, bytes]:
    own = [(name, one) for name, one in sections(files) if one.intent == intent]
    hits = [(name, one, hit) for name, one in own for hit in one.examples if " ".join(hit.text.split()) == example]
    if not hits:
        raise ContentRefused(f'"{example}" does not stand under "{intent}". Somebody may have taken it out meanwhile.')
    if sum(len(one.examples) for _, one in own) == 1:
        raise ContentRefused(f'"{example}" is the last example of "{intent}". Write another one first.')
    name, section, hit = hits[0]

    def cut(lines: Lines) -> None:
        node = examples_node(lines, section)
        if node is None or node.style != "|" or hit.place.line is None or section.place.line is None:
            raise ContentRefused(f"{hit.place}: the examples are not written after a bar (|). Take it out by hand.")
        first = section.place.line if len(section.examples) == 1 else hit.place.line
        lines.remove(first, hit.place.line)

    return changed(files, name, cut, {(intent, hit.text): -1})


def changed(
    files: Files, name: str, change: Callable[[Lines], None], by: Mapping[tuple[str, str], int]
) -> dict[str, bytes]:
    """The files after a change to one, if its examples are then what they were, and more or less by those."""
    expected = _counted(files, name)
    for one, count in by.items():
        expected[one] = expected.get(one, 0) + count
    lines = Lines(files[name], name)
    change(lines)
    after = {**files, name: lines.content()}
    return if_as_expected(after, name, _counted(after, name) == {one: n for one, n in expected.items() if n})


def _counted(files: Files, name: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for _, section in sections({name: files[name]}):
        for example in section.examples:
            found[section.intent, example.text] = found.get((section.intent, example.text), 0) + 1
    return found


def if_as_expected(after: dict[str, bytes], name: str, as_expected: bool) -> dict[str, bytes]:
    """The files, unless what was written in one of them reads otherwise than it should."""
    if not as_expected:
        raise ContentRefused(
            f"{name} is written in a way that tools cannot change safely (names with & and *, or an unusual form). "
            "Change it by hand. Nothing was changed."
        )
    return after


def _domain_file(files: Files) -> str:
    """The file of the domain that has answers, the first of several."""
    domain = [name for name in files if name == "domain.yml" or name.startswith("domain/")]
    with_answers = [name for name in domain if Lines(files[name], name).section("responses") is not None]
    if not with_answers:
        raise ContentRefused("The domain has no responses: that one could add to. Begin with one by hand.")
    return with_answers[0]


def _responses(lines: Lines, wordings: Mapping[str, str]) -> None:
    node = lines.section("responses")
    if node is None or not entries(node, Path(lines.name)) or node.flow_style:
        raise ContentRefused(f"{lines.name} has no responses: in lines that one could add to. Begin with one by hand.")
    key, value = node.value[-1]
    indent = lines.indent(line(key))
    written = [
        part for name, text in wordings.items() for part in (f"{indent}{name}:", f"{indent}- text: {quoted(text)}")
    ]
    lines.insert(max(line(key), lines.last_line(value)), written)
