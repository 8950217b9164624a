"""``frontdesk content publish``, ``rollback``, ``versions``, ``states``, ``restore``, ``follow``."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bot.content.gate import Verdict
from bot.content.states import SavedState
from frontdesk.terminal import fail, loaded, on_roster

console = Console(stderr=True, highlight=False, soft_wrap=True)
_SHOWN = 20

_By = Annotated[str, typer.Option("--by", help="Who does it, for the list of versions.")]
_Tell = Annotated[
    Path | None,
    typer.Option("--tell", help="Add each step and the outcome to this file, as JSON.", hidden=True),
]
_Json = Annotated[bool, typer.Option("--json", help="The outcome as JSON, for programs.")]


def add_publishing(content: typer.Typer) -> None:
    """Adds the commands."""
    for command in (publish, rollback, versions, states, restore, follow):
        content.command()(command)
    content.command(hidden=True)(draft)


def publish(
    note: Annotated[str, typer.Option("--note", help="What changed, for the list of versions.")] = "",
    by: _By = "",
    anyway: Annotated[str, typer.Option("--anyway", help="Publish in spite of the gate, and why; it is kept.")] = "",
    as_json: _Json = False,
    tell: _Tell = None,
) -> None:
    """Check, train beside the live model, compare, and if nothing got worse make it live. Exit code 1 if not."""
    from frontdesk import publishing

    say = (lambda text: None) if as_json else _say
    published = _done(publishing.publish(loaded(), by or _whoever(), note, anyway, say, tell))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(published) + b"\n")
    else:
        for text in published.warnings:
            _say(text)
        _show(published.verdict)
        if published.version is None:
            console.print("Not published; the live model answers as before.", style="red")
        else:
            _say(f"Version {published.version} is live, {published.seconds:.0f} s after it was asked for.")
    raise typer.Exit(1 if published.version is None else 0)


def draft(tell: _Tell = None) -> None:
    """Train the content as it is, for the studio to try it beside the live model. Nothing of it becomes live."""
    from frontdesk import publishing

    _done(publishing.draft(loaded(), tell))


def rollback(
    version: Annotated[int | None, typer.Argument(help="A number of the list; else the one before the live one.")] = (
        None
    ),
    by: _By = "",
) -> None:
    """Make a former model live again, and its content the folder's. What is there now stays among the versions."""
    from frontdesk import publishing

    model = _done(publishing.rollback(loaded(), by or _whoever(), version))
    _say(f"Version {model.version} is live again. Engines swap within seconds.")


def versions(as_json: _Json = False) -> None:
    """List the models that can be gone back to, newest first."""
    from frontdesk import publishing

    found = _done(publishing.versions(loaded()))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        return
    for model in found:
        head = f"{model.version}\t{'live' if model.live else ''}\t{_day(model.made_at)}\t{model.made_by}"
        print(f"{head}\t{_judged(model.verdict)}\t{model.note}")
    if not found:
        _say("Nothing was published yet: frontdesk content publish")


def states(as_json: _Json = False) -> None:
    """List what was saved, newest first: also what a rollback, or an older file, took out of the folder."""
    from frontdesk import publishing

    found = _done(publishing.states(loaded()))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        return
    for state in found:
        print(f"{state.id}\t{_day(state.at)}\t{state.by}\t{_differs(state)}\t{state.note}")


def restore(
    state: Annotated[int, typer.Argument(help="A number of the list: frontdesk content states")],
    by: _By = "",
) -> None:
    """Bring a saved state back into the folder. What is there now stays among the states; nothing is published."""
    from frontdesk import publishing

    _done(publishing.restore(loaded(), by or _whoever(), state))
    _say(f"The folder holds state {state} again. It answers contacts once it is published: frontdesk content publish")


def follow() -> None:
    """On a machine with engines and no front: keep its models folder as the record says, until stopped."""
    from frontdesk import publishing

    _done(publishing.follow_forever(loaded()))


def _show(verdict: Verdict) -> None:
    is_first = verdict.live_calibration is None
    changed = [] if is_first else [one for one in verdict.intents if one.live != one.candidate]
    if changed:
        table = Table("intent", "examples", "live", "new", title="Examples read rightly without having been seen")
        for one in changed:
            live = "–" if one.live is None else f"{one.live:.0%}"
            table.add_row(one.intent, str(one.examples), live, f"{one.candidate:.0%}")
        console.print(table)
    for change in verdict.changes[:_SHOWN]:
        note = f" ({change.note})" if change.note else ""
        _say(f"· {change.text}: {change.before or 'no answer'} → {change.after or 'no answer'}{note}")
    if len(verdict.changes) > _SHOWN:
        _say(f"… and {len(verdict.changes) - _SHOWN} more messages.")
    for text in verdict.remarks:
        _say(text)
    for text in verdict.against:
        console.print(f"✗ {text}", style="red", markup=False)


def _judged(verdict: dict[str, Any] | None) -> str:
    if verdict is None:
        return "not judged"
    return "passed" if verdict.get("passed") else f"published anyway: {verdict.get('anyway')}"


def _differs(state: SavedState) -> str:
    """How a state differs from what is in the folder."""
    if state.is_here:
        return "in the folder"
    if state.intents is None or state.answers is None:
        return "cannot be read"
    return f"other intents: {state.intents}, answers: {state.answers}, files: {state.files}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "the command line"


def _say(text: str) -> None:
    console.print(text, markup=False)


def _done[T](act: Coroutine[Any, Any, T]) -> T:
    from bot.content.folder import ContentRefused
    from bot.content.models import LiveChanged
    from bot.content.rolling_back import Refused

    try:
        return on_roster(act)
    except Refused as refused:
        fail(f"{refused}\nThe live model answers as before.")
    except LiveChanged:
        fail("Another model was made live meanwhile, and this one was not compared with it. Publish again.")
    except ContentRefused as wrong:
        fail(str(wrong))
