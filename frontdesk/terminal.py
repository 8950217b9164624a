"""How commands speak: results to stdout, words to people to stderr, and a mistake told in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn

import typer
from rich.console import Console

from frontdesk.settings import Settings, SettingsWrong, load

console = Console(stderr=True, highlight=False)


def fail(message: str) -> NoReturn:
    """Says what is wrong and what to do; ends with 2."""
    console.print(message, style="red", markup=False)
    raise typer.Exit(2)


def loaded() -> Settings:
    """The settings, or their mistakes told."""
    try:
        return load()
    except SettingsWrong as wrong:
        fail(str(wrong))


def on_roster[T](act: Coroutine[Any, Any, T]) -> T:
    """Does something with the record, whose schema must be this program's."""
    from frontdesk.schema import SchemaBehind

    try:
        return asyncio.run(act)
    except SchemaBehind as behind:
        fail(str(behind))
