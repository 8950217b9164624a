"""Idle web sockets on one front: the memory of each, and how fast one of them among many has a reply.

    python -m benchmarks.sockets [--sockets 5000]

The front is the product's, over SQLite; its engine is one that answers at once, so that what is measured is the front.
The widgets' own frames are exchanged on each socket before it idles, as a visitor's browser does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp
import msgspec
import yaml

from benchmarks.processes import ROOT, House, answers, house, machine
from benchmarks.talking import Visitor
from bot.channels.web import wire
from tests.scripted_engine import scripted_engine

ASKED = 200
_AT_ONCE = 50


async def idle(base: str, session: aiohttp.ClientSession, sockets: list[aiohttp.ClientWebSocketResponse]) -> None:
    """Opens one more socket, welcomed, as a browser does."""
    socket = await session.ws_connect(f"{base}/ws", max_msg_size=0)
    await socket.send_str(msgspec.json.encode(wire.Hello()).decode())
    await socket.receive()
    sockets.append(socket)


async def replies(talker: Visitor) -> list[float]:
    """Milliseconds from a message to its reply."""
    return [1000 * await talker.ask(f"where is my order number {n}?") for n in range(ASKED)]


async def measure(made: House, count: int) -> str:
    front = made.start("front", "serve")
    await answers(f"{made.base}/readyz", front)
    async with AsyncExitStack() as stack:
        sockets: list[aiohttp.ClientWebSocketResponse] = []
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        await idle(made.base, session, sockets)
        talker = Visitor(sockets[0])
        alone = await replies(talker)
        gc.collect()
        before = front.memory()
        for start in range(0, count, _AT_ONCE):
            await asyncio.gather(*(idle(made.base, session, sockets) for _ in range(min(_AT_ONCE, count - start))))
        await asyncio.sleep(5)
        each = (front.memory() - before) * 1000 / count
        begun, cpu = time.perf_counter(), front.cpu()
        among = await replies(talker)
        await asyncio.sleep(max(0.0, 30 - (time.perf_counter() - begun)))
        busy = (front.cpu() - cpu) / (time.perf_counter() - begun)
        text = (
            f"{count} idle sockets: {each:.1f} kB each; a reply to one of them p50 {median(among):.1f} ms, "
            f"p99 {sorted(among)[int(0.99 * ASKED)]:.1f} ms (alone p50 {median(alone):.1f}); "
            f"the front is at {100 * busy:.0f} % of a core"
        )
        await asyncio.gather(*(socket.close() for socket in sockets))
    return text


async def main(count: int) -> None:
    with TemporaryDirectory(prefix="frontdesk-benchmark-") as folder:
        data = Path(folder)
        config = yaml.safe_load((ROOT / "frontdesk.yml").read_text())
        config["web"] = {"messages_at_once": 1e9, "messages_a_second": 1e9, "new_chats_at_once": 1e9}
        (data / "frontdesk.yml").write_text(yaml.safe_dump(config))
        async with scripted_engine(data / "engine.sock"):
            with house(data) as made:
                print(f"sockets: {await measure(made, count)} | {machine()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=5000)
    asyncio.run(main(parser.parse_args().sockets))
