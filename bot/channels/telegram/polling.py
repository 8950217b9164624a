"""Long polling: updates are asked for, committed, and only then confirmed, by the offset of the next call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.telegram.intake import Intake, NotYet
from bot.channels.telegram.shapes import HEARD
from vendors.telegram.api import TelegramApi
from vendors.telegram.errors import TelegramBusy, TelegramConflict, TelegramError

log = structlog.get_logger()
PASSED_OVER = Counter("frontdesk_telegram_passed_over", "Updates that could not be taken in however often they came")
# Seconds until it is tried again: after no answer, and after an answer that will be the same for a while.
_SOON, _LATER = 1.0, 15.0
# An update that fails so often, with the database there, will always fail: the others must not wait behind it.
_TRIES = 5
_PASSING = (NotYet, SQLAlchemyError, OSError)


class Polling:
    """The loop of the front that holds the place; ``still`` says whether it still does."""

    def __init__(self, api: TelegramApi, intake: Intake, still: Callable[[], Awaitable[bool]]) -> None:
        self._api, self._intake, self._still = api, intake, still
        # None after a call that confirmed all: ids begin anew, anywhere, after a week without updates.
        self._offset: int | None = None
        self._failures = 0

    async def run(self) -> None:
        """Until the place is somebody else's."""
        while await self._still():
            pause = await self.step()
            if pause:
                await asyncio.sleep(pause)

    async def step(self) -> float:
        """One call, and what it brought committed; returns seconds to wait before the next."""
        try:
            updates = await self._api.updates(self._offset, HEARD)
        except TelegramBusy as busy:
            return busy.retry_after
        except TelegramConflict as conflict:
            log.error("telegram: updates are taken elsewhere; see frontdesk doctor", cause=str(conflict))
            return _LATER
        except TelegramError as away:
            log.warning("telegram: no updates came", cause=str(away))
            return _SOON
        if not updates:
            self._offset = None
            return 0.0
        failed = await self._take(updates)
        if failed is not None and not self._is_hopeless(failed):
            return _SOON  # the same ones come again, and those that were committed are recognised
        self._failures = 0
        self._offset = max(update["update_id"] for update in updates) + 1
        return 0.0

    async def _take(self, updates: list[dict[str, Any]]) -> BaseException | None:
        """Takes all in, each conversation's in their order; the first failure, if there was one."""
        done = await asyncio.gather(*(self._intake(update) for update in updates), return_exceptions=True)
        failures = [wrong for wrong in done if isinstance(wrong, BaseException)]
        if failures:
            log.error("telegram: updates were not taken in", count=len(failures), cause=type(failures[0]).__name__)
        return next((wrong for wrong in failures if isinstance(wrong, _PASSING)), failures[0] if failures else None)

    def _is_hopeless(self, failed: BaseException) -> bool:
        if isinstance(failed, _PASSING):
            return False
        self._failures += 1
        if self._failures < _TRIES:
            return False
        PASSED_OVER.inc()
        log.error("telegram: an update was passed over", cause=type(failed).__name__)
        return True
