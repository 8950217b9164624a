"""What reaches ``/slack/events``: only what Slack signed lately counts, and it counts once."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.parse
from typing import Any

import pytest
from sqlalchemy import func, select

from conversations.store import tables as t
from escalation import tables
from tests.slack.conftest import ANA, BEN, SlackHouse, buttons, menu
from tests.slack_stand_in import CHANNEL, signature


async def rows(home: SlackHouse) -> tuple[int, ...]:
    """How much the record holds; and whoever holds handoffs."""
    counted = (t.message, t.event, tables.note, tables.opening)
    held = select(func.count()).select_from(t.handoff).where(t.handoff.c.agent_id.is_not(None))
    async with home.house.front.database.read() as tx:
        found = [int((await tx.execute(select(func.count()).select_from(one))).scalar_one()) for one in counted]
        return (*found, int((await tx.execute(held)).scalar_one()))


def a_press(home: SlackHouse, ts: str, value: str) -> dict[str, Any]:
    """A press on *Claim*, as Slack would send it."""
    return home.slack.action(
        "block_actions",
        ANA,
        container={"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": False},
        channel={"id": CHANNEL, "name": "support"},
        actions=[{"type": "button", "action_id": "claim", "block_id": "b", "value": value, "action_ts": "1"}],
    )


def form(payload: dict[str, Any]) -> bytes:
    return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()


async def nothing_but_ours(home: SlackHouse) -> None:
    """From here on the last request is the test's own: our posts do not come back as events."""
    home.slack.own_events = False
    await home.slack.settled()


FORGED = {
    "another secret": {"secret": "of-another-app"},
    "no signature": {"headers": {"X-Slack-Signature": None}},
    "an empty signature": {"headers": {"X-Slack-Signature": ""}},
    "a signature that is no text of ours": {"headers": {"X-Slack-Signature": "v0=" + "0" * 64}},
    "no time": {"headers": {"X-Slack-Request-Timestamp": None}},
    "a time that is no number": {"timestamp": "yesterday"},
    "a time that is nearly one": {"timestamp": "1e9"},
    "a second too old": {"timestamp": -301},
    "a second too far ahead": {"timestamp": 302},
}


@pytest.mark.parametrize("how", FORGED)
async def test_what_slack_did_not_sign_lately_is_refused_and_changes_nothing(home: SlackHouse, how: str) -> None:
    await home.hire("Ana", ANA)
    handoff_id, card = await home.card_of(await home.house.browser())
    before, given = await rows(home), dict(FORGED[how])
    if isinstance(given.get("timestamp"), int):
        given["timestamp"] = int(time.time()) + given["timestamp"]
    attempt = await home.slack.signed_post(form(a_press(home, card.ts, handoff_id)), **given)
    assert attempt.status == 401
    assert await rows(home) == before and "claim" in buttons(card)


async def test_a_signature_counts_for_the_bytes_that_it_was_made_for(home: SlackHouse) -> None:
    event = home.slack.event({"type": "message", "channel": CHANNEL, "user": ANA, "text": "a/b", "ts": "1.1"})
    sent, spaced = json.dumps(event, separators=(",", ":")).encode(), json.dumps(event).encode()
    stamp = str(int(time.time()))
    signed = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(home.slack.signing_secret, stamp, sent),
    }
    assert (await home.slack.signed_post(sent, headers=signed)).status == 200
    assert (await home.slack.signed_post(spaced, headers=signed)).status == 401


async def test_two_signatures_are_none(home: SlackHouse) -> None:
    body = form(a_press(home, "1.1", "x"))
    stamp = str(int(time.time()))
    head = [
        ("X-Slack-Request-Timestamp", stamp),
        ("X-Slack-Signature", signature(home.slack.signing_secret, stamp, body)),
        ("X-Slack-Signature", "v0=forged"),
    ]
    async with home.house.client.post("/slack/events", data=body, headers=head) as answer:
        assert answer.status == 401


@pytest.mark.parametrize("body", [b"{", b"payload=%7B", b"\xff\xfe", b"", b"payload=", b"[1]", b'"text"'])
async def test_what_is_signed_and_still_no_request_is_answered_and_breaks_nothing(
    home: SlackHouse, body: bytes
) -> None:
    attempt = await home.slack.signed_post(body)
    assert attempt.status in {200, 400, 401, 404}
    assert (await home.slack.verify_url()).status == 200


@pytest.mark.parametrize("age", [0, -290])
async def test_a_replayed_request_is_refused_and_changes_nothing(home: SlackHouse, age: int) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    body = form(a_press(home, card.ts, handoff_id))
    await nothing_but_ours(home)
    assert (await home.slack.signed_post(body, timestamp=int(time.time()) + age)).status == 200
    sent = home.slack.last_request
    await browser.until_said("system", "Ana")
    await home.until(lambda: "release" in buttons(card))
    await home.choose(ANA, card, "release")
    await browser.until(lambda: browser.state["owner"] == "queue")
    before = await rows(home)
    assert {a.status for a in await asyncio.gather(*(home.slack.replay(sent) for _ in range(20)))} == {401}
    assert await rows(home) == before and browser.state["owner"] == "queue"


