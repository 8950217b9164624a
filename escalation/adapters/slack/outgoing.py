"""What the holder writes with files goes to the contact once the files are fetched: in order, each message once.

A message is written down when Slack brings it, so that Slack has its acknowledgement within three seconds; what is
written after it waits behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.handoff import HandoffError, KeptAsNote
from conversations.model import Attachment
from conversations.store import conversations, handoffs, staff
from conversations.store.blobs import Blobs, TooLarge
from conversations.store.database import Database, now
from conversations.store.work import schedule
from escalation import tables
from escalation.adapters.slack.views import words
from escalation.adapters.slack.whispers import Whispers
from escalation.service.desk import Desk
from escalation.service.files import MOST_FILES, FileEmpty, clean_name, keep
from vendors.slack.api import SlackApi, SlackBusy, SlackRefused, SlackSilent
from vendors.slack.files import MOST, download
from vendors.slack.payloads import File

log = structlog.get_logger()
# The kind of work; its key is a handoff.
SLACK_SEND = "slack_send"
# While Slack is silent a file is asked for again so long (seconds); then its writer is told.
_PATIENCE, _AGAIN = 120.0, 2.0
_ELSEWHERE = frozenset({"external", "tombstone", "hidden_by_limit"})


class NotSent(Exception):
    """One file does not go out; the message says why, for its writer."""


class Outgoing:
    """The handler of ``slack_send`` work, and the row of messages that wait for it."""

    def __init__(self, database: Database, blobs: Blobs, desk: Desk, api: SlackApi, whispers: Whispers) -> None:
        self._database, self._blobs, self._desk = database, blobs, desk
        self._api, self._whispers = api, whispers

    async def waits(self, key: str) -> bool:
        """Whether a message waits under this key."""
        return await self._any(tables.slack_outgoing.c.key == key)

    async def has(self, handoff_id: str) -> bool:
        """Whether something waits to go out in this handoff."""
        return await self._any(tables.slack_outgoing.c.handoff_id == handoff_id)

    async def _any(self, where: Any) -> bool:
        async with self._database.read() as tx:
            return (await tx.execute(select(tables.slack_outgoing.c.key).where(where).limit(1))).first() is not None

    async def add(
        self,
        handoff_id: str,
        key: str,
        *,
        channel: str,
        ts: str,
        thread: str,
        slack_id: str,
        text: str,
        files: Sequence[File],
    ) -> None:
        """Writes a message down, to be sent with its files."""
        made = sqlite_insert if self._database.is_sqlite else pg_insert
        row = made(tables.slack_outgoing).values(
            handoff_id=handoff_id,
            key=key,
            channel=channel,
            ts=ts,
            thread=thread,
            slack_id=slack_id,
            text=text,
            files=[file.as_json() for file in files],
            at=now(),
        )
        async with self._database.write() as tx:
            await tx.execute(row.on_conflict_do_nothing())
            await schedule(tx, SLACK_SEND, handoff_id)

    async def __call__(self, handoff_id: str) -> float | None:
        o = tables.slack_outgoing
        oldest = select(o).where(o.c.handoff_id == handoff_id).order_by(o.c.ts).limit(1)
        async with self._database.read() as tx:
            row = (await tx.execute(oldest)).one_or_none()
            at = await conversations.clock(tx)
        if row is None:
            return None
        again_in = await self._send(row, patient=at < row.at + _PATIENCE)
        return 0.0 if again_in is None else again_in

    async def _send(self, row: Row[Any], *, patient: bool) -> float | None:
        """Sends a message with what can be fetched of its files; None when it is done with."""
        kept: list[Attachment] = []
        told: list[str] = []
        for given in row.files[:MOST_FILES]:
            file = File(**given)
            try:
                kept.append(await self._fetch(file))
            except NotSent as not_sent:
                told.append(words.FILE_NOT_SENT.format(name=clean_name(file.name or ""), why=not_sent))
            except (SlackBusy, SlackSilent) as later:
                if patient:
                    return later.retry_after if isinstance(later, SlackBusy) else _AGAIN
                told.append(words.FILE_NOT_SENT.format(name=clean_name(file.name or ""), why=words.SILENT_FILE))
        if len(row.files) > MOST_FILES:
            told.append(words.TOO_MANY.format(most=MOST_FILES))
        if row.text or kept:
            told += await self._say(row, kept)
        async with self._database.write() as tx:
            await tx.execute(delete(tables.slack_outgoing).where(tables.slack_outgoing.c.key == row.key))
        if told:
            self._whispers.tell(row.channel, row.slack_id, "\n".join(told), row.thread)
        return None

    async def _fetch(self, file: File) -> Attachment:
        """Keeps a file of Slack's.

        Raises:
            NotSent, SlackBusy, SlackSilent.
        """
        if file.mode in _ELSEWHERE or file.is_external:
            raise NotSent(words.ELSEWHERE)
        if (file.size or 0) > MOST:
            raise NotSent(words.TOO_LARGE.format(most=MOST // 2**20))
        try:
            url = file.url or await self._url_of(file.id)
            return await keep(self._blobs, download(self._api, url), file.name or "", MOST)
        except TooLarge:
            raise NotSent(words.TOO_LARGE.format(most=MOST // 2**20)) from None
        except FileEmpty:
            raise NotSent(words.EMPTY_FILE) from None
        except SlackRefused as refused:
            log.warning("slack: a file was not given", code=refused.code)
            raise NotSent(words.NO_ACCESS.format(code=refused.code)) from refused

    async def _url_of(self, file_id: str) -> str:
        """Of what people of other workspaces share only the id comes: https://docs.slack.dev/apis/slack-connect."""
        answer = await self._api.ask("files.info", file=file_id)
        return str(answer["file"].get("url_private_download") or answer["file"].get("url_private") or "")

    async def _say(self, row: Row[Any], kept: Sequence[Attachment]) -> list[str]:
        """Sends it, if its writer still holds the handoff; returns what they are to be told."""
        async with self._database.read() as tx:
            who = await staff.by_slack_id(tx, row.slack_id)
            handoff = await handoffs.get(tx, row.handoff_id)
        assert handoff is not None, "its row refers to it"
        if who is None:
            return [words.NOT_ON_ROSTER.format(slack_id=row.slack_id)]
        if not who.works_the_desk:
            return [words.NOT_THE_DESK]
        try:
            await self._desk.reply(who, row.handoff_id, row.text, row.key, kept)
        except KeptAsNote:
            return []
        except HandoffError:
            if row.text:
                await self._desk.note(who, row.handoff_id, row.text, row.key)
            return [f"{words.who_has_it(handoff.state, handoff.agent_name)} {words.FILE_KEPT}"]
        return []
