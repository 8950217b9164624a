"""The contents of files: in the data folder with one front, in a table when several share them.

Contents come and go in parts, so that no file is ever held in memory whole. They are put first, and the message that
carries them is committed after it: what no message came to carry is swept away (`sweep_orphans`).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import Protocol

from sqlalchemy import delete, insert, select

from conversations.store import tables as t
from conversations.store.database import Database, now

PART = 256 * 1024
# So long (seconds) a message may take to come after its file.
_ORPHAN_AGE = 86_400.0
_ID_LENGTH = 32


class TooLarge(Exception):
    """The file has more bytes than it may have."""


class Blobs(Protocol):
    """Keeps contents under ids that cannot be guessed."""

    async def put(self, parts: AsyncIterable[bytes], most: int) -> tuple[str, int]:
        """Keeps a content; returns its id and its size in bytes.

        Raises:
            TooLarge: there are more than ``most`` bytes; nothing is kept.
        """

    def get(self, file_id: str) -> AsyncIterator[bytes]:
        """The content in parts; none of it when it is not there."""

    async def delete(self, file_id: str) -> None:
        """Forgets a content; it need not be there."""

    async def old(self) -> list[str]:
        """Ids of contents that were put more than a day ago, some of them at a time."""


class FolderBlobs:
    """A file each in a folder, for the only front."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, parts: AsyncIterable[bytes], most: int) -> tuple[str, int]:
        file_id, size = secrets.token_hex(_ID_LENGTH // 2), 0
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        path = self._folder / file_id
        try:
            with path.open("xb") as file:
                async for part in parts:
                    size += len(part)
                    if size > most:
                        raise TooLarge
                    await asyncio.to_thread(file.write, part)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return file_id, size

    async def get(self, file_id: str) -> AsyncIterator[bytes]:
        with contextlib.suppress(FileNotFoundError), self._path(file_id).open("rb") as file:
            while part := await asyncio.to_thread(file.read, PART):
                yield part

    async def delete(self, file_id: str) -> None:
        await asyncio.to_thread(self._path(file_id).unlink, missing_ok=True)

    async def old(self) -> list[str]:
        return await asyncio.to_thread(self._old)

    def _old(self) -> list[str]:
        import time

        if not self._folder.is_dir():
            return []
        before = time.time() - _ORPHAN_AGE
        return [path.name for path in self._folder.iterdir() if path.stat().st_mtime < before]

    def _path(self, file_id: str) -> Path:
        if not (file_id.isalnum() and file_id.isascii()):
            raise FileNotFoundError(file_id)
        return self._folder / file_id


class TableBlobs:
    """Rows of a part each, for several fronts on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, parts: AsyncIterable[bytes], most: int) -> tuple[str, int]:
        file_id, size, number = secrets.token_hex(_ID_LENGTH // 2), 0, 0
        try:
            async for part in _evenly(parts):
                size += len(part)
                if size > most:
                    raise TooLarge
                async with self._database.write() as tx:
                    row = {"id": file_id, "part": number, "data": part}
                    await tx.execute(insert(t.blob).values(created_at=now()), row)
                number += 1
        except BaseException:
            await self.delete(file_id)
            raise
        return file_id, size

    async def get(self, file_id: str) -> AsyncIterator[bytes]:
        number = 0
        while (part := await self._part(file_id, number)) is not None:
            yield part
            number += 1

    async def _part(self, file_id: str, number: int) -> bytes | None:
        statement = select(t.blob.c.data).where(t.blob.c.id == file_id, t.blob.c.part == number)
        async with self._database.read() as tx:
            return (await tx.execute(statement)).scalar_one_or_none()

    async def delete(self, file_id: str) -> None:
        async with self._database.write() as tx:
            await tx.execute(delete(t.blob).where(t.blob.c.id == file_id))

    async def old(self) -> list[str]:
        statement = select(t.blob.c.id).where(t.blob.c.part == 0, t.blob.c.created_at < now() - _ORPHAN_AGE)
        statement = statement.where(~select(t.file.c.id).where(t.file.c.id == t.blob.c.id).exists()).limit(100)
        async with self._database.read() as tx:
            return list((await tx.execute(statement)).scalars())


async def _evenly(parts: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in parts of `PART`, the last one shorter; one empty part when there are none."""
    held = bytearray()
    async for part in parts:
        held += part
        while len(held) > PART:
            yield bytes(held[:PART])
            del held[:PART]
    yield bytes(held)


class SweepOrphans:
    """At each sweep: contents that no message came to carry within a day are forgotten."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self._blobs = database, blobs

    async def __call__(self) -> None:
        old = (await self._blobs.old())[:500]
        if not old:
            return
        async with self._database.read() as tx:
            known = set((await tx.execute(select(t.file.c.id).where(t.file.c.id.in_(old)))).scalars())
        for file_id in old:
            if file_id not in known:
                await self._blobs.delete(file_id)
