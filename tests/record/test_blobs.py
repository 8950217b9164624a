"""The contents of files: the same promises in a folder and in a table."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from conversations.model import Attachment, InboundKind, InboundMessage
from conversations.store import conversations, tables
from conversations.store.blobs import PART, Blobs, FolderBlobs, SweepOrphans, TableBlobs, TooLarge
from conversations.store.database import Database

MB = 1024 * 1024


@pytest.fixture(params=["folder", "table"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, database: Database) -> Blobs:
    return FolderBlobs(tmp_path / "files") if request.param == "folder" else TableBlobs(database)


async def parts(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(blobs: Blobs, file_id: str) -> bytes:
    return b"".join([part async for part in blobs.get(file_id)])


@pytest.mark.parametrize("length", [0, 1, PART, PART + 1, 3 * PART])
async def test_a_content_comes_back_as_it_was_put(blobs: Blobs, length: int) -> None:
    content = os.urandom(length)
    file_id, size = await blobs.put(parts(content), MB)
    assert (size, await read(blobs, file_id)) == (length, content)


async def test_too_large_a_content_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await blobs.put(parts(bytes(2 * MB)), MB)
    assert not list((tmp_path / "files").glob("*"))


async def test_a_content_that_breaks_off_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * MB
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.put(broken(), 10 * MB)
    assert not list((tmp_path / "files").glob("*"))


@pytest.mark.parametrize("file_id", ["0" * 32, "../secret_key", "", "a/b", "."])
async def test_what_is_not_there_has_no_content(blobs: Blobs, file_id: str) -> None:
    assert await read(blobs, file_id) == b""
    if file_id.isalnum():
        await blobs.delete(file_id)


async def test_what_no_message_came_to_carry_is_swept_away_after_a_day(
    blobs: Blobs, database: Database, tmp_path: Path
) -> None:
    carried, orphan, fresh = [(await blobs.put(parts(b"content"), MB))[0] for _ in range(3)]
    message = InboundMessage(
        "web:a", "web", "a", InboundKind.SAID, attachments=(Attachment(carried, "a.txt", "text/plain", 7),)
    )
    async with database.write() as tx:
        held = await conversations.open_for(tx, message)
        await conversations.add_inbound(tx, held, message, "")
        await tx.execute(update(tables.blob).where(tables.blob.c.id != fresh).values(created_at=0))
    for file_id in (carried, orphan):
        if (path := tmp_path / "files" / file_id).exists():
            os.utime(path, (0, 0))
    await SweepOrphans(database, blobs)()
    assert [await read(blobs, one) for one in (carried, orphan, fresh)] == [b"content", b"", b"content"]
    async with database.read() as tx:
        assert (await conversations.messages(tx, "web:a"))[0].attachments == message.attachments
