"""The front's way to the engines: ``POST /turn`` over a Unix socket or HTTP, one engine after the other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import aiohttp
import msgspec

from bot.engine.wire import Embedded, EmbedRequest, Parse, ParseRequest, Ready, TurnRequest, TurnResult


class EngineError(Exception):
    """The engine gave no usable answer."""


class EngineDown(EngineError):
    """No engine is there to answer, or it is not ready; asking again later may help."""


class EngineSlow(EngineError):
    """The engine did not answer within its time limit."""


class EngineRefused(EngineError):
    """The engine does not take this request; asking again will not help."""


class EngineClient:
    """Asks the engines in turn; one that is down is passed over.

    Args:
        addresses: ``unix:<path>`` or ``http://host:port``.
        secret: shared with the engines, sent as a bearer token.
        time_limit: seconds for one turn.
    """

    def __init__(self, addresses: Sequence[str], secret: str, time_limit: float) -> None:
        self._addresses = [a.rstrip("/") for a in addresses]
        self._secret, self._time_limit = secret, time_limit
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._next = itertools.cycle(range(len(self._addresses)))

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self._time_limit, connect=3)
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        for address in self._addresses:
            connector: aiohttp.BaseConnector = (
                aiohttp.UnixConnector(address.removeprefix("unix:"), limit=256)
                if address.startswith("unix:")
                else aiohttp.TCPConnector(limit=256)
            )
            self._sessions[address] = aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answers a turn.

        Raises:
            EngineDown: no engine took it. EngineSlow: it took too long. EngineRefused: it is not a turn to them.
        """
        return await self._ask("/turn", request, TurnResult)

    async def parse(self, text: str) -> Parse:
        """How the engine understands a text. Raises as `turn` does."""
        return await self._ask("/parse", ParseRequest(text), Parse)

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """The encoder's vectors for up to 32 texts. Raises as `turn` does; `EngineDown` also when it has no encoder."""
        return await self._ask("/embed", EmbedRequest(tuple(texts)), Embedded)

    async def ready(self) -> Ready:
        """The state of the first engine that answers; never raises."""
        for address in self._addresses:
            try:
                async with self._sessions[address].get(_url(address, "/ready"), timeout=aiohttp.ClientTimeout(5)) as r:
                    return msgspec.json.decode(await r.read(), type=Ready)
            except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError):
                continue
        return Ready(ready=False, reason="no engine answers")

    async def _ask[T](self, path: str, body: msgspec.Struct, answer: type[T]) -> T:
        start = next(self._next)
        for step in range(len(self._addresses)):
            address = self._addresses[(start + step) % len(self._addresses)]
            try:
                return await self._post(address, path, body, answer)
            except EngineDown:
                if step == len(self._addresses) - 1:
                    raise
        raise EngineDown("no engine is configured")

    async def _post[T](self, address: str, path: str, body: msgspec.Struct, answer: type[T]) -> T:
        try:
            async with self._sessions[address].post(_url(address, path), data=msgspec.json.encode(body)) as response:
                content = await response.read()
        except aiohttp.ServerTimeoutError as slow:
            raise EngineDown("no connection in time") from slow
        except TimeoutError as slow:
            raise EngineSlow(f"no answer in {self._time_limit:g} s") from slow
        except (aiohttp.ClientError, OSError) as down:
            raise EngineDown(type(down).__name__) from down
        if response.status in {502, 503}:
            raise EngineDown(f"status {response.status}")
        if response.status == 504:
            raise EngineSlow("the engine's own time limit")
        if response.status != 200:
            raise EngineRefused(f"status {response.status}")
        try:
            return msgspec.json.decode(content, type=answer)
        except msgspec.DecodeError as wrong:
            raise EngineRefused(f"an answer of another shape: {wrong}") from wrong


def _url(address: str, path: str) -> str:
    return ("http://engine" if address.startswith("unix:") else address) + path
