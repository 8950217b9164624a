"""``frontdesk content …``: what editors ask for on the command line."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.content.problems import errors
from bot.content.told import Format, told
from frontdesk.settings import Settings
from frontdesk.terminal import fail, loaded

if TYPE_CHECKING:
    from bot.content.evidence import Tested
    from bot.content.folder import Files
    from bot.content.report import Report
    from bot.content.sentences import Measured

content = typer.Typer(no_args_is_help=True, help="What the assistant knows and says: check it, test it, bring some in.")
console = Console(stderr=True, highlight=False, soft_wrap=True)


def _settings() -> Settings:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    return loaded()


@content.command()
def check(
    form: Annotated[Format, typer.Option("--format", help="In words, as JSON, or as GitHub's annotations.")] = (
        Format.TEXT
    ),
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors for the exit code, too.")] = False,
) -> None:
    """Tell what is wrong with the content, with file, line and what to do. Exit code 1 if it cannot be trained."""
    from bot.content.learned.checking import VECTORS, check_project
    from frontdesk.engine import use_encoder

    settings = _settings()
    use_encoder(settings)
    problems = check_project(settings.environment.project, settings.models / VECTORS)
    if said := told(problems, form):
        print(said)
    wrong = errors(problems)
    if form is Format.TEXT:
        counted = f"{len(wrong)} errors, {len(problems) - len(wrong)} warnings."
        console.print("Nothing is wrong with the content." if not problems else counted, markup=False)
    raise typer.Exit(1 if wrong or (strict and problems) else 0)


@content.command(name="test")
def measure(
    conversations: Annotated[
        list[Path] | None, typer.Option(help="Files or folders of conversation tests; tests/conversations by default.")
    ] = None,
    sentences: Annotated[
        list[Path] | None, typer.Option(help="Files of labelled sentences; tests/**/held_out.yml by default.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the confusion of intents to this PNG file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure what the content teaches: examples held out, labelled sentences, conversation tests. Trains if needed."""
    from bot.content.learned.holding import hold
    from bot.content.report import report
    from bot.content.sentences import measured, read_sentences
    from bot.content.yaml_lines import Unreadable
    from bot.engine.model_files import ModelError
    from bot.engine.training import TrainingError
    from bot.engine.workshop import RasaWorkshop
    from frontdesk.engine import alone, options

    settings = _settings()
    settings.prepare_data()
    alone()
    engine, project = options(settings), settings.environment.project
    shop = RasaWorkshop(engine, too_near=1.0)
    try:
        known = read_sentences(sentences or sorted((project / "tests").glob("*/held_out.yml")), project)
        with console.status("Training, if the content changed …"):
            model = shop.train(project)
        judged = shop.held_out(model).judged
        with console.status("Reading sentences, holding conversations …"):
            readings = asyncio.run(shop.read(model, [one.text for one in known])) if known else []
            tested = asyncio.run(hold(project, model, engine, settings.config.handoff, conversations or ()))
    except Unreadable as wrong:
        fail(str(wrong.problem))
    except (TrainingError, ModelError) as wrong:
        fail(f"The content could not be tested.\n{wrong}")
    figures, read = report(judged), measured(known, readings) if known else None
    if picture:
        _draw(judged, project, picture)
    if as_json:
        print(json.dumps(_fields(figures, read, tested), indent=2))
    else:
        _show(figures, read, tested)
    raise typer.Exit(1 if tested is not None and tested.failed else 0)


@content.command(name="import")
def bring_in(
    source: Annotated[
        Path, typer.Argument(help="A CSV table (intent, text, answer), or the folder of a Rasa project.")
    ],
    write: Annotated[bool, typer.Option("--write", help="Do it. Without this it is only told what would be.")] = False,
    topic: Annotated[str, typer.Option(help="The file under data/nlu that new intents go to.")] = "imported",
) -> None:
    """Bring in examples and answers. What clashes with what is here is told and left out: nothing is overwritten."""
    from bot.content import editing, folder, importing

    project = _settings().environment.project
    try:
        before = folder.read(project)
        found = importing.from_rasa(source) if source.is_dir() else importing.from_csv(source)
        plan = importing.plan(before, found, topic)
        for line in plan.added:
            print(f"new\t{line}")
        for line in plan.clashes:
            print(f"left\t{line}")
        if not write:
            _tell_problems(project, plan.files)
            console.print("Nothing was written. To do it: the same again with --write", markup=False)
            return
        changed = editing.save(project, before, plan.files)
    except folder.ContentRefused as refused:
        fail(str(refused))
    console.print(f"Written: {', '.join(changed) or 'nothing'}. Look at it: frontdesk content check", markup=False)


def _tell_problems(project: Path, files: Files) -> None:
    """What would be an error in files that are not written yet."""
    import tempfile

    from bot.content import folder
    from bot.content.project import check_whole, read_project

    with tempfile.TemporaryDirectory() as place:
        folder.write(Path(place), files, {})
        for problem in errors(check_whole(read_project(Path(place)))):
            print(f"wrong\t{problem}")


def _draw(judged: Any, project: Path, picture: Path) -> None:
    from bot.content.learned.picture import draw, groups_of
    from bot.content.project import domain_of

    draw(judged, groups_of(domain_of(project)), picture)
    console.print(f"Drawn: {picture}", markup=False)


def _fields(figures: Report, read: Measured | None, tested: Tested | None) -> dict[str, Any]:
    return {
        "examples": asdict(figures),
        "sentences": asdict(read) if read else None,
        "conversations": {"held": tested.held, "failed": list(tested.failed)} if tested else None,
    }


def _show(figures: Report, read: Measured | None, tested: Tested | None) -> None:
    out = Console(highlight=False, soft_wrap=True)
    out.print(
        _table(
            f"Examples, each judged by all the others: {figures.right:.1%} rightly",
            "intent|examples|rightly|taken for",
            [
                (
                    one.intent,
                    str(one.examples),
                    f"{one.share:.0%}",
                    ", ".join(f"{name} {count}" for name, count in one.taken_for),
                )
                for one in figures.intents
            ],
        )
    )
    pairs = [(first, second, str(count)) for first, second, count in figures.pairs]
    out.print(_table("Mixed up most", "intent|and|examples", pairs))
    bins = [(f"{one.chance:.0%}", f"{one.right:.0%}", str(one.examples)) for one in figures.bins]
    title = f"Calibration: probabilities are off by {100 * figures.off:.1f} points on average"
    out.print(_table(title, "probability|right|examples", bins))
    if read is not None:
        out.print(
            f"Labelled sentences: {read.right} of {read.in_scope} in scope are understood rightly "
            f"({read.right / max(1, read.in_scope):.1%}), {read.asked_back} are asked about or refused. "
            f"Out of scope: {read.rejected} of {read.out_of_scope} are rejected "
            f"({read.rejected / max(1, read.out_of_scope):.1%})."
        )
    if tested is None:
        out.print("There are no conversation tests.")
        return
    out.print(f"Conversation tests: {tested.held - len(tested.failed)} of {tested.held} go as they should.")
    for sentence in tested.failed:
        out.print(sentence, style="red", markup=False)


def _table(title: str, columns: str, rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns.split("|"):
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    return table
