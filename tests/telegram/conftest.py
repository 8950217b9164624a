"""A house on Telegram, and who writes to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conversations.model import Message, Sender, Status
from conversations.store import conversations
from tests.channels.telegram_contact import telegram_house
from tests.front import House
from tests.telegram.peer import ANNA, Peer, Said, telegram_peer


@dataclass
class TelegramHouse:
    """The house, its Telegram, and what stands in both."""

    house: House
    peer: Peer

    async def record(self, conversation_id: str = f"telegram:{ANNA}") -> list[Message]:
        async with self.house.front.database.read() as tx:
            return await conversations.messages(tx, conversation_id)

    async def heard(self, conversation_id: str = f"telegram:{ANNA}") -> list[str]:
        """What the contact said, as the record has it."""
        return [one.text for one in await self.record(conversation_id) if one.sender is Sender.CONTACT]

    async def statuses(self, conversation_id: str = f"telegram:{ANNA}") -> list[Status]:
        return [one.status for one in await self.record(conversation_id) if one.sender is not Sender.CONTACT]

    async def until(self, true: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
        """Waits until something is so; fails with what stands in Anna's chat and in the record."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := await true()):
                    await asyncio.sleep(0.03)
                return found
        except TimeoutError:
            shown = [(one.chat, one.text[:100]) for chat in (ANNA,) for one in await self.peer.messages(chat)]
            record = [(one.sender, one.text[:60], one.status) for one in await self.record()]
            raise AssertionError(f"did not come; Telegram shows {shown}, the record has {record}") from None

    async def until_shown(self, part: str, chat: int = ANNA, times: int = 1, seconds: float = 20) -> list[Said]:
        async def shown() -> list[Said]:
            found = [one for one in await self.peer.messages(chat) if part in one.text]
            return found if len(found) >= times else []

        found: list[Said] = await self.until(shown, seconds)
        return found


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with telegram_peer() as running:
        yield running


@pytest.fixture(params=["webhook", "polling"])
async def either(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str, redis_url: str | None, peer: Peer
) -> AsyncIterator[TelegramHouse]:
    """Fed by the webhook, and by long polling."""
    webhook = request.param == "webhook"
    async with telegram_house(peer, tmp_path, database_url, redis_url, webhook=webhook) as home:
        yield TelegramHouse(home, peer)


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None, peer: Peer) -> AsyncIterator[TelegramHouse]:
    """Fed by the webhook."""
    async with telegram_house(peer, tmp_path, database_url, redis_url) as built:
        yield TelegramHouse(built, peer)
