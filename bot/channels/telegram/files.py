"""Fetches what a contact sent as a file: by its id from Telegram, in parts to the blobs, within a few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog
from prometheus_client import Counter

from bot.channels.telegram.contents import Enclosed
from bot.gateway.limits import Buckets
from conversations.files import HEAD, media_type, own_name
from conversations.model import Attachment
from conversations.store.blobs import Blobs, TooLarge
from conversations.text import shortened, storable
from vendors.telegram.api import DOWNLOAD_LIMIT, TelegramApi
from vendors.telegram.errors import TelegramError

log = structlog.get_logger()
FETCHED = Counter("frontdesk_telegram_files", "Files of contacts on Telegram, by how fetching them ended", ["outcome"])
# Telegram waits for an answer to its webhook for about a minute; contacts wait for ours.
SECONDS = 8.0
# After one that did not come, so long a contact's other files are told as missed.
_SLOW = 10.0
_MEGABYTE = 1024 * 1024
_LONGEST_NAME = 100
_ANY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Missed:
    """The file is not there: ``notice`` is what its contact is told, ``remark`` stands in the record in its place."""

    notice: str
    remark: str


class Fetch:
    """Files from Telegram, of each contact a number at once: whoever sends hundreds holds up nobody else."""

    def __init__(self, api: TelegramApi, blobs: Blobs, seconds: float = SECONDS) -> None:
        self._api, self._blobs, self._seconds = api, blobs, seconds
        self._pace = Buckets(rate=0.5, burst=20)
        self._slow_until: dict[str, float] = {}

    async def __call__(self, conversation_id: str, enclosed: Enclosed) -> Attachment | Missed:
        """Keeps a file. One that is too large, or does not come in time, is missed: its message counts without it."""
        named = shortened(" ".join(storable(enclosed.name).split()), _LONGEST_NAME)
        if (enclosed.size or 0) > DOWNLOAD_LIMIT:
            return self._missed("too large", "file_too_large", named)
        if not self._pace.take(conversation_id):
            return self._missed("too many", "file_failed", named)
        if self._is_slow(conversation_id):
            return self._missed("failed", "file_failed", named)
        head = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                content = _watched(self._api.content(enclosed.file_id), head)
                file_id, size = await self._blobs.put(content, DOWNLOAD_LIMIT)
        except TooLarge:
            return self._missed("too large", "file_too_large", named)
        except (TelegramError, TimeoutError) as failed:
            log.warning("telegram: a file was not fetched", cause=str(failed) or type(failed).__name__)
            self._slow_until[conversation_id] = asyncio.get_running_loop().time() + _SLOW
            return self._missed("failed", "file_failed", named)
        FETCHED.labels("kept").inc()
        kind = media_type(bytes(head)) or _ANY
        return Attachment(file_id, own_name(enclosed.name, kind), kind, size)

    def _is_slow(self, conversation_id: str) -> bool:
        """After a file that did not come its contact's next ones are not waited for: others wait behind them."""
        at = asyncio.get_running_loop().time()
        self._slow_until = {one: until for one, until in self._slow_until.items() if until > at}
        return conversation_id in self._slow_until

    async def forget(self, file: Attachment) -> None:
        """A file whose message was not kept."""
        await self._blobs.delete(file.file_id)

    def _missed(self, outcome: str, notice: str, name: str) -> Missed:
        FETCHED.labels(outcome).inc()
        why = f"larger than {DOWNLOAD_LIMIT // _MEGABYTE} MB" if outcome == "too large" else "it could not be fetched"
        return Missed(notice, f"(sent {name}, which is not here: {why})")


async def _watched(content: AsyncIterator[bytes], head: bytearray) -> AsyncIterator[bytes]:
    """The same parts; the first bytes are noted."""
    async for part in content:
        head.extend(part[: HEAD - len(head)] if len(head) < HEAD else b"")
        yield part
