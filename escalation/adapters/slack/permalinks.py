"""Links to what stands in Slack. The workspace's address is asked once; without it there are no links."""

from __future__ import annotations

import time
from collections.abc import Iterable

import structlog

from escalation.adapters.slack.card import NO_LINKS, Links
from escalation.adapters.slack.places import Place, Posted
from vendors.slack.api import SlackApi, SlackError

log = structlog.get_logger()
_ASK_AGAIN = 60.0


class Permalinks:
    """Knows the workspace's address: https://docs.slack.dev/reference/methods/auth.test."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._base: str | None = None
        self._not_before = 0.0

    async def of(self, place: Place, posts: Iterable[Posted]) -> Links:
        """The links into the thread of a card."""
        if place.ts is None:
            return NO_LINKS
        by_message = {message: post.ts for post in posts for message in post.messages}
        return Links(await self.base() if by_message else None, place.channel, place.ts, by_message)

    async def base(self) -> str | None:
        """Such as ``https://acme.slack.com/``; None while Slack does not tell it."""
        if self._base is None and time.monotonic() >= self._not_before:
            self._not_before = time.monotonic() + _ASK_AGAIN
            try:
                self._base = str((await self._api.ask("auth.test"))["url"])
            except (SlackError, KeyError) as failed:
                log.info("slack: the workspace's address is not known yet", cause=str(failed))
        return self._base
