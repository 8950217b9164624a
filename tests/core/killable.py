"""Fronts in processes of their own that kill themselves at a stated point.

They are forked from a process that has imported everything: a front then starts in a moment.
"""

from __future__ import annotations

import functools
import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.contacts import Contacts
from bot.channels.slack.fetching import Fetching
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.push import TelegramPush
from bot.channels.telegram.sent import Sent
from bot.channels.web.showing import Showing
from bot.engine.client import EngineClient
from bot.gateway.answer import Answer
from bot.gateway.delivery import Delivery, OutcomeUnknown
from bot.gateway.press import Press
from bot.gateway.receive import Receive
from bot.gateway.settle import Settle
from conversations.jobs import Jobs
from conversations.model import InboundKind, InboundMessage, Message
from conversations.store import offers, outgoing, turns
from conversations.store.conversations import DELIVER
from escalation.adapters.slack.outgoing import Outgoing
from escalation.adapters.slack.presses import Presses
from escalation.adapters.slack.said import Heard
from escalation.service.desk import Desk
from escalation.service.ending import Ending
from escalation.service.holding import Holding
from escalation.service.offers import Offers
from escalation.service.routing import Routing
from frontdesk import serve
from frontdesk.app import FRONT, create_app
from frontdesk.settings import Settings, load
from vendors.slack import files
from vendors.slack.api import SlackApi
from vendors.telegram.api import TelegramApi

PUSHED = "telegram"


class Post:
    """A channel that is pushed to: a vendor over HTTP, with or without a way to look up what it has taken."""

    def __init__(self, vendor: str, *, can_find: bool) -> None:
        self._vendor, self._can_find = vendor, can_find

    async def send(self, message: Message) -> str:
        return str(await self._call("send", message))

    async def find(self, message: Message) -> str | None:
        if not self._can_find:
            raise OutcomeUnknown("it cannot be looked up")
        found = await self._call("find", message)
        return str(found) if found else None

    async def _call(self, what: str, message: Message) -> str | None:
        said = {"to": message.conversation_id, "number": message.number, "text": message.text}
        async with aiohttp.ClientSession() as session, session.post(f"{self._vendor}/{what}", json=said) as response:
            answer: str | None = await response.json()
            return answer


# Where it dies: the object and the name of what is called, and whether before or after it.
POINTS: dict[str, tuple[Any, str, str]] = {
    "a message is stored but not committed": (Receive, "_store", "after"),
    "a message is committed": (Receive, "__call__", "after"),
    "a turn is taken in hand": (Settle, "__call__", "before"),
    "the engine has answered": (EngineClient, "turn", "after"),
    "a turn is committed": (Answer, "_commit", "after"),
    "an answer is about to be marked shown": (outgoing, "mark_shown", "before"),
    "an answer is marked shown but not sent": (Showing, "_send_batch", "before"),
    "an answer is sent": (Showing, "_send_batch", "after"),
    "a takeover is not committed": (Holding, "take_over", "after"),
    "a claim is committed": (Desk, "claim", "after"),
    "an agent's reply is committed": (Desk, "reply", "after"),
    "a transfer is not committed": (Holding, "back_to_queue", "after"),
    "the sweep is at work": (Jobs, "sweep", "before"),
}
# The same for a channel that is pushed to.
POINTS_OF_PUSHING: dict[str, tuple[Any, str, str]] = {
    "a message is not yet marked as being sent": (Delivery, "_send", "before"),
    "a message is marked as being sent": (Post, "send", "before"),
    "the vendor has taken a message": (Post, "send", "after"),
    "a sent message is marked": (Delivery, "_ended", "after"),
}
# And for the desk in Slack.
POINTS_OF_SLACK: dict[str, tuple[Any, str, str]] = {
    "a card is written down but not posted": (SlackApi, "post", "before"),
    "a card is posted but not noted": (SlackApi, "post", "after"),
    "a card is edited but not noted": (SlackApi, "update", "after"),
    "a press is heard but not committed": (Presses, "_press", "before"),
    "a claim is committed but not acknowledged": (Desk, "claim", "after"),
    "words are heard but not committed": (Heard, "_take", "before"),
    "words are committed but not acknowledged": (Desk, "reply", "after"),
}

# Points on the way of files between the contact and the thread.
POINTS_OF_SLACK_FILES: dict[str, tuple[Any, str, str]] = {
    "a contact's file is sent but not shared": (files, "share", "before"),
    "a contact's file is shared but not noted": (files, "share", "after"),
    "an agent's file is heard of but not committed": (Outgoing, "add", "before"),
    "an agent's file is written down but not acknowledged": (Outgoing, "add", "after"),
    "an agent's file is fetched but not sent": (Outgoing, "_say", "before"),
    "an agent's file is sent but still written down": (Outgoing, "_say", "after"),
}

