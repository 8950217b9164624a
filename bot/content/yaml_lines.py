"""YAML as nodes that know their lines, and what is wrong with a file that is no YAML, in an editor's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from bot.content.problems import Place, Problem, error

_DEEPEST = 100
_BRACKET = re.compile(rb"[\[\]{}]")
_DEEP_BLOCK = re.compile(rb"(?m)^(?: {400}|(?: *+[-?:][ \t]){50})")

type Node = Any  # ruamel carries no types: a ScalarNode, SequenceNode or MappingNode

_TEXT = "tag:yaml.org,2002:str"
_BLANKS = "the blanks at the beginning of this line do not fit those of the lines above it. Copy a neighbour's."
# What the parser says, and what has mostly happened.
_MEANT = {
    "mapping values are not allowed": "a colon stands where none may, or is missing in the line above. A text with a "
    "colon in it goes into quotes.",
    "cannot start any token": "a tab, or a sign that means something in YAML, stands at the beginning of a text. "
    "Use blanks for tabs, and put such a text in quotes.",
    "undefined alias": "a text begins with a *, which means something in YAML. Put it in quotes.",
    "tab character": "a tab stands where blanks belong.",
    "did not find expected comment or line break": "something stands after the bar: begin the texts in the next line.",
    "did not find expected key": _BLANKS,
    "did not find expected '-' indicator": _BLANKS,
    "unexpected end of stream": "a quotation mark is opened here, and not closed.",
    "did not find expected ','": "a bracket is opened here, and not closed. A text that begins with one goes into "
    "quotes.",
    "found another document": "a second document begins here (---). A file holds one.",
    "could not find expected ':'": "a colon is missing in the line above.",
}

_UNDECODABLE = {
    "utf-8": "A letter in this line is not stored as UTF-8. Save the file with that encoding.",
    "rawunicodeescape": r"\u and \U stand for a letter given by its number. Write / for \ here.",
}


LARGEST = 5_000_000  # bytes of a file: a hundred times what editors write
_MOST_NODES = 1_000_000  # texts, lists and mappings of a file once its aliases are written out


class Unreadable(Exception):
    """A file cannot be read as YAML."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(text)
        self.problem: Problem = error(place, text)


def load(file: Path, name: Path) -> bytes:
    """A file as it is stored; problems call it ``name``.

    Raises:
        Unreadable: the file is not there, or not for us.
    """
    try:
        if file.exists() and not file.is_file():  # reading a device might never end
            raise Unreadable(Place(name), "This is no file. Content is files of text; take it out of the folder.")
        if (size := file.stat().st_size) > LARGEST:
            raise Unreadable(Place(name), too_large(size))
        return file.read_bytes()
    except OSError as wrong:
        raise Unreadable(Place(name), f"The file cannot be read: {wrong.strerror}.") from wrong


def yaml_files(paths: Iterable[Path], kinds: Iterable[str] = (".yml", ".yaml")) -> list[Path]:
    """The files of these kinds among ``paths`` and in the folders among them."""
    found = {path for path in paths if path.is_file()}
    for folder, _, names in (step for path in paths for step in path.walk(follow_symlinks=True)):
        found.update(folder / name for name in names)
    return sorted(file for file in found if file.suffix in kinds)


def too_large(size: int) -> str:
    """What is said of a file of so many bytes."""
    return f"The file has {size / 1e6:.0f} MB; {LARGEST / 1e6:.0f} are allowed. Divide it, or take out what is no text."


def parse(content: bytes, name: Path) -> Node | None:
    """The content of a file as nodes; None if it is empty.

    Raises:
        Unreadable: with the line, and what to do.
    """
    parser = YAML(typ="safe")
    parser.version = (1, 2)  # as Rasa reads it: "yes" and "no" are texts
    try:
        text = content.decode()
        if text.isascii():
            content.decode("raw_unicode_escape")  # so does Rasa, and stops at a \u that is no such escape
        if _is_deep(content):
            raise Unreadable(Place(name), "Brackets or lists stand too deep in one another in this file.")
        root = parser.compose(text)
        if _written_out(root) > _MOST_NODES:
            raise Unreadable(Place(name), "Names with & and * make this file endless when they are written out.")
        return root
    except UnicodeDecodeError as wrong:
        raise Unreadable(_at(content, wrong.start, name), _UNDECODABLE[wrong.encoding]) from wrong
    except ReaderError as wrong:
        unseen = "A sign that nobody can see stands in this line. Write the line anew."
        raise Unreadable(_at(content, wrong.position, name), unseen) from wrong
    except MarkedYAMLError as wrong:
        raise Unreadable(Place(name, _line(wrong)), f"The file cannot be read: {_meaning(wrong.problem)}") from wrong


