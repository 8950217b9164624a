"""A front whose contacts write in Slack, and whose agents work there: one app for both, as people mostly have it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.engine.wire import TurnResult
from conversations.model import Message as Recorded
from conversations.model import Sender
from conversations.staff import Principal, Role
from conversations.store import conversations, staff
from tests.front import House, house
from tests.slack.conftest import tokens, words
from tests.slack_stand_in import CHANNEL, Act, Message, Slack, contacts, slack_stand_in, typed

ANA, CARLA, DAN = "U0ANA", "U0CARLA", "U0DAN"
# A channel where people talk, with the app in it.
TOWN = "C0TOWN"
LOBBY = {"teams": [{"name": "support", "lobby": CHANNEL}]}


class Contacts:
    """The house, its Slack, and what contacts do and see there."""

    def __init__(self, house: House, slack: Slack) -> None:
        self.house, self.slack = house, slack

    @property
    def engine(self) -> Any:
        return self.house.engine

    async def write(self, text: str, person: str = CARLA, thread: str | None = None, **more: Any) -> Act:
        """Writes to the app directly."""
        return await contacts.type_and_send(self.slack, person, typed(text), thread, **more)

    async def mention(self, text: str, person: str = CARLA, thread: str | None = None) -> Act:
        """Calls the app in the channel."""
        return await self.slack.mention(person, TOWN, typed(text), thread)

    def direct(self, person: str = CARLA) -> list[Message]:
        """What the app wrote to somebody directly."""
        written = self.slack.posts(contacts.direct(self.slack, person).id)
        return [one for one in written if one.subtype != "assistant_app_thread"]

    def thread(self, ts: str) -> list[Message]:
        """What the app wrote in a thread of the channel."""
        return self.slack.posts(TOWN, ts)

    def told(self, person: str = CARLA) -> str:
        return "\n".join(words(message) for message in self.direct(person))

    async def press(self, message: Message, title: str, person: str = CARLA) -> Act:
        """Presses a button by its title."""
        action = next(
            one["action_id"]
            for block in message.blocks
            if block["type"] == "actions"
            for one in block["elements"]
            if one["text"]["text"] == title
        )
        return await self.slack.press(person, message.channel, message.ts, action)

    async def until(self, true: Callable[[], Any], seconds: float = 15) -> Any:
        """Waits until something is so in Slack; fails with what stands there."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := true()):
                    await asyncio.sleep(0.01)
                return found
        except TimeoutError:
            shown = {id: [words(m)[:200] for m in self.slack.posts(id)] for id in self.slack.channels}
            raise AssertionError(f"did not come; Slack shows {shown}") from None

    async def record(self, conversation_id: str) -> list[Recorded]:
        async with self.house.front.database.read() as tx:
            return await conversations.messages(tx, conversation_id)

    async def said(self, conversation_id: str) -> list[str]:
        """What the contact said, as the record has it."""
        return [one.text for one in await self.record(conversation_id) if one.sender is Sender.CONTACT]

    async def until_recorded(self, true: Callable[[list[Recorded]], Any], conversation_id: str) -> list[Recorded]:
        async with asyncio.timeout(15):
            while not true(found := await self.record(conversation_id)):
                await asyncio.sleep(0.02)
            return found

    async def hire(self, name: str, slack_id: str, role: Role = Role.AGENT) -> Principal:
        async with self.house.front.database.write() as tx:
            return (await staff.add(tx, name, role, "support", slack_id))[0]

    def id_of(self, person: str = CARLA) -> str:
        return f"slack:{self.slack.team}/{contacts.direct(self.slack, person).id}"

    def answers_in_form(self, text: str, reply: str, parse: Any) -> None:
        """The engine answers with the question of a form."""
        self.engine.answer(text, reply, parse)
        given: TurnResult = self.engine.answers[text]
        from msgspec.structs import replace

        self.engine.answers[text] = replace(given, active_form="complaint_form", requested_slot="complaint_text")


def buttons(message: Message) -> list[str]:
    """The titles of a message's buttons."""
    actions = [block for block in message.blocks or [] if block["type"] == "actions"]
    return [one["text"]["text"] for block in actions for one in block["elements"]]


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with slack_stand_in(burst=20) as running:
        running.add_channel(TOWN, "town")
        for person, name in ((ANA, "Ana"), (CARLA, "Carla"), (DAN, "Dan")):
            running.add_user(person, name)
        yield running


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None, slack: Slack) -> AsyncIterator[Contacts]:
    async with house(tmp_path, database_url, redis_url, env=tokens(slack), **LOBBY) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        yield Contacts(built, slack)
