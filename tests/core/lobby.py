"""The stand-in for Slack without sockets: the same workspace in the fronts' own process, with a gate at each step.

Fronts call it through the SDK's own client and are called through their own endpoint; only the wire is left out
(`test_lobby.py` compares both).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict
from slack_sdk.web.async_client import AsyncWebClient

from frontdesk.slack import SlackDesk
from tests.core.scheduler import Scheduler
from tests.slack_stand_in import Attempt, Delivery, Message, Sent, Slack
from tests.slack_stand_in.server import Server
from tests.slack_stand_in.workspace import CHANNEL, Call, Json, Refused

CARE = "C0CARE0001"
LOBBIES = {"support": CHANNEL, "care": CARE}
_TOKEN, _SECRET = "xoxb-stand-in-bot-token", "a-slack-signing-secret-for-tests"
# Less than the five minutes for which a signature is good.
_FRESH = 280
Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]
# At which front's endpoint this strand's requests arrive.
ENDPOINT: ContextVar[Endpoint | None] = ContextVar("endpoint", default=None)


class Line(AsyncWebClient):
    """The SDK's client, whose requests go straight to the stand-in."""

    def __init__(self, lobby: Lobby) -> None:
        super().__init__(token=_TOKEN, base_url="https://slack.invalid/api/", retry_handlers=[])
        self._lobby = lobby

    async def _request(self, *, http_verb: str, api_url: str, req_args: Json) -> Json:
        return await self._lobby.called_with(api_url.rpartition("/")[2], _sent(req_args))


def _sent(req_args: Json) -> Json:
    """A call's arguments as they arrive: JSON stays what it is, a form and a query are texts."""
    told = json.loads(json.dumps(req_args.get("json") or {}))
    forms = {**(req_args.get("params") or {}), **(req_args.get("data") or {})}
    return {**{name: str(value) for name, value in forms.items()}, **told}


class Unhurried:
    """Turns without waiting: how fast one may post is no question of order."""

    async def turn(self, channel: str) -> None:
        pass

    async def hold(self, channel: str, seconds: float) -> None:
        pass

    async def close(self) -> None:
        pass


