"""What tests of the desk's acts share: contacts who ask for a person, and waiting until something is so."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from conversations.handoff import Handoff, Step
from conversations.model import Conversation, InboundKind, InboundMessage, Message
from conversations.staff import Principal, Role
from conversations.store import conversations, handoffs, staff, steps
from tests.front import House


async def until[T](look: Callable[[], Awaitable[T]], seconds: float = 30) -> T:
    """What ``look`` finds as soon as it finds something."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    return found


async def person(home: House, name: str, role: Role = Role.AGENT, teams: Any = "support", **more: Any) -> Principal:
    async with home.front.database.write() as tx:
        who, _ = await staff.add(tx, name, role, teams, **more)
    return who


class Contact:
    """Somebody on the web, without a browser."""

    def __init__(self, home: House) -> None:
        self._home, self.place = home, f"web:{uuid.uuid4().hex}"

    async def _receive(self, kind: InboundKind, **more: Any) -> int:
        name = self.place.partition(":")[2]
        inbound = InboundMessage(self.place, "web", name, kind, native_key=uuid.uuid4().hex, **more)
        number = (await self._home.front.receive(inbound)).number

        async def is_settled() -> bool:
            return (await self.conversation()).settled_through >= number

        await until(is_settled)
        return number

    async def says(self, text: str) -> int:
        """Says it, and waits until it is settled."""
        return await self._receive(InboundKind.SAID, text=text)

    async def asks_for_a_person(self) -> str:
        """Returns the handoff's id."""
        await self._receive(InboundKind.PRESSED, choice="menu:human")
        return (await self.handoff()).id

    async def conversation(self) -> Conversation:
        async with self._home.front.database.read() as tx:
            held = await conversations.get(tx, self.place)
        assert held is not None
        return held

    async def handoff(self) -> Handoff:
        """The latest."""
        async with self._home.front.database.read() as tx:
            return (await handoffs.of_conversation(tx, self.place))[0]

    async def heard(self) -> list[Message]:
        """What was said to them and not withdrawn."""
        async with self._home.front.database.read() as tx:
            said = await conversations.messages(tx, self.place)
        return [m for m in said if m.sender != "contact" and m.status != "withdrawn"]


async def found(home: House, handoff_id: str) -> Handoff:
    async with home.front.database.read() as tx:
        handoff = await handoffs.get(tx, handoff_id)
    assert handoff is not None
    return handoff


async def steps_of(home: House, handoff_id: str) -> list[Step]:
    async with home.front.database.read() as tx:
        return [step.what for step in await steps.of(tx, handoff_id)]
