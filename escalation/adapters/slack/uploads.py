"""Brings files into the thread of a card, each once: Slack's own id of the file tells later whether it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import structlog
from sqlalchemy import Row, Text, cast, delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.handoff import Handoff
from conversations.model import Attachment
from conversations.store import tables as t
from conversations.store.blobs import Blobs
from conversations.store.database import Database, now
from escalation import tables
from escalation.adapters.slack.places import GONE, NOWHERE, UNDER_WAY, Place
from escalation.adapters.slack.sending import AGAIN_SILENT
from vendors.slack import files
from vendors.slack.api import SlackApi, SlackBusy, SlackRefused, SlackSilent

log = structlog.get_logger()
BEGUN, SHOWN, REFUSED = "begun", "shown", "refused"
# Why we do not bring a file, in the words of its row; else it is Slack's own word.
TOO_LARGE, NOT_KEPT, NO_ANSWER = "too_large", "not_kept", "no_answer"
_TRIES, _REMEMBERED = 5, 1000


class Uploads:
    """Files of messages whose lines stand in the thread already."""

    def __init__(self, database: Database, blobs: Blobs, api: SlackApi) -> None:
        self._database, self._blobs, self._api = database, blobs, api
        self._silences: Counter[str] = Counter()

    async def next(self, place: Place, handoff: Handoff, through: int) -> Attachment | None:
        """The first file of the matter's messages up to ``through`` that is neither there nor refused."""
        m, f = t.message.c, tables.slack_file.c
        carried = (
            select(m.attachments, m.native_key)
            .where(
                m.conversation_id == handoff.conversation_id,
                m.episode == handoff.episode,
                m.number <= through,
                cast(m.attachments, Text) != "[]",
            )
            .order_by(m.number)
        )
        done = select(f.file_id).where(f.handoff_id == handoff.id, f.state.in_((SHOWN, REFUSED)))
        async with self._database.read() as tx:
            rows = (await tx.execute(carried)).all()
            ended = set((await tx.execute(done)).scalars()) if rows else set()
        for row in rows:
            if written_there(place, row.native_key):
                continue
            for one in row.attachments:
                if one["file_id"] not in ended:
                    return Attachment(**one)
        return None

    async def refused(self, handoff_id: str) -> list[Row[tuple[str, str, str]]]:
        """Files that cannot be brought: id, name, and why."""
        f = tables.slack_file.c
        statement = select(f.file_id, f.name, f.code).where(f.handoff_id == handoff_id, f.state == REFUSED)
        async with self._database.read() as tx:
            return list((await tx.execute(statement.order_by(f.at))).all())

    async def bring(self, place: Place, file: Attachment) -> None:
        """Shows the file in the thread.

        Raises:
            SlackBusy, SlackSilent: it may be asked again; SlackRefused: there is no such thread.
        """
        parts = self._blobs.get(file.file_id)
        first = await anext(parts, None)
        if first is None or file.size > files.MOST:
            await self._write(place, file, REFUSED, code=NOT_KEPT if first is None else TOO_LARGE)
            return
        try:
            if await self._came_before(place, file):
                await self._write(place, file, SHOWN)
            else:
                await self._upload(place, file, _chained(first, parts))
        except SlackRefused as no:
            await self._forget(place, file)
            if no.code in GONE | NOWHERE:
                raise
            log.warning("slack: a file was refused", handoff_id=place.handoff_id, code=no.code)
            await self._write(place, file, REFUSED, code=no.code[:64])

    async def _upload(self, place: Place, file: Attachment, parts: AsyncIterator[bytes]) -> None:
        upload = await files.begin_upload(self._api, file.name, file.size)
        await self._send_bytes(upload, file, parts)
        await self._write(place, file, BEGUN, slack_id=upload.slack_id)
        try:
            await files.share(self._api, upload.slack_id, file.name, place.channel, place.ts)
        except SlackBusy:
            await self._forget(place, file)
            raise
        except SlackSilent:
            await self._write(place, file, BEGUN, slack_id=upload.slack_id, ago=UNDER_WAY - AGAIN_SILENT)
            raise
        await self._write(place, file, SHOWN, slack_id=upload.slack_id)

    async def _send_bytes(self, upload: files.Upload, file: Attachment, parts: AsyncIterator[bytes]) -> None:
        """What is said after a file waits for it: not for ever, where Slack answers and its host for files does not."""
        try:
            await files.send_bytes(self._api, upload, parts, file.size)
        except SlackSilent as silent:
            self._silences[file.file_id] += 1
            if self._silences[file.file_id] < _TRIES:
                raise
            raise SlackRefused(NO_ANSWER) from silent
        finally:
            if len(self._silences) > _REMEMBERED:
                self._silences.clear()

    async def _came_before(self, place: Place, file: Attachment) -> bool:
        """Whether a sharing that was begun, and whose outcome is open, was done."""
        f = tables.slack_file.c
        left = (f.at + UNDER_WAY - now()).label("left")
        statement = select(f.slack_id, left).where(f.handoff_id == place.handoff_id, f.file_id == file.file_id)
        async with self._database.read() as tx:
            row = (await tx.execute(statement)).one_or_none()
        if row is None:
            return False
        if row.left > 0:
            raise SlackBusy(float(row.left))
        return await files.is_shared(self._api, row.slack_id, place.channel)

    async def _write(
        self,
        place: Place,
        file: Attachment,
        state: str,
        *,
        slack_id: str | None = None,
        code: str | None = None,
        ago: float = 0.0,
    ) -> None:
        made = sqlite_insert if self._database.is_sqlite else pg_insert
        changes = {"state": state, "code": code, "at": now() - ago}
        if slack_id is not None:
            changes["slack_id"] = slack_id
        row = made(tables.slack_file).values(
            handoff_id=place.handoff_id, file_id=file.file_id, name=file.name, **changes
        )
        async with self._database.write() as tx:
            await tx.execute(row.on_conflict_do_update(index_elements=["handoff_id", "file_id"], set_=changes))

    async def _forget(self, place: Place, file: Attachment) -> None:
        f = tables.slack_file
        where = (f.c.handoff_id == place.handoff_id, f.c.file_id == file.file_id)
        async with self._database.write() as tx:
            await tx.execute(delete(f).where(*where))


def written_there(place: Place, native_key: str | None) -> bool:
    """Whether a message or note was written in this card's own thread: after the card, in its channel."""
    kind, _, at = (native_key or "").removeprefix("agent:").partition(":")
    channel, _, ts = at.partition(":")
    return (kind, channel) == ("m", place.channel) and ts.removesuffix(":sent") > (place.ts or "")


async def _chained(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in parts:
        yield part
