"""What reaches ``/slack/events`` about contacts: only what Slack signed lately counts, and it counts once."""

from __future__ import annotations

import asyncio
import json
import random
import time
import urllib.parse
from typing import Any

import pytest
from prometheus_client import REGISTRY
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import func, select

from conversations.store import tables as t
from escalation.service.waiting import PLACES
from tests.slack_contacts.conftest import CARLA, DAN, TOWN, Contacts
from tests.slack_stand_in import contacts

FORGED: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "of-another-app"},
    "no signature": {"headers": {"X-Slack-Signature": None}},
    "no time": {"headers": {"X-Slack-Request-Timestamp": None}},
    "a time that is no number": {"timestamp": "yesterday"},
    "a second too old": {"timestamp": -301},
    "a second too far ahead": {"timestamp": 302},
}


async def rows(home: Contacts) -> list[int]:
    """Messages, conversations, contacts, and work, but that of the house itself: places of teams."""
    counted = [select(func.count()).select_from(one) for one in (t.message, t.conversation, t.contact)]
    counted.append(select(func.count()).select_from(t.work).where(t.work.c.kind != PLACES))
    async with home.house.front.database.read() as tx:
        return [int((await tx.execute(one)).scalar_one()) for one in counted]


def event(home: Contacts, text: str = "hello to you all", **more: Any) -> dict[str, Any]:
    """A direct message, as Slack would send it."""
    direct = contacts.direct(home.slack, CARLA).id
    said = {"type": "message", "channel": direct, "channel_type": "im", "user": CARLA, "text": text, "ts": "1.000100"}
    return home.slack.event(said | more)


def unknown() -> float:
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        if metric.name == "frontdesk_updates_unknown"
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels.get("channel") == "slack"
    )


@pytest.mark.parametrize("how", FORGED)
async def test_what_slack_did_not_sign_lately_is_refused_and_changes_nothing(home: Contacts, how: str) -> None:
    given = dict(FORGED[how])
    if isinstance(given.get("timestamp"), int):
        given["timestamp"] = int(time.time()) + given["timestamp"]
    command = urllib.parse.urlencode({"command": "/frontdesk", "text": "human", "user_id": CARLA}).encode()
    for body in (json.dumps(event(home)), command):
        assert (await home.slack.signed_post(body, **given)).status == 401
    await asyncio.sleep(0.2)
    assert await rows(home) == [0, 0, 0, 0]


async def test_a_signature_made_by_slack_s_own_sdk_is_good(home: Contacts) -> None:
    """An independent signer."""
    body = json.dumps(event(home))
    stamp = str(int(time.time()))
    signed = SignatureVerifier(home.slack.signing_secret).generate_signature(timestamp=stamp, body=body)
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signed),
        "Content-Type": "application/json",
    }
    async with home.house.client.post("/slack/events", data=body, headers=headers) as answer:
        assert answer.status == 200
    await home.until(lambda: "You said: hello to you all" in home.told())
    async with home.house.client.post("/slack/events", data=body, headers=headers) as answer:
        assert answer.status == 401, "the very same request again is a replay"


async def test_a_message_that_comes_many_times_is_said_once(home: Contacts) -> None:
    payload, began = event(home), int(time.time()) - 60
    for retry in range(4):  # each try is signed anew, with the second in which it is made
        again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        answer = await home.slack.signed_post(payload, headers=again, timestamp=began + retry)
        assert answer.status == 200
    await home.until(home.direct)
    await asyncio.sleep(0.3)
    assert len(home.direct()) == len(home.engine.asked) == 1


