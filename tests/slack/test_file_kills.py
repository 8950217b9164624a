"""A front is killed at every step of a file's way between the contact and the thread: it arrives, and once."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.gateway.receive import TURN
from conversations.model import Attachment, InboundKind, InboundMessage
from conversations.store import conversations
from conversations.store.blobs import Blobs, FolderBlobs, TableBlobs
from conversations.store.database import Database
from conversations.store.work import schedule
from tests.core.killable import POINTS_OF_SLACK_FILES
from tests.core.site import Browser, until
from tests.slack.conftest import ANA
from tests.slack.test_kills import SlackSite, plain_logs, site
from tests.slack_stand_in import CHANNEL

__all__ = ["plain_logs", "site"]  # fixtures
CONTENT = b"\x89PNG\r\n\x1a\n" + b"x" * 3000
SAID = "Here is your label."


async def _parts() -> AsyncIterator[bytes]:
    yield CONTENT


def blobs_of(site: SlackSite, database: Database) -> Blobs:
    return FolderBlobs(site.data / "files") if site.redis_url is None else TableBlobs(database)


async def contact_sends(site: SlackSite) -> None:
    """A channel brings the contact's file, as another front would."""
    database = Database(site.url)
    (held,) = (await site.record()).conversation
    file_id, size = await blobs_of(site, database).put(_parts(), len(CONTENT))
    file = Attachment(file_id, "wok.png", "image/png", size)
    identity = held["id"].partition(":")[2]
    said = InboundMessage(held["id"], "web", identity, InboundKind.SAID, "look", "file-1", attachments=(file,))
    async with database.write() as tx:
        locked = await conversations.get(tx, held["id"], lock=True)
        assert locked is not None
        await conversations.add_inbound(tx, locked, said, said.text)
        await schedule(tx, TURN, locked.id)
    await database.close()


async def write(site: SlackSite) -> None:
    """Ana sends a file, once: Slack sends it again until it is confirmed."""
    if not any(message.text == SAID for message in site.slack.channels[CHANNEL].messages):
        file = {"name": "label.png", "content": CONTENT}
        await site.slack.write(ANA, CHANNEL, SAID, site.cards[0].ts, files=[file])


def files_in_thread(site: SlackSite) -> list[str]:
    posts = site.slack.posts(CHANNEL, site.cards[0].ts)
    return [file["name"] for post in posts for file in post.files]


def names_of(attachments: Any) -> list[str]:
    """SQLite reads JSON as text."""
    return [file["name"] for file in (json.loads(attachments) if isinstance(attachments, str) else attachments)]


@pytest.mark.parametrize("point", POINTS_OF_SLACK_FILES)
async def test_a_file_arrives_and_once_when_a_front_is_killed_as(site: SlackSite, point: str) -> None:
    browser = Browser("")
    async with site.front(point=point) as doomed:
        browser.base = doomed.base
        await browser.open()
        await browser.send(type="menu", command="human")
        await until(lambda: site.cards)
        await site.claim()
        await contact_sends(site)
        with contextlib.suppress(aiohttp.ClientError):
            if "agent" in point:
                await write(site)
        await doomed.until_killed()
    await browser.close()
    await site.a_dead_front_is_given_up()
    async with site.front() as front:
        browser.base = front.base
        await browser.open()
        await site.claim()
        await write(site)
        while site.slack.undelivered:
            await site.slack.redeliver()
            await asyncio.sleep(0.2)
        await until(lambda: SAID in [item["text"] for item in browser.shown.values()])
        await until(lambda: files_in_thread(site), 40)
        await browser.close()
    record = await site.record()
    sent = [m for m in record.message if m["sender"] == "agent"]
    assert [(m["text"], names_of(m["attachments"])) for m in sent] == [(SAID, ["label.png"])]
    assert files_in_thread(site) == ["wok.png"]
