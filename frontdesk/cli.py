"""The command line. Each command imports what it needs when it is called, so that ``--help`` is quick."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from frontdesk import __version__
from frontdesk.agents_cli import agents
from frontdesk.content_cli import content
from frontdesk.publishing_cli import add_publishing
from frontdesk.settings import Settings, SettingsWrong
from frontdesk.terminal import console, fail, loaded, on_roster
from frontdesk.unanswered_cli import add_unanswered

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Frontdesk: an assistant with people behind it.",
)
app.add_typer(agents, name="agents")
telegram = typer.Typer(no_args_is_help=True, help="Telegram: how updates come here.")
app.add_typer(telegram, name="telegram")
contact = typer.Typer(no_args_is_help=True, help="What is kept about a contact: give it to them, or erase it.")
app.add_typer(contact, name="contact")
add_publishing(content)
add_unanswered(content)
app.add_typer(content, name="content")
# The script `frontdesk`, made by the Makefile, goes to the project's folder and says here where it was called.
_CALLED_FROM = "_FRONTDESK_CALLED_FROM"


def _version(wanted: bool) -> None:
    if wanted:
        print(f"frontdesk {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Frontdesk: an assistant with people behind it."""


@app.command()
def run() -> None:
    """Start everything on this machine: schema, model, engine, front. Ctrl-C stops it."""
    from frontdesk.start import start

    settings = loaded()
    code = asyncio.run(start(settings, lambda text: console.print(text, markup=False, soft_wrap=True)))
    raise typer.Exit(code)


_Quiet = Annotated[bool, typer.Option("--quiet", help="Log only what goes wrong.")]


@app.command()
def serve(quiet: _Quiet = False) -> None:
    """Run one front: channels, gateway, queue, desk."""
    from frontdesk.serve import serve as serve_front

    settings = loaded()
    try:
        serve_front(settings, _level(quiet))
    except Exception as wrong:
        from frontdesk.serve import explain

        told = explain(wrong)
        if told is None:
            raise
        fail(told)


@app.command()
def engine(
    quiet: _Quiet = False,
    draft: Annotated[
        bool, typer.Option("--draft", help="Answer the studio with the draft, while it is tried.")
    ] = False,
) -> None:
    """Run one engine: it answers turns with the live model."""
    from frontdesk import engine as root

    (root.run_draft if draft else root.run)(loaded(), _level(quiet))


def _level(quiet: bool) -> str:
    return "WARNING" if quiet else "INFO"


@app.command()
def train() -> None:
    """Train the assistant if its content changed, and make the model the live one."""
    from frontdesk import engine as root
    from frontdesk import publishing

    settings = loaded()
    settings.prepare_data()
    asyncio.run(publishing.fetch(settings))
    if root.is_current(settings):
        console.print("The model is up to date.")
        root.train(settings)
        return
    from bot.engine.training import TrainingError

    try:
        with console.status("Training the assistant (up to a minute) …"):
            model = root.train(settings)
    except TrainingError as wrong:
        fail(f"The assistant could not be trained; the live model stays as it is.\n{wrong}")
    asyncio.run(publishing.trained(settings, model))
    console.print(f"Trained: {model.name}", markup=False)


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from sqlalchemy.exc import SQLAlchemyError

    from frontdesk import schema

    settings = loaded()
    settings.prepare_data()
    try:
        schema.migrate(settings.database_url)
    except (SQLAlchemyError, OSError) as wrong:
        fail(
            f"The database could not be migrated: {type(wrong).__name__}. "
            "Check FRONTDESK_DATABASE_URL; see: frontdesk doctor"
        )
    console.print("The schema is up to date.")


@app.command()
def doctor() -> None:
    """Check settings, database, Redis, model and engine, and say what to do."""
    from frontdesk.doctor import examine

    settings = loaded()
    findings = asyncio.run(examine(settings))
    for finding in findings:
        mark, style = {"ok": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}[finding.level]
        console.print(f"{mark} {finding.subject}: {finding.text}", style=style, markup=False)
        if finding.todo:
            console.print(f"    → {finding.todo}", markup=False)
    raise typer.Exit(1 if any(finding.level == "bad" for finding in findings) else 0)


@app.command()
def explain(text: Annotated[str, typer.Argument(help="A message, as a contact would write it.")]) -> None:
    """Show how a message is understood: intents, nearest examples, scope, mood, entities."""
    from frontdesk.engine import NoModel
    from frontdesk.explain import shown, understood

    try:
        parse = asyncio.run(understood(loaded(), text))
    except NoModel as wrong:
        fail(f"No engine answers, and no model can be loaded: {wrong}. Train one first: frontdesk train")
    Console(highlight=False).print(shown(parse))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def rasa(context: typer.Context) -> None:
    """Rasa's own command line for the project in this folder: data validate, train, test, shell, run."""
    from bot.engine.rasa_cli import main as rasa_main

    # Of all commands only this one is about the folder where it was called.
    os.chdir(os.environ.pop(_CALLED_FROM, "."))
    raise typer.Exit(rasa_main(context.args))


