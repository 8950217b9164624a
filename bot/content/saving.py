"""Changing the content: by the page, by a command, or in the folder with an editor of one's own, without losing any."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.content import folder, git, versions
from bot.content.versions import IN_THE_FOLDER, Clash, Conflict, Version
from conversations.store.database import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a project's folder, with its versions in the record.

    ``lock`` is a file that whoever changes the folder holds. ``commits``: each version is a git commit as well.
    ``is_export``: there are several machines, so the record is the truth, and a folder that holds an older version is
    brought up to date.
    """

    database: Database
    project: Path
    lock: Path
    commits: bool = False
    is_export: bool = False

    async def look(self) -> tuple[Version, dict[str, bytes]]:
        """The content as it is now and its version. What was changed in the folder becomes a version here.

        Raises:
            ContentRefused: the folder holds what is no content.
        """
        async with self._alone():
            return await self._look()

    async def save(
        self, seen: Mapping[str, bytes | None], wanted: Mapping[str, bytes | None], by: str, note: str
    ) -> Version:
        """Writes changed files, each of which must still be as the editor saw it; None is a file that is not there.

        Raises:
            Conflict: somebody else changed one of them meanwhile; nothing was written.
            ContentRefused: a path is none of content's, or the folder cannot be written.
        """
        async with self._alone():
            version, files = await self._look()
            clashes = [
                Clash(path, seen.get(path), files.get(path), wanted[path])
                for path in wanted
                if files.get(path) not in (seen.get(path), wanted[path])
            ]
            if clashes:
                raise Conflict(clashes, version.by)
            after = {path: content for path, content in {**files, **wanted}.items() if content is not None}
            return await self._put(after, files, by, note)

    async def restore(self, version: Version, by: str, note: str) -> Version:
        """Makes the folder hold a former version. What is there now stays a version of its own."""
        async with self._alone():
            _, files = await self._look()
            async with self.database.read() as tx:
                after = await versions.content_of(tx, version)
            return await self._put(after, files, by, note)

    async def _look(self) -> tuple[Version, dict[str, bytes]]:
        files = await asyncio.to_thread(folder.read, self.project)
        async with self.database.read() as tx:
            newest = await versions.newest(tx)
            is_behind = self.is_export and newest is not None and await versions.of(tx, files) is not None
            if newest is not None and is_behind:
                ours = await versions.content_of(tx, newest)
                await asyncio.to_thread(folder.write, self.project, ours, files)
                return newest, ours
        async with self.database.write() as tx:
            version = await versions.record(tx, files, IN_THE_FOLDER, "changed in the folder" if newest else "as found")
        return version, files

    async def _put(self, after: dict[str, bytes], before: dict[str, bytes], by: str, note: str) -> Version:
        changed = await asyncio.to_thread(folder.write, self.project, after, before)
        async with self.database.write() as tx:
            version = await versions.record(tx, after, by, note)
        if changed and self.commits and (self.project / ".git").exists():
            try:
                await git.commit(self.project, changed, by, note)
            except git.GitRefused as refused:
                _log.error("version %s of the content was not committed: %s", version.id, refused)
        return version

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        self.lock.parent.mkdir(parents=True, exist_ok=True)
        with self.lock.open("a") as held:
            await asyncio.to_thread(fcntl.flock, held, fcntl.LOCK_EX)
            yield
