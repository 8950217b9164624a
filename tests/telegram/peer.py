"""Telegram as the tests see it: `telegram-test-api` with what it lacks (tests/peers/telegram/server.cjs)."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.conftest import free_port, listens, missing

FOLDER = Path(__file__).parents[1] / "peers" / "telegram"
TOKEN = "4242:a-token-of-the-tests-that-no-log-may-hold"
ANNA, BEN = 4711, 4712
GROUP = -100123
_PRESSES = itertools.count(1)


@dataclass(frozen=True)
class Said:
    """A message of the bot as it stands now."""

    id: int
    chat: int
    text: str
    buttons: tuple[tuple[str, str], ...]
    bold: str
    file: dict[str, Any] | None
    reply_to: int | None


@dataclass
class Peer:
    """The running peer; everything here is what people and their apps do."""

    port: int
    session: aiohttp.ClientSession
    said: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def call(self, path: str, body: Any = None) -> Any:
        async with self.session.post(f"{self.url}/{path}", json=body or {}) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def set_webhook(self, url: str, secret: str) -> None:
        await self.call(f"bot{TOKEN}/setWebhook", {"url": url, "secret_token": secret})

    async def state(self) -> dict[str, Any]:
        async with self.session.get(f"{self.url}/_state") as response:
            found: dict[str, Any] = await response.json()
            return found

    async def calls(self, method: str) -> list[dict[str, Any]]:
        return [call for call in (await self.state())["calls"] if call["method"] == method]

    async def messages(self, chat: int = ANNA) -> list[Said]:
        """What stands in a chat of the bot's."""
        return [_said(one) for one in (await self.state())["messages"] if int(one["chat_id"]) == chat]

    async def texts(self, chat: int = ANNA) -> list[str]:
        return [one.text for one in await self.messages(chat)]

    async def say(self, text: str = "", who: int = ANNA, chat: int | None = None, **more: Any) -> int:
        """A person writes; returns the message's id once the peer has got rid of it, or kept it."""
        message = {"from": person(who), "chat": place(chat or who), **({"text": text} if text else {}), **more}
        done = await self.call("_say", message)
        self.said[done["message_id"]] = done["update"]
        return int(done["message_id"])

    async def update(self, **kinds: Any) -> int:
        """Anything else happens; returns the status that the webhook answered, 0 if there is none."""
        return int((await self.call("_update", kinds))["status"])

    async def repeat(self, message_id: int) -> int:
        """The same update comes again."""
        return int((await self.call("_update", self.said[message_id]))["status"])

    async def edit(self, message_id: int, text: str, at: int | None = None) -> int:
        first = self.said[message_id]["message"]
        edited = {**first, "text": text, "edit_date": at or first["date"] + 1}
        return await self.update(edited_message=edited)

    async def press(self, title: str, who: int = ANNA, chat: int | None = None) -> int:
        """Presses the latest button of this title."""
        for one in reversed(await self.messages(chat or who)):
            for shown, data in one.buttons:
                if shown == title:
                    return await self.press_data(data, one.id, who, chat)
        raise AssertionError(f"no button {title!r} in {await self.messages(chat or who)}")

    async def press_data(self, data: str, message_id: int, who: int = ANNA, chat: int | None = None) -> int:
        message = {"message_id": message_id, "date": 1, "chat": place(chat or who)}
        press = {"id": str(next(_PRESSES)), "from": person(who), "message": message, "data": data, "chat_instance": "1"}
        return await self.update(callback_query=press)

    async def file(self, content: bytes, **more: Any) -> str:
        """A file that can be fetched; ``path``, ``redirect`` or ``slow`` (seconds) make it odd."""
        kept = await self.call("_file", {"content": base64.b64encode(content).decode(), **more})
        return str(kept["file_id"])

    async def sent_file(self, said: Said) -> bytes:
        """What the bot sent as a file."""
        assert said.file is not None
        async with self.session.get(f"{self.url}/_sent/{said.file['id']}") as response:
            return await response.read()

    async def fault(self, method: str, **fault: Any) -> None:
        """The next call of a method goes wrong: ``status``, ``hang`` or ``cut``; ``done`` if it is done nonetheless."""
        await self.call("_faults", [{"method": method, **fault}])

    async def blocks(self, chat: int) -> None:
        await self.call("_blocks", {"chat": chat})

    async def opens(self, chat: int) -> None:
        await self.call("_opens", {"chat": chat})

    async def redeliver(self) -> int:
        """Telegram sends again what was not acknowledged; returns how much is left."""
        return int((await self.call("_redeliver"))["left"])


def person(number: int) -> dict[str, Any]:
    name = {ANNA: "Anna", BEN: "Ben"}.get(number, f"Person {number}")
    return {"id": number, "is_bot": False, "first_name": name, "last_name": "Kohl", "language_code": "en"}


def place(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "supergroup" if chat < 0 else "private"}


def _said(one: dict[str, Any]) -> Said:
    keys = [key for row in (one.get("reply_markup") or {}).get("inline_keyboard", []) for key in row]
    entities = one.get("entities") or []
    marked = [entity for entity in entities if entity["type"] == "bold"]
    text = str(one.get("text") or "")
    raw = text.encode("utf-16-le")
    bold = "".join(raw[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le") for e in marked)
    reply = one.get("reply_parameters")
    reply = json.loads(reply) if isinstance(reply, str) else reply
    return Said(
        id=int(one["id"]),
        chat=int(one["chat_id"]),
        text=text,
        buttons=tuple((key["text"], key.get("callback_data") or key.get("url") or "") for key in keys),
        bold=bold,
        file=one.get("file"),
        reply_to=reply["message_id"] if reply else None,
    )


@asynccontextmanager
async def telegram_peer(port: int | None = None) -> AsyncIterator[Peer]:
    """The peer on a port; skips, or fails where services are required, when it is not installed."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        missing("The Telegram peer (sh tests/set-up installs it)")
    port = port or free_port()
    process = await asyncio.create_subprocess_exec(
        str(node), "server.cjs", str(port), cwd=FOLDER, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), 30)
        assert listens(f"tcp://127.0.0.1:{port}", port)
        async with aiohttp.ClientSession() as session:
            yield Peer(port, session)
    finally:
        process.kill()
        await process.wait()
