"""An editor with the studio's API."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from conversations.staff import Role
from tests.front import Agent, House


class Editor:
    """Somebody on the roster who asks the studio."""

    def __init__(self, agent: Agent) -> None:
        self._agent, self.token, self.name = agent, agent.token, agent.who.name

    async def call(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self._agent.client.request(method, f"/studio/api{path}", json=body, headers=headers) as response:
            answer = await response.json(content_type=None) if response.status != 204 else None
            assert response.status == expect, (response.status, answer)
            if expect >= 400:
                assert response.content_type == "application/problem+json"
            return answer

    async def get(self, path: str) -> Any:
        return await self.call("GET", path)

    async def save(self, intent: str, version: int, expect: int = 200, **edit: Any) -> Any:
        return await self.call("POST", f"/intents/{intent}", {"version": version, "edit": edit}, expect)

    async def until(self, path: str, true: Callable[[Any], bool], seconds: float = 30) -> Any:
        """What a path answers once something is so."""
        async with asyncio.timeout(seconds):
            while not true(found := await self.get(path)):
                await asyncio.sleep(0.1)
        return found

    async def publish(self, note: str = "", anyway: str = "") -> Any:
        """Publishes, and gives the state at its end."""
        await self.call("POST", "/publishing", {"note": note, "anyway": anyway}, 202)
        return await self.until("/publishing", lambda state: not state["running"])


async def editor(home: House, name: str = "Edna", role: Role = Role.EDITOR) -> Editor:
    return Editor(await home.agent(name, role))
