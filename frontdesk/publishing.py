"""Where publishing is put together: for the command line, which trains in its own process, and for a front's sweep."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bot.content import background, models, past
from bot.content import states as content_states
from bot.content import versions as content_versions
from bot.content.evidence import Labels, Tested
from bot.content.freezing import frozen
from bot.content.model_store import Follow, ModelStore
from bot.content.models import Model
from bot.content.publish import Published, Publisher
from bot.content.saving import Content
from bot.content.states import SavedState
from bot.content.unanswered.labels import labelled, tagged
from conversations.store.database import Database
from frontdesk import engine, schema
from frontdesk.settings import Settings

# Behind fronts and engines of its machine: nobody's answer is to wait for a training.
_NICE = 10
# Where labels come from: contacts who pressed what they meant, editors, agents.
LABELS: tuple[Labels, ...] = (past.pressed, labelled, tagged)


def content_of(settings: Settings, database: Database) -> Content:
    """The content of this machine's project, with its versions in the record."""
    return Content(
        database,
        settings.environment.project,
        settings.data / "content.lock",
        commits=settings.config.content.git,
        is_export=settings.redis_url is not None and not settings.config.content.git,
    )


async def publish(
    settings: Settings, by: str, note: str, anyway: str, say: Callable[[str], None], tell: Path | None = None
) -> Published:
    """As `Publisher.publish`, in this process, which gives way to all others. ``tell`` is as in `told_in`."""
    os.nice(_NICE)
    engine.alone()

    def both(text: str) -> None:
        say(text)
        told(text)

    with background.told_in(tell) as told:
        async with _publisher(settings, both) as publisher:
            published = await publisher.publish(by, note, anyway)
        if tell is not None:
            background.tell(tell, outcome=msgspec.to_builtins(published))
    return published


async def draft(settings: Settings, tell: Path | None) -> None:
    """Trains the content as it is now, for the studio to try. ``tell`` is as in `told_in`."""
    os.nice(_NICE)
    with background.told_in(tell) as told:
        told("Checking and training …")
        async with record(settings) as database:
            version, files = await content_of(settings, database).look()
        with frozen(files, settings.environment.project) as project:
            sha256 = await asyncio.to_thread(engine.train_draft, settings, project)
        if tell is not None:
            background.tell(tell, outcome={"version": version.id, "sha256": sha256})


async def rollback(settings: Settings, by: str, to: int | None) -> Model:
    """As `Publisher.rollback`."""
    async with _publisher(settings, lambda text: None) as publisher:
        return await publisher.rollback(by, to)


async def versions(settings: Settings) -> list[Model]:
    """The models that can be gone back to, newest first."""
    async with record(settings) as database, database.read() as tx:
        return await models.latest(tx)


async def states(settings: Settings) -> list[SavedState]:
    """What was saved, newest first."""
    async with record(settings) as database:
        return await content_states.saved_states(content_of(settings, database))


async def restore(settings: Settings, by: str, state: int) -> None:
    """Brings a saved state back into the folder."""
    async with record(settings) as database:
        await content_states.bring_back(content_of(settings, database), state, by)


async def follow_forever(settings: Settings) -> None:
    """For a machine with engines and no front: looks at each sweep, until it is stopped."""
    async with record(settings) as database:
        following = Follow(database, ModelStore(database, settings.models))
        while True:
            await following()
            await asyncio.sleep(settings.config.bounds.sweep)


async def fetch(settings: Settings) -> None:
    """Makes this machine's models folder as the record says; nothing where there is no record yet."""
    database = Database(settings.database_url)
    try:
        if await schema.current_revision(database) == schema.newest_revision():
            await Follow(database, ModelStore(database, settings.models))()
    finally:
        await database.close()


async def changed_since(settings: Settings) -> Model | None:
    """The live model, if the gate let it through and the content was changed since: then nothing is trained by itself.

    None where there is no record yet.
    """
    await fetch(settings)
    database = Database(settings.database_url)
    try:
        if await schema.current_revision(database) != schema.newest_revision():
            return None
        version, _ = await content_of(settings, database).look()
        async with database.read() as tx:
            live = await models.live(tx)
            if live is None or live.verdict is None or live.content is None:
                return None
            made_of = await content_versions.get(tx, live.content)
    finally:
        await database.close()
    return live if made_of is not None and made_of.files != version.files else None


async def trained(settings: Settings, model: Path) -> None:
    """Writes a model down that was trained without the gate; nothing where there is no record yet.

    Trained anew of the same content, since the program changed, it keeps the verdict.
    """
    database = Database(settings.database_url)
    try:
        if await schema.current_revision(database) != schema.newest_revision():
            return
        store = ModelStore(database, settings.models)
        version, _ = await content_of(settings, database).look()
        sha256 = await store.keep(model)
        async with database.write() as tx:
            live = await models.live(tx)
            if live is not None and live.sha256 == sha256:
                return
            is_same = live is not None and live.content == version.id
            await models.add_live(
                tx,
                instead_of=live.version if live is not None else None,
                name=model.name,
                sha256=sha256,
                content=version.id,
                by="frontdesk train",
                note="the program changed" if is_same else "",
                verdict=live.verdict if live is not None and is_same else None,
            )
            await models.prune(tx)
        # A front's sweep may have seen the folder before the record.
        await store.name_live(model.name)
    finally:
        await database.close()


@asynccontextmanager
async def record(settings: Settings) -> AsyncIterator[Database]:
    """The record for a command, beside running fronts or without.

    Raises:
        SchemaBehind.
    """
    settings.prepare_data()
    database = Database(settings.database_url)
    try:
        await schema.check(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _publisher(settings: Settings, say: Callable[[str], None]) -> AsyncIterator[Publisher]:
    from bot.content.learned.holding import hold
    from bot.engine.workshop import RasaWorkshop

    rules, options = settings.config.content, engine.options(settings)

    async def tests(project: Path, model: Path) -> Tested | None:
        return await hold(project, model, options, settings.config.handoff)

    async with record(settings) as database:
        yield Publisher(
            database,
            content_of(settings, database),
            ModelStore(database, settings.models),
            RasaWorkshop(options, rules.too_near),
            rules,
            labels=LABELS,
            past=past.past_messages,
            tests=tests,
            say=say,
        )
