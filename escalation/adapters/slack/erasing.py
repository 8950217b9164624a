"""Takes what we posted about an erased contact out of Slack: the thread's posts and files; the card says that it is so.

All of it may be done again: Slack is asked what is still there. Somebody else may have been posting when the contact
was erased, so after the longest that a call takes it is looked at once more; then the card's row goes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import structlog
from slack_sdk.models.blocks import PlainTextObject, SectionBlock
from sqlalchemy import delete, select, update

from conversations.events import ContactErased, Event
from conversations.store import tables as t
from conversations.store.database import Database
from conversations.store.erasing import ERASED, TOLD
from conversations.store.work import schedule
from escalation import tables
from escalation.adapters.slack.homes import SLACK_HOME
from vendors.slack.api import CALL_SECONDS, SlackApi, SlackBusy, SlackRefused, SlackSilent

log = structlog.get_logger()
# The kind of work; its key is a handoff.
SLACK_ERASE = "slack_erase"
_ONCE_MORE = CALL_SECONDS + 2
_SILENT, _REFUSED, _PAGE = 5.0, 600.0, 200
_DONE = "erased"
_ASK = (
    "The contact had everything about them erased. What the assistant posted here is deleted. What people wrote in "
    "this thread Slack lets only themselves delete: please do."
)
_NOT_OURS = {"cant_delete_message", "cant_delete_file"}
# What is not there need not be taken away.
_GONE = {"message_not_found", "thread_not_found", "file_not_found", "file_deleted", "channel_not_found"}


class EraseListener:
    """Has the cards of an erased contact's handoffs taken out of Slack, and App Homes shown anew without them."""

    name = "slack_erasing"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on(self, event_id: int, event: Event) -> None:
        if not isinstance(event, ContactErased):
            return
        cards = (
            select(tables.slack_card.c.handoff_id)
            .join(t.handoff, t.handoff.c.id == tables.slack_card.c.handoff_id)
            .where(t.handoff.c.conversation_id == event.conversation_id)
        )
        async with self._database.write() as tx:
            for handoff_id in (await tx.execute(cards)).scalars().all():
                await schedule(tx, SLACK_ERASE, handoff_id)
            for slack_id in (await tx.execute(select(tables.slack_home.c.slack_id))).scalars().all():
                await schedule(tx, SLACK_HOME, slack_id)


class EraseCards:
    """The handler of ``slack_erase`` work."""

    def __init__(self, database: Database, api: SlackApi) -> None:
        self._database, self._api = database, api

    async def __call__(self, handoff_id: str) -> float | None:
        card = tables.slack_card.c
        found = (
            select(card.channel, card.ts, card.shown)
            .join(t.handoff, t.handoff.c.id == card.handoff_id)
            .where(card.handoff_id == handoff_id, t.handoff.c.conversation_id.startswith(ERASED))
        )
        former = tables.slack_former.c
        async with self._database.read() as tx:
            row = (await tx.execute(found)).one_or_none()
            before = select(former.channel, former.ts).where(former.handoff_id == handoff_id)
            left = (await tx.execute(before)).all() if row else []
        if row is None:
            return None
        try:
            for place in (row, *left):
                await self._take_away(handoff_id, place.channel, place.ts)
        except SlackBusy as busy:
            return busy.retry_after
        except SlackSilent as silent:
            log.warning("Slack does not answer", handoff_id=handoff_id, cause=str(silent))
            return _SILENT
        except SlackRefused as refused:
            log.error("Slack does not let us erase a card", handoff_id=handoff_id, code=refused.code)
            return _REFUSED
        return await self._done(handoff_id, last=row.shown == _DONE)

    async def _done(self, handoff_id: str, *, last: bool) -> float | None:
        card = tables.slack_card
        async with self._database.write() as tx:
            if last:
                for table in (tables.slack_file, tables.slack_former):
                    await tx.execute(delete(table).where(table.c.handoff_id == handoff_id))
                await tx.execute(delete(card).where(card.c.handoff_id == handoff_id))
            else:
                await tx.execute(update(card).where(card.c.handoff_id == handoff_id).values(shown=_DONE))
        return None if last else _ONCE_MORE

    async def _take_away(self, handoff_id: str, channel: str, ts: str | None) -> None:
        await self._files(handoff_id)
        ts = ts or await self._api.find(channel, f"card:{handoff_id}", thread=None)
        if ts is None:
            return
        told, of_people, deleted = f"erased:{handoff_id}", 0, 0
        async for post in self._thread(channel, ts):
            metadata = (post.get("metadata") or {}).get("event_payload") or {}
            if metadata.get("delivery_id") == told:
                continue
            ours = [await _taken_away(self._api.ask("files.delete", file=one["id"])) for one in post.get("files") or ()]
            if (post.get("bot_id") or any(ours)) and await _taken_away(self._api.delete(channel, post["ts"])):
                deleted += 1
            else:
                of_people += 1
        try:
            await self._api.update(channel, ts, TOLD, [SectionBlock(text=PlainTextObject(text=TOLD))])
            if of_people and await self._api.find(channel, told, thread=ts) is None:
                text = [SectionBlock(text=PlainTextObject(text=_ASK))]
                await self._api.post(channel, _ASK, text, delivery_id=told, thread=ts)
        except SlackRefused as refused:
            if refused.code not in _GONE:
                raise
        log.info("erased in Slack", handoff_id=handoff_id, deleted=deleted, left=of_people)

    async def _files(self, handoff_id: str) -> None:
        file = tables.slack_file.c
        ids = select(file.slack_id).where(file.handoff_id == handoff_id, file.slack_id.is_not(None))
        async with self._database.read() as tx:
            found = list((await tx.execute(ids)).scalars())
        for slack_id in found:
            await _taken_away(self._api.ask("files.delete", file=slack_id))

    async def _thread(self, channel: str, ts: str) -> AsyncIterator[dict[str, Any]]:
        """What stands under the card."""
        cursor = ""
        while True:
            about = {"channel": channel, "ts": ts, "limit": _PAGE, "include_all_metadata": "true", "cursor": cursor}
            try:
                answer = await self._api.ask("conversations.replies", **about)
            except SlackRefused as refused:
                if refused.code in _GONE:
                    return
                raise
            for post in answer["messages"]:
                if post["ts"] != ts:
                    yield post
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


async def _taken_away(deletion: Awaitable[Any]) -> bool:
    """Whether it is gone; False when it is not ours, and so not ours to delete."""
    try:
        await deletion
    except SlackRefused as refused:
        if refused.code not in _GONE | _NOT_OURS:
            raise
        return refused.code in _GONE
    return True
