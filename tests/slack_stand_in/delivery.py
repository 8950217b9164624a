"""How Slack hands events and actions to an app: signed posts or Socket Mode envelopes, three seconds, further tries.

https://docs.slack.dev/apis/events-api#responding (2xx within three seconds, else up to three more tries, at once, after
a minute and after five), https://docs.slack.dev/authentication/verifying-requests-from-slack and
https://docs.slack.dev/apis/events-api/using-socket-mode. Actions and modal submissions are sent once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import urllib.parse
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.slack_stand_in.workspace import Json, Tasks, Workspace

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
TRIES = 4


@dataclass
class Sent:
    """A request as it went out, so that a test can send the very same bytes again."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Attempt:
    """One try: the app's HTTP status (200 for an acknowledged envelope) and body, or the reason there is none."""

    status: int | None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body.strip() else None


@dataclass
class Delivery:
    """One event or action on its way to the app, with every try so far."""

    payload: Json
    retried: bool
    attempts: list[Attempt] = field(default_factory=list)
    envelope_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    given_up: bool = False

    @property
    def confirmed(self) -> bool:
        return any(attempt.ok for attempt in self.attempts)

    @property
    def statuses(self) -> list[int | None]:
        return [attempt.status for attempt in self.attempts]

    @property
    def event_id(self) -> str | None:
        return self.payload.get("event_id")


@dataclass
class Ack:
    envelope_id: str
    payload: Json | None


# Seconds that an answer is waited for. Slack waits three, and tests of that say so; the others share two cores with
# whatever else runs, and are not about time.
PATIENCE = 10.0