def readable(content: bytes, name: Path) -> str:
    """The text of a file.

    Raises:
        Unreadable: it is not stored as UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as wrong:
        raise Unreadable(_at(content, wrong.start, name), _UNDECODABLE[wrong.encoding]) from wrong


def _is_deep(content: bytes) -> bool:
    """Whether more stands in one another than people write; the parser, which is C, ends the process at some depth."""
    if _DEEP_BLOCK.search(content):
        return True
    depth = 0
    for sign in _BRACKET.finditer(content):
        depth = depth + 1 if sign[0] in b"[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return False


def _written_out(root: Node | None) -> float:
    """How many nodes a file has once its aliases are written out; endless when one holds itself."""
    sizes: dict[int, float] = {}

    def size(node: Node) -> float:
        if id(node) not in sizes:
            sizes[id(node)] = float("inf")  # until it is known: whoever meets it now holds itself
            sizes[id(node)] = 1 + sum(map(size, _within(node)))
        return sizes[id(node)]

    return 0 if root is None else size(root)


def _within(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from (key, value)
    elif isinstance(node, SequenceNode):
        yield from node.value


def load_plain(content: bytes, name: Path) -> Any:
    """The content of a file as dicts, lists and texts: numbers and days as they are written.

    Raises:
        Unreadable: as ``parse``.
    """
    root = parse(content, name)
    return None if root is None else _plain(root)


def _plain(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    return [_plain(one) for one in node.value] if isinstance(node, SequenceNode) else node.value


def _at(content: bytes, position: int, name: Path) -> Place:
    return Place(name, content[:position].count(b"\n") + 1)


def _line(wrong: MarkedYAMLError) -> int:
    """Where to look: where a quotation mark or a bracket was opened, else where the parser stopped."""
    opened = "quoted" in (wrong.context or "") or "flow" in (wrong.context or "")
    mark = wrong.context_mark if opened else wrong.problem_mark
    return int(mark.line) + 1


def _meaning(problem: str) -> str:
    return next((meaning for said, meaning in _MEANT.items() if said in problem), f"{problem}.")


def named(file: Path, root: Path) -> Path:
    """What problems call a file: as seen from ``root``, where it is in it."""
    return file.relative_to(root) if file.is_relative_to(root) else file


def line(node: Node) -> int:
    """The line where a node begins."""
    return int(node.start_mark.line) + 1


def text_of(node: Node | None) -> str | None:
    """A text; None for anything else, a number too."""
    return node.value if isinstance(node, ScalarNode) and node.tag == _TEXT else None


def value_of(node: Node | None) -> str:
    """A text, a number or a day as it is written; "" for anything else."""
    return str(node.value) if isinstance(node, ScalarNode) else ""


def lines_of(node: Node) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers. Only a text after ``|`` keeps them: else all are at the first."""
    kept = node.style == "|"
    for offset, written in enumerate(node.value.splitlines(), start=1):
        yield line(node) + (offset if kept else 0), written


def items(node: Node | None) -> list[Node]:
    """The items of a list; nothing for anything else."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def entries(node: Node | None, name: Path) -> dict[str, Node]:
    """What a mapping holds by its keys; nothing for anything else.

    Raises:
        Unreadable: a key stands there twice.
    """
    found: dict[str, Node] = {}
    for key, value in node.value if isinstance(node, MappingNode) else []:
        word = str(key.value)
        if word in found:
            text = f'"{word}:" stands here a second time. Put what is under it under the first one.'
            raise Unreadable(Place(name, line(key)), text)
        found[word] = value
    return found
