"""How soon each channel acknowledges a message, committed, with the engine idle and with the engine saturated.

    python -m benchmarks.ack [--rate 200] [--seconds 10]

The whole product: a front and an engine over SQLite, with the web, Telegram's webhook and Slack's events. Requests
come at a fixed rate, in turn on the three channels, whether or not earlier ones were acknowledged. With the engine idle
there are ten a second; then ``--rate`` a second, each of which the engine must answer, beside eight contacts who ask it
without a pause. The vendors' own ends are a server here that takes whatever it is sent.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import yaml
from aiohttp import web

from benchmarks.processes import House, answers, engine_answers, folder, free_port, house, machine
from benchmarks.sentences import QUESTIONS
from benchmarks.talking import load, visitor

IDLE_RATE = 10.0
CONTACTS = 500
_TELEGRAM_SECRET, _SLACK_SECRET = "a-secret-for-the-benchmark-of-32-chars", "b" * 32
_numbers = itertools.count(1000)
Send = Callable[[], Awaitable[None]]


@asynccontextmanager
async def vendors() -> AsyncIterator[str]:
    """The other end of Telegram and Slack: takes everything at once; gives its address."""

    async def telegram(request: web.Request) -> web.Response:
        me = {"id": 1, "is_bot": True, "first_name": "Pina", "username": "pina_bot"}
        result: object = me if request.match_info["method"] == "getMe" else True
        if request.match_info["method"].startswith("send"):
            result = {"message_id": next(_numbers), "date": 1, "chat": {"id": 1, "type": "private"}, "text": "…"}
        return web.json_response({"ok": True, "result": result})

    async def slack(request: web.Request) -> web.Response:
        known = {"team_id": "T1", "user_id": "UBOT", "bot_id": "BBOT", "team": "T", "user": "pina", "url": "http://x/"}
        person = {"user": {"id": "U1", "team_id": "T1", "profile": {"display_name": "Ana"}}}
        extra = person if request.match_info["method"] == "users.info" else {"messages": [], "channel": {"id": "D1"}}
        return web.json_response({"ok": True, "ts": f"{next(_numbers)}.0001", **known, **extra})

    app, port = web.Application(), free_port()
    app.router.add_route("*", "/bot{token}/{method}", telegram)
    app.router.add_route("*", "/api/{method}", slack)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def question() -> str:
    return QUESTIONS[next(_numbers) % len(QUESTIONS)]


def telegram(session: aiohttp.ClientSession, base: str) -> Send:
    """A message to the webhook."""

    async def send() -> None:
        number = next(_numbers)
        who = {"id": 1000 + number % CONTACTS, "is_bot": False, "first_name": "Ana"}
        message = {"message_id": number, "date": int(time.time()), "from": who, "text": question()}
        message["chat"] = {"id": who["id"], "type": "private", "first_name": "Ana"}
        update = {"update_id": number, "message": message}
        headers = {"X-Telegram-Bot-Api-Secret-Token": _TELEGRAM_SECRET}
        async with session.post(f"{base}/webhooks/telegram", json=update, headers=headers) as response:
            assert response.status == 200, await response.text()

    return send


def slack(session: aiohttp.ClientSession, base: str) -> Send:
    """A direct message to the app, as an event."""

    async def send() -> None:
        number = next(_numbers)
        who = number % CONTACTS
        event = {"type": "message", "channel_type": "im", "channel": f"D{who}", "user": f"U{who}", "text": question()}
        event |= {"ts": f"{int(time.time())}.{number:06d}", "team": "T1"}
        body = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"Ev{number}"}
        raw = json.dumps({**body, "event_time": int(time.time()), "event": event}).encode()
        at = str(int(time.time()))
        digest = hmac.new(_SLACK_SECRET.encode(), b"v0:" + at.encode() + b":" + raw, hashlib.sha256).hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={digest}",
            "Content-Type": "application/json",
        }
        async with session.post(f"{base}/slack/events", data=raw, headers=headers) as response:
            assert response.status == 200, await response.text()

    return send


@asynccontextmanager
async def web_contacts(made: House) -> AsyncIterator[Send]:
    """Visitors who wait for nothing but that their message was taken."""
    async with AsyncExitStack() as stack:
        idle: asyncio.LifoQueue[object] = asyncio.LifoQueue()
        for _ in range(100):
            idle.put_nowait(await stack.enter_async_context(visitor(made)))

        async def send() -> None:
            talker = await idle.get()
            await talker.say(question())  # type: ignore[attr-defined] # a Visitor
            await talker.until_accepted()  # type: ignore[attr-defined]
            idle.put_nowait(talker)

        yield send


async def at_rate(sends: dict[str, Send], rate: float, seconds: float) -> dict[str, list[float]]:
    """Milliseconds until each was acknowledged, by channel."""
    took: dict[str, list[float]] = {name: [] for name in sends}

    async def one(name: str, due: float) -> None:
        await sends[name]()
        took[name].append(1000 * (time.perf_counter() - due))

    begun, tasks = time.perf_counter(), []
    for number, name in zip(range(int(rate * seconds)), itertools.cycle(sends), strict=False):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(name, due)))
    await asyncio.gather(*tasks)
    return took


def told(took: dict[str, list[float]]) -> str:
    def at(times: list[float], share: float) -> float:
        return sorted(times)[min(len(times) - 1, int(share * len(times)))]

    return "; ".join(f"{name} p50 {at(t, 0.5):.1f} p99 {at(t, 0.99):.1f} ms" for name, t in took.items())


async def measure(data: Path, rate: float, seconds: float) -> str:
    async with AsyncExitStack() as stack:
        vendor = await stack.enter_async_context(vendors())
        made = stack.enter_context(house(data))
        made.environment |= {
            "FRONTDESK_PUBLIC_URL": made.base,
            "FRONTDESK_TELEGRAM_TOKEN": "4711:" + "A" * 35,
            "FRONTDESK_TELEGRAM_SECRET": _TELEGRAM_SECRET,
            "FRONTDESK_TELEGRAM_API_URL": vendor,
            "FRONTDESK_SLACK_BOT_TOKEN": "xoxb-for-the-benchmark",
            "FRONTDESK_SLACK_SIGNING_SECRET": _SLACK_SECRET,
            "FRONTDESK_SLACK_API_URL": f"{vendor}/api/",
        }
        front = made.start("front", "serve")
        made.start("engine", "engine")
        await answers(f"{made.base}/readyz", front)
        await engine_answers(made)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        sends = {
            "web": await stack.enter_async_context(web_contacts(made)),
            "telegram": telegram(session, made.base),
            "slack": slack(session, made.base),
        }
        await at_rate(sends, IDLE_RATE, 3)  # warm
        idle = told(await at_rate(sends, IDLE_RATE, seconds))
        talking = asyncio.create_task(load(made, visitor, 8, seconds + 4))
        await asyncio.sleep(2)
        saturated = told(await at_rate(sends, rate, seconds))
        await talking
    return f"engine idle ({IDLE_RATE:g}/s): {idle} | engine saturated ({rate:g}/s): {saturated}"


async def main(rate: float, seconds: float) -> None:
    with folder() as data:
        config = yaml.safe_load((data / "frontdesk.yml").read_text())
        config["teams"] = [{"name": "support", "lobby": "C0LOBBY"}]
        # Nobody goes to a person for asking the same again: this measures the assistant at work.
        never = ("circles", "not_understood", "mood_low", "mood_falling")
        config["handoff"] = {**config.get("handoff", {}), **{reason: {"enabled": False} for reason in never}}
        (data / "frontdesk.yml").write_text(yaml.safe_dump(config))
        print(f"ack: {await measure(data, rate, seconds)} | {machine()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    asyncio.run(main(given.rate, given.seconds))
