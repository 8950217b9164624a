"""``frontdesk doctor``: looks at everything that Frontdesk needs, and says what to do."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.rest.access import is_loopback
from bot.engine.client import EngineClient
from conversations import notices
from conversations.store import staff
from conversations.store import tables as t
from conversations.store.database import Database
from frontdesk import schema
from frontdesk.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``todo`` says what to do about it."""

    level: Literal["ok", "note", "bad"]
    subject: str
    text: str
    todo: str | None = None


_TO_LIVE = "frontdesk content publish (or frontdesk train, which nothing judges)"

Check = Callable[[Settings], Awaitable[list[Finding]]]


async def examine(settings: Settings) -> list[Finding]:
    """Every check, in the order in which things are needed; never raises for what it finds."""
    findings: list[Finding] = [Finding("ok", "Settings", "read and understood")]
    checks = (_data_folder, _words, _database, _redis, _encoder, _model, _engine, _channels)
    for check in (*checks, _roster, _slack, _slack_contacts, _telegram):
        findings += await check(settings)
    return findings


async def _data_folder(settings: Settings) -> list[Finding]:
    if not settings.data.is_dir():
        return [Finding("note", "Data folder", "not there yet", "It is made by: frontdesk run (or make run)")]
    mode = stat.S_IMODE(settings.data.stat().st_mode)
    if mode & 0o077:
        return [Finding("bad", "Data folder", f"others can read it (mode {mode:o})", f"chmod 700 {settings.data}")]
    return [Finding("ok", "Data folder", str(settings.data))]


async def _words(settings: Settings) -> list[Finding]:
    try:
        notices.load(settings.environment.project / "domain.yml")
    except notices.NoticesIncomplete as incomplete:
        return [Finding("bad", "Words", str(incomplete), "Write them; docs/content.md says what each is for.")]
    return [Finding("ok", "Words", "domain.yml has every notice that Frontdesk itself needs")]


async def _database(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    try:
        if (
            database.is_sqlite
            and not (settings.data / "frontdesk.db").exists()
            and not settings.environment.database_url
        ):
            return [Finding("note", "Database", "not made yet", "frontdesk migrate")]
        await schema.check(database)
        return [Finding("ok", "Database", f"{kind}, schema {schema.newest_revision()}"), *await _record(database)]
    except schema.SchemaBehind as behind:
        return [
            Finding(
                "bad",
                "Database",
                f"{kind}: {behind}",
                "frontdesk migrate; check FRONTDESK_DATABASE_URL if it cannot connect",
            )
        ]
    finally:
        await database.close()


async def _record(database: Database) -> list[Finding]:
    aside = select(func.count()).select_from(t.work).where(t.work.c.set_aside)
    async with database.read() as tx:
        people = await staff.everyone(tx)
        failed = int((await tx.execute(aside)).scalar_one())
    found = [
        Finding("ok", "Roster", f"{len(people)} on it")
        if people
        else Finding("bad", "Roster", "nobody can take a handoff", "frontdesk agents add NAME")
    ]
    if failed:
        found.append(
            Finding(
                "bad",
                "Work",
                f"{failed} pieces set aside after too many failures",
                "Look for 'work failed' in the logs.",
            )
        )
    return found


async def _redis(settings: Settings) -> list[Finding]:
    if settings.redis_url is None:
        return [Finding("ok", "Redis", "not used: one front with work and live events in its own memory")]
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=3)
    try:
        await redis.ping()
    except (RedisError, OSError) as away:
        return [
            Finding(
                "bad",
                "Redis",
                f"does not answer ({type(away).__name__})",
                "Start it, or unset FRONTDESK_REDIS_URL for a single front.",
            )
        ]
    finally:
        await redis.aclose()
    return [Finding("ok", "Redis", "answers")]


async def _encoder(settings: Settings) -> list[Finding]:
    from frontdesk.engine import encoder_in_use

    try:
        name = encoder_in_use(settings)
    except ValueError as wrong:
        todo = "Install anew with make run, or mend FRONTDESK_ENCODER; until then messages are understood less well."
        return [Finding("bad", "Encoder", str(wrong), todo)]
    if not name:
        return [Finding("note", "Encoder", "none, as FRONTDESK_ENCODER says: n-grams alone, which understand less")]
    return [Finding("ok", "Encoder", name)]


async def _model(settings: Settings) -> list[Finding]:
    from bot.engine import model_files
    from frontdesk.engine import is_current

    try:
        live = model_files.live_model(settings.models)
        path = settings.models / live.name
        model_files.checked_hash(path, live.sha256)
    except (model_files.ModelError, OSError) as wrong:
        return [Finding("bad", "Model", str(wrong), "frontdesk train")]
    age = (time.time() - path.stat().st_mtime) / 86_400
    if not is_current(settings):
        return [Finding("note", "Model", f"{age:.1f} days old, and the content has changed since", _TO_LIVE)]
    return [Finding("ok", "Model", f"{live.name}, {age:.1f} days old, made from the content as it is")]