class Lobby(Slack):
    """A workspace with a lobby for each team. What is not confirmed comes again when `again` is called."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._ticks = time.time() - _FRESH
        super().__init__(burst=1_000_000, clock=self._tick)
        self._scheduler = scheduler
        self._api = Server(self)
        self.add_channel(CARE, "care")
        self.events_url, self.retry_delays, self.own_events = "http://front.invalid/slack/events", (), False
        # Requests that were acknowledged, and who wants to hear that an event was.
        self.accepted: list[Sent] = []
        self.on_confirmed: Callable[[Json], None] = lambda event: None

    def _tick(self) -> float:
        """Each request has a second of its own, as tries that are a minute apart; all of them count as fresh."""
        self._ticks = min(self._ticks + 1, time.time() + _FRESH)
        return self._ticks

    @staticmethod
    def environment() -> dict[str, str]:
        """What connects a front to it."""
        return {
            "slack_bot_token": _TOKEN,
            "slack_signing_secret": _SECRET,
            "slack_api_url": "https://slack.invalid/api/",
        }

    def joins(self, name: str) -> str:
        """A person of this name is here from now on; returns their id."""
        return self.add_user(f"U0{name.upper()}", name).id

    def connect(self, desk: SlackDesk) -> None:
        """Has a front call this workspace."""
        desk.api.client, desk.api._pace = Line(self), Unhurried()
        desk.whispers._start = lambda doing: self._scheduler.child(doing)  # type: ignore[method-assign,assignment]

    # What fronts ask of it.

    async def called_with(self, method: str, args: Json) -> Json:
        """As `Server.call` does it.

        Raises:
            aiohttp.ClientError: it is away, or the answer is lost.
        """
        await self._scheduler.gate(f"{method} called")
        if self.away:
            raise aiohttp.ClientOSError("Slack is away")
        call = Call(method, args, time.time(), token=_TOKEN)
        self.calls.append(call)
        faulty, refusal = self.next_fault(method)
        status, headers = 200, {}
        try:
            if refusal is not None:
                raise refusal
            answer = self._api.do(self, method, args, _TOKEN, True)
        except Refused as refused:
            answer, status = refused.answer, refused.status
            if refused.retry_after is not None:
                headers["Retry-After"] = str(refused.retry_after)
        await self._scheduler.gate(f"{method} answered")
        if faulty and refusal is None:
            raise aiohttp.ClientOSError("the answer is lost")
        call.answer = answer
        return {"data": json.loads(json.dumps(answer)), "headers": headers, "status_code": status}

    # What it asks of fronts.

    async def deliver(self, payload: Json, *, retried: bool) -> Delivery:
        """Sends it once; an event that is not confirmed comes again, also when its receiver dies over it."""
        delivery = Delivery(payload, retried)
        self.deliveries.append(delivery)
        await self.again(delivery)
        return delivery

    def take_undelivered(self) -> list[Delivery]:
        """What was not confirmed, to be sent again."""
        due, self.undelivered = self.undelivered, []
        return due

    async def again(self, delivery: Delivery) -> None:
        """Another try."""
        try:
            await self._try(delivery)
            if delivery.retried and delivery.confirmed:
                self.on_confirmed(delivery.payload["event"])
        finally:
            if delivery.retried and not delivery.confirmed and delivery not in self.undelivered:
                self.undelivered.append(delivery)

    async def replay(self, sent: Sent) -> Attempt:
        self.requests.append(sent)
        endpoint = ENDPOINT.get()
        assert endpoint is not None, "say at which front it arrives"
        answer = await endpoint(_request(sent))
        if answer.status < 300:
            self.accepted.append(sent)
        assert isinstance(answer, web.Response)
        body = answer.body if isinstance(answer.body, bytes) else b""
        return Attempt(answer.status, body, dict(answer.headers), None if answer.status < 300 else "http_error")

    # What is seen there.

    def cards(self, reference: str) -> list[Message]:
        """The cards of a handoff in all lobbies, those that say that it moved among them."""
        return [
            one
            for channel in LOBBIES.values()
            for one in self.posts(channel)
            if one.thread_ts is None and reference in texts_of(one)[0].split()
        ]

    def card(self, reference: str) -> Message | None:
        """The one that stands for it now."""
        return next((one for one in self.cards(reference) if not is_moved(one)), None)


def _request(sent: Sent) -> web.Request:
    """What a front's server would make of it."""
    loop = asyncio.get_running_loop()
    body = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    body.feed_data(sent.body)
    body.feed_eof()
    headers: Mapping[str, str] = sent.headers
    return make_mocked_request("POST", "/slack/events", CIMultiDict(headers), payload=body)


def texts_of(message: Message) -> list[str]:
    """The texts of a message's blocks, one each."""
    return [found for block in message.blocks for found in _texts(block)]


def _texts(part: Any) -> list[str]:
    if isinstance(part, dict):
        here = [part["text"]] if isinstance(part.get("text"), str) else []
        return here + [found for value in part.values() for found in _texts(value)]
    return [found for one in part for found in _texts(one)] if isinstance(part, list) else []


def is_moved(card: Message) -> bool:
    """Whether it only says where the handoff went."""
    return any(text.startswith("➡️") for text in texts_of(card))


def buttons_of(message: Message) -> dict[str, str | None]:
    """What may be pressed: the button's name, with the option's value of what stands in the menu."""
    elements = [one for block in message.blocks if block["type"] == "actions" for one in block["elements"]]
    row: dict[str, str | None] = {one["action_id"]: None for one in elements if one["type"] != "overflow"}
    options = [option for one in elements for option in one.get("options", [])]
    return row | {option["value"].partition(" ")[0]: option["value"] for option in options}
