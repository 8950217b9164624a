"""Fetches what a contact sent as a file: by its id from Telegram, in parts to the blobs, within a few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from prometheus_client import Counter

from bot.channels.files import FileRefused, FileRules, keep
from bot.channels.telegram.contents import Enclosed
from bot.gateway.limits import Buckets
from conversations.model import Attachment
from conversations.notices import Notices
from conversations.store.blobs import Blobs
from conversations.text import shortened, storable
from vendors.telegram.api import DOWNLOAD_LIMIT, TelegramApi
from vendors.telegram.errors import TelegramError

log = structlog.get_logger()
FETCHED = Counter("frontdesk_telegram_files", "Files of contacts on Telegram, by how fetching them ended", ["outcome"])
# Telegram waits for an answer to its webhook for about a minute; contacts wait for ours.
SECONDS = 8.0
# After one that did not come, so long a contact's other files are told as missed.
_SLOW = 10.0
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Missed:
    """The file is not there: ``told`` makes what its contact hears, ``remark`` stands in the record in its place."""

    told: Callable[[Notices], str]
    remark: str


class Fetch:
    """Files from Telegram, of each contact a number at once: whoever sends hundreds holds up nobody else.

    Args:
        rules: what may come; Telegram itself gives bots no file above `DOWNLOAD_LIMIT`.
    """

    def __init__(self, api: TelegramApi, blobs: Blobs, rules: FileRules, seconds: float = SECONDS) -> None:
        self._api, self._blobs, self._seconds = api, blobs, seconds
        self._rules = replace(rules, most=min(rules.most, DOWNLOAD_LIMIT))
        self._pace = Buckets(rate=0.5, burst=20)
        self._slow_until: dict[str, float] = {}

    async def __call__(self, conversation_id: str, enclosed: Enclosed) -> Attachment | Missed:
        """Keeps a file. One that is too large, or does not come in time, is missed: its message counts without it."""
        named = shortened(" ".join(storable(enclosed.name).split()), _LONGEST_NAME)
        if (enclosed.size or 0) > self._rules.most:
            return self._too_large(named)
        if not self._pace.take(conversation_id):
            return self._not_fetched("too many", named)
        if self._is_slow(conversation_id):
            return self._not_fetched("failed", named)
        try:
            async with asyncio.timeout(self._seconds):
                kept = await keep(self._blobs, self._api.content(enclosed.file_id), enclosed.name, self._rules)
        except FileRefused as refused:
            return self._too_large(named) if refused.status == 413 else self._wrong_type(named)
        except (TelegramError, TimeoutError) as failed:
            log.warning("telegram: a file was not fetched", cause=str(failed) or type(failed).__name__)
            self._slow_until[conversation_id] = asyncio.get_running_loop().time() + _SLOW
            return self._not_fetched("failed", named)
        FETCHED.labels("kept").inc()
        return kept

    def _is_slow(self, conversation_id: str) -> bool:
        """After a file that did not come its contact's next ones are not waited for: others wait behind them."""
        at = asyncio.get_running_loop().time()
        self._slow_until = {one: until for one, until in self._slow_until.items() if until > at}
        return conversation_id in self._slow_until

    async def forget(self, file: Attachment) -> None:
        """A file whose message was not kept."""
        await self._blobs.delete(file.file_id)

    def _too_large(self, name: str) -> Missed:
        limit = f"{self._rules.most / 1_000_000:g}"
        return _missed(
            "too large", lambda notices: notices("file_too_large", limit=limit), name, f"larger than {limit} MB"
        )

    def _wrong_type(self, name: str) -> Missed:
        told = self._rules.wrong_type().text
        return _missed("wrong type", lambda _: told, name, "files of this kind are not taken")

    def _not_fetched(self, outcome: str, name: str) -> Missed:
        return _missed(outcome, lambda notices: notices("file_failed"), name, "it could not be fetched")


def _missed(outcome: str, told: Callable[[Notices], str], name: str, why: str) -> Missed:
    FETCHED.labels(outcome).inc()
    return Missed(told, f"(sent {name}, which is not here: {why})")
