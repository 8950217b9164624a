"""What a web chat made for Rasa's server does, over python-socketio's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import socketio

from tests.front import House


class RasaWidget:
    """Keeps the ``session_id`` that it was given, as the published ones do."""

    def __init__(self, house: House, session_id: object = None, **options: Any) -> None:
        self.url = str(house.client.make_url("/")).rstrip("/")
        self.session_id, self.options = session_id, options
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[dict[str, Any]] = []
        self.confirmed: list[Any] = []
        self.client.on("bot_uttered", self._hear)
        self.client.on("session_confirm", self._confirm)

    async def _hear(self, utterance: dict[str, Any]) -> None:
        self.heard.append(utterance)

    async def _confirm(self, session_id: Any) -> None:
        self.confirmed.append(session_id)
        self.session_id = session_id

    async def open(self, **request: Any) -> RasaWidget:
        await self.connect()
        await self.client.emit("session_request", {"session_id": self.session_id, **request})
        await self.until(lambda: bool(self.confirmed))
        return self

    async def connect(self) -> RasaWidget:
        await self.client.connect(self.url, **{"transports": ["websocket"], **self.options})
        return self

    async def say(self, text: object, **more: Any) -> Any:
        """Returns what the server acknowledges with."""
        return await self.client.call("user_uttered", {"message": text, "session_id": self.session_id, **more})

    async def press(self, title: str) -> None:
        """Sends the payload of the latest quick reply of this title."""
        offered = [reply for one in self.heard for reply in one.get("quick_replies", [])]
        await self.say(next(reply["payload"] for reply in reversed(offered) if reply["title"] == title))

    def texts(self) -> list[str]:
        return [one["text"] for one in self.heard if "text" in one]

    def titles(self) -> list[str]:
        return [reply["title"] for one in self.heard for reply in one.get("quick_replies", [])]

    async def until(self, true: Callable[[], bool], seconds: float = 15) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"did not come; heard: {self.heard}") from None

    async def until_heard(self, part: str, times: int = 1) -> None:
        await self.until(lambda: sum(part in text for text in self.texts()) >= times)

    async def close(self) -> None:
        await self.client.disconnect()


@asynccontextmanager
async def rasa_widget(house: House, session_id: object = None, **options: Any) -> AsyncIterator[RasaWidget]:
    """A chat that has asked for its session."""
    widget = await RasaWidget(house, session_id, **options).open()
    try:
        yield widget
    finally:
        await widget.close()
