"""``frontdesk content unanswered`` and ``frontdesk content frequent``: what people ask, and what of it goes badly."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.content.unanswered import wire
from frontdesk.terminal import loaded, on_roster

if TYPE_CHECKING:
    from conversations.store.database import Database

_Days = Annotated[int, typer.Option("--days", min=1, max=90, help="So many days, beside as many before them.")]
_Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
_Most = Annotated[int, typer.Option("--most", min=1, max=200, help="At most so many of each kind.")]
_SHOWN = 70  # characters of a question


def add_unanswered(content: typer.Typer) -> None:
    """Adds the commands."""
    for command in (unanswered, frequent):
        content.command()(command)


def unanswered(days: _Days = 7, most: _Most = 50, as_json: _Json = False) -> None:
    """List what people asked that was not answered well, in groups that mean the same, most people first."""
    from bot.content.unanswered.showing import Showing

    found = _read(lambda database: Showing(database).groups(days, limit=most))
    if as_json:
        _print(found)
        return
    table = Table("group", "asked", "people", "before", "state", "taken for", "answered by people")
    for one in found.groups:
        likely = ", ".join(f"{likely.intent} {likely.confidence:.0%}" for likely in one.likely)
        people, before = str(one.people), str(one.before)
        table.add_row(str(one.id), _short(one.name), people, before, one.state, likely, str(one.answered))
    _show(table, found.groups)
    waits = f" {found.waiting} questions wait to be grouped: the engine does that." if found.waiting else ""
    said = f"{found.count} groups: {found.people} people in {days} days, {found.before} in the {days} before.{waits}"
    Console(stderr=True, soft_wrap=True).print(said, markup=False, highlight=False)


def frequent(days: _Days = 7, most: _Most = 30, as_json: _Json = False) -> None:
    """Report the frequent issues: how many people, the trend, whether a person was needed, and how it was rated."""
    from bot.content.unanswered.frequent import frequent as report

    found = _read(lambda database: report(database, days, most))
    if as_json:
        _print(found)
        return
    intents = Table("intent", "people", "before", "turns", "contained", "to a person", "CSAT", title="What people ask")
    for one in found.intents:
        contained, stars = f"{one.contained:.0%}", _stars(one.stars)
        people, before, turns = str(one.people), str(one.before), str(one.turns)
        intents.add_row(one.intent, people, before, turns, contained, str(one.escalated), stars)
    _show(intents, found.intents)
    groups = Table("group", "asked", "people", "before", "to a person", "CSAT", "state", title="Not answered well")
    for group in found.groups:
        people, before, escalated = str(group.people), str(group.before), str(group.escalated)
        groups.add_row(str(group.id), _short(group.name), people, before, escalated, _stars(group.stars), group.state)
    _show(groups, found.groups)


def _read[T: msgspec.Struct](of: Callable[[Database], Awaitable[T]]) -> T:
    from frontdesk.publishing import record

    async def read() -> T:
        async with record(loaded()) as database:
            return await of(database)

    return on_roster(read())


def _print(found: msgspec.Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")


def _show(table: Table, rows: list[wire.Group] | list[wire.OfIntent] | list[wire.OfGroup]) -> None:
    if rows:
        table.title_justify = "left"
        Console(highlight=False, soft_wrap=True).print(table)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return escape(line if len(line) <= _SHOWN else line[:_SHOWN] + "…")


def _stars(stars: float | None) -> str:
    return "–" if stars is None else f"{stars:.1f}"
