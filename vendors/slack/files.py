"""Files into Slack and out of it, in parts: none is ever held in memory whole.

An upload has three steps (https://docs.slack.dev/messaging/working-with-files#upload): ask where to, send the bytes,
and share it. Until the last one nobody sees anything, and the file's id, known after the first, tells later whether it
was shared: so a step whose answer was lost is not blindly repeated.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from vendors.slack.api import SlackApi, SlackBusy, SlackRefused, SlackSilent

# Where Slack keeps people's files: https://docs.slack.dev/reference/objects/file-object (``url_private``).
FILES_HOST = "files.slack.com"
# Bytes of a file that are brought over, either way; Telegram's bots get no more, and nobody waits for it.
MOST = 20 * 1024 * 1024
# A transfer of that size may take so long (seconds); a work row is held for a minute.
_TRANSFER = aiohttp.ClientTimeout(total=45, connect=10)
_PART = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the bytes go, and the id under which Slack will know the file."""

    url: str
    slack_id: str


async def begin_upload(api: SlackApi, name: str, size: int) -> Upload:
    """The first step.

    Raises:
        SlackBusy, SlackRefused, SlackSilent: it may be asked again.
    """
    answer = await api.ask("files.getUploadURLExternal", filename=name, length=size)
    return Upload(str(answer["upload_url"]), str(answer["file_id"]))


async def send_bytes(api: SlackApi, upload: Upload, parts: AsyncIterable[bytes], size: int) -> None:
    """The second step: exactly ``size`` bytes.

    Raises:
        SlackBusy, SlackRefused, SlackSilent: it may be begun again with a new upload.
    """
    headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
    try:
        async with _session(api).post(
            upload.url, data=aiter(parts), headers=headers, timeout=_TRANSFER, allow_redirects=False
        ) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError, OSError) as silent:
        raise SlackSilent(type(silent).__name__) from silent
    if status == 429:
        raise SlackBusy(float(response.headers.get("Retry-After", 1)))
    if status >= 500:
        raise SlackSilent(f"status {status}")
    if status != 200:
        raise SlackRefused(f"upload_status_{status}")


async def share(api: SlackApi, slack_id: str, title: str, channel: str, thread: str | None) -> None:
    """The third step: the file is shown in the thread.

    Raises:
        SlackBusy, SlackRefused, SlackSilent: ask `is_shared` before it is asked again.
    """
    await api.turn(channel)
    about: dict[str, Any] = {"files": json.dumps([{"id": slack_id, "title": title}]), "channel_id": channel}
    await api.ask("files.completeUploadExternal", **about, **({"thread_ts": thread} if thread else {}))


async def is_shared(api: SlackApi, slack_id: str, channel: str) -> bool:
    """Whether an upload was shared there.

    Raises:
        SlackBusy, SlackRefused, SlackSilent.
    """
    return bool(await _shares(api, slack_id, channel))


async def delete(api: SlackApi, slack_id: str, channel: str) -> None:
    """Deletes a file of ours with the posts that show it in a channel.

    Raises:
        SlackBusy, SlackRefused, SlackSilent: it may be asked again.
    """
    for shown in await _shares(api, slack_id, channel):
        await api.delete(channel, str(shown["ts"]))
    await api.ask("files.delete", file=slack_id)


async def _shares(api: SlackApi, slack_id: str, channel: str) -> list[dict[str, Any]]:
    """Where a file is shown in a channel; of one that is not there, nowhere."""
    try:
        answer = await api.ask("files.info", file=slack_id)
    except SlackRefused as refused:
        if refused.code in {"file_not_found", "file_deleted"}:
            return []
        raise
    shares = answer["file"].get("shares") or {}
    return [one for kind in ("public", "private") for one in (shares.get(kind) or {}).get(channel) or ()]


def is_slacks(url: str, api: SlackApi) -> bool:
    """Whether a file's address is one of Slack's own, or of the server that the API was set to."""
    there, ours = urlsplit(url), urlsplit(str(api.client.base_url))
    if (there.scheme, there.netloc) == (ours.scheme, ours.netloc):
        return True
    return there.scheme == "https" and there.netloc == FILES_HOST


async def download(api: SlackApi, url: str) -> AsyncIterator[bytes]:
    """The bytes of a file that was shared with us, from Slack's own host and nowhere else; no redirect is followed.

    Slack redirects to its sign-in page when the token may not read files.

    Raises:
        SlackRefused: another host, or Slack does not give it (``files:read`` may be missing).
        SlackBusy, SlackSilent: it may be asked again.
    """
    if not is_slacks(url, api):
        raise SlackRefused("not_slacks_address")
    headers = {"Authorization": f"Bearer {api.client.token}"}
    try:
        async with _session(api).get(url, headers=headers, timeout=_TRANSFER, allow_redirects=False) as response:
            _check(response)
            async for part in response.content.iter_chunked(_PART):
                yield part
    except (aiohttp.ClientError, TimeoutError, OSError) as silent:
        raise SlackSilent(type(silent).__name__) from silent


def _check(response: aiohttp.ClientResponse) -> None:
    if response.status == 429:
        raise SlackBusy(float(response.headers.get("Retry-After", 1)))
    if response.status >= 500:
        raise SlackSilent(f"status {response.status}")
    if response.status != 200:
        raise SlackRefused(f"download_status_{response.status}")


def _session(api: SlackApi) -> aiohttp.ClientSession:
    session = api.client.session
    assert session is not None, "Slack is called only while the front runs"
    return session
