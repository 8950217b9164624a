"""A whole front for the tests, with a browser's end of the web socket and an agent's end of the API."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from conversations.staff import Principal, Role
from conversations.store import staff
from frontdesk.app import FRONT, Front, create_app
from frontdesk.settings import Config, Environment, Settings
from tests.scripted_engine import Script, scripted_engine

Patient = Callable[[], bool]


class Browser:
    """A visitor's browser: remembers what it was shown, and its token."""

    def __init__(self, server: TestServer, token: str | None = None, after: int = 0) -> None:
        self._server, self.token, self.cursor = server, token, after
        self.contact: str | None = None
        # The proof of an e-mail's link.
        self.back: str | None = None
        self.timezone: str | None = None
        self.messages: dict[int, dict[str, Any]] = {}
        self.frames: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {}
        self._session: aiohttp.ClientSession | None = None
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self, **headers: str) -> Browser:
        self._session = aiohttp.ClientSession()
        self.socket = await self._session.ws_connect(self._server.make_url("/ws"), headers=headers)
        hello = {"type": "hello", "token": self.token, "after": self.cursor, "timezone": self.timezone}
        hello |= {"contact": self.contact, "back": self.back}
        await self.socket.send_json(hello)
        self._reading = asyncio.create_task(self._read())
        await self.until(lambda: bool(self.state) or self.socket is None or self.socket.closed)
        return self

    async def close(self) -> None:
        if self._reading:
            self._reading.cancel()
        if self.socket:
            await self.socket.close()
        if self._session:
            await self._session.close()

    async def _read(self) -> None:
        assert self.socket is not None
        async for message in self.socket:
            frame = json.loads(message.data)
            self.frames.append(frame)
            if frame["type"] == "welcome":
                self.token, self.state = frame["token"], {"waiting": False, **frame["state"]}
            elif frame["type"] == "state":
                self.state = {"waiting": False, **frame}
            elif frame["type"] == "messages":
                for item in frame["items"]:
                    self.messages[item["number"]] = item
                    self.cursor = max(self.cursor, item["number"])

    async def send(self, **frame: Any) -> None:
        assert self.socket is not None
        await self.socket.send_json(frame)

    async def say(self, text: str, key: str | None = None) -> str:
        key = key or str(uuid.uuid4())
        await self.send(type="say", id=key, text=text)
        return key

    async def press(self, title: str) -> None:
        """Presses the latest button with this title."""
        for message in sorted(self.messages.values(), key=lambda m: -m["number"]):
            for button in message.get("buttons", []):
                if button["title"] == title:
                    await self.send(type="press", id=str(uuid.uuid4()), choice=button["choice"])
                    return
        raise AssertionError(f"no button {title!r}; shown: {self.shown()}")

    def buttons(self) -> list[str]:
        """The titles of every button shown."""
        return [button["title"] for message in self.messages.values() for button in message.get("buttons", [])]

    def shown(self) -> list[tuple[str, str]]:
        return [(m["sender"], m["text"]) for _, m in sorted(self.messages.items())]

    def texts(self, sender: str) -> list[str]:
        return [text for who, text in self.shown() if who == sender]

    def echoed(self) -> list[str]:
        """Every message that the scripted engine answered, in order; those of a burst are lines of one answer."""
        return [line for text in self.texts("bot") for line in text.removeprefix("You said: ").splitlines()]

    def problems(self) -> list[str]:
        return [frame["code"] for frame in self.frames if frame["type"] == "problem"]

    async def until(self, true: Patient, seconds: float = 15) -> None:
        """Waits until something is so; fails with what was shown when it does not come."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"did not come; shown: {self.shown()}, state: {self.state}") from None

    async def until_said(self, sender: str, part: str, times: int = 1) -> None:
        await self.until(lambda: sum(part in text for text in self.texts(sender)) >= times)


class Agent:
    """An agent with the API."""

    def __init__(self, client: TestClient[Any, Any], who: Principal, token: str) -> None:
        self.client, self.who, self.token = client, who, token

    async def call(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.client.request(method, f"/api/v1{path}", json=body, headers=headers) as response:
            answer = await response.json(content_type=None) if response.status != 204 else None
            assert response.status == expect, (response.status, answer)
            return answer

    async def waiting(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("GET", "/queue"))["waiting"]
        return found

    async def act(self, handoff_id: str, act: str, expect: int = 200, **body: Any) -> Any:
        return await self.call("POST", f"/handoffs/{handoff_id}/{act}", body or None, expect)

    async def reply(self, handoff_id: str, text: str, key: str | None = None, expect: int = 200) -> Any:
        return await self.act(handoff_id, "reply", expect, id=key or str(uuid.uuid4()), text=text)

    async def upload(self, handoff_id: str, name: str, content: bytes, expect: int = 200) -> str:
        """Uploads a file for the next reply; returns its id."""
        path = f"/api/v1/handoffs/{handoff_id}/files"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/octet-stream"}
        async with self.client.post(path, params={"name": name}, data=content, headers=headers) as response:
            answer = await response.json()
            assert response.status == expect, (response.status, answer)
            return str(answer["file_id"])


class RasaClient:
    """A client made for Rasa's REST channel."""

    def __init__(self, client: TestClient[Any, Any], sender: str) -> None:
        self.client, self.sender = client, sender

    async def post(self, body: Any = None, *, query: str = "", **request: Any) -> tuple[int, Any]:
        """The status and the JSON of a call."""
        given = {"json": body} if body is not None else {}
        async with self.client.post(f"/webhooks/rest/webhook{query}", **given, **request) as response:
            return response.status, await response.json()

    async def say(self, message: str, message_id: str | None = None) -> list[dict[str, Any]]:
        """The answers to a message."""
        metadata = {"metadata": {"message_id": message_id}} if message_id else {}
        status, answers = await self.post({"sender": self.sender, "message": message, **metadata})
        assert status == 200, answers
        assert all(answer["recipient_id"] == self.sender for answer in answers)
        return list(answers)

    async def hear(self, message: str, message_id: str | None = None) -> list[str]:
        """The texts of the answers."""
        return [answer["text"] for answer in await self.say(message, message_id)]


