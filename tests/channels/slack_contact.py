"""A contact in Slack's direct messages, as the contract's tests see one, over the stand-in."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.channels.contact import Shown
from tests.front import House, house
from tests.slack_stand_in import Message, Slack, contacts, slack_stand_in, typed

CARLA = "U0CARLA"


class SlackContact:
    """Carla writes to the app directly."""

    channel, can_delete = "slack", True

    def __init__(self, slack: Slack, person: str = CARLA) -> None:
        self.slack, self.person = slack, person
        self.direct = contacts.direct(slack, person).id
        self.conversation_id = f"slack:{slack.team}/{self.direct}"

    async def say(self, text: str) -> str:
        act = await contacts.type_and_send(self.slack, self.person, typed(text))
        assert act.status == 200, act.statuses
        return act.ts

    async def repeat(self, reference: str) -> None:
        """As Slack does: the same event, signed anew, with the number and the reason of the retry."""
        message = self.slack.message(self.direct, reference)
        payload = next(
            one.payload
            for one in self.slack.deliveries
            if one.payload.get("event", {}).get("ts") == message.ts and "user" in one.payload["event"]
        )
        again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        for back in (1, 2):
            stamp = int(time.time()) - back - int(reference[-4:-2])
            answer = await self.slack.signed_post(json.dumps(payload), headers=again, timestamp=stamp)
            if answer.status == 200:
                return

    async def edit(self, reference: str, text: str) -> None:
        act = await self.slack.edit(self.person, self.direct, reference, typed(text))
        assert act.status == 200

    async def delete(self, reference: str) -> None:
        act = await self.slack.delete(self.person, self.direct, reference)
        assert act.status == 200

    async def send_file(self, name: str, media_type: str, content: bytes, text: str = "") -> str:
        file = {"name": name, "mimetype": media_type, "content": content}
        act = await contacts.type_and_send(self.slack, self.person, typed(text), files=[file])
        assert act.status == 200
        return act.ts

    async def press(self, title: str) -> None:
        for message in reversed(self._posts()):
            for action_id, text in _buttons(message):
                if text == title:
                    act = await self.slack.press(self.person, self.direct, message.ts, action_id)
                    assert act.status == 200
                    return
        raise AssertionError(f"no button {title!r}; shown: {self.shown()}")

    async def command(self, name: str) -> None:
        assert (await contacts.command(self.slack, self.person, name)).status == 200

    async def do_something_odd(self) -> None:
        event = {"type": "reaction_added", "user": self.person, "reaction": "tada", "item": {"type": "message"}}
        assert (await self.slack.signed_post(self.slack.event(event))).status == 200

    def shown(self) -> list[Shown]:
        return [self._shown(message) for message in self._posts()]

    def _posts(self) -> list[Message]:
        return self.slack.posts(self.direct)

    def _shown(self, message: Message) -> Shown:
        sections = [one for one in message.blocks if one["type"] == "section"]
        text = "".join(one["text"]["text"] for one in sections)
        files = tuple((one["name"], self.slack.contents[one["id"]]) for one in message.files)
        name = message.username or "".join(_speakers(message))
        return Shown(text or message.text, name, tuple(title for _, title in _buttons(message)), files)


def _buttons(message: Message) -> list[tuple[str, str]]:
    actions = [block for block in message.blocks if block["type"] == "actions"]
    return [(one["action_id"], one["text"]["text"]) for block in actions for one in block["elements"]]


def _speakers(message: Message) -> list[str]:
    context = [block for block in message.blocks if block["type"] == "context"]
    return [one["text"] for block in context for one in block["elements"] if one["type"] == "mrkdwn"]


def tokens(slack: Slack, **more: Any) -> dict[str, Any]:
    """The settings that connect a front to the stand-in, by an app for contacts alone."""
    return {
        "slack_contacts_bot_token": slack.token,
        "slack_contacts_signing_secret": slack.signing_secret,
        "slack_api_url": slack.api_url,
        **more,
    }


@asynccontextmanager
async def opened(data: Path, database_url: str, redis_url: str | None) -> AsyncIterator[tuple[House, SlackContact]]:
    """A house with one contact in Slack."""
    async with slack_stand_in(burst=50) as slack:
        slack.add_user(CARLA, "Carla")
        async with house(data, database_url, redis_url, env=tokens(slack)) as home:
            slack.events_url = str(home.client.make_url("/slack/contacts/events"))
            yield home, SlackContact(slack)
