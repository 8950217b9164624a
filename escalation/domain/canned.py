"""Canned replies: texts with variables such as ``{contact}``, and the names of tags. Pure functions.

The braces are those of Python's format strings, and nothing else of them: a name, and ``{{`` for a brace itself.
https://docs.python.org/3/library/string.html#format-string-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from string import Formatter

# The contact's name, the agent's, the handoff's reference, the order's number, what the business is called.
VARIABLES = ("contact", "agent", "reference", "order", "business")
LIMIT = 3_000  # characters
_TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_KNOWN = ", ".join(f"{{{name}}}" for name in VARIABLES)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its variables filled in. ``missing`` are those without a value: they still stand in it."""

    text: str
    missing: tuple[str, ...] = ()


def problems(text: str) -> list[str]:
    """Why a text may not be saved, each with what to do; none when it may."""
    found = [] if text.strip() else ["There is no text: write what agents are to say."]
    if len(text) > LIMIT:
        found.append(f"It has {len(text):,} characters: shorten it to {LIMIT:,}.")
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return [*found, "A brace stands alone: write a variable as {contact}, a brace itself as {{ or }}."]
    return [*found, *dict.fromkeys(_broken(parts))]


def _broken(parts: list[tuple[str, str | None, str | None, str | None]]) -> Iterator[str]:
    for _, name, layout, conversion in parts:
        if name is None:
            continue
        if name not in VARIABLES:
            near = get_close_matches(name.strip().lower(), VARIABLES, n=1)
            yield f"{{{name}}} is no variable: " + (f"is {{{near[0]}}} meant?" if near else f"there are {_KNOWN}.")
        elif layout or conversion:
            yield f"Nothing may follow the name of a variable: write {{{name}}}."


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """The text as it would be said. Values are put in as they are, whatever braces they have.

    Raises:
        ValueError: the text has `problems`.
    """
    found = problems(text)
    if found:
        raise ValueError(found[0])
    said, missing = [], []
    for literal, name, _, _ in Formatter().parse(text):
        said.append(literal)
        if name is None:
            continue
        value = values.get(name, "").strip()
        said.append(value or f"{{{name}}}")
        if not value:
            missing.append(name)
    return Filled("".join(said), tuple(dict.fromkeys(missing)))


def tag_problem(name: str) -> str | None:
    """Why this may not be the name of a tag, and what may; None when it may."""
    if _TAG.fullmatch(name):
        return None
    return f"{name!r} is no tag: up to 40 small letters, digits and hyphens, such as late-delivery."