class House:
    """A running front with its scripted engine."""

    def __init__(self, client: TestClient[Any, Any], front: Front, engine: Script) -> None:
        self.client, self.front, self.engine = client, front, engine
        self.browsers: list[Browser] = []
        self.agents: dict[str, Agent] = {}

    async def browser(self, token: str | None = None, after: int = 0) -> Browser:
        browser = await Browser(self.client.server, token, after).open()  # type: ignore[arg-type] # a TestServer
        self.browsers.append(browser)
        return browser

    def rasa_client(self, sender: str = "anna") -> RasaClient:
        return RasaClient(self.client, sender)

    async def agent(
        self, name: str = "Ana", role: Role = Role.AGENT, languages: tuple[str, ...] = (), team: str = "support"
    ) -> Agent:
        async with self.front.database.write() as tx:
            who, token = await staff.add(tx, name, role, team, languages=languages)
        return Agent(self.client, who, token)

    async def handoff(self, browser: Browser) -> str:
        """Has the visitor ask for a person; returns the handoff's id."""
        await browser.send(type="menu", id=str(uuid.uuid4()), command="human")
        await browser.until(lambda: browser.state.get("owner") == "queue")
        async with self.front.database.read() as tx:
            from conversations.store import handoffs

            return (await handoffs.waiting(tx))[-1].id


CALM = {"more": 0, "wait": 20, "offer": 40, "give_up": 60, "turn": 30, "told_again": 60, "lease": 60, "sweep": 0.2}
# For tests of an engine that does not answer.
QUICK = {"wait": 0.3, "offer": 0.6, "give_up": 10}


def settings(
    data: Path, database_url: str, redis_url: str | None = None, *, env: dict[str, Any] | None = None, **config: Any
) -> Settings:
    """Settings for a test: the product's own content, quick bounds, everything in ``data``; ``env`` adds variables."""
    environment = Environment(
        _env_file=None,  # type: ignore[call-arg] # pydantic-settings' own argument
        data=data,
        database_url=database_url,
        redis_url=redis_url,
        engine_urls=f"unix:{data / 'engine.sock'}",
        engine_secret="an-engine-secret-for-tests",
        secret_key="a-secret-key-for-tests-of-32-characters",
        **(env or {}),
    )
    bounds = {**CALM, **config.pop("bounds", {})}
    return Settings(environment, Config.model_validate({"bounds": bounds, **config}))


@asynccontextmanager
async def house(data: Path, database_url: str, redis_url: str | None = None, **config: Any) -> AsyncIterator[House]:
    """A front over a database, with a scripted engine."""
    made = settings(data, database_url, redis_url, **config)
    async with scripted_engine(data / "engine.sock") as engine:
        app = create_app(made)
        async with TestClient(TestServer(app)) as client:
            built = House(client, app[FRONT], engine)
            try:
                yield built
            finally:
                for browser in built.browsers:
                    await browser.close()
