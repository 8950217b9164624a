"""The stand-in for Slack itself: each refusal through the real client, and a round trip with Bolt each way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.slack_stand_in import CHANNEL, Slack, live_parts, live_texts, signature, slack_stand_in, typed

ANA, BOB = "U0ANA00001", "U0BOB00001"
MODAL = {
    "type": "modal",
    "callback_id": "note",
    "title": {"type": "plain_text", "text": "Note"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with slack_stand_in(burst=1_000) as made:
        made.add_user(ANA, "Ana")
        made.patience = 1.0
        yield made


@pytest.fixture
def client(slack: Slack) -> AsyncWebClient:
    return client_of(slack)


def client_of(slack: Slack, token: str | None = None) -> AsyncWebClient:
    made = AsyncWebClient(token=slack.token if token is None else token, base_url=slack.api_url, timeout=5)
    made.retry_handlers = []
    return made


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "go", text: str = "Go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


async def refused(call: Awaitable[Any]) -> Any:
    """The answer of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def error(call: Awaitable[Any]) -> str:
    return str((await refused(call))["error"])


# The Web API


async def test_a_message_is_posted_changed_read_and_deleted(slack: Slack, client: AsyncWebClient) -> None:
    metadata = {"event_type": "handoff", "event_payload": {"id": "H1"}}
    posted = await client.chat_postMessage(
        channel=CHANNEL, text="hello", blocks=[section("hi"), actions(button())], metadata=metadata
    )
    ts = posted["ts"]
    reply = await client.chat_postMessage(channel=CHANNEL, text="more", thread_ts=ts)
    assert reply["message"]["thread_ts"] == ts and reply["ts"] > ts
    await client.chat_update(channel=CHANNEL, ts=ts, text="changed", blocks=[section("now")])
    read = await client.conversations_history(channel=CHANNEL, include_all_metadata=True)
    assert [one["text"] for one in read["messages"]] == ["changed"]
    assert read["messages"][0]["metadata"] == metadata and read["messages"][0]["reply_count"] == 1
    thread = await client.conversations_replies(channel=CHANNEL, ts=ts)
    assert [one["text"] for one in thread["messages"]] == ["changed", "more"]
    assert "event_payload" not in thread["messages"][0]["metadata"]
    assert [one.text for one in slack.posts()] == ["changed", "more"]
    assert slack.message(CHANNEL, ts).history[0]["text"] == "hello" and slack.posts(CHANNEL, ts)[0].ts == reply["ts"]
    await client.chat_delete(channel=CHANNEL, ts=ts)
    assert await error(client.chat_update(channel=CHANNEL, ts=ts, text="x")) == "message_not_found"
    assert [call.method for call in slack.calls][:2] == ["chat.postMessage", "chat.postMessage"]
    assert slack.called("chat.delete")[0].answer == {"ok": True, "channel": CHANNEL, "ts": ts}


async def test_history_comes_in_pages_and_between_bounds(slack: Slack, client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel=CHANNEL, text=str(n)))["ts"] for n in range(5)]
    assert stamps == sorted(set(stamps))
    first = await client.conversations_history(channel=CHANNEL, limit=2)
    assert [one["text"] for one in first["messages"]] == ["4", "3"] and first["has_more"]
    second = await client.conversations_history(
        channel=CHANNEL, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in second["messages"]] == ["2", "1"]
    bounds = {"oldest": stamps[1], "latest": stamps[3]}
    inside = await client.conversations_history(channel=CHANNEL, **bounds)
    assert [one["text"] for one in inside["messages"]] == ["2"]
    inside = await client.conversations_history(channel=CHANNEL, inclusive=True, **bounds)
    assert [one["text"] for one in inside["messages"]] == ["3", "2", "1"]
    for n in range(3):
        await client.chat_postMessage(channel=CHANNEL, text=f"reply {n}", thread_ts=stamps[0])
    page = await client.conversations_replies(channel=CHANNEL, ts=stamps[0], limit=2)
    assert [one["text"] for one in page["messages"]] == ["0", "reply 0", "reply 1"] and page["has_more"]
    assert await error(client.conversations_history(channel=CHANNEL, cursor="!")) == "invalid_cursor"


