"""The stand-in without sockets keeps the promises of the one with them: the same calls have the same outcomes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.models.blocks import PlainTextObject, SectionBlock

from tests.core.lobby import ENDPOINT, Lobby, Unhurried
from tests.core.lobby import Line as DirectLine
from tests.core.scheduler import Scheduler
from tests.slack_stand_in import CHANNEL, Attempt, Slack, slack_stand_in
from vendors.slack.api import SlackApi, SlackError

ANA = "U0ANA"
BLOCKS = [SectionBlock(text=PlainTextObject(text="Hello"))]


class Side:
    """One of both, and what was seen of it."""

    def __init__(self, slack: Slack, api: SlackApi) -> None:
        self.slack, self.api = slack, api
        self.seen: list[Any] = []
        self.answers: list[int] = []

    async def ask(self, call: Callable[[], Any]) -> Any:
        """Notes how a call ended; what is made anew each time counts for nothing."""
        try:
            found = await call()
        except SlackError as error:
            self.seen.append((type(error).__name__, str(error), getattr(error, "retry_after", None)))
            return None
        self.seen.append(found if found is None else "found")
        return found

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """A front that answers what it is told to."""
        self.seen.append((await request.read())[:9])
        return web.Response(status=self.answers.pop(0))


@pytest.fixture
async def both() -> AsyncIterator[list[Side]]:
    async with slack_stand_in(burst=1_000) as slack, aiohttp.ClientSession() as session:
        served = SlackApi(slack.token, slack.api_url, Unhurried())
        served.client.session = session
        slack.own_events, slack.retry_delays = False, ()
        lobby = Lobby(Scheduler())
        direct = SlackApi(lobby.token, "https://slack.invalid/api/", Unhurried())
        direct.client = DirectLine(lobby)
        sides = [Side(slack, served), Side(lobby, direct)]
        app = web.Application()
        app.router.add_post("/slack/events", sides[0].listen)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        for side in sides:
            side.slack.add_user(ANA, "Ana")
        yield sides
        await runner.cleanup()


async def test_calls_end_alike(both: list[Side]) -> None:
    for side in both:
        api, slack, ask = side.api, side.slack, side.ask

        def posts(delivery_id: str, thread: str | None = None, api: SlackApi = api) -> Callable[[], Any]:
            return lambda: api.post(CHANNEL, "Hello", BLOCKS, delivery_id=delivery_id, thread=thread)

        card = await ask(posts("card:1"))
        await ask(posts("lines:1", card))
        await ask(posts("lines:2", "1.000100"))
        slack.lose_answer("chat.postMessage")
        await ask(posts("lines:3", card))
        slack.fail("chat.postMessage", "restricted_action")
        await ask(posts("lines:4", card))
        slack.fail("chat.postMessage", "ratelimited", retry_after=7)
        await ask(posts("lines:5", card))
        slack.fail("chat.postMessage", "internal_error")
        await ask(posts("lines:6", card))
        slack.away = True
        await ask(posts("lines:7", card))
        slack.away = False
        for number in range(1, 8):
            await ask(lambda n=number, card=card: api.find(CHANNEL, f"lines:{n}", thread=card))  # noqa: B023
        await ask(lambda card=card: api.find(CHANNEL, "card:1", thread=None))  # noqa: B023
        await ask(lambda card=card: api.update(CHANNEL, card, "Bye", BLOCKS))  # noqa: B023
        await ask(lambda: api.update(CHANNEL, "1.000100", "Bye", BLOCKS))  # noqa: B023
        await ask(lambda card=card: api.react(CHANNEL, card, "tada"))  # noqa: B023
        await ask(lambda card=card: api.react(CHANNEL, card, "tada"))  # noqa: B023
        await ask(lambda: api.whisper(CHANNEL, ANA, "psst"))  # noqa: B023
        await ask(lambda: api.whisper(CHANNEL, "U0NOBODY", "psst"))  # noqa: B023
        shown = [(m.text, m.blocks[0]["text"], m.metadata, m.thread_ts is None, m.reactions) for m in slack.posts()]
        side.seen += [shown, [(e.user, e.text) for e in slack.ephemerals]]
    assert both[0].seen == both[1].seen


async def test_what_people_do_arrives_alike(both: list[Side]) -> None:
    for side in both:
        slack, side.answers = side.slack, [500, 200, 200, 200]
        ENDPOINT.set(side.listen)
        act = await slack.write(ANA, CHANNEL, "hello")
        assert len(slack.undelivered) == 1
        if isinstance(slack, Lobby):
            for delivery in slack.take_undelivered():
                await slack.again(delivery)
        else:
            await slack.redeliver()
        tries = [*act.deliveries[0].statuses, *map(_seconds, slack.requests[1:2])]
        card = await side.api.post(CHANNEL, "Hello", [_button()], delivery_id="card:1")
        pressed = await slack.press(ANA, CHANNEL, card, "claim")
        again: Attempt = await slack.replay(slack.last_request)
        side.seen += [tries, pressed.statuses, again.status, slack.undelivered]
        names = [sorted(sent.headers) for sent in slack.requests]
        side.seen += [names, [sent.body.partition(b"%22")[0][:20] for sent in slack.requests]]
    assert both[0].seen == both[1].seen


def _seconds(request: Any) -> bool:
    """That each try is signed with its time."""
    return bool(request.headers["X-Slack-Request-Timestamp"].isdigit())


def _button() -> Any:
    return {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}}],
    }
