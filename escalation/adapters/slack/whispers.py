"""Words that one person alone sees in Slack."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence

import structlog
from slack_sdk.models.blocks import Block

from vendors.slack.api import SlackApi, SlackBusy, SlackError

log = structlog.get_logger()
_TRIES = 3


class Whispers:
    """Says them beside whatever else goes on; one may be lost in a crash."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._tasks: set[asyncio.Task[None]] = set()

    async def finish(self) -> None:
        """Waits for what is still to be said."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell(self, channel: str, slack_id: str, text: str, thread: str, blocks: Sequence[Block] | None = None) -> None:
        """Tells only them, in the thread."""
        self._start(self._tell(channel, slack_id, text, thread, blocks))

    def take_back(self, response_url: str) -> None:
        """What one person saw is done with: https://docs.slack.dev/interactivity/handling-user-interaction."""
        if response_url:
            self._start(self._take_back(response_url))

    def _start(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_back(self, response_url: str) -> None:
        try:
            await self._api.respond(response_url, {"delete_original": True})
        except SlackError as failed:
            log.info("slack: what one person saw stays", cause=str(failed))

    async def _tell(self, channel: str, slack_id: str, text: str, thread: str, blocks: Sequence[Block] | None) -> None:
        for _ in range(_TRIES):
            try:
                await self._api.whisper(channel, slack_id, text, blocks, thread=thread)
            except SlackBusy as busy:
                await asyncio.sleep(min(busy.retry_after, 5.0))
            except SlackError as failed:
                log.warning("slack: could not tell somebody", cause=str(failed))
                return
            else:
                return