# And for Telegram.
POINTS_OF_TELEGRAM: dict[str, tuple[Any, str, str]] = {
    "an update is heard but not committed": (Receive, "_store", "after"),
    "an update is committed but not acknowledged": (Receive, "__call__", "after"),
    "a turn is answered but nothing is sent": (TelegramPush, "send", "before"),
    "a message is marked as being sent but is not": (TelegramApi, "send_text", "before"),
    "Telegram has taken a message": (TelegramApi, "send_text", "after"),
    "Telegram has taken a part of a message": (Sent, "so_far", "after"),
}
# With long polling, beside these.
POINTS_OF_POLLING: dict[str, tuple[Any, str, str]] = {
    "updates are fetched but not taken in": (Polling, "_take", "before"),
    "updates are committed but not confirmed": (Polling, "_take", "after"),
}

# On the way of offers.
POINTS_OF_ROUTING: dict[str, tuple[Any, str, str]] = {
    "the queue is about to be looked at": (Routing, "__call__", "before"),
    "an offer is made but not committed": (offers, "offer", "after"),
    "an offer is committed": (Offers, "make", "after"),
    "the queue was looked at": (Routing, "__call__", "after"),
    "an offer is over but nobody has looked": (Offers, "over", "before"),
    "an offer is let pass but not committed": (offers, "end_offer", "after"),
    "an offer is let pass": (Offers, "over", "after"),
}

# As a matter ends, and its contact says how it went.
POINTS_OF_ENDING: dict[str, tuple[Any, str, str]] = {
    "a matter is ended but not committed": (Holding, "end", "after"),
    "the end of a matter is committed": (Ending, "resolve", "after"),
    "stars are written down but not committed": (turns, "store_stars", "after"),
    "stars are committed": (Press, "_stars", "after"),
}

# And for contacts in Slack.
POINTS_OF_SLACK_CONTACTS: dict[str, tuple[Any, str, str]] = {
    "a message is heard but not committed": (Contacts, "_conversation", "after"),
    "a message is committed but not acknowledged": (Receive, "__call__", "after"),
    "files are fetched but not committed": (Fetching, "fetch", "after"),
    "an answer is taken in hand but not posted": (SlackChannel, "send", "before"),
    "an answer is posted but not noted": (SlackChannel, "send", "after"),
    "a part of an answer is posted": (SlackApi, "post", "after"),
    "the buttons are taken away but not noted": (SlackApi, "update", "after"),
}


@dataclass(frozen=True)
class Plan:
    """A front to start: its environment, where it writes, where it dies and whom it pushes to."""

    environment: dict[str, str]
    said: Path
    point: str | None = None
    times: int = 1
    vendor: str | None = None
    can_find: bool = True


def start(plan: Plan) -> ForkServerProcess:
    """A front in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_run, args=(plan,), daemon=True)
    process.start()
    return process


def _run(plan: Plan) -> None:
    with plan.said.open("ab") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    threading.Thread(target=_end_with_the_test, daemon=True).start()
    os.environ.clear()
    os.environ.update(plan.environment)
    if plan.point is not None:
        arm(plan.point, plan.times)
    if plan.vendor is not None:
        post = Post(plan.vendor, can_find=plan.can_find)
        serve.create_app = functools.partial(_with_post, post)  # type: ignore[attr-defined] # what it calls
    sys.argv = ["frontdesk", "serve"]
    serve.serve(load())


def _end_with_the_test() -> None:
    test = multiprocessing.parent_process()
    assert test is not None
    test.join()
    os._exit(1)


def arm(point: str, times: int) -> None:
    """Has this process killed at the point, at the N-th time that it comes there."""
    owner, name, side = (
        POINTS
        | POINTS_OF_PUSHING
        | POINTS_OF_SLACK
        | POINTS_OF_SLACK_FILES
        | POINTS_OF_SLACK_CONTACTS
        | POINTS_OF_ROUTING
        | POINTS_OF_ENDING
        | POINTS_OF_TELEGRAM
        | POINTS_OF_POLLING
    )[point]
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)
    calls = itertools.count(1)

    @functools.wraps(original)
    async def killing(*args: Any, **more: Any) -> Any:
        doomed = next(calls) == times
        if doomed and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await original(*args, **more)
        if doomed:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, killing)


def _with_post(post: Post, settings: Settings) -> web.Application:
    """The product's front, with a channel that is pushed to; the vendor brings messages to ``/post``."""
    app = create_app(settings)
    front = app[FRONT]
    front.jobs.handle(DELIVER, Delivery(front.database, {PUSHED: post}))

    async def bring(request: web.Request) -> web.Response:
        said = await request.json()
        place = f"{PUSHED}:{said['from']}"
        await front.receive(
            InboundMessage(place, PUSHED, said["from"], InboundKind.SAID, text=said["text"], native_key=said["key"])
        )
        return web.Response()  # acknowledged means committed

    app.router.add_post("/post", bring)
    return app
