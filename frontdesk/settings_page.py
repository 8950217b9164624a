"""``docs/settings.md``, made from the settings themselves: ``python -m frontdesk.settings_page > docs/settings.md``."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, IPvAnyNetwork
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from frontdesk.settings import PROJECT, Config, Environment

_HEAD = """\
# Settings

<!-- Made by `python -m frontdesk.settings_page > docs/settings.md`; change the code, not this page. -->

What is secret or an address comes from variables, everything else from `frontdesk.yml`. Both are read at the start;
whatever is unknown or of the wrong form is refused, all of it in one message. `frontdesk doctor` checks the rest.

## Variables

They stand in the environment or in a file `.env` in the folder that Frontdesk is started from; the environment goes
first. None is needed to begin with.

| variable | form | default | meaning |
| --- | --- | --- | --- |
"""
_FILE = """
## `frontdesk.yml`

A key `bounds.wait` is `wait` under `bounds`. A key that is left out has its default; an unknown one is refused.
Times are in seconds.

| key | form | default | meaning |
| --- | --- | --- | --- |
"""
_FORMS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    date: "date",
    IPvAnyNetwork: "network",
}


def page() -> str:
    """The whole page, as Markdown."""
    variables = (_line(f"FRONTDESK_{name.upper()}", field) for name, field in Environment.model_fields.items())
    return _HEAD + "".join(variables) + _FILE + "".join(_keys(Config, Config(), ""))


def _keys(section: type[BaseModel], values: BaseModel | None, prefix: str) -> Iterator[str]:
    """A line for each key; sections are entered, with the defaults that their own section gives them.

    So is each kind of section in a list, as ``teams[].``, with the defaults of that kind.
    """
    for name, field in section.model_fields.items():
        value = field.get_default(call_default_factory=True) if values is None else getattr(values, name)
        if isinstance(value, BaseModel):
            yield _row(f"**`{prefix}{name}`**", "", "", field.description or _about(type(value)))
            yield from _keys(type(value), value, f"{prefix}{name}.")
        elif listed := _listed(field.annotation):
            yield _row(f"**`{prefix}{name}`**", "list", "", field.description or "")
            yield from _keys(listed, None, f"{prefix}{name}[].")
        else:
            yield _line(f"{prefix}{name}", field, value)


def _line(name: str, field: FieldInfo, value: object = ...) -> str:
    default = _shown(field.get_default(call_default_factory=True) if value is ... else value)
    return _row(f"`{name}`", _form(field), default, field.description or "")


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |\n"


def _about(section: type[BaseModel]) -> str:
    """The first sentences of a section's docstring, as Markdown has them."""
    return (section.__doc__ or "").partition("\n\n")[0].replace("``", "`")


def _listed(annotation: Any) -> type[BaseModel] | None:
    """The kind of section that a list holds."""
    inner = typing.get_args(annotation)[:1] if typing.get_origin(annotation) is tuple else ()
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel) else None


def _form(field: FieldInfo) -> str:
    limits = [words for limit in field.metadata if (words := _limit(limit))]
    return ", ".join([_kind(field.annotation), *limits])


def _kind(annotation: Any) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is types.UnionType or origin is typing.Union:
        return _kind(next(kind for kind in inner if kind is not type(None)))
    if origin is typing.Annotated:
        return _kind(inner[0])
    if origin is tuple:
        one = _kind(inner[0])
        return f"list of {one}" if "`" in one else f"list of {one}s"
    if origin is dict:
        return f"{_kind(inner[1])} for each {_kind(inner[0]) if inner[0] is int else 'name'}"
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if issubclass(annotation, StrEnum):
        return ", ".join(f"`{one}`" for one in annotation)
    if issubclass(annotation, BaseModel):
        return ", ".join(f"`{name}`" for name in annotation.model_fields)
    return _FORMS[annotation]


def _limit(limit: object) -> str | None:
    match limit:
        case Gt(gt=least):
            return f"above {least}"
        case Ge(ge=least):
            return f"at least {least}"
        case Lt(lt=most):
            return f"below {most}"
        case Le(le=most):
            return f"at most {most}"
        case MinLen(min_length=least):
            return f"{least} characters or more"
        case MaxLen(max_length=most):
            return f"{most} characters at most"
    return None


def _shown(value: object) -> str:
    """A default as one would write it; a path of the project from the project's folder."""
    if isinstance(value, Path):
        inside = value.is_relative_to(PROJECT)
        return f"`{value.relative_to(PROJECT) if inside else value}`"
    if value is PydanticUndefined:
        return "needed"
    if value is None or value in ((), "", {}):
        return "none"
    if isinstance(value, tuple):
        value = list(value)
    return f"`{json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}`"


if __name__ == "__main__":
    print(page(), end="")