async def test_the_two_events_of_a_mention_are_one_message_in_any_order_and_at_once(home: Contacts) -> None:
    home.slack.events_url, url = None, home.slack.events_url
    acts = [await home.mention(f"question number {n} for you") for n in range(4)]
    home.slack.events_url = url
    for at, act in enumerate(acts):
        assert act.message is not None
        message = home.slack.event_of(act.message)
        mention = {**{k: v for k, v in message.items() if k != "channel_type"}, "type": "app_mention"}
        both = [home.slack.event(message), home.slack.event(mention)]
        if at % 2:
            both.reverse()
        if at < 2:
            statuses = [(await home.slack.signed_post(one)).status for one in both]
        else:
            statuses = [one.status for one in await asyncio.gather(*(home.slack.signed_post(one) for one in both))]
        assert statuses == [200, 200]
    await home.until(lambda: len(home.direct()) + sum(len(home.thread(act.ts)) for act in acts) >= 4)
    await asyncio.sleep(0.3)
    assert len(home.engine.asked) == 4
    found = [m for act in acts for m in await home.record(f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}")]
    assert not [m for m in found if (m.native_key or "").endswith("#2")]


async def test_a_press_that_comes_again_counts_once(home: Contacts) -> None:
    from bot.engine.wire import Button
    from tests.scripted_engine import understood

    home.engine.answer("menu please now", "What is it about?", understood("greet"), Button("Orders", "/orders"))
    await home.write("menu please now")
    asked = (await home.until(home.direct))[0]
    await home.press(asked, "Orders")
    payload = home.slack.deliveries[-1].payload
    if "actions" not in payload:
        payload = next(one.payload for one in reversed(home.slack.deliveries) if "actions" in one.payload)
    body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
    assert (await home.slack.signed_post(body, timestamp=int(time.time()) - 7)).status == 200
    await home.until(lambda: "You said: /orders" in home.told())
    assert await home.said(home.id_of()) == ["menu please now", "Orders"]


@pytest.mark.parametrize("body", [b"{", b"payload=%7B", b"[1]", b'"text"', b"[" * 100_000])
async def test_broken_json_is_answered_as_such(home: Contacts, body: bytes) -> None:
    assert (await home.slack.signed_post(body)).status == 400
    assert (await home.slack.verify_url()).status == 200


async def test_kinds_that_nobody_knows_are_acknowledged_and_counted(home: Contacts) -> None:
    before = unknown()
    for odd in (
        home.slack.event({"type": "team_join", "user": {"id": CARLA}}),
        event(home, channel_type="mpim", channel="G0GROUP"),
        event(home, channel_type="hologram"),
        event(home, subtype="channel_topic"),
        event(home, subtype="invented_yesterday"),
    ):
        assert (await home.slack.signed_post(odd)).status == 200
    assert unknown() == before + 5
    assert (await rows(home))[0] == 0


ODD: list[Any] = [
    None,
    "",
    "x",
    7,
    1e999,
    True,
    [],
    {},
    [{}],
    {"id": []},
    "\ud800",
    "a" * 300,
    "../..",
    "<@U1>",
    [[[]]],
]
FIELDS = "type channel ts user text thread_ts channel_type subtype bot_id team files message previous_message".split()


@pytest.mark.parametrize("seed", range(4))
async def test_odd_payloads_break_nothing(home: Contacts, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a game
    for number in range(60):
        payload = event(home, f"this is word number {number}", ts=f"{number}.000100")
        for _ in range(dice.randint(1, 3)):
            where = dice.choice((payload, payload["event"], payload["event"]))
            where[dice.choice((*FIELDS, "authorizations", "team_id"))] = dice.choice(ODD)
        body = json.dumps(payload)
        assert (await home.slack.signed_post(body, timestamp=int(time.time()) - number)).status in {200, 400, 404, 500}
    assert (await home.write("still there, I hope?", DAN)).status == 200
    await home.until(lambda: "You said: still there, I hope?" in home.told(DAN), 30)


@pytest.mark.parametrize(
    "value", ["", "x", "slack:T1/D1", "web:1 1:0", "slack:T0STANDIN1/D0CARLA 999999999999:0", "a b c"]
)
async def test_a_tampered_button_changes_nothing(home: Contacts, value: str) -> None:
    await home.write("hello to you all")
    asked = (await home.until(home.direct))[0]
    action = {"type": "button", "action_id": "say:0", "block_id": "b", "value": value, "action_ts": "1"}
    payload = home.slack.action(
        "block_actions",
        CARLA,
        container={"type": "message", "message_ts": asked.ts, "channel_id": asked.channel},
        actions=[action],
    )
    body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
    assert (await home.slack.signed_post(body)).status == 200
    await asyncio.sleep(0.2)
    assert len(home.engine.asked) == 1