async def test_of_the_same_request_many_times_at_once_one_counts(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    await home.until(lambda: home.thread(card))
    await nothing_but_ours(home)
    events_url, home.slack.events_url = home.slack.events_url, "http://127.0.0.1:9/"
    await home.slack.signed_post(form(a_press(home, card.ts, handoff_id)))
    sent, home.slack.events_url = home.slack.last_request, events_url
    sent.url = str(events_url)
    statuses = [a.status for a in await asyncio.gather(*(home.slack.replay(sent) for _ in range(20)))]
    assert sorted(statuses) == [200] + [401] * 19
    await browser.until(lambda: browser.state["owner"] == "agent")


async def test_a_message_that_comes_many_times_is_said_once(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.write(ANA, CHANNEL, "only once", card.ts)
    payload = home.slack.deliveries[-1].payload
    began = int(time.time()) - 60
    for retry in range(1, 4):  # each try is signed anew, with the second in which it is made
        again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        stamp = began + retry
        assert (await home.slack.signed_post(payload, headers=again, timestamp=stamp)).status == 200
    mention = await home.slack.write(ANA, CHANNEL, "and this", card.ts)
    told_otherwise = {**home.slack.deliveries[-1].payload["event"], "type": "app_mention"}
    assert (await home.slack.signed_post(home.slack.event(told_otherwise))).status == 200
    await browser.until_said("agent", "and this")
    assert mention.status == 200
    assert browser.texts("agent") == ["only once", "and this"]


async def test_a_tampered_button_is_refused(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    one, other = await home.house.browser(), await home.house.browser()
    _, card = await home.card_of(one)
    other_id, other_card = await home.card_of(other)
    before = await rows(home)
    for value in (other_id, "", "x", f"{other_id} m:{CHANNEL}:1.1", "' OR 1=1 --"):
        assert (await home.slack.press(ANA, CHANNEL, card.ts, "claim", value=value)).status == 200
    await home.slack.signed_post(form(a_press(home, "1.1", other_id)))
    await home.until(lambda: len(home.told(ANA)) == 6)
    assert {("does not belong" in one.text) for one in home.told(ANA)} == {True}
    assert await rows(home) == before
    assert "claim" in buttons(card) and "claim" in buttons(other_card)


async def test_somebody_else_s_note_cannot_be_sent(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.slack.write(ANA, CHANNEL, "mine", card.ts)
    offered = (await home.until(lambda: home.told(ANA)))[0]
    ana_s_key = offered.blocks[1]["elements"][0]["value"]
    await home.slack.write(BEN, CHANNEL, "Ben's", card.ts)
    ben_s = (await home.until(lambda: home.told(BEN)))[0]
    await home.slack.press(BEN, CHANNEL, ben_s.ts, "claim_and_send", value=ana_s_key)
    await home.until(lambda: len(home.told(BEN)) == 2)
    assert browser.state["owner"] == "queue" and not browser.texts("agent")


async def test_what_we_do_not_know_is_acknowledged(home: SlackHouse) -> None:
    for kind in ("team_join", "reaction_added", "app_home_opened", "message.unheard_of"):
        assert (await home.slack.signed_post(home.slack.event({"type": kind, "user": ANA}))).status == 200
    unknown = home.slack.action("block_actions", ANA, container={}, actions=[{"action_id": "new", "block_id": "b"}])
    assert (await home.slack.signed_post(form(unknown))).status == 200


async def test_our_own_posts_that_come_back_are_not_heard(home: SlackHouse) -> None:
    await home.card_of(await home.house.browser())
    before = await rows(home)
    await home.slack.settled()
    assert home.slack.deliveries and await rows(home) == before
    assert not home.slack.ephemerals


async def test_words_that_come_again_mean_what_they_meant(home: SlackHouse) -> None:
    """Slack sends an event again whose acknowledgement was lost, and by then somebody may hold the handoff."""
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.slack.write(ANA, CHANNEL, "this one is a real pain", card.ts)
    among_us = home.slack.deliveries[-1].payload
    await home.until(lambda: home.told(ANA))
    await home.slack.press(ANA, CHANNEL, card.ts, "claim")
    await browser.until(lambda: browser.state["owner"] == "agent")
    assert (await home.slack.signed_post(among_us, timestamp=int(time.time()) - 1)).status == 200
    await home.slack.write(ANA, CHANNEL, "to the contact", card.ts)
    live = home.slack.deliveries[-1].payload
    await browser.until_said("agent", "to the contact")
    await home.until(lambda: "give_back" in buttons(card))
    await home.slack.press(ANA, CHANNEL, card.ts, "give_back")
    await browser.until(lambda: browser.state["owner"] == "bot")
    whispers = len(home.slack.ephemerals)
    assert (await home.slack.signed_post(live, timestamp=int(time.time()) - 1)).status == 200
    await asyncio.sleep(0.3)
    assert browser.texts("agent") == ["to the contact"]
    assert len(home.slack.ephemerals) == whispers


ODD = [None, "x", 7, [], {}, [{}], {"id": []}, {"id": "U\ud800"}, "a" * 300]


@pytest.mark.parametrize("field", ["user", "actions", "container", "trigger_id"])
async def test_a_press_of_another_shape_changes_nothing(home: SlackHouse, field: str) -> None:
    await home.hire("Ana", ANA)
    handoff_id, card = await home.card_of(await home.house.browser())
    before = await rows(home)
    for odd in ODD:
        if field == "trigger_id" and isinstance(odd, str):
            continue
        press = a_press(home, card.ts, handoff_id) | {field: odd}
        # 500 is Bolt's, which looks for the action's name before any listener of ours.
        assert (await home.slack.signed_post(form(press))).status in {200, 400, 404, 500}
    assert await rows(home) == before


@pytest.mark.parametrize("field", ["channel", "ts", "thread_ts", "subtype", "text"])
async def test_a_message_of_another_shape_is_acknowledged_and_changes_nothing(home: SlackHouse, field: str) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    before = await rows(home)
    event = {"type": "message", "channel": CHANNEL, "user": ANA, "text": "hi", "ts": "9.9", "thread_ts": card.ts}
    for odd in ([7], {"x": 1}, 7):
        answer = await home.slack.signed_post(home.slack.event(event | {field: odd}))
        assert answer.status in {200, 400}
    assert await rows(home) == before and not browser.texts("agent")


@pytest.mark.parametrize("field", ["channel", "ts", "message", "previous_message"])
async def test_a_change_of_another_shape_is_acknowledged_and_changes_nothing(home: SlackHouse, field: str) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    sent = await home.slack.write(ANA, CHANNEL, "hi", card.ts)
    await browser.until_said("agent", "hi")
    before = await rows(home)
    was = {"user": ANA, "text": "hi", "ts": sent.ts, "thread_ts": card.ts}
    now = was | {"text": "changed", "edited": {"user": ANA, "ts": "x.y" if field == "ts" else "9.9"}}
    event = {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "ts": "9.9", "message": now}
    for odd in ([7], {"x": 1}, 7, {**was, "edited": []}):
        payload = home.slack.event(event | {"previous_message": was} | {field: odd})
        assert (await home.slack.signed_post(payload)).status in {200, 400}
    assert await rows(home) == before and browser.texts("agent") == ["hi"]


@pytest.mark.parametrize("meant", ["", "{}", "[]", "[" * 5000, '{"handoff": 1}'])
async def test_a_tampered_form_is_acknowledged_and_changes_nothing(home: SlackHouse, meant: str) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.press(ANA, CHANNEL, card.ts, "resolve")
    view = (await home.until(home.form)).view
    tampered = {**view, "private_metadata": meant, "state": {"values": {}}}
    submission = home.slack.action("view_submission", ANA, view=tampered)
    assert (await home.slack.signed_post(form(submission))).status == 200
    assert browser.state["owner"] == "agent"


async def test_what_a_menu_carries_counts_only_on_its_own_card(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    handoff_id, other = await home.card_of(await home.house.browser())
    for value in (f"release {handoff_id}", "release", "release <!channel>"):
        await home.slack.press(ANA, CHANNEL, card.ts, "more", value=value)
    await home.until(lambda: len(home.told(ANA)) == 3)
    assert all("does not belong to its card" in one.text for one in home.told(ANA))
    held = menu(card)["release"].partition(" ")[2]
    assert (await home.slack.press(ANA, CHANNEL, card.ts, "more", value=f"explode {held}")).status == 200
    assert browser.state["owner"] == "agent" and "claim" in buttons(other)


async def test_a_replayed_form_is_refused_and_changes_nothing(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.press(ANA, CHANNEL, card.ts, "snooze")
    shown = await home.until(home.form)
    await nothing_but_ours(home)
    await home.slack.submit(ANA, shown.id, {"until": "writes", "comment": ""})
    sent = home.slack.last_request
    await home.until(lambda: "wake" in buttons(card))
    await home.slack.press(ANA, CHANNEL, card.ts, "wake")
    await home.until(lambda: "snooze" in buttons(card))
    assert {a.status for a in await asyncio.gather(*(home.slack.replay(sent) for _ in range(5)))} == {401}
    await home.until(lambda: "snooze" in buttons(card))
