"""What ``frontdesk run`` does, in order: schema, first agent, front, model, engine. People are heard from the start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from conversations.store.database import Database
from frontdesk import engine, logs, roster, schema
from frontdesk.settings import Settings
from frontdesk.supervisor import Supervisor

Say = Callable[[str], None]


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
    supervisor.start("front", "serve")
    _greet(settings, token, say)
    # Asked here, it takes a moment; a process for it takes a second.
    trained = 0 if engine.is_current(settings) else await supervisor.once("train")
    if trained != 0 and not supervisor.stopping:
        say(
            "Without a model the assistant answers nobody, but people can be reached. Mend the content and start again."
        )
    if not supervisor.stopping:
        supervisor.start("engine", "engine")
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
    base = f"http://{settings.environment.host}:{settings.environment.port}"
    say(f"\nChat page:  {base}/\nWeb desk:   {base}/desk")
    if token is not None:
        say(f"First agent: Alex. The token to sign in with, shown only now:\n\n  {token}\n")
        say("Add more people: frontdesk agents add NAME\n")
    if settings.environment.slack_bot_token is None:
        say("Slack desk: off, since FRONTDESK_SLACK_BOT_TOKEN is not set. docs/slack.md tells how to connect it.")
    else:
        say("Slack desk: on.")
    say("Messages are taken from now on; the assistant answers as soon as its engine is up.")


async def _tell_when_ready(settings: Settings, say: Say) -> None:
    from bot.engine.client import EngineClient

    async with EngineClient(settings.engine_urls, settings.engine_secret, 5) as client:
        while not (await client.ready()).ready:
            await asyncio.sleep(0.5)
    say("The assistant answers. Stop with Ctrl-C.")
