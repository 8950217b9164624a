"""What ``frontdesk run`` does, in order: schema, first agent, front, model, engine. People are heard from the start."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from conversations.store.database import Database
from frontdesk import engine, logs, publishing, roster, schema
from frontdesk.settings import Settings
from frontdesk.supervisor import Supervisor

Say = Callable[[str], None]
# Addresses to listen on that a browser cannot open.
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound


async def start(settings: Settings, say: Say) -> int:
    """Runs until stopped; returns the exit code."""
    logs.set_up("WARNING")
    settings.prepare_data()
    _ = settings.secret_key, settings.engine_secret  # made once, before two processes want them
    supervisor = Supervisor(say)
    supervisor.listen_for_signals()
    if not await _schema_is_current(settings) and await supervisor.once("migrate") != 0:
        return 2
    token = await roster.first_agent(settings)
    # Whoever sits in front of it reads sentences; where the output is kept, it keeps the whole log.
    quiet = ("--quiet",) if sys.stderr.isatty() else ()
    supervisor.start("front", "serve", *quiet)
    _greet(settings, token, say)
    # Asked here, it takes a moment; a process for it takes a second.
    trained = 0
    published = None if engine.is_current(settings) else await publishing.changed_since(settings)
    if published is not None:
        say(
            f"The content was changed since it was published. Version {published.version} answers; "
            "to have the change judged and made live: frontdesk content publish"
        )
    elif not engine.is_current(settings):
        say("The assistant is being trained, since its content is new: about a minute. It answers after that.")
        trained = await supervisor.once("train")
    if trained != 0 and not supervisor.stopping:
        say(
            "Without a model the assistant answers nobody, but people can be reached. Mend the content and start again."
        )
    if not supervisor.stopping:
        supervisor.start("engine", "engine", *quiet)
        asyncio.get_running_loop().create_task(_tell_when_ready(settings, say)).add_done_callback(lambda _: None)
    await supervisor.until_stopped()
    return 0


async def _schema_is_current(settings: Settings) -> bool:
    database = Database(settings.database_url)
    try:
        return await schema.current_revision(database) == schema.newest_revision()
    except OSError:
        return False  # the migration says what is wrong
    finally:
        await database.close()


def _greet(settings: Settings, token: str | None, say: Say) -> None:
    host = settings.environment.host
    base = f"http://{'127.0.0.1' if host in _EVERYWHERE else host}:{settings.environment.port}"
    slack = "on" if settings.environment.slack_bot_token else "off; docs/slack.md tells how to connect it"
    say(f"\nChat page:   {base}/\nWeb desk:    {base}/desk\nStudio:      {base}/studio")
    say(f"Slack desk:  {slack}\nStop with Ctrl-C.\n")
    if token is not None:
        say(f"First agent: Alex. The token to sign in at the web desk, shown only now:\n\n  {token}\n")
        say("Add more people: frontdesk agents add NAME\n")
    say("Messages are taken from now on.")


async def _tell_when_ready(settings: Settings, say: Say) -> None:
    from bot.engine.client import EngineClient

    async with EngineClient(settings.engine_urls, settings.engine_secret, 5) as client:
        while not (await client.ready()).ready:
            await asyncio.sleep(0.5)
    say("The assistant answers. Stop with Ctrl-C.")
