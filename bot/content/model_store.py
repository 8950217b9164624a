"""Model files: in this machine's folder, and in the record for the others. The folder's ``live.json`` is what engines
follow: they have no access to the record, so whoever has it keeps the folder as the record says (`Follow`)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.content import models, versions
from bot.content.folder import hash_of
from bot.engine.model_files import Live, ModelError, checked_hash, live_model, publish, sidecar, write_json
from conversations.store.database import Database

# Bytes of the largest model that the record takes: the folder must be shared between machines for larger ones.
MOST = 20 * 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The models folder of this machine, filled from the record."""

    database: Database
    folder: Path

    def live(self) -> Live | None:
        """What this machine's engines answer with, if that is whole."""
        try:
            live = live_model(self.folder)
            checked_hash(self.folder / live.name, live.sha256)
        except ModelError:
            return None
        return live

    async def keep(self, model: Path) -> str:
        """Puts a model of the folder into the record; returns its hash.

        Raises:
            ModelError: it was altered.
        """
        sha256 = await asyncio.to_thread(checked_hash, model)
        content = await asyncio.to_thread(model.read_bytes)
        if len(content) > MOST:
            _log.warning("the model has %d MB: other machines get it only by a shared folder", len(content) // 10**6)
            return sha256
        async with self.database.write() as tx:
            await versions.keep(tx, sha256, content)
        return sha256

    async def fetch(self, name: str, sha256: str) -> str | None:
        """Makes sure that the folder has a model, whole; returns what is wrong if that cannot be."""
        path = self.folder / name
        try:
            await asyncio.to_thread(checked_hash, path, sha256)
            return None
        except ModelError as wrong:
            problem = str(wrong)
        async with self.database.read() as tx:
            content = await versions.kept(tx, sha256)
        if content is None:
            return problem
        if hash_of(content) != sha256:
            return "its copy in the database was altered"
        await asyncio.to_thread(_put, path, content, sha256)
        return None

    async def name_live(self, name: str) -> None:
        """Has this machine's engines swap to a model of the folder."""
        await asyncio.to_thread(publish, self.folder, self.folder / name)


class Follow:
    """At each sweep: this machine's engines are to answer with the model that the record calls live."""

    def __init__(self, database: Database, store: ModelStore) -> None:
        self._database, self._store = database, store
        self._told = ""

    async def __call__(self) -> None:
        async with self._database.read() as tx:
            live = await models.live(tx)
        if live is None:
            return
        with contextlib.suppress(ModelError):
            if await asyncio.to_thread(live_model, self._store.folder) == Live(live.name, live.sha256):
                return
        try:
            problem = await self._store.fetch(live.name, live.sha256)
            if problem is None:
                await self._store.name_live(live.name)
        except (OSError, ModelError) as wrong:  # a full disk is no reason to leave out the rest of the sweep
            problem = str(wrong)
        if problem and problem != self._told:
            _log.error("version %d of the model does not get here: %s", live.version, problem)
        self._told = problem or ""


def _put(path: Path, content: bytes, sha256: str) -> None:
    """Writes model and sidecar so that no half one is ever seen: without its sidecar it is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sidecar(path).unlink(missing_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".fetched-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o444)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    write_json(sidecar(path), {"sha256": sha256, "content": "", "trained_at": 0})
