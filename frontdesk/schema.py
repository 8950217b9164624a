"""The database's schema: migrated by its own process, checked by every front. Alembic is imported only here."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from conversations.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaBehind(Exception):
    """The database's schema is not the one that this program needs. Run: frontdesk migrate"""


def newest_revision() -> str:
    """The revision that this program needs: the last of the files in ``migrations/versions``, by their numbers."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


async def check(database: Database) -> None:
    """Makes sure that the schema is current.

    Raises:
        SchemaBehind: with what was found.
    """
    found = await current_revision(database)
    if found != newest_revision():
        raise SchemaBehind(
            f"The database has schema {found or 'none'} and this program needs {newest_revision()}. "
            "Run: frontdesk migrate"
        )


async def current_revision(database: Database) -> str | None:
    """The schema's revision; None when there is none or the database cannot be asked."""
    try:
        async with database.read() as tx:
            found = (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
    except SQLAlchemyError:
        return None
    return str(found) if found else None


def migrate(url: str) -> None:
    """Brings the schema up to date. Safe to run twice, and by two processes at once."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")
