"""A contact on the web: the browser's end of the web socket, and of the routes for files."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.channels.web import identity
from tests.channels.contact import Shown
from tests.front import Browser, House, house


class WebContact:
    """A visitor of the web chat."""

    channel, can_delete = "web", True

    def __init__(self, house: House, browser: Browser) -> None:
        self._house, self.browser = house, browser
        place = identity.verify(browser.token, house.front.settings.secret_key)
        self.conversation_id = f"web:{place}"
        self._frames: dict[str, dict[str, Any]] = {}
        self._contents: dict[str, bytes] = {}

    async def _act(self, **frame: Any) -> str:
        """Sends a frame with an id of its own; returned once it is accepted, or refused."""
        key = str(uuid.uuid4())
        self._frames[key] = {**frame, "id": key}
        await self.browser.send(**self._frames[key])
        await self.browser.until(lambda: key in self._answered())
        return key

    def _answered(self) -> list[str | None]:
        return [frame.get("id") for frame in self.browser.frames if frame["type"] in {"accepted", "problem"}]

    async def say(self, text: str) -> str:
        return await self._act(type="say", text=text)

    async def repeat(self, reference: str) -> None:
        before = self._answered().count(reference)
        await self.browser.send(**self._frames[reference])
        await self.browser.until(lambda: self._answered().count(reference) > before)

    async def edit(self, reference: str, text: str) -> None:
        await self._act(type="edit", of=reference, text=text)

    async def delete(self, reference: str) -> None:
        await self._act(type="delete", of=reference)

    async def send_file(self, name: str, media_type: str, content: bytes, text: str = "") -> str:
        headers = {"Authorization": f"Bearer {self.browser.token}", "X-File-Name": quote(name, safe="")}
        headers["Content-Type"] = media_type
        async with self._house.client.post("/files", data=content, headers=headers) as answer:
            kept = await answer.json()
            assert answer.status == 200, kept
        return await self._act(type="say", text=text, files=[kept["file"]])

    async def press(self, title: str) -> None:
        await self.browser.press(title)

    async def command(self, name: str) -> None:
        await self._act(type="menu", command=name)

    async def do_something_odd(self) -> None:
        before = len(self.browser.problems())
        await self.browser.send(type="dance", id=str(uuid.uuid4()))
        await self.browser.until(lambda: len(self.browser.problems()) > before)

    def shown(self) -> list[Shown]:
        ordered = [message for _, message in sorted(self.browser.messages.items())]
        others = [m for m in ordered if m["sender"] != "contact" and not m.get("withdrawn") and not m.get("deleted")]
        return [self._shown(message) for message in others]

    def _shown(self, message: dict[str, Any]) -> Shown:
        """Buttons make way for the choice, and a file is shown once it has come."""
        is_open = message.get("open", True) and message.get("chosen") is None
        buttons = tuple(button["title"] for button in message.get("buttons", [])) if is_open else ()
        files = [(file["name"], self._contents.get(file["id"])) for file in message.get("files", [])]
        name = message.get("name") or ("Pina" if message["sender"] == "bot" else "")
        come = tuple((of, content) for of, content in files if content is not None)
        return Shown(message["text"], name, buttons, come)

    async def fetch(self) -> None:
        """Fetches what is shown with files, as a browser does, until it is ended."""
        while True:
            for message in list(self.browser.messages.values()):
                for file in message.get("files", []):
                    if file["id"] not in self._contents:
                        headers = {"Authorization": f"Bearer {self.browser.token}"}
                        async with self._house.client.get(f"/files/{file['id']}", headers=headers) as answer:
                            if answer.status == 200:
                                self._contents[file["id"]] = await answer.read()
            await asyncio.sleep(0.02)


@asynccontextmanager
async def opened(
    data: Path, database_url: str, redis_url: str | None, **settings: Any
) -> AsyncIterator[tuple[House, WebContact]]:
    """A house, and somebody who has just opened its chat; ``settings`` are more of the house's."""
    async with house(data, database_url, redis_url, **settings) as home:
        contact = WebContact(home, await home.browser())
        fetching = asyncio.create_task(contact.fetch())
        try:
            yield home, contact
        finally:
            fetching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await fetching
