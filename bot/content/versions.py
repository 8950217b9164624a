"""Versions of the content in the record, as commits are: who changed what, why, and every file as it was.

A version is taken of the whole folder, so what somebody changed there with an editor of their own becomes a version,
too, before anything else is done: nobody overwrites anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.content.folder import Files, hash_of
from bot.content.tables import content_version, stored
from conversations.store.database import Transaction, now

# Who is named for changes that were found in the folder.
IN_THE_FOLDER = "the folder"


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the content; ``files`` are paths to the SHA-256 of what stands there."""

    id: int
    at: float
    by: str
    note: str
    files: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Clash:
    """A file that somebody else changed meanwhile: as the editor saw it first, as it is now, and as they want it.

    None stands for a file that is not there.
    """

    path: str
    seen: bytes | None
    theirs: bytes | None
    wanted: bytes | None


class Conflict(Exception):
    """Somebody changed the same file since it was opened. Nothing was written; both states are here to be merged."""

    def __init__(self, clashes: list[Clash], by: str) -> None:
        names = ", ".join(clash.path for clash in clashes)
        super().__init__(f"{by} changed {names} since you opened it. Nothing was written: merge both, then save again.")
        self.clashes, self.by = clashes, by


async def newest(tx: Transaction) -> Version | None:
    """The latest version; None before the first."""
    found = await tx.execute(select(content_version).order_by(content_version.c.id.desc()).limit(1))
    row = found.one_or_none()
    return _version(row) if row else None


async def get(tx: Transaction, version_id: int) -> Version | None:
    """A version by its number."""
    row = (await tx.execute(select(content_version).where(content_version.c.id == version_id))).one_or_none()
    return _version(row) if row else None


async def of(tx: Transaction, files: Files) -> Version | None:
    """The latest version with exactly these files; None where they were never a version."""
    wanted = {path: hash_of(content) for path, content in files.items()}
    for row in await tx.execute(select(content_version).order_by(content_version.c.id.desc())):
        if row.files == wanted:
            return _version(row)
    return None


async def latest(tx: Transaction, most: int = 50) -> list[Version]:
    """The latest versions, newest first."""
    found = await tx.execute(select(content_version).order_by(content_version.c.id.desc()).limit(most))
    return [_version(row) for row in found]


async def record(tx: Transaction, files: Files, by: str, note: str) -> Version:
    """The version of these files: the newest, if it has them, else one that is written down now."""
    hashes = {path: hash_of(content) for path, content in files.items()}
    before = await newest(tx)
    if before is not None and before.files == hashes:
        return before
    for path, sha256 in hashes.items():
        if before is None or before.files.get(path) != sha256:
            await keep(tx, sha256, files[path])
    row = {"by": by, "note": note, "files": hashes}
    made = await tx.execute(content_version.insert().values(at=now(), **row).returning(content_version))
    return _version(made.one())


async def content_of(tx: Transaction, version: Version) -> dict[str, bytes]:
    """The files of a version."""
    wanted = select(stored.c.sha256, stored.c.data).where(stored.c.sha256.in_(set(version.files.values())))
    found = {row.sha256: bytes(row.data) for row in await tx.execute(wanted)}
    return {path: found[sha256] for path, sha256 in version.files.items()}


async def keep(tx: Transaction, sha256: str, content: bytes) -> None:
    """Stores bytes under their hash, once."""
    insert = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(stored).values(sha256=sha256, data=content, at=now())
    await tx.execute(row.on_conflict_do_nothing(index_elements=["sha256"]))


async def kept(tx: Transaction, sha256: str) -> bytes | None:
    """Stored bytes; None where there are none."""
    found = (await tx.execute(select(stored.c.data).where(stored.c.sha256 == sha256))).scalar_one_or_none()
    return None if found is None else bytes(found)


def _version(row: Row[Any]) -> Version:
    return Version(row.id, row.at, row.by, row.note, dict(row.files))