async def _engine(settings: Settings) -> list[Finding]:
    async with EngineClient(settings.engine_urls, settings.engine_secret, 5) as engine:
        ready = await engine.ready()
    if ready.ready:
        return [Finding("ok", "Engine", "answers turns")]
    return [
        Finding(
            "note",
            "Engine",
            f"does not answer turns: {ready.reason}",
            "frontdesk run, or frontdesk engine; until then contacts wait and people can be reached",
        )
    ]


async def _roster(settings: Settings) -> list[Finding]:
    """Who serves a team that there is not gets nothing of it, and nobody would notice."""
    from frontdesk import roster

    try:
        strays = roster.strays(settings, await roster.everyone(settings))
        astray = await roster.astray(settings)
    except (schema.SchemaBehind, SQLAlchemyError, OSError):
        return []  # said already, under Database
    todo = "frontdesk agents change NAME --team TEAM, or add the team under teams in frontdesk.yml"
    found = [Finding("bad", "Roster", f"{name} serves {team}, which is no team", todo) for name, team in strays]
    todo = "Start a front: it moves them to the team for the rest. Or add the team under teams in frontdesk.yml"
    waits = [f"{many} open handoffs are of {team}, which is no team" for team, many in astray.items()]
    return found + [Finding("bad", "Queue", text, todo) for text in waits]


async def _slack(settings: Settings) -> list[Finding]:
    if settings.environment.slack_bot_token is None:
        off = "off, since FRONTDESK_SLACK_BOT_TOKEN is not set"
        return [Finding("note", "Slack", off, "docs/slack.md tells how agents work in Slack")]
    from frontdesk import roster
    from frontdesk.slack_check import slack_findings

    try:
        people = await roster.everyone(settings)
    except (schema.SchemaBehind, SQLAlchemyError, OSError):
        people = []  # said already, under Database
    return await slack_findings(settings, people)


async def _slack_contacts(settings: Settings) -> list[Finding]:
    given = settings.environment
    if not (given.slack_bot_token or given.slack_contacts_bot_token or given.slack_client_id):
        return []
    from frontdesk.slack_contacts_check import contacts_findings

    try:
        return await contacts_findings(settings)
    except (SQLAlchemyError, OSError):
        return []  # said already, under Database


async def _telegram(settings: Settings) -> list[Finding]:
    if settings.environment.telegram_token is None:
        off = "off, since FRONTDESK_TELEGRAM_TOKEN is not set"
        return [Finding("note", "Telegram", off, "docs/telegram.md tells how contacts write there")]
    from frontdesk.telegram_check import telegram_findings

    return await telegram_findings(settings)


async def _channels(settings: Settings) -> list[Finding]:
    host = settings.environment.host
    public = not is_loopback(host)
    found = [Finding("ok", "Web", f"chat and desk on {host}:{settings.environment.port}")]
    if public and not (settings.environment.public_url or "").startswith("https://"):
        found.append(
            Finding(
                "note",
                "Web",
                "reachable from other machines without https",
                "Put a TLS proxy before it and set FRONTDESK_PUBLIC_URL=https://…",
            )
        )
    found.append(_rest(settings))
    found.append(_mail(settings))
    if public and os.environ.get("FRONTDESK_SECRET_KEY") is None:
        found.append(
            Finding(
                "note",
                "Secret key",
                "kept in the data folder",
                "Set FRONTDESK_SECRET_KEY when there is more than one front.",
            )
        )
    return found


def _mail(settings: Settings) -> Finding:
    """Whether who leaves the chat while waiting can be written to."""
    if settings.environment.smtp_url is None:
        off = "off, since FRONTDESK_SMTP_URL is not set: who leaves the web chat is not reachable"
        return Finding("note", "E-mail", off, "docs/operation.md tells how answers go by e-mail")
    return Finding("ok", "E-mail", f"answers go by e-mail from {settings.config.mail.sender}")


def _rest(settings: Settings) -> Finding:
    """Whether Rasa's REST protocol is on, and who may use it."""
    if not settings.config.rest.enabled:
        return Finding("ok", "REST", "Rasa's REST protocol is off (rest.enabled)")
    if settings.environment.rest_token is not None:
        return Finding("ok", "REST", "Rasa's REST protocol is on, and asks for the token")
    text = "Rasa's REST protocol is on, without a token, for programs on this machine only"
    if settings.environment.public_url is None:
        return Finding("ok", "REST", text)
    return Finding("note", "REST", text, "Set FRONTDESK_REST_TOKEN to let clients in by FRONTDESK_PUBLIC_URL.")
