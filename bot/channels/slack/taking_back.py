"""Deletes what a message of ours is made of in Slack, as far as Slack lets an app do that: its own posts and files.

https://docs.slack.dev/reference/methods/chat.delete
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.slack.sending import ELSEWHERE
from vendors.slack import files
from vendors.slack.api import SlackApi, SlackRefused

# What was taken away already needs no taking away.
_GONE = {"message_not_found", "file_not_found", "file_deleted", "thread_not_found"}


async def take_back(api: SlackApi, channel: str, ids: Sequence[str]) -> None:
    """Deletes posts and files by their ids in the record; done twice it is done once.

    Raises:
        SlackBusy, SlackSilent: it may be asked again.
        SlackRefused: of some of it, which stays; the rest is gone.
    """
    refusals: list[SlackRefused] = []
    for one in ids:
        try:
            await _delete(api, channel, one)
        except SlackRefused as refused:
            if refused.code not in _GONE:
                refusals.append(refused)
    if refusals:
        raise refusals[0]


async def _delete(api: SlackApi, channel: str, one: str) -> None:
    """A post by its time, a file by its id, or ``@``, a channel, ``/`` and the time of a post in that channel."""
    if one.startswith("F"):
        await files.delete(api, one, channel)
        return
    if one.startswith(ELSEWHERE):
        channel, _, one = one.removeprefix(ELSEWHERE).partition("/")
    await api.delete(channel, one)
