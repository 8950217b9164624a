"""The posts and files of one message, on their way into one channel: each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels.slack.render import Post
from conversations.model import Attachment
from conversations.store.blobs import Blobs
from vendors.slack import files
from vendors.slack.api import SlackApi

# The record's clock and Slack's may differ by that much (seconds).
_CLOCKS = 300.0
# So begins, among the ids of a message, that of a post in another channel than the others.
ELSEWHERE = "@"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The posts with their delivery ids, then the files."""

    posts: list[tuple[str, Post]]
    files: list[Attachment]


@dataclass(slots=True)
class Went:
    """What of a message is in Slack: posts by their delivery id, files by their own id in the record.

    ``announced`` is the sentence in another channel that says where it is. ``any_answer_lost`` when there may be more
    than is known.
    """

    posts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    announced: str | None = None
    any_answer_lost: bool = False

    @property
    def anything(self) -> bool:
        """Whether a part of it may be there."""
        return bool(self.posts or self.files or self.any_answer_lost)


@dataclass(frozen=True, slots=True)
class Sending:
    """Into a channel, or a thread in it. ``own_line``: Slack itself shows who speaks."""

    api: SlackApi
    blobs: Blobs
    channel: str
    thread: str | None
    own_line: bool

    async def send(self, outgoing: Outgoing, went: Went) -> None:
        """Sends what did not go yet, in order, and writes down in ``went`` what went.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        for key, post in outgoing.posts:
            if key not in went.posts:
                went.posts[key] = await self.api.post(
                    self.channel, post.text, post.blocks, delivery_id=key, thread=self.thread, speaker=post.speaker
                )
        for file in outgoing.files:
            if file.file_id not in went.files:
                went.files[file.file_id] = await self._share(file)

    async def _share(self, file: Attachment) -> str:
        upload = await files.begin_upload(self.api, file.name, file.size)
        await files.send_bytes(self.api, upload, self.blobs.get(file.file_id), file.size)
        await files.share(self.api, upload.slack_id, file.name, self.channel, self.thread)
        return upload.slack_id

    async def find(self, outgoing: Outgoing, went: Went, since: float) -> bool:
        """Looks what of it is in Slack; True when all of it is. Files bear no id of ours: their names and sizes do.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        seen = await self.api.posted(self.channel, thread=self.thread, oldest=since - _CLOCKS)
        by_key = {key: str(one["ts"]) for one in seen if (key := self.api.delivery_id_of(one))}
        went.posts |= {key: by_key[key] for key, _ in outgoing.posts if key in by_key}
        if len(went.posts) == len(outgoing.posts):
            shared = _shared_after(seen, min(went.posts.values()))
            for file in outgoing.files:
                found = next((one for one in shared if _is_same(one, file)), None)
                if found is not None:
                    shared.remove(found)
                    went.files[file.file_id] = str(found["id"])
        return len(went.posts) == len(outgoing.posts) and len(went.files) == len(outgoing.files)

    def vendor_id(self, went: Went) -> str:
        """Where it stands: the channel, the times of its posts, the ids of its files, what tells of it elsewhere."""
        announced = [went.announced] if went.announced else []
        return f"{self.channel}:{','.join([*went.posts.values(), *went.files.values(), *announced])}"[:255]


def _shared_after(seen: list[dict[str, Any]], ts: str) -> list[dict[str, Any]]:
    """Files that the app shared after a post of its own."""
    us = next((one.get("user") for one in seen if one["ts"] == ts), None)
    later = [one for one in seen if str(one["ts"]) > ts and one.get("user") == us]
    return [file for message in later for file in message.get("files") or ()]


def _is_same(shown: Mapping[str, Any], file: Attachment) -> bool:
    return shown.get("name") == file.name and shown.get("size") in {None, file.size}
