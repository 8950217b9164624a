"""The content as it is now, and as it was, read once for each version: reading takes half a second of a core."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.content import versions
from bot.content.folder import Files
from bot.content.freezing import frozen
from bot.content.problems import Problem
from bot.content.project import check_whole, read_project
from bot.content.saving import Content
from bot.content.versions import Version
from bot.content.whole import Whole

_KEPT = 6  # versions


@dataclass(frozen=True, slots=True)
class Book:
    """A version of the content, read."""

    version: Version
    files: Files = field(repr=False)
    whole: Whole = field(repr=False)


class Shelf:
    """Versions of a project's content, the latest used ones kept."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self._books: OrderedDict[int, Book] = OrderedDict()
        self._problems: tuple[int, list[Problem]] | None = None
        self._one_reads = asyncio.Lock()

    async def now(self) -> Book:
        """The content as it is in the folder at this moment.

        Raises:
            ContentRefused: the folder holds what is no content.
        """
        version, files = await self.content.look()
        return await self._book(version, files)

    async def at(self, version_id: int) -> Book | None:
        """A former version; None where there is none of this number."""
        if version_id in self._books:
            return self._books[version_id]
        async with self.content.database.read() as tx:
            version = await versions.get(tx, version_id)
            files = await versions.content_of(tx, version) if version is not None else {}
        return None if version is None else await self._book(version, files)

    async def problems(self, book: Book) -> list[Problem]:
        """What ``frontdesk content check`` says of a version, but for what needs the sentences' meaning."""
        async with self._one_reads:
            if self._problems is None or self._problems[0] != book.version.id:
                self._problems = book.version.id, await asyncio.to_thread(check_whole, book.whole)
            return self._problems[1]

    async def _book(self, version: Version, files: Files) -> Book:
        async with self._one_reads:
            if version.id not in self._books:
                whole = await asyncio.to_thread(self._read, files)
                self._books[version.id] = Book(version, files, whole)
            self._books.move_to_end(version.id)
            while len(self._books) > _KEPT:
                self._books.popitem(last=False)
            return self._books[version.id]

    def _read(self, files: Files) -> Whole:
        with frozen(files, self.content.project) as project:
            return read_project(project)
