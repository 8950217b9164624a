"""Cuts into the text of a YAML file: everything outside of the cut stays as it was, to the byte.

A library that writes the whole file anew would keep most comments, and change indents, quotes and line breaks that
editors chose. Here nodes only say where things stand (bot.content.yaml_lines), and what was written is read again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bot.content.folder import ContentRefused
from bot.content.yaml_lines import Node, Unreadable, entries, items, line, parse

# Line breaks to YAML or to Python, but not to every editor: where a line is could not be told.
_ODD_BREAKS = ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")


class Lines:
    """The lines of a file, and the nodes that stand there. Line numbers count from 1."""

    def __init__(self, content: bytes, name: str) -> None:
        self.name = name
        try:
            self.top: Node = parse(content, Path(name))
            text = content.decode()
        except Unreadable as wrong:
            raise ContentRefused(f"{wrong.problem.place}: {wrong.problem.text} Nothing was changed.") from wrong
        self.end = "\r\n" if "\r\n" in text else "\n"
        plain = text.replace("\r\n", "\n")
        if any(odd in plain for odd in (*_ODD_BREAKS, "\r")):
            raise ContentRefused(
                f"{name} has line breaks of an odd kind. Save it with usual ones. Nothing was changed."
            )
        self.lines = text.split("\n")

    def content(self) -> bytes:
        """The file as it now is."""
        return "\n".join(self.lines).encode()

    def section(self, key: str) -> Node | None:
        """What stands under a key at the top."""
        return entries(self.top, Path(self.name)).get(key)

    def indent(self, number: int) -> str:
        """The blanks at the beginning of a line."""
        written = self.lines[number - 1]
        return written[: len(written) - len(written.lstrip(" "))]

    def last_line(self, node: Node) -> int:
        """The last line of a node that holds something; for an empty one the line where it begins."""
        last = int(node.end_mark.line) + (1 if node.end_mark.column else 0)
        while last > line(node) and not self._says(self.lines[last - 1], node):
            last -= 1
        return max(last, line(node))

    def _says(self, written: str, node: Node) -> bool:
        """Whether a line holds more than blanks; comments between nodes belong to what follows them."""
        said = written.strip()
        return bool(said) and (getattr(node, "style", None) == "|" or not said.startswith("#"))

    def insert(self, after: int, written: Sequence[str]) -> None:
        """New lines after a line."""
        end = "\r" if self.end == "\r\n" else ""
        self._close(after)
        self.lines[after:after] = [one + end for one in written]

    def _close(self, after: int) -> None:
        """A file that ends without a line break gets one before something is written after its last line."""
        if after >= len(self.lines):
            if self.end == "\r\n" and not self.lines[-1].endswith("\r"):
                self.lines[-1] += "\r"
            self.lines.append("")

    def remove(self, first: int, last: int) -> None:
        """Lines go, both ends included."""
        del self.lines[first - 1 : last]

    def replace(self, node: Node, written: str) -> None:
        """A text gives way to another one, written between quotes in one line."""
        start, end = node.start_mark, node.end_mark
        before = self.lines[start.line][: start.column]
        if node.style in ("|", ">"):
            last = self.last_line(node)
            after = "\r" if self.lines[last - 1].endswith("\r") else ""
        else:
            last, after = int(end.line) + 1, self.lines[end.line][end.column :]
        self.lines[start.line : last] = [before + quoted(written) + after]


def quoted(text: str) -> str:
    """A text as YAML between double quotes; JSON is YAML."""
    return json.dumps(text, ensure_ascii=False)


def last_item(node: Node) -> Node | None:
    """The last item of a list."""
    found = items(node)
    return found[-1] if found else None
