"""The line *is thinking…* in a chat of the assistant container; Slack takes it away with the next post.

https://docs.slack.dev/reference/methods/assistant.threads.setStatus
"""

from __future__ import annotations

import asyncio

import structlog

from bot.channels.slack.places import Place
from bot.channels.slack.workspaces import NotInstalled, Workspaces
from vendors.slack.api import SlackError

log = structlog.get_logger()
_LONGEST = 3.0


def has_status(place: Place) -> bool:
    """Whether Slack shows such a line there: in a person's own chats of the container."""
    return place.thread is not None and not place.is_shared


class Status:
    """Shows it, and lets no answer overtake it: a status that came after the answer would stay for two minutes."""

    def __init__(self, workspaces: Workspaces, words: str) -> None:
        self._workspaces, self._words = workspaces, words
        self._showing: dict[str, asyncio.Task[None]] = {}

    def show(self, place: Place, words: str | None = None) -> None:
        """Begins to show it, where there is a place for it; the caller does not wait.

        Args:
            words: others than the assistant's; "" takes the line away.
        """
        if not has_status(place):
            return
        task = asyncio.get_running_loop().create_task(self._show(place, self._words if words is None else words))
        self._showing[place.conversation_id] = task
        task.add_done_callback(lambda _: self._ended(place.conversation_id, task))

    async def settled(self, conversation_id: str) -> None:
        """Waits until no status is on its way."""
        task = self._showing.get(conversation_id)
        if task is not None:
            await asyncio.wait({task})

    async def finish(self) -> None:
        await asyncio.gather(*self._showing.values(), return_exceptions=True)

    def _ended(self, conversation_id: str, task: asyncio.Task[None]) -> None:
        if self._showing.get(conversation_id) is task:
            del self._showing[conversation_id]

    async def _show(self, place: Place, words: str) -> None:
        about = {"channel_id": place.channel, "thread_ts": str(place.thread), "status": words}
        try:
            async with asyncio.timeout(_LONGEST):
                await (await self._workspaces.api(place.team)).ask("assistant.threads.setStatus", **about)
        except (SlackError, NotInstalled, TimeoutError) as failed:
            log.info("slack: the status is not shown", cause=type(failed).__name__)
