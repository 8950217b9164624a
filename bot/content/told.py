"""Problems as they are told: in lines for people, as JSON, or as annotations on GitHub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum

from bot.content.problems import Problem


class Format(StrEnum):
    """How problems are told."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def told(problems: Sequence[Problem], form: Format) -> str:
    """All problems in a format; "" in words when there is none."""
    match form:
        case Format.TEXT:
            return "\n".join(map(str, problems))
        case Format.JSON:
            return json.dumps([_fields(problem) for problem in problems], indent=2, ensure_ascii=False)
        case Format.GITHUB:
            return "\n".join(map(_annotation, problems))


def _fields(problem: Problem) -> dict[str, str | int | None]:
    place = problem.place
    return {"severity": problem.severity, "file": place.file.as_posix(), "line": place.line, "text": problem.text}


def _annotation(problem: Problem) -> str:
    """https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    place = f"file={_escaped(problem.place.file.as_posix(), True)}"
    line = "" if problem.place.line is None else f",line={problem.place.line}"
    return f"::{problem.severity} {place}{line}::{_escaped(problem.text, False)}"


def _escaped(text: str, in_property: bool) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
