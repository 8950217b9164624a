"""From a contact's message to the post into Slack leaving us: the card of a handoff, and a line of its thread.

    python -m benchmarks.handoff [--handoffs 30]

The whole product: a front and an engine over SQLite. Contacts in the web chat ask for a person in words, which the
assistant has to understand; a second later they write once more, which goes into the thread. The other end of Slack is
a server here that notes when a post came. Slack is given about one post a second and channel, so they come slower than
that: what is measured is our part of the way, not the wait for a turn.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from aiohttp import web

from benchmarks.processes import House, answers, engine_answers, folder, free_port, house, machine

APART = 4.5  # seconds between two contacts: a card and two posts in its thread
PATIENCE = 20.0
_numbers = itertools.count(10_001)


class Posts:
    """The other end of Slack: what was posted, and when."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, bool, asyncio.Future[float]]] = []

    def expect(self, marker: str, *, thread: bool) -> asyncio.Future[float]:
        """Resolves with the time of the first post with these words, in a thread or not."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting.append((marker, thread, future))
        return future

    async def called(self, request: web.Request) -> web.Response:
        at, method = time.perf_counter(), request.match_info["method"]
        if method == "chat.postMessage":
            body = json.loads(await request.text())
            shown = json.dumps(body, ensure_ascii=False)
            for marker, thread, future in self._waiting:
                if not future.done() and marker in shown and thread == bool(body.get("thread_ts")):
                    future.set_result(at)
        about: dict[str, Any] = {"team": "T", "team_id": "T1", "user_id": "UBOT", "url": "https://t.slack.com/"}
        return web.json_response({"ok": True, "ts": f"{next(_numbers)}.000100", "messages": [], **about})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app, port = web.Application(), free_port()
        app.router.add_route("*", "/api/{method}", self.called)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}/api/"
        finally:
            await runner.cleanup()


class Contact:
    """A browser that writes; what it is shown it takes and forgets."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for _ in self._socket:
            pass

    async def say(self, text: str) -> float:
        begun = time.perf_counter()
        await self._socket.send_json({"type": "say", "id": str(uuid.uuid4()), "text": text})
        return begun

    def stop(self) -> None:
        self._reading.cancel()


@asynccontextmanager
async def contact(session: aiohttp.ClientSession, base: str) -> AsyncIterator[Contact]:
    async with session.ws_connect(f"{base}/ws") as socket:
        await socket.send_json({"type": "hello", "token": None, "after": 0})
        await socket.receive()
        made = Contact(socket)
        try:
            yield made
        finally:
            made.stop()


async def one(session: aiohttp.ClientSession, base: str, posts: Posts) -> tuple[float, float]:
    """Milliseconds until a card, and until a line of its thread, had left us."""
    number = next(_numbers)
    async with contact(session, base) as who:
        card = posts.expect(f"case {number}", thread=False)
        begun = await who.say(f"I want to talk to a human about case {number}")
        card_at = await asyncio.wait_for(card, PATIENCE) - begun
        await asyncio.sleep(2.0)
        line = posts.expect(f"waiting {number}", thread=True)
        begun = await who.say(f"I am still waiting {number}")
        return 1000 * card_at, 1000 * (await asyncio.wait_for(line, PATIENCE) - begun)


async def measure(made: House, posts: Posts, handoffs: int) -> str:
    async with aiohttp.ClientSession() as session:
        await one(session, made.base, posts)  # warm
        took = []
        for _ in range(handoffs):
            took.append(await one(session, made.base, posts))
            await asyncio.sleep(APART - 2.0)
    cards, lines = zip(*took, strict=True)
    return f"card {told(cards)}; line in the thread {told(lines)}"


def told(times: tuple[float, ...]) -> str:
    def at(share: float) -> float:
        return sorted(times)[min(len(times) - 1, int(share * len(times)))]

    return f"p50 {at(0.5):.0f} p95 {at(0.95):.0f} ms"


async def run(data: Path, handoffs: int) -> str:
    posts = Posts()
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(posts.serving())
        made = stack.enter_context(house(data))
        made.environment |= {
            "FRONTDESK_SLACK_BOT_TOKEN": "xoxb-for-the-benchmark",
            "FRONTDESK_SLACK_SIGNING_SECRET": "b" * 32,
            "FRONTDESK_SLACK_API_URL": api,
        }
        front = made.start("front", "serve")
        made.start("engine", "engine")
        await answers(f"{made.base}/readyz", front)
        await engine_answers(made)
        return await measure(made, posts, handoffs)


async def main(handoffs: int) -> None:
    with folder() as data:
        config = yaml.safe_load((data / "frontdesk.yml").read_text())
        config["teams"] = [{"name": "support", "lobby": "C0LOBBY"}]
        (data / "frontdesk.yml").write_text(yaml.safe_dump(config))
        print(f"handoff: {await run(data, handoffs)} | {handoffs} handoffs, aim p95 < 300 ms | {machine()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--handoffs", type=int, default=30)
    asyncio.run(main(parser.parse_args().handoffs))
