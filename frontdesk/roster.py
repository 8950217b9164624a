"""The roster from the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from conversations.staff import Principal, Role
from conversations.store import staff
from conversations.store.database import Database
from frontdesk import schema
from frontdesk.settings import Settings


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    settings.prepare_data()
    database = Database(settings.database_url)
    try:
        await schema.check(database)
        yield database
    finally:
        await database.close()


async def add(
    settings: Settings, name: str, role: Role, team: str, slack_id: str | None, languages: tuple[str, ...]
) -> str | None:
    """Adds a person; returns their token, or None when the name or Slack id is taken."""
    async with _database(settings) as database:
        try:
            async with database.write() as tx:
                return (await staff.add(tx, name, role, team, slack_id, languages))[1]
        except staff.NameTaken:
            return None


async def everyone(settings: Settings) -> list[Principal]:
    """Everybody on the roster."""
    async with _database(settings) as database, database.read() as tx:
        return await staff.everyone(tx)


async def link(settings: Settings, name: str, slack_id: str | None) -> bool | None:
    """Says who somebody is in Slack; False when nobody has this name, None when the id is somebody else's."""
    async with _database(settings) as database:
        try:
            async with database.write() as tx:
                return await staff.link(tx, name, slack_id)
        except staff.NameTaken:
            return None


async def set_languages(settings: Settings, name: str, languages: tuple[str, ...]) -> bool:
    """Says which languages somebody writes; False when nobody has this name."""
    async with _database(settings) as database, database.write() as tx:
        return await staff.set_languages(tx, name, languages)


async def remove(settings: Settings, name: str) -> bool:
    """Removes a person; False when there is nobody of this name."""
    async with _database(settings) as database, database.write() as tx:
        return await staff.remove(tx, name)


async def first_agent(settings: Settings) -> str | None:
    """On an empty roster adds a first agent, so that somebody can sign in; returns the token, else None."""
    async with _database(settings) as database, database.write() as tx:
        if await staff.everyone(tx):
            return None
        return (await staff.add(tx, "Alex", Role.ADMIN, "support"))[1]
