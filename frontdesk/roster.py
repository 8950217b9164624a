"""The roster from the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from conversations.staff import Availability, Principal, Role
from conversations.store import staff
from conversations.store.database import Database, now
from conversations.store.work import schedule
from escalation.config import Teams
from escalation.service import rehoming
from escalation.service.people import problems as problems_of
from escalation.service.routing import EVERYBODY, ROUTE
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


def first_team(settings: Settings) -> str:
    """The team of who names none: the one that takes what no other does."""
    return Teams(settings.config.teams).rest.name


def problems(settings: Settings, changes: Mapping[str, Any]) -> list[str]:
    """What of these values cannot be kept, each with what to do."""
    return problems_of(Teams(settings.config.teams), **changes)


def strays(settings: Settings, people: Iterable[Principal]) -> list[tuple[str, str]]:
    """Names of people with the teams that they serve and that there are not (any more)."""
    teams = Teams(settings.config.teams)
    return [(one.name, team) for one in people for team in one.teams if team not in teams]


async def astray(settings: Settings) -> dict[str, int]:
    """How many open handoffs each team has that there is not (any more)."""
    async with _database(settings) as database, database.read() as tx:
        return await rehoming.astray(tx, Teams(settings.config.teams))


async def add(settings: Settings, name: str, role: Role, slack_id: str | None = None, **more: Any) -> str | None:
    """Adds a person with their ``teams``, ``skills``, ``languages`` and ``capacity``.

    Returns their token, or None when the name or Slack id is taken.
    """
    async with _database(settings) as database:
        try:
            async with database.write() as tx:
                token = (await staff.add(tx, name, role, slack_id=slack_id, **more))[1]
                await schedule(tx, ROUTE, EVERYBODY)
                return token
        except staff.NameTaken:
            return None


async def change(settings: Settings, name: str, **changes: Any) -> bool:
    """Changes columns of a person; False when nobody has this name."""
    async with _database(settings) as database, database.write() as tx:
        person = await staff.by_name(tx, name)
        if person is None:
            return False
        await schedule(tx, ROUTE, EVERYBODY)
        return await staff.change(tx, person.id, **changes)


async def set_availability(settings: Settings, name: str, state: Availability, back_in: float | None) -> bool:
    """Says whether somebody is there, ``back_in`` minutes again; False when nobody has this name."""
    away_until = None if back_in is None or state is Availability.HERE else now() + 60 * back_in
    return await change(settings, name, availability=state, away_until=away_until)


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


async def remove(settings: Settings, name: str) -> bool:
    """Removes a person; False when there is nobody of this name."""
    async with _database(settings) as database, database.write() as tx:
        return await staff.remove(tx, name)


async def first_agent(settings: Settings) -> str | None:
    """On an empty roster adds a first agent, so that somebody can sign in; returns the token, else None."""
    async with _database(settings) as database, database.write() as tx:
        if await staff.everyone(tx):
            return None
        return (await staff.add(tx, "Alex", Role.ADMIN, first_team(settings)))[1]
