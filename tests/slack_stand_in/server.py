"""The HTTP server: the Web API's calls in, response_urls in, Socket Mode's connections."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from tests.slack_stand_in import access, contacts, files, methods
from tests.slack_stand_in.arguments import TEXT_MOST, content
from tests.slack_stand_in.people import Slack
from tests.slack_stand_in.workspace import Call, Ephemeral, Json, Refused, ResponseUrl

RESPONSE_USES, RESPONSE_SECONDS = 5, 30 * 60
METHODS = methods.METHODS | files.METHODS | contacts.METHODS


class Server:
    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.app = web.Application(client_max_size=32 * 1024 * 1024)
        self.app.router.add_route("*", "/api/{method}", self.call)
        self.app.router.add_post("/actions/{key:.+}", self.respond)
        self.app.router.add_get("/link/", self.link)
        self.app.router.add_post("/upload/v1/{id}", self.uploaded)
        self.app.router.add_get("/files-pri/{id}/{name}", self.downloaded)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """https://docs.slack.dev/apis/web-api: a form, JSON or a query; the answer is 200 whether ok or not, or 429."""
        slack, method = self.slack, request.match_info["method"]
        if slack.away:
            return reset(request)
        args = await arguments(request)
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip() or str(args.pop("token", ""))
        if header.startswith("Basic "):
            args["client_id"], _, args["client_secret"] = base64.b64decode(header[6:]).decode().partition(":")
        slack = contacts.addressed(slack, token)
        call = Call(method, args, slack.clock(), token=token)
        slack.calls.append(call)
        faulty, refusal = slack.next_fault(method)
        status, headers = 200, {"X-OAuth-Scopes": ",".join(sorted(slack.scopes))}
        try:
            if refusal is not None:
                raise refusal
            answer = self.do(slack, method, args, token, bool(header))
        except Refused as refused:
            answer, status = refused.answer, refused.status
            if refused.retry_after is not None:
                headers["Retry-After"] = str(refused.retry_after)
        if delay := slack.delay(method):
            await asyncio.sleep(delay)
        if faulty and refusal is None:
            return reset(request)
        call.answer = answer
        return web.json_response(answer, status=status, headers=headers)

    def do(self, slack: Slack, method: str, args: Json, token: str, in_header: bool) -> Json:
        if method not in METHODS:
            raise Refused("unknown_method", req_method=method)
        if not contacts.asks_oauth(method):
            access.check_token(slack, method, token, in_header)
        slack.check_tier(method)
        access.check_scope(slack, method, args)
        return {"ok": True, **METHODS[method](slack, args)}

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: five times in 30 minutes.

        The answers to a used up or expired one (404, ``used_url``, ``expired_url``) could not be confirmed.
        """
        slack = self.slack
        if slack.away:
            return reset(request)
        place = slack.response_urls.get(request.match_info["key"])
        args = await arguments(request)
        call = Call("response_url", args, slack.clock())
        slack.calls.append(call)
        try:
            faulty, refusal = slack.next_fault("response_url")
            if refusal is not None:
                raise refusal
            if place is None or time.monotonic() - place.at > RESPONSE_SECONDS:
                raise Refused("expired_url", status=404)
            if place.uses >= RESPONSE_USES:
                raise Refused("used_url", status=404)
            place.uses += 1
            self.follow(place, args)
        except Refused as refused:
            call.answer = refused.answer
            return web.json_response(refused.answer, status=refused.status)
        if delay := slack.delay("response_url"):
            await asyncio.sleep(delay)
        if faulty:
            return reset(request)
        call.answer = {"ok": True}
        return web.Response(text="ok")

    def follow(self, place: ResponseUrl, args: Json) -> None:
        """Replaces or deletes the message pressed in, or posts a new one: an ephemeral unless it says in_channel."""
        slack = self.slack
        original = (
            next((one for one in slack.ephemerals if one.ts == place.message_ts), None) if place.ephemeral else None
        )
        if args.get("delete_original"):
            if original:
                original.deleted = True
            elif found := slack.channels[place.channel].message(place.message_ts):
                before = found.told()
                slack.remove(found)
                slack.own_deletion(found, before)
            return
        text, blocks, _ = content(slack, args, TEXT_MOST)
        if args.get("replace_original"):
            shown = original or slack.message(place.channel, place.message_ts)
            before = shown.told()
            shown.history.append(before)
            shown.text, shown.blocks = text, blocks
            if not isinstance(shown, Ephemeral):
                slack.own_change(shown, before)
        elif args.get("response_type") == "in_channel":
            methods.post_message(slack, args | {"channel": place.channel})
        else:
            thread_ts = args.get("thread_ts")
            slack.ephemerals.append(Ephemeral(slack.next_ts(), place.channel, place.user, text, blocks, thread_ts))

    async def uploaded(self, request: web.Request) -> web.StreamResponse:
        away = self.slack.away or self.slack.uploads_away
        return reset(request) if away else await files.uploaded(self.slack, request)

    async def downloaded(self, request: web.Request) -> web.StreamResponse:
        return reset(request) if self.slack.away else await files.downloaded(self.slack, request)

    async def link(self, request: web.Request) -> web.StreamResponse:
        return reset(request) if self.slack.away else await self.slack.serve_socket(request)


async def arguments(request: web.Request) -> Json:
    """A call's arguments, from wherever slack-sdk puts them."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            sent: Any = json.loads(await request.read() or b"{}")
        except ValueError:
            sent = {}
        return args | (sent if isinstance(sent, dict) else {})
    return args | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def reset(request: web.Request) -> web.Response:
    """Cuts the connection with a reset: no answer."""
    if request.transport is not None:
        peer = request.transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=503)


@asynccontextmanager
async def slack_stand_in(**options: Any) -> AsyncIterator[Slack]:
    """Serves the stand-in on a free loopback port while the block runs.

    Options: ``channel`` (the id of the channel made at first), ``burst`` (posts into a channel before 429), ``clock``.
    """
    slack = Slack(**options)
    runner = web.AppRunner(Server(slack).app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    slack.url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        slack._session = session
        try:
            yield slack
        finally:
            await slack._tasks.stop()
            for one in slack.open_sockets:
                await one.close()
            await runner.cleanup()
