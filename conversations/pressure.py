"""Makes work that can wait give way to what cannot: contacts are acknowledged soon, however much there is to answer.

Everything of a front runs in one event loop. When it comes late to its own timers, fewer pieces of work are let in
at once, and more again when it is on time: additive increase, multiplicative decrease (Chiu and Jain 1989).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

# The loop is looked at so often, and is late when it comes so much after its time (seconds).
_LOOK, _LATE = 0.01, 0.003
_FEWEST, _LESS = 1, 0.5
# Whoever is inside for longer than this (seconds) waits for somebody, such as the engine, and holds up nobody.
_COUNTS = 0.25


class _Once:
    """Calls a function the first time that it is called."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function: Callable[[], None] | None = function

    def __call__(self) -> None:
        function, self._function = self._function, None
        if function is not None:
            function()


class Pressure:
    """Lets at most ``most`` in at once, in the order in which they came; fewer while the loop is late."""

    def __init__(self, most: int) -> None:
        self._most, self._allowed = most, float(most)
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place inside, for as long as the block runs."""
        if self._inside >= int(self._allowed) or self._waiting:
            entry: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(entry)
            try:
                await entry
            except BaseException:
                if entry.done() and not entry.cancelled():
                    self._leave()  # let in at the very moment of giving up
                raise
        else:
            self._inside += 1
        leaves = _Once(self._leave)
        timer = asyncio.get_running_loop().call_later(_COUNTS, leaves)
        try:
            yield
        finally:
            timer.cancel()
            leaves()

    async def watch(self) -> None:
        """Looks at the loop for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LOOK
            await asyncio.sleep(_LOOK)
            self.was_late(loop.time() - due)

    def was_late(self, seconds: float) -> None:
        """The loop came so much after its time."""
        if seconds > _LATE:
            self._allowed = max(_FEWEST, self._allowed * _LESS)
        else:
            self._allowed = min(self._most, self._allowed + 1)
            self._let_in()

    def _leave(self) -> None:
        self._inside -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._inside < int(self._allowed):
            entry = self._waiting.popleft()
            if not entry.done():
                self._inside += 1
                entry.set_result(None)