async def test_tokens_and_scopes(slack: Slack, client: AsyncWebClient) -> None:
    assert (await client.auth_test())["user_id"] == slack.bot_user
    assert await error(client_of(slack, "").auth_test()) == "not_authed"
    assert await error(client_of(slack, "xoxb-another").auth_test()) == "invalid_auth"
    assert await error(client.apps_connections_open(app_token=slack.token)) == "not_allowed_token_type"
    slack.scopes.discard("chat:write")
    answer = await refused(client.chat_postMessage(channel=CHANNEL, text="x"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert "users:read" in answer["provided"]
    slack.revoked = True
    assert await error(client.auth_test()) == "token_revoked"


async def test_channels_that_cannot_be_posted_to(slack: Slack, client: AsyncWebClient) -> None:
    slack.add_channel("C0OTHER", "other", member=False)
    slack.add_channel("C0HIDDEN", "hidden", private=True, member=False)
    slack.add_channel("C0OLD", "old").archived = True

    async def tried(channel: str) -> str:
        return await error(client.chat_postMessage(channel=channel, text="x"))

    assert await tried("C0NONE") == await tried("C0HIDDEN") == "channel_not_found"
    assert await tried("C0OTHER") == "not_in_channel"
    assert await tried("C0OLD") == "is_archived"
    told = (await client.conversations_info(channel="C0OLD"))["channel"]
    assert told["is_archived"] and told["is_member"]
    assert (await client.conversations_members(channel=CHANNEL))["members"] == sorted([slack.bot_user, ANA])


async def test_texts_threads_and_metadata_that_are_refused(slack: Slack, client: AsyncWebClient) -> None:
    async def tried(**args: Any) -> str:
        return await error(client.chat_postMessage(channel=CHANNEL, **args))

    assert await tried(text="") == await tried(text=" \n") == "no_text"
    assert await tried(text="x" * 40_001) == "msg_too_long"
    assert await tried(text="x", thread_ts="1700000000.000100") == "thread_not_found"
    assert await tried(text="x", thread_ts="0") == "invalid_thread_ts"
    for wrong in ({"event_type": "x"}, {"event_type": "a b", "event_payload": {}}, {"id": 1}, "x"):
        assert await tried(text="x", metadata=wrong) == "invalid_metadata_format"
    large = {"event_type": "x", "event_payload": {"a": "x" * 20_000}}
    assert await tried(text="x", metadata=large) == "metadata_too_large"
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
    assert await error(client.chat_update(channel=CHANNEL, ts=ts, text="é" * 2_001)) == "msg_too_long"
    assert await error(client.conversations_replies(channel=CHANNEL, ts="1.1")) == "thread_not_found"
    assert await error(client.api_call("chat.nothing")) == "unknown_method"
    await client.chat_delete(channel=CHANNEL, ts=ts)
    assert await tried(text="x", thread_ts=ts) == "thread_not_found"


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([section("x")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{"type": "poem"}], "unsupported type: poem [json-pointer:/blocks/0/type]"),
        ([{"block_id": "x"}], "missing required field: type [json-pointer:/blocks/0]"),
        ([section("x" * 3_001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
        ([{"type": "section", "fields": [plain("x")] * 11}], "no more than 10 items allowed [json-pointer:/blocks/0/f"),
        ([{"type": "section", "fields": [plain("x" * 2_001)]}], "must be less than 2001 characters"),
        ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
        ([{"type": "header", "text": section("x")["text"]}], "must be a valid enum value [json-pointer:/blocks/0/text"),
        ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
        ([actions()], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(*(button(str(n)) for n in range(26)))], "no more than 25 items allowed [json-pointer:/blocks/0/el"),
        ([actions(button(), button())], "`action_id` 'go' is not unique"),
        ([actions({"type": "lever", "action_id": "x"})], "unsupported type: lever"),
        ([actions({"type": "plain_text_input", "action_id": "x"})], "unsupported type: plain_text_input"),
        ([actions(button(text="x" * 76))], "must be less than 76 characters"),
        ([actions(button(value="x" * 2_001))], "must be less than 2001 characters"),
        ([actions(button("x" * 256))], "must be less than 256 characters"),
        ([actions(button(url="https://a.example/" + "x" * 3_000))], "must be less than 3001 characters"),
        ([actions(button(style="loud"))], "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
        ([actions({"type": "button", "action_id": "x"})], "missing required field: text"),
        ([actions(button(disabled=True))], "invalid additional property: disabled"),
        ([section("x", block_id="x" * 256)], "must be less than 256 characters"),
        ([section("x", block_id="a"), section("y", block_id="a")], "`block_id` 'a' is not unique"),
        ([{"type": "context", "elements": [plain("x")] * 11}], "no more than 10 items allowed"),
        ([{"type": "section", "text": {**plain("x"), "verbatim": True}}], "invalid additional property: verbatim"),
        ([{"type": "section", "text": {**section("x")["text"], "emoji": True}}], "invalid additional property: emoji"),
        ([section("x", accessory={"type": "image", "image_url": "https://a.example"})], "missing required field: alt_"),
        (
            [actions({"type": "static_select", "options": [{"text": plain("x"), "value": "x" * 151}]})],
            "must be less than 151 characters",
        ),
        (
            [actions({"type": "static_select", "options": [{"text": plain("x" * 76), "value": "x"}]})],
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
        ),
        ([actions({"type": "static_select"})], "must define either `options` or `option_groups`"),
        ([actions({"type": "overflow", "options": [{"text": plain("x"), "value": "x"}] * 6})], "no more than 5 items"),
    ],
)
async def test_blocks_that_are_refused(
    slack: Slack, client: AsyncWebClient, blocks: list[dict[str, Any]], said: str
) -> None:
    answer = await refused(client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert any(said in one and one.startswith("[ERROR] ") for one in answer["response_metadata"]["messages"]), answer
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {one}" for one in answer["errors"]]
    assert not slack.posts()


async def test_what_is_just_within_the_limits_passes(slack: Slack, client: AsyncWebClient) -> None:
    option = {"text": plain("x" * 75), "value": "x" * 150}
    edge = [
        section("x" * 3_000, block_id="b" * 255, accessory=button("a" * 255, "x" * 75, value="v" * 2_000)),
        {"type": "section", "fields": [plain("x" * 2_000)] * 10},
        {"type": "header", "text": {**plain("x" * 150), "emoji": False}},
        actions(*(button(str(n)) for n in range(25))),
        actions({"type": "static_select", "action_id": "s", "placeholder": plain("p"), "options": [option] * 100}),
        {"type": "context", "elements": [plain("x")] * 10},
        *[{"type": "divider"}] * 44,
    ]
    posted = await client.chat_postMessage(channel=CHANNEL, text="x" * 40_000, blocks=edge)
    kept = slack.message(CHANNEL, posted["ts"]).blocks
    assert len(kept) == 50 and all(block["block_id"] for block in kept)
    assert kept[1]["fields"][0]["emoji"] is True and kept[2]["text"]["emoji"] is False


async def test_only_own_messages_may_be_changed(slack: Slack, client: AsyncWebClient) -> None:
    theirs = slack.store(ANA, CHANNEL, "mine").ts
    assert await error(client.chat_update(channel=CHANNEL, ts=theirs, text="x")) == "cant_update_message"
    assert await error(client.chat_delete(channel=CHANNEL, ts=theirs)) == "cant_delete_message"
    assert await error(client.chat_delete(channel=CHANNEL, ts="1.1")) == "message_not_found"


async def test_an_ephemeral_is_seen_by_a_member_alone(slack: Slack, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="psst", blocks=[actions(button())])
    assert [(one.user, one.channel, one.text) for one in slack.ephemerals] == [(ANA, CHANNEL, "psst")]
    slack.add_user(BOB, "Bob", joins=())
    assert await error(client.chat_postEphemeral(channel=CHANNEL, user=BOB, text="x")) == "user_not_in_channel"
    assert not slack.posts()


async def test_people_are_told_apart(slack: Slack, client: AsyncWebClient) -> None:
    slack.add_user("U0GUEST", "Guest", guest=True)
    slack.add_user("U0BOT", "Robot", bot=True)
    slack.add_user("U0FAR", "Far", stranger=True)
    told = {id: (await client.users_info(user=id))["user"] for id in ("U0GUEST", "U0BOT", "U0FAR", ANA)}
    assert [told[one]["is_restricted"] for one in told] == [True, False, False, False]
    assert [told[one]["is_bot"] for one in told] == [False, True, False, False]
    assert told["U0FAR"]["team_id"] != slack.team and told["U0FAR"]["is_stranger"]
    assert await error(client.users_info(user="U0NONE")) == "user_not_found"
    assert (await client.conversations_info(channel=CHANNEL))["channel"]["is_ext_shared"]


async def test_reactions(slack: Slack, client: AsyncWebClient) -> None:
    ts = slack.store(ANA, CHANNEL, "x").ts
    at = {"channel": CHANNEL, "timestamp": ts}
    await client.reactions_add(name="eyes", **at)
    assert slack.message(CHANNEL, ts).reactions == {"eyes": [slack.bot_user]}
    assert await error(client.reactions_add(name="eyes", **at)) == "already_reacted"
    await client.reactions_remove(name="eyes", **at)
    assert await error(client.reactions_remove(name="eyes", **at)) == "no_reaction"
    assert await error(client.reactions_add(name=":eyes:", **at)) == "invalid_name"
    assert await error(client.reactions_add(channel=CHANNEL, name="eyes", timestamp="1.1")) == "message_not_found"


async def test_a_trigger_opens_one_view_within_three_seconds(slack: Slack, client: AsyncWebClient) -> None:
    trigger = slack.new_trigger(ANA)
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    assert slack.open_view(ANA).id == view["id"] and view["state"] == {"values": {}}
    assert await error(client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    late = slack.new_trigger(ANA)
    slack.triggers[late].at -= 3.1
    assert await error(client.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"
    assert await error(client.views_open(trigger_id="1.2.x", view=MODAL)) == "invalid_trigger_id"
    changed = {**MODAL, "title": plain("Changed")}
    updated = (await client.views_update(view_id=view["id"], hash=view["hash"], view=changed))["view"]
    assert updated["title"]["text"] == "Changed" and updated["id"] == view["id"]
    assert await error(client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)) == "hash_conflict"
    assert await error(client.views_update(view_id="V0", view=MODAL)) == "not_found"
    answer = await refused(client.views_open(trigger_id="1.2.x", view={**MODAL, "title": plain("x" * 25)}))
    assert answer["error"] == "invalid_arguments"
    assert any("[json-pointer:/view/title/text]" in one for one in answer["response_metadata"]["messages"])


# Limits and faults


async def test_a_channel_takes_a_message_a_second_after_a_burst(client: AsyncWebClient, slack: Slack) -> None:
    slack.burst = 2
    slack.add_channel("C0OTHER", "other")
    for channel in (CHANNEL, CHANNEL, "C0OTHER", "C0OTHER"):
        await client.chat_postMessage(channel=channel, text="x")
    answer = await refused(client.chat_postMessage(channel=CHANNEL, text="x"))
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    await asyncio.sleep(1.05)
    await client.chat_postMessage(channel=CHANNEL, text="x")


async def test_a_tier_of_a_method(client: AsyncWebClient, slack: Slack) -> None:
    slack.limit("users.info", 1)
    await client.users_info(user=ANA)
    answer = await refused(client.users_info(user=ANA))
    assert answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= 60
    slack.limit("users.info", None)
    await client.users_info(user=ANA)


async def test_faults(client: AsyncWebClient, slack: Slack) -> None:
    async def post() -> Any:
        return await client.chat_postMessage(channel=CHANNEL, text="x")

    slack.lose_answer("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await post()
    assert len(slack.posts()) == 1 and slack.called("chat.postMessage")[0].answer is None
    slack.fail("chat.postMessage", "fatal_error", times=2)
    assert [await error(post()), await error(post())] == ["fatal_error"] * 2
    slack.fail("chat.postMessage", "ratelimited", retry_after=7)
    assert (await refused(post())).headers["Retry-After"] == "7"
    assert len(slack.posts()) == 1
    slack.away = True
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await post()
    slack.away = False
    slack.slow(0.3, "chat.postMessage")
    started = asyncio.get_running_loop().time()
    await post()
    assert asyncio.get_running_loop().time() - started >= 0.3 and len(slack.posts()) == 2


# What is live


async def test_what_of_a_message_is_live(client: AsyncWebClient, slack: Slack) -> None:
    hostile = (
        "<!channel> <@U1> <#C1> <http://evil.example|Claim> <mailto:a@b.example> https://x.example *b* _i_ ~s~ `c`"
    )
    posted = await client.chat_postMessage(
        channel=CHANNEL,
        text=typed(hostile).replace("https://", ""),
        mrkdwn=False,
        blocks=[{"type": "section", "text": plain(hostile)}, {"type": "header", "text": plain("*b* <!here>")}],
    )
    assert [one for one in live_parts(slack.message(CHANNEL, posted["ts"])) if one.kind != "url"] == []
    posted = await client.chat_postMessage(channel=CHANNEL, text="> fake", blocks=[section(hostile)])
    kinds = {one.kind for one in live_parts(slack.message(CHANNEL, posted["ts"]))}
    assert kinds == {"broadcast", "mention", "channel", "link", "mailto", "url", "format"}
    assert live_texts({"text": "&gt; fake\nfine"}) == ["&gt; fake"]
    assert live_texts({"text": "*b* <!here>", "mrkdwn": False}) == ["<!here>"]
    assert live_texts({"text": "a_b_c 2*3*4 &lt;@U1&gt;"}) == []
    assert live_texts({"text": "www.a.example <!here>", "parse": "none"}, "url", "broadcast") == ["<!here>"]
    quiet = {"type": "mrkdwn", "text": "www.a.example", "verbatim": True}
    assert live_texts({"blocks": [{"type": "section", "text": quiet}]}) == []
    assert live_texts({"blocks": [actions(button(url="https://a.example"))]}) == ["https://a.example"]


# Events and actions with Bolt


class Desk:
    """A Bolt app that remembers what it was told."""

    def __init__(self, slack: Slack) -> None:
        self.told: list[dict[str, Any]] = []
        self.bolt = AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret)
        self.bolt.event("message")(self.event)
        self.bolt.event("app_mention")(self.event)
        self.bolt.action("go")(self.action)
        self.bolt.view("note")(self.view)

    async def event(self, body: dict[str, Any]) -> None:
        self.told.append(body)

    async def action(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        self.told.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def view(self, ack: Any, body: dict[str, Any]) -> None:
        self.told.append(body)
        said = body["view"]["state"]["values"]["what"]["text"]["value"]
        await (ack(response_action="errors", errors={"what": "Say more"}) if len(said) < 3 else ack())

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.told) < count:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def served(slack: Slack, desk: Desk) -> AsyncIterator[None]:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await desk.bolt.async_dispatch(await to_bolt_request(request)))

    async with listening(slack, answer):
        yield


@asynccontextmanager
async def listening(slack: Slack, answer: Any) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_post("/slack/events", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


async def test_signed_events_reach_a_bolt_listener_and_forged_ones_do_not(slack: Slack) -> None:
    desk = Desk(slack)
    async with served(slack, desk):
        act = await slack.write(ANA, CHANNEL, "hello <@U1>", files=["scan.pdf"])
        assert (act.status, act.statuses) == (200, [200])
        await desk.until(1)
        event = desk.told[0]["event"]
        assert (event["text"], event["user"], event["ts"], event["subtype"]) == (
            "hello <@U1>",
            ANA,
            act.ts,
            "file_share",
        )
        assert event["client_msg_id"] and event["blocks"][0]["elements"][0]["elements"][1]["user_id"] == "U1"
        assert event["files"][0]["name"] == "scan.pdf" and event["channel_type"] == "channel"
        sent = slack.last_request
        assert SignatureVerifier(slack.signing_secret).is_valid_request(sent.body, sent.headers)
        assert (await slack.replay(sent)).status == 200
        body = sent.body
        assert (await slack.signed_post(body, secret="another")).status == 401
        assert (await slack.signed_post(body, timestamp=int(slack.clock()) - 301)).status == 401
        reserialised = json.dumps(json.loads(body)).encode()
        headers = {"X-Slack-Signature": sent.headers["X-Slack-Signature"]}
        assert reserialised != body and (await slack.signed_post(reserialised, headers=headers)).status == 401
        assert json.loads((await slack.verify_url()).body)["challenge"]
        assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", b"a=b").startswith("v0=")


async def test_edits_deletions_mentions_and_own_posts_are_events(slack: Slack, client: AsyncWebClient) -> None:
    desk = Desk(slack)
    async with served(slack, desk):
        ts = (await slack.write(ANA, CHANNEL, "first")).ts
        await slack.edit(ANA, CHANNEL, ts, "second")
        await slack.delete(ANA, CHANNEL, ts)
        await desk.until(3)
        changed, deleted = desk.told[1]["event"], desk.told[2]["event"]
        assert changed["subtype"] == "message_changed" and changed["previous_message"]["text"] == "first"
        assert changed["message"]["text"] == "second" and changed["message"]["edited"]["user"] == ANA
        assert deleted["subtype"] == "message_deleted" and deleted["deleted_ts"] == ts
        act = await slack.mention(ANA, CHANNEL, "help")
        await desk.until(5)
        both = desk.told[3:]
        assert {one["event"]["type"] for one in both} == {"message", "app_mention"}
        assert {one["event"]["ts"] for one in both} == {act.ts} and len({one["event_id"] for one in both}) == 2
        await client.chat_postMessage(channel=CHANNEL, text="own")
        await slack.settled()
        sent = json.loads(slack.last_request.body)["event"]
        assert (sent["bot_id"], sent["user"], sent["text"]) == (slack.bot_id, slack.bot_user, "own")
        slack.add_channel("C0OTHER", "other", member=False).members.add(ANA)
        assert (await slack.write(ANA, "C0OTHER", "not for the app")).deliveries == []


async def test_a_press_opens_a_modal_and_its_errors_stay_in_it(slack: Slack, client: AsyncWebClient) -> None:
    desk = Desk(slack)
    async with served(slack, desk):
        ts = (await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[actions(button(value="H1"))]))["ts"]
        act = await slack.press(ANA, CHANNEL, ts, "go")
        assert not act.failed and slack.last_request.headers["Content-Type"].endswith("urlencoded")
        body = desk.told[-1] if desk.told[-1]["type"] == "block_actions" else desk.told[0]
        assert body["actions"][0]["value"] == "H1" and body["message"]["ts"] == ts
        assert body["container"] == {"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": False}
        await asyncio.sleep(0.2)
        shown = slack.open_view(ANA)
        act = await slack.submit(ANA, shown.id, {"what": {"text": "x"}})
        assert act.json["response_action"] == "errors" and shown.errors == {"what": "Say more"} and shown.open
        act = await slack.submit(ANA, shown.id, {"text": "enough"})
        assert act.status == 200 and not shown.open and not shown.errors
        await client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="x", blocks=[actions(button(value="H2"))])
        act = await slack.press(ANA, CHANNEL, slack.ephemerals[-1].ts, "go", value="tampered")
        body = act.deliveries[0].payload
        assert body["container"]["is_ephemeral"] and body["actions"][0]["value"] == "tampered"
        with pytest.raises(AssertionError, match="nothing to press"):
            await slack.press(ANA, CHANNEL, ts, "stop")


async def test_a_response_url_replaces_deletes_and_runs_out(slack: Slack, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="before", blocks=[actions(button())])
    shown = slack.ephemerals[0]
    act = await slack.press(ANA, CHANNEL, shown.ts, "go")
    hook = AsyncWebhookClient(act.deliveries[0].payload["response_url"])
    assert act.failed and (await hook.send(text="after", replace_original=True)).status_code == 200
    assert (shown.text, shown.history[0]["text"]) == ("after", "before")
    await hook.send(text="another")
    assert [one.text for one in slack.ephemerals] == ["after", "another"]
    await hook.send(text="to all", response_type="in_channel")
    assert [one.text for one in slack.posts()] == ["to all"]
    assert (await hook.send(text="")).status_code == 200
    await hook.send(delete_original=True)
    assert shown.deleted
    assert "used_url" in (await hook.send(text="too many")).body


async def test_what_is_not_confirmed_is_sent_again_and_an_action_is_not(slack: Slack, client: AsyncWebClient) -> None:
    answers, seen = [500, 200], []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        status = answers.pop(0) if answers else 503
        if status == 0:
            await asyncio.sleep(1)
        return web.Response(status=status or 200, headers={"X-Slack-No-Retry": "1"} if status == 403 else {})

    slack.own_events = False
    async with listening(slack, answer):
        assert (await slack.write(ANA, CHANNEL, "x")).statuses == [500, 200]
        assert seen == [(None, None), ("1", "http_error")]
        assert (await slack.write(ANA, CHANNEL, "lost")).statuses == [503] * 4
        assert seen[-1] == ("3", "http_error") and len(slack.undelivered) == 1
        answers[:] = [403]
        assert (await slack.write(ANA, CHANNEL, "not wanted")).statuses == [403] and len(slack.undelivered) == 1
        slack.patience, answers[:] = 0.2, [0, 200]
        assert (await slack.write(ANA, CHANNEL, "slow")).statuses == [None, 200] and seen[-1] == ("1", "http_timeout")
        answers[:] = [200]
        again = await slack.redeliver()
        assert again[0].confirmed and not slack.undelivered
        ts = (await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[actions(button())]))["ts"]
        pressed = await slack.press(ANA, CHANNEL, ts, "go")
        assert pressed.statuses == [503] and pressed.failed and not slack.undelivered
    slack.retry_delays = ()
    gone = await slack.write(ANA, CHANNEL, "nobody there")
    assert gone.status is None and gone.last.reason == "connection_failed" and len(slack.undelivered) == 1


async def test_socket_mode_carries_the_same_acts(slack: Slack) -> None:
    slack.socket_mode, slack.own_events = True, False
    desk = Desk(slack)
    early = await slack.write(ANA, CHANNEL, "before anybody listens")
    assert early.status is None and len(slack.undelivered) == 1
    assert await error(client_of(slack).apps_connections_open(app_token="xapp-wrong")) == "invalid_auth"
    handler = AsyncSocketModeHandler(desk.bolt, slack.app_token, web_client=client_of(slack), ping_interval=1)
    await handler.connect_async()
    try:
        await desk.until(1)
        await slack.settled()
        assert desk.told[0]["event"]["ts"] == early.ts and not slack.undelivered
        act = await slack.write(ANA, CHANNEL, "now")
        assert act.status == 200 and slack.acks[-1].envelope_id == act.deliveries[0].envelope_id
        ts = (await client_of(slack).chat_postMessage(channel=CHANNEL, text="x", blocks=[actions(button())]))["ts"]
        assert (await slack.press(ANA, CHANNEL, ts, "go")).status == 200
        await desk.until(3)
        async with asyncio.timeout(5):
            while not slack.views:
                await asyncio.sleep(0.01)
        act = await slack.submit(ANA, slack.open_view().id, {"text": "x"})
        assert act.json == {"response_action": "errors", "errors": {"what": "Say more"}}
        await slack.disconnect()
        async with asyncio.timeout(10):
            while not slack.open_sockets:
                await asyncio.sleep(0.01)
        assert (await slack.write(ANA, CHANNEL, "after the refresh")).status == 200
    finally:
        await handler.close_async()
