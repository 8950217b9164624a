"""An engine that answers from a script, over HTTP on a Unix socket as the real one does."""

from __future__ import annotations

import asyncio
import math
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from aiohttp import web

from bot.engine.wire import (
    Button,
    Effect,
    Embedded,
    EmbedRequest,
    Parse,
    ParseRequest,
    Ranked,
    Ready,
    Reply,
    TurnRequest,
    TurnResult,
)

MODEL = "0" * 64


def understood(intent: str, mood: float = 0.0, confidence: float = 0.95) -> Parse:
    return Parse(intent, confidence, understood=True, mood=mood, ranking=(Ranked(intent, confidence),))


def vector_of(text: str) -> tuple[float, ...]:
    """A vector of length 1 that counts words."""
    counts = [0.0] * 64
    for word in text.casefold().replace("?", "").split():
        counts[zlib.crc32(word.encode()) % len(counts)] += 1
    length = math.hypot(*counts) or 1.0
    return tuple(count / length for count in counts)


@dataclass
class Script:
    """Answers by text; anything else is echoed. ``down``, ``slow`` and ``broken`` are the faults it can show."""

    answers: dict[str, TurnResult] = field(default_factory=dict)
    asked: list[TurnRequest] = field(default_factory=list)
    down: bool = False
    broken: bool = False
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def answer(self, text: str, reply: str, parse: Parse, *buttons: Button, effects: tuple[Effect, ...] = ()) -> None:
        self.answers[text] = TurnResult(
            MODEL, parse, replies=(Reply(reply, buttons),), state={"turns": len(text)}, effects=effects
        )

    async def turn(self, request: web.Request) -> web.Response:
        asked = msgspec.json.decode(await request.read(), type=TurnRequest)
        self.asked.append(asked)
        if self.down:
            return web.Response(status=503)
        await self.hold.wait()
        if self.broken:
            return self._respond(TurnResult(MODEL, understood("nothing"), failed="action_order_status raised"))
        echo = TurnResult(
            MODEL,
            understood(f"echo {asked.payload or asked.text}"),
            replies=(Reply(f"You said: {asked.payload or asked.text}"),),
            state={"n": 1},
        )
        return self._respond(self.answers.get(asked.payload or asked.text, echo))

    async def embed(self, request: web.Request) -> web.Response:
        """Vectors in which texts with the same words are alike."""
        texts = msgspec.json.decode(await request.read(), type=EmbedRequest).texts
        if self.down:
            return web.Response(status=503)
        return self._respond(Embedded("scripted", tuple(map(vector_of, texts))))

    async def parse(self, request: web.Request) -> web.Response:
        """How the text of an answer is understood; anything else is what the echo is taken for."""
        text = msgspec.json.decode(await request.read(), type=ParseRequest).text
        if self.down:
            return web.Response(status=503)
        known = self.answers.get(text)
        return self._respond(known.parse if known else understood(f"echo {text}"))

    async def ready(self, request: web.Request) -> web.Response:
        return self._respond(Ready(ready=not self.down, model=MODEL))

    def _respond(self, answer: msgspec.Struct) -> web.Response:
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")


@asynccontextmanager
async def scripted_engine(path: Path) -> AsyncIterator[Script]:
    """Serves a script on a Unix socket while the block runs."""
    script = Script()
    app = web.Application()
    app.router.add_post("/turn", script.turn)
    app.router.add_post("/embed", script.embed)
    app.router.add_post("/parse", script.parse)
    app.router.add_get("/ready", script.ready)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    try:
        yield script
    finally:
        script.hold.set()
        await runner.cleanup()
