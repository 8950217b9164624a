"""``frontdesk run``: a front and an engine on one machine, watched and restarted, from one command."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# A process that ran so long (seconds) is healthy: its next restart is quick again.
_HEALTHY = 60.0
_GRACE = 30.0


@dataclass(slots=True)
class Program:
    """A process to keep running; ``deaths`` since it was last healthy."""

    name: str
    command: tuple[str, ...]
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0
    stopping: bool = False
    watcher: asyncio.Task[None] | None = field(default=None, repr=False)


class Supervisor:
    """Starts programs, restarts what dies with growing pauses, and stops them in reverse order.

    ``say`` gets sentences for whoever sits in front of it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._programs: list[Program] = []
        self._stop = asyncio.Event()

    def start(self, name: str, *arguments: str) -> None:
        """Keeps ``frontdesk <arguments>`` running."""
        program = Program(name, (sys.executable, "-m", "frontdesk", *arguments))
        program.watcher = asyncio.create_task(self._keep(program))
        self._programs.append(program)

    async def once(self, *arguments: str) -> int:
        """Runs ``frontdesk <arguments>`` to its end, or to ours; returns its exit code."""
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "frontdesk", *arguments)
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not ended.done():
            await _end(process)
        return await ended

    async def until_stopped(self) -> None:
        """Waits for SIGINT or SIGTERM, then stops everything."""
        await self._stop.wait()
        await self.close()

    def listen_for_signals(self) -> None:
        """Takes SIGINT and SIGTERM as the wish to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    async def close(self) -> None:
        """Stops the programs, the last started first; each may finish what it has in hand."""
        self._stop.set()
        for program in self._programs:
            program.stopping = True
        for program in reversed(self._programs):
            if program.process is not None and program.process.returncode is None:
                await _end(program.process)
            if program.watcher is not None:
                program.watcher.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await program.watcher

    async def _keep(self, program: Program) -> None:
        while not program.stopping:
            begun = asyncio.get_running_loop().time()
            program.process = await asyncio.create_subprocess_exec(
                *program.command, start_new_session=True, preexec_fn=_end_with_parent
            )
            code = await program.process.wait()
            if program.stopping or self._stop.is_set():
                return
            lived = asyncio.get_running_loop().time() - begun
            program.deaths = 1 if lived > _HEALTHY else program.deaths + 1
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (program.deaths - 1))
            log.error("process ended", process=program.name, code=code, lived=round(lived, 1), restart_in=pause)
            self._say(f"The {program.name} stopped (code {code}). Starting it again in {pause:g} s.")
            await asyncio.sleep(pause)


def _end_with_parent() -> None:
    """On Linux a program is told to stop when its supervisor is gone, however it went (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_GRACE):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
