"""The engine as a process: ``POST /turn``, ``/parse``, ``/embed`` and ``GET /ready`` over a Unix socket or a TCP port.

It listens at once and loads its model meanwhile, so ``/ready`` tells the truth from the first moment. It watches
``live.json`` in the models folder; a newer model is loaded beside the old one, answers a canary, and is swapped in
between two turns. Rasa is imported only by the loading thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hmac
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from bot.engine.host import Host
from bot.engine.wire import MOST_EMBEDDED, Embedded, EmbedRequest, ParseRequest, Ready, TurnRequest
from conversations.typed_json import NotThisShape, decode

if TYPE_CHECKING:
    from bot.nlu.learning.encoder import Encoder

BODY_LIMIT = 1024 * 1024  # bytes

_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
_HOST = web.AppKey("host", Host)
_ANSWERED = web.AppKey("answered", list[float])  # when the last turn came, by the monotonic clock

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class EngineOptions:
    """What an engine is told at its start.

    ``models`` is the folder with ``live.json``; ``secret`` what callers must show; ``action_server_url`` None runs the
    actions of ``actions_package`` in this process, after ``prepare`` was called once to set their ports. With an
    ``idle_limit`` the engine ends when it has answered nothing for so long. Limits and ``poll_every`` are in seconds.
    """

    models: Path
    secret: str
    actions_package: str = "bot.actions"
    action_server_url: str | None = None
    action_limit: float = 8.0
    turn_limit: float = 10.0
    poll_every: float = 2.0
    prepare: Callable[[], object] | None = None
    idle_limit: float | None = None


def create_engine_app(options: EngineOptions) -> web.Application:
    """The engine's application; ``ValueError`` without a secret."""
    if not options.secret:
        raise ValueError("the engine needs a secret")
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[_guard(options.secret)])
    app[_HOST] = Host(options)
    app[_ANSWERED] = [time.monotonic()]
    app.cleanup_ctx.append(_keep_model)
    app.router.add_post("/turn", _turn)
    app.router.add_post("/parse", _parse)
    app.router.add_post("/embed", _embed)
    app.router.add_get("/ready", _ready)
    return app


async def _keep_model(app: web.Application) -> AsyncIterator[None]:
    watching = asyncio.create_task(app[_HOST].watch())
    yield
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    await app[_HOST].close()


def _guard(secret: str) -> Any:
    """Only callers with the secret, nothing compressed, and no exception's text in an answer or a log."""
    expected = f"Bearer {secret}".encode()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, expected):
            return _problem(401, "the engine's secret is missing or wrong")
        if "Content-Encoding" in request.headers:
            return _problem(415, "compressed bodies are not accepted")
        try:
            return await handler(request)
        except web.HTTPException as answer:
            return _problem(answer.status, answer.reason)
        except Exception as error:
            _log.error("%s failed: %s", request.path, type(error).__name__)
            return _problem(500, type(error).__name__)

    return guard


async def _turn(request: web.Request) -> web.StreamResponse:
    host = request.app[_HOST]
    request.app[_ANSWERED][0] = time.monotonic()
    wanted = _decode(await request.read(), TurnRequest)
    if isinstance(wanted, web.Response):
        return wanted
    if host.model is None:
        return _problem(503, host.reason or "no model is loaded")
    return _answer(200, await host.answer(wanted))


async def _parse(request: web.Request) -> web.StreamResponse:
    host = request.app[_HOST]
    wanted = _decode(await request.read(), ParseRequest)
    if isinstance(wanted, web.Response):
        return wanted
    if host.model is None:
        return _problem(503, host.reason or "no model is loaded")
    return _answer(200, await host.understand(wanted.text))


async def _embed(request: web.Request) -> web.StreamResponse:
    wanted = _decode(await request.read(), EmbedRequest)
    if isinstance(wanted, web.Response):
        return wanted
    if len(wanted.texts) > MOST_EMBEDDED:
        return _problem(400, f"more than {MOST_EMBEDDED} texts: ask several times")
    made = await asyncio.to_thread(_vectors, wanted.texts)
    return _problem(503, "there is no sentence encoder") if made is None else _answer(200, made)


def _vectors(texts: Sequence[str]) -> Embedded | None:
    """None without an encoder. It is the one that the model's intents are told by: loaded once, mostly by it."""
    from bot.nlu.learning.encoder import EncoderError

    try:
        found = _sentence_encoder()
    except EncoderError as wrong:
        _log.error("no vectors: %s", wrong)
        return None
    if found is None:
        return None
    vectors = found.meanings(list(texts)).tolist()
    return Embedded(found.name, tuple(map(tuple, vectors)))


@functools.cache
def _sentence_encoder() -> Encoder | None:
    """Found once: its file is read and hashed each time that it is asked for."""
    from bot.nlu.learning.encoder import encoder

    return encoder()


async def _ready(request: web.Request) -> web.StreamResponse:
    ready: Ready = await request.app[_HOST].ready()
    return _answer(200 if ready.ready else 503, ready)


def _decode(body: bytes, kind: type[Any]) -> Any:
    """The body as ``kind``, or the 400 that says what is wrong with it."""
    try:
        return decode(body, kind)
    except NotThisShape as wrong:
        return _problem(400, str(wrong))


def _answer(status: int, content: Any) -> web.Response:
    return web.Response(status=status, body=_encoder.encode(content), content_type="application/json")


def _problem(status: int, reason: str) -> web.Response:
    return _answer(status, {"error": reason})


async def serve(
    options: EngineOptions,
    *,
    socket: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 5006,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve on a Unix ``socket`` (mode 600), or on ``host`` and ``port``, until ``stop`` or SIGTERM or SIGINT.

    Turns in hand are finished before it returns; no new one is taken meanwhile.
    """
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app = create_engine_app(options)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=options.turn_limit + 1)
    await runner.setup()
    try:
        await _site(runner, socket, host, port).start()
        if socket is not None:
            socket.chmod(0o600)
        await _stopped(stop, app[_ANSWERED], options.idle_limit)
    finally:
        await runner.cleanup()
        if socket is not None:
            socket.unlink(missing_ok=True)


async def _stopped(stop: asyncio.Event, answered: list[float], idle_limit: float | None) -> None:
    """Until it is to stop, or no turn has come for ``idle_limit`` seconds."""
    while not stop.is_set():
        rest = None if idle_limit is None else answered[0] + idle_limit - time.monotonic()
        if rest is not None and rest <= 0:
            _log.info("ending: no turn for %.0f s", idle_limit)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)


def _site(runner: web.AppRunner, socket: Path | None, host: str, port: int) -> web.BaseSite:
    if socket is None:
        return web.TCPSite(runner, host, port)
    # A socket that a killed engine left behind would refuse the new one.
    socket.unlink(missing_ok=True)
    return web.UnixSite(runner, str(socket))


def run(options: EngineOptions, *, socket: Path | None = None, host: str = "127.0.0.1", port: int = 5006) -> None:
    """Serve in an event loop of its own: uvloop's where it is installed."""
    factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with contextlib.suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(options, socket=socket, host=host, port=port))
