"""A front is killed between any two steps: nothing is lost, nothing doubled, and what nobody knows is marked.

The same fronts' logs and metrics are searched for the token, for the secret, and for what people wrote.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from conversations.staff import Role
from conversations.store import staff
from conversations.store.database import Database
from tests.core import checker
from tests.core.conftest import plain_logs
from tests.core.killable import POINTS_OF_POLLING, POINTS_OF_TELEGRAM
from tests.core.site import PATIENCE, Process, Site
from tests.front import CALM
from tests.scripted_engine import scripted_engine, understood
from tests.telegram.peer import ANNA, BEN, GROUP, TOKEN, Peer

__all__ = ["plain_logs"]  # a fixture
MENTION = {"type": "mention", "offset": 0, "length": 9}
SECRET = "the-secret-of-the-tests-that-no-log-may-hold"
ASKED = "where is my pineapple pan today"
# Where a message is on its way as the front dies.
SENDING = list(POINTS_OF_TELEGRAM)[2:]
LONG = " ".join(f"This is sentence number {n}." for n in range(300))


@dataclass
class TelegramSite(Site):
    """Where fronts with Telegram run, by its webhook or by long polling."""

    peer: Peer
    webhook: bool

    def _environment(self, port: int) -> dict[str, str]:
        ours = {"FRONTDESK_TELEGRAM_TOKEN": TOKEN, "FRONTDESK_TELEGRAM_API_URL": self.peer.url}
        if self.webhook:
            ours |= {"FRONTDESK_PUBLIC_URL": "https://front.example", "FRONTDESK_TELEGRAM_SECRET": SECRET}
        return super()._environment(port) | ours

    @asynccontextmanager
    async def fed(self, **plan: Any) -> AsyncIterator[Process]:
        """A front that Telegram knows."""
        async with self.front(**plan) as front:
            if self.webhook:
                await self.peer.set_webhook(f"{front.base}/webhooks/telegram", SECRET)
            yield front

    async def everything_sent(self) -> checker.Record:
        """The record, once Telegram has got rid of everything and so have we."""
        async with asyncio.timeout(PATIENCE):
            while True:
                left = await self.peer.redeliver() + (await self.peer.state())["pending"]
                record = await self.everything_settled()
                said = [m for m in record.message if m["sender"] != "contact"]
                if not left and not any(m["status"] in {"pending", "sending"} for m in said):
                    return record
                await asyncio.sleep(0.1)

    async def nothing_leaks(self, front: Process) -> None:
        """Neither logs nor metrics hold a secret, or what people wrote."""
        async with aiohttp.ClientSession() as session, session.get(f"{front.base}/metrics") as response:
            metrics = await response.text()
        logs = (self.data / "said").read_text()
        assert "front is up" in logs and "frontdesk_messages_received" in metrics
        for canary in (TOKEN, TOKEN.partition(":")[2], SECRET, ASKED, "pineapple pan"):
            assert canary not in logs and canary not in metrics, canary


@pytest.fixture
async def site(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str, redis_url: str | None, peer: Peer
) -> AsyncIterator[TelegramSite]:
    (tmp_path / "frontdesk.yml").write_text(json.dumps({"bounds": CALM}))
    database = Database(database_url)
    async with database.write() as tx:
        _, token = await staff.add(tx, "Ana", Role.AGENT, "support")
    await database.close()
    async with scripted_engine(tmp_path / "engine.sock") as engine:
        engine.answer(ASKED, LONG, understood("greet"))
        yield TelegramSite(tmp_path, database_url, redis_url, engine, token, peer, request.param == "webhook")


def _points() -> list[Any]:
    both = [(way, point) for way in ("webhook", "polling") for point in POINTS_OF_TELEGRAM]
    return [*both, *(("polling", point) for point in POINTS_OF_POLLING)]


@pytest.mark.parametrize(("site", "point"), _points(), indirect=["site"])
async def test_nothing_is_lost_and_nothing_twice_when_a_front_is_killed_as(site: TelegramSite, point: str) -> None:
    peer = site.peer
    async with site.fed(point=point) as doomed:
        await peer.say(ASKED)
        await peer.say("and something else please", BEN)
        await doomed.until_killed()
    in_flight = _with_status(await site.record(), "sending")
    await site.a_dead_front_is_given_up()
    async with site.fed() as front:
        await site.everything_sent()
        await peer.say("are you still there now?")
        record = await site.everything_sent()
        await site.nothing_leaks(front)
    checker.check_record(record)
    heard = sorted(m["text"] for m in record.message if m["sender"] == "contact")
    assert heard == ["and something else please", "are you still there now?", ASKED]
    # Exactly what was on its way is marked, and all else has arrived, once.
    assert _with_status(record, "unknown") == in_flight
    assert in_flight or point not in SENDING
    for chat in (ANNA, BEN):
        texts = await peer.texts(chat)
        assert len(texts) == len(set(texts))
    last = (await peer.texts(ANNA))[-1]
    in_doubt = any(conversation_id == f"telegram:{ANNA}" for conversation_id, _ in in_flight)
    assert last.startswith("My last message may not have reached you.") == in_doubt
    if not in_doubt:
        assert " ".join(" ".join((await peer.texts(ANNA))[:-1]).split()) == LONG


@pytest.mark.parametrize("site", ["webhook", "polling"], indirect=True)
async def test_no_fault_writes_a_secret_or_anybody_s_words_into_logs_or_metrics(site: TelegramSite) -> None:
    peer = site.peer
    for fault in ({"status": 401}, {"status": 429, "parameters": {"retry_after": 1}}, {"status": 502}, {"cut": True}):
        await peer.fault("sendMessage", **fault)
    for method in ("getFile", "answerCallbackQuery", "sendChatAction", "getUpdates", "getMe"):
        await peer.fault(method, status=502, description="Bad Gateway")
        await peer.fault(method, cut=True)
    redirected = await peer.file(b"x", redirect=f"{peer.url}/file/bot{TOKEN}/elsewhere")
    async with site.fed() as front:
        for number in range(4):
            await peer.say(f"{ASKED}, for the time {number}")
        for file_id in (redirected, "unknown", "unknown"):
            await peer.say(document={"file_id": file_id, "file_unique_id": "1"}, caption="the pineapple pan, as a file")
        await peer.press_data("1:0", 1)
        await peer.update(message={"message_id": "a pineapple pan", "chat": 7})
        await peer.say("@shop_bot where is the pineapple pan", ANNA, GROUP, entities=[MENTION])
        async with aiohttp.ClientSession() as session:
            forged = {"X-Telegram-Bot-Api-Secret-Token": SECRET[:-1]}
            await session.post(f"{front.base}/webhooks/telegram", json={"update_id": 1}, headers=forged)
        await site.everything_sent()
        await site.nothing_leaks(front)


def _with_status(record: checker.Record, status: str) -> set[tuple[str, int]]:
    said = [m for m in record.message if m["sender"] != "contact"]
    return {(m["conversation_id"], m["number"]) for m in said if m["status"] == status}