@telegram.command("set-webhook")
def telegram_set_webhook() -> None:
    """Have Telegram send updates to FRONTDESK_PUBLIC_URL, and list the commands. Once, and after it changed."""
    from conversations import notices
    from frontdesk import telegram as root

    settings = loaded()
    _needs_telegram(settings)
    url = root.webhook_url(settings)
    if url is None:
        fail("FRONTDESK_PUBLIC_URL is not set, so Frontdesk asks Telegram for updates itself: nothing is to be done.")
    if (wrong := root.cannot_be_reached(settings, url)) is not None:
        fail(f"{wrong}, and this is {url}. Change FRONTDESK_PUBLIC_URL.")
    _ask_telegram(root.set_webhook(settings, url, notices.load(settings.environment.project / "domain.yml")))
    console.print(f"Telegram sends updates to {url}.", markup=False)


@telegram.command("delete-webhook")
def telegram_delete_webhook() -> None:
    """End the webhook, so that Frontdesk can ask for updates itself (without FRONTDESK_PUBLIC_URL)."""
    from frontdesk import telegram as root

    settings = loaded()
    _needs_telegram(settings)
    _ask_telegram(root.delete_webhook(settings))
    console.print("Telegram keeps updates until it is asked for them.")


def _needs_telegram(settings: Settings) -> None:
    if settings.environment.telegram_token is None:
        fail("FRONTDESK_TELEGRAM_TOKEN is not set. docs/telegram.md tells where it comes from.")


def _ask_telegram(act: Coroutine[Any, Any, None]) -> None:
    from vendors.telegram.errors import TelegramError, TelegramRefused

    try:
        asyncio.run(act)
    except TelegramRefused as refused:
        fail(f"Telegram refused: {refused}. Check FRONTDESK_TELEGRAM_TOKEN; see: frontdesk doctor")
    except TelegramError as silent:
        fail(f"Telegram does not answer ({silent}). Check the network, then try again.")


_WHO = "A contact's id, a conversation's (web:8f3…), or an identity such as telegram:4711."


@contact.command("export")
def contact_export(
    name: Annotated[str, typer.Argument(metavar="ID", help=_WHO)],
    to: Annotated[Path, typer.Option(help="The file to make; there must be none yet.")] = Path("contact.json"),
) -> None:
    """Write everything that is kept about a contact to a file (JSON), for them."""
    from frontdesk import contacts

    try:
        size = on_roster(contacts.export(loaded(), name, to))
    except contacts.NobodyFound as nobody:
        fail(str(nobody))
    except FileExistsError:
        fail(f"{to} is there already. Name another file: --to FILE")
    except OSError as wrong:
        fail(f"{to} could not be written: {wrong.strerror}.")
    console.print(f"{to}: {size:,} bytes. Notes of agents are not in it. Delete it once they have it.", markup=False)


@contact.command("erase")
def contact_erase(
    name: Annotated[str, typer.Argument(metavar="ID", help=_WHO)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
) -> None:
    """Erase everything that is kept about a contact. It cannot be undone, and the contact is not told."""
    from frontdesk import contacts

    if not yes:
        typer.confirm(f"Erase everything about {name}, on all of their channels?", abort=True, err=True)
    try:
        report = on_roster(contacts.erase(loaded(), name))
    except contacts.NobodyFound as nobody:
        fail(str(nobody))
    print(f"erased\tcontact {report.contact_id}")
    for table, count in report.rows.items():
        print(f"{count}\trows of {table}")
    print(f"{report.files}\tfiles")
    for sentence in report.left:
        print(f"left\t{sentence}")


@contact.command("erased")
def contact_erased(
    since: Annotated[datetime | None, typer.Option(help="From this day on, in UTC.", formats=["%Y-%m-%d"])] = None,
) -> None:
    """List who was erased, by the ids of contacts: to erase them again once a backup was restored."""
    from frontdesk import contacts

    begin = since.replace(tzinfo=UTC).timestamp() if since else 0.0
    for contact_id, at in on_roster(contacts.erased(loaded(), begin)):
        print(f"{contact_id}\t{datetime.fromtimestamp(at, UTC).isoformat(timespec='seconds')}")


def main_entry() -> None:
    """The command line; a setting that is found wrong late is told like one that is found wrong at once."""
    try:
        app()
    except SettingsWrong as wrong:
        console.print(str(wrong), style="red", markup=False)
        raise SystemExit(2) from None
