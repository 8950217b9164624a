"""Alembic's environment: one history for the tables of every package."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.channels.slack import tables as slack_tables
from bot.content import tables as content_tables
from bot.content.unanswered import tables as unanswered_tables
from conversations.store.tables import metadata
from escalation import tables

assert tables.note.metadata is slack_tables.slack_install.metadata is content_tables.models.metadata is metadata
assert unanswered_tables.label.metadata is metadata
# Any number that nothing else in the database uses: two migrating processes wait for each other.
_LOCK = 4_711_017


def run(connection: Connection) -> None:
    """Runs the migrations in one transaction."""
    postgresql = connection.dialect.name == "postgresql"
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=not postgresql, compare_type=True
    )
    with context.begin_transaction():
        if postgresql:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        context.run_migrations()


async def main() -> None:
    """Opens a connection of its own: migrations run in their own process."""
    engine = create_async_engine(context.config.attributes["url"])
    async with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
