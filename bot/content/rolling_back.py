"""The way back: a former model answers again, and the folder holds its content. Nothing is trained."""

from __future__ import annotations

from bot.content import models, versions
from bot.content.model_store import ModelStore
from bot.content.models import Model
from bot.content.saving import Content
from conversations.store.database import Database


class Refused(Exception):
    """Nothing was published, and the live model answers as before. The message says what is wrong."""


async def roll_back(
    database: Database, content: Content, store: ModelStore, by: str, to: int | None = None, note: str = ""
) -> Model:
    """Makes a former model live again, the one before the live one by default, and its content the folder's.

    Raises:
        Refused: there is no such model, or its file is not whole any more.
        models.LiveChanged: somebody published meanwhile.
        ContentRefused: the folder holds what is no content; nothing was changed.
    """
    await content.look()  # a folder that cannot be read is told of before anything is changed
    async with database.read() as tx:
        live = await models.live(tx)
        wanted = None
        if live is not None:
            wanted = await (models.before(tx, live.version) if to is None else models.get(tx, to))
        kept = await versions.get(tx, wanted.content) if wanted is not None and wanted.content else None
    if wanted is None or live is None:
        raise Refused("There is no such version to go back to. See: frontdesk content versions")
    if wanted.version == live.version:
        raise Refused(f"Version {live.version} is live already.")
    if (problem := await store.fetch(wanted.name, wanted.sha256)) is not None:
        raise Refused(f"Version {wanted.version} cannot be used: {problem}. Version {live.version} stays live.")
    async with database.write() as tx:
        await models.revive(tx, wanted.version, live.version)
    await store.name_live(wanted.name)
    if kept is not None:
        await content.restore(kept, by, note or f"back to version {wanted.version}")
    return wanted