class Deliveries(Workspace):
    """Sends to ``events_url``, actions to ``actions_url`` if that is set, or all over Socket Mode."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.events_url: str | None = None
        self.actions_url: str | None = None
        self.socket_mode = False
        self.own_events = True
        self.patience = PATIENCE
        self.retry_delays: Sequence[float] = (0.0, 0.05, 0.1)
        self.undelivered: list[Delivery] = []
        self.deliveries: list[Delivery] = []
        self.requests: list[Sent] = []
        self.acks: list[Ack] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._turn = 0
        self._tasks = Tasks()
        self._session: aiohttp.ClientSession | None = None

    @property
    def last_request(self) -> Sent:
        """The last signed request sent, whatever became of it."""
        return self.requests[-1]

    async def settled(self) -> None:
        """Waits until all that is being sent beside the tests (the app's own posts as events) has arrived or failed."""
        await self._tasks.settled()

    async def redeliver(self) -> list[Delivery]:
        """Sends again, once each and in their order, the events that were not confirmed."""
        due, self.undelivered = self.undelivered, []
        for delivery in due:
            await self._try(delivery)
            if not delivery.confirmed:
                self.undelivered.append(delivery)
        return due

    async def deliver(self, payload: Json, *, retried: bool) -> Delivery:
        """Sends one payload, again and again if it may be, until it is confirmed or given up."""
        delivery = Delivery(payload, retried)
        self.deliveries.append(delivery)
        if not (self.socket_mode or self.events_url or (self.actions_url and not retried)):
            return delivery
        await self._try(delivery)
        for delay in self.retry_delays[: TRIES - 1] if retried else ():
            if delivery.confirmed or delivery.given_up or (self.socket_mode and not self.open_sockets):
                break
            await asyncio.sleep(delay)
            await self._try(delivery)
        if retried and not delivery.confirmed and not delivery.given_up:
            self.undelivered.append(delivery)
        return delivery

    async def _try(self, delivery: Delivery) -> None:
        attempt = await (self._over_socket(delivery) if self.socket_mode else self._over_http(delivery))
        delivery.attempts.append(attempt)
        delivery.given_up = attempt.headers.get("X-Slack-No-Retry") == "1" and not attempt.ok

    # HTTP

    async def _over_http(self, delivery: Delivery) -> Attempt:
        raw = json.dumps(delivery.payload, separators=(",", ":")).replace("/", "\\/")
        headers = {}
        if delivery.attempts:
            headers["X-Slack-Retry-Num"] = str(min(len(delivery.attempts), TRIES - 1))
            headers["X-Slack-Retry-Reason"] = delivery.attempts[-1].reason or "http_error"
        if delivery.retried:
            return await self.signed_post(raw.encode(), headers=headers)
        body = urllib.parse.urlencode({"payload": raw}).encode()
        return await self.signed_post(body, headers=headers, url=self.actions_url or self.events_url)

    async def signed_post(
        self,
        body: bytes | str | Json,
        *,
        timestamp: int | str | None = None,
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
        url: str | None = None,
    ) -> Attempt:
        """A request signed as Slack signs: over the raw body, with this secret and this time, or the true ones.

        ``headers`` are laid over the signed ones, so a test can leave out a signature or forge one.
        """
        raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(self.clock()) if timestamp is None else timestamp)
        made = {
            "Content-Type": FORM if raw.startswith(b"payload=") else JSON,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.signing_secret if secret is None else secret, stamp, raw),
            **(headers or {}),
        }
        target = url or self.events_url
        assert target is not None, "set events_url first"
        return await self.replay(Sent(target, raw, {name: value for name, value in made.items() if value is not None}))

    async def replay(self, sent: Sent) -> Attempt:
        """Sends these bytes under these headers, as they are."""
        self.requests.append(sent)
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with self._session.post(
                sent.url, data=sent.body, headers=sent.headers, timeout=timeout, allow_redirects=False
            ) as answer:
                body = await answer.read()
                reason = None if answer.status < 300 else "http_error"
                return Attempt(answer.status, body, answer.headers.copy(), reason)
        except TimeoutError:
            return Attempt(None, reason="http_timeout")
        except (aiohttp.ClientError, OSError):
            return Attempt(None, reason="connection_failed")

    # Socket Mode

    @property
    def open_sockets(self) -> list[web.WebSocketResponse]:
        return [socket for socket in self.sockets if not socket.closed]

    def new_socket_url(self) -> str:
        ticket = secrets.token_hex(8)
        self.tickets.add(ticket)
        return f"{self.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self.app_id}"

    async def _over_socket(self, delivery: Delivery) -> Attempt:
        """To any one of the open connections; each in turn. Only events carry the number and reason of a retry."""
        if not (sockets := self.open_sockets):
            return Attempt(None, reason="connection_failed")
        self._turn += 1
        is_event = delivery.retried
        accepts = not is_event
        envelope = {
            "envelope_id": delivery.envelope_id,
            "payload": delivery.payload,
            "type": "events_api" if is_event else "interactive",
            "accepts_response_payload": accepts,
        }
        if is_event:
            tried = len(delivery.attempts)
            envelope |= {"retry_attempt": min(tried, TRIES - 1), "retry_reason": "timeout" if tried else ""}
        waiting = self._waiting[delivery.envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await sockets[self._turn % len(sockets)].send_json(envelope)
            payload = await asyncio.wait_for(waiting, self.patience)
        except TimeoutError:
            return Attempt(None, reason="http_timeout")
        except (ConnectionError, aiohttp.ClientError):
            return Attempt(None, reason="connection_failed")
        finally:
            self._waiting.pop(delivery.envelope_id, None)
        return Attempt(200, json.dumps(payload).encode() if payload is not None else b"")

    async def serve_socket(self, request: web.Request) -> web.StreamResponse:
        """One connection: hello, what was not acknowledged before, then acknowledgements until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=401)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json(
            {
                "type": "hello",
                "connection_info": {"app_id": self.app_id},
                "num_connections": len(self.open_sockets),
                "debug_info": {"host": "stand-in", "build_number": 1, "approximate_connection_time": 3600},
            }
        )
        self._tasks.start(self.redeliver())
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            with suppress(ValueError, KeyError, TypeError):
                said = json.loads(frame.data)
                self._acknowledged(Ack(said["envelope_id"], said.get("payload")))
        self.sockets.remove(socket)
        if not self.sockets:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionResetError("the app's last connection closed"))
        return socket

    def _acknowledged(self, ack: Ack) -> None:
        self.acks.append(ack)
        waiting = self._waiting.get(ack.envelope_id)
        if waiting and not waiting.done():
            waiting.set_result(ack.payload)

    async def disconnect(self, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Tells every connection to go (``warning``, ``refresh_requested`` or ``link_disabled``) and closes it."""
        for socket in self.open_sockets:
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "stand-in"}})
            if close:
                await socket.close()

    # Payloads

    def event(self, event: Json) -> Json:
        """https://docs.slack.dev/apis/events-api#event-type-structure: the wrapper around every event."""
        strange = event.get("user_team") not in (None, self.team)
        return {
            "token": self.verification_token,
            "team_id": self.team,
            "context_team_id": self.team,
            "context_enterprise_id": None,
            "api_app_id": self.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.new_id("Ev"),
            "event_time": int(self.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team,
                    "user_id": self.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": strange,
            "event_context": f"4-{secrets.token_hex(12)}",
        }

    def action(self, kind: str, user: str, **more: Any) -> Json:
        """https://docs.slack.dev/reference/interaction-payloads: what every payload of an action has."""
        person = self.users[user]
        name = person.told()["name"]
        return {
            "type": kind,
            "user": {"id": user, "username": name, "name": name, "team_id": person.team},
            "api_app_id": self.app_id,
            "token": self.verification_token,
            "trigger_id": self.new_trigger(user),
            "team": {"id": self.team, "domain": "stand-in"},
            "enterprise": None,
            "is_enterprise_install": False,
            **more,
        }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
