"""A contact on Telegram, through `telegram-test-api` (tests/telegram/peer.py): the driver of the contract's tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frontdesk.telegram import webhook_secret
from tests.channels.contact import Shown
from tests.front import House, house
from tests.telegram.peer import ANNA, TOKEN, Peer, Said, telegram_peer

ASSISTANT = "Pina"
_LOOK = 0.05


@dataclass
class TelegramContact:
    """Anna, in her private chat with the bot. Telegram does not tell bots what people delete."""

    peer: Peer
    channel: str = "telegram"
    conversation_id: str = f"telegram:{ANNA}"
    can_delete: bool = False
    _shown: list[Shown] = field(default_factory=list)
    _contents: dict[int, bytes] = field(default_factory=dict)

    async def say(self, text: str) -> str:
        return str(await self.peer.say(text))

    async def repeat(self, reference: str) -> None:
        assert await self.peer.repeat(int(reference)) == 200

    async def edit(self, reference: str, text: str) -> None:
        assert await self.peer.edit(int(reference), text) == 200

    async def delete(self, reference: str) -> None:
        raise NotImplementedError("Telegram does not tell bots what people delete: see `can_delete`")

    async def send_file(self, name: str, media_type: str, content: bytes, text: str = "") -> str:
        document = {"file_id": await self.peer.file(content), "file_unique_id": "1", "file_name": name}
        document |= {"mime_type": media_type, "file_size": len(content)}
        return str(await self.peer.say(document=document, **({"caption": text} if text else {})))

    async def press(self, title: str) -> None:
        assert await self.peer.press(title) == 200

    async def command(self, name: str) -> None:
        entity = {"type": "bot_command", "offset": 0, "length": len(name) + 1}
        await self.peer.say(f"/{name}", entities=[entity])

    async def do_something_odd(self) -> None:
        assert await self.peer.update(hologram={"id": 1}) == 200

    def shown(self) -> list[Shown]:
        return list(self._shown)

    async def look(self) -> None:
        """Keeps what the app shows up to date."""
        while True:
            self._shown = [await self._as_shown(said) for said in await self.peer.messages()]
            await asyncio.sleep(_LOOK)

    async def _as_shown(self, said: Said) -> Shown:
        text = said.text.removeprefix(said.bold).removeprefix("\n") if said.bold else said.text
        titles = tuple(title for title, _ in said.buttons)
        files: tuple[tuple[str, bytes], ...] = ()
        if said.file is not None and "id" in said.file:
            if said.id not in self._contents:
                self._contents[said.id] = await self.peer.sent_file(said)
            files = ((said.file["name"], self._contents[said.id]),)
        return Shown(text, said.bold or ASSISTANT, titles, files)


@asynccontextmanager
async def opened(
    data: Path, database_url: str, redis_url: str | None, **settings: Any
) -> AsyncIterator[tuple[House, TelegramContact]]:
    """A house on Telegram's webhook, and a contact who uses it; ``settings`` are more of the house's."""
    async with telegram_peer() as peer, telegram_house(peer, data, database_url, redis_url, **settings) as home:
        contact = TelegramContact(peer)
        looking = asyncio.create_task(contact.look())
        try:
            yield home, contact
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


@asynccontextmanager
async def telegram_house(
    peer: Peer,
    data: Path,
    database_url: str,
    redis_url: str | None,
    *,
    webhook: bool = True,
    env: dict[str, Any] | None = None,
    **config: Any,
) -> AsyncIterator[House]:
    """A house with this Telegram, fed by its webhook or by long polling."""
    env = {"telegram_token": TOKEN, "telegram_api_url": peer.url, **(env or {})}
    if webhook:
        env["public_url"] = "https://front.example"
    async with house(data, database_url, redis_url, env=env, **config) as home:
        if webhook:
            url = str(home.client.make_url("/webhooks/telegram"))
            await peer.set_webhook(url, webhook_secret(home.front.settings))
        yield home
