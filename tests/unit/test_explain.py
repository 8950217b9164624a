"""What an editor is shown of a message."""

from __future__ import annotations

from rich.console import Console

from bot.engine.wire import Parse
from frontdesk.explain import shown


def told(parse: Parse) -> str:
    console = Console(width=120)
    with console.capture() as printed:
        console.print(shown(parse))
    return printed.get()


def test_danger_is_shown_with_its_reasons() -> None:
    parse = Parse("safety", 1.0, True, danger="safety", danger_reasons=("fire", "injury"))
    assert "Danger: safety (fire, injury)" in told(parse)


def test_nothing_is_said_of_danger_when_there_is_none() -> None:
    assert "Danger" not in told(Parse("stock", 1.0, True))
