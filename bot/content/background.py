"""Work that takes long, in a process of its own: it goes on when the page is closed and when the front stops.

The process holds a lock as long as it runs, which its front opened and hands on: so there is one of a kind at a time,
and every front of the machine sees whether it runs. What it tells stands in a file, a line of JSON for each thing.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

_KEPT = 24 * 3600.0  # seconds
_TRIES, _PAUSE = 5, 0.02  # while somebody looks whether it runs, which takes no time


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is told at a moment (Unix seconds): a step, or how it ended; the first line says what was asked for."""

    at: float
    step: str = ""
    failed: str = ""
    outcome: dict[str, Any] | None = None
    asked: dict[str, Any] | None = None


class State(msgspec.Struct, frozen=True):
    """How the work of a kind stands; ``outcome`` is that of the last one that came to an end."""

    running: bool
    begun_at: float | None = None
    asked: dict[str, Any] = {}
    steps: tuple[tuple[float, str], ...] = ()
    failed: str = ""
    outcome: dict[str, Any] | None = None
    ended_at: float | None = None


class Running(Exception):
    """It runs already. Wait for its end."""


def tell(path: Path, **said: Any) -> None:
    """Adds a line to what a work tells."""
    with path.open("ab") as file:
        file.write(msgspec.json.encode(Line(time.time(), **said)) + b"\n")


@contextmanager
def told_in(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Tells the steps of a work; whatever is raised, as well. Without a path nothing is told."""
    if path is None:
        yield lambda text: None
        return
    try:
        yield lambda text: tell(path, step=text)
    except BaseException as wrong:
        tell(path, failed=str(wrong) or type(wrong).__name__)
        raise


@dataclass(slots=True)
class Background:
    """Works of one kind: ``command`` with more arguments, the last of which are ``--tell`` and a file in ``place``."""

    command: Sequence[str]
    place: Path
    environment: Mapping[str, str] | None = None
    _process: subprocess.Popen[bytes] | None = None

    @property
    def _told(self) -> Path:
        return self.place / "told.jsonl"

    async def start(self, arguments: Sequence[str], asked: Mapping[str, Any]) -> None:
        """Starts it; ``asked`` is shown with its state.

        Raises:
            Running: one of the kind runs already.
        """
        self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.place / "lock").open("a") as lock:
            await _take(lock)
            self._spawn(arguments, asked, lock)

    async def forget(self) -> None:
        """What the last one told goes a day after its end: it may hold words of contacts."""
        state = await self.state()
        if (
            not state.running
            and state.begun_at is not None
            and (state.ended_at or state.begun_at) < time.time() - _KEPT
        ):
            self._told.unlink(missing_ok=True)

    def _spawn(self, arguments: Sequence[str], asked: Mapping[str, Any], lock: IO[str]) -> None:
        """Without awaiting anything: a page that is closed cannot end it half-way."""
        self._told.unlink(missing_ok=True)
        tell(self._told, asked=dict(asked))
        with (self.place / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program; what people wrote are arguments
                [*self.command, *arguments, "--tell", str(self._told)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=self.environment,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )

    async def state(self) -> State:
        """How it stands."""
        return await asyncio.to_thread(self._state)

    def _state(self) -> State:
        if self._process is not None:
            self._process.poll()  # an ended child goes
        running, lines = self._is_running(), self._lines()
        asked = next((line for line in lines if line.asked is not None), None)
        end = next((line for line in reversed(lines) if line.failed or line.outcome is not None), None)
        failed = end.failed if end is not None else ""
        if asked is not None and end is None and not running:
            failed = f"It ended without a word: somebody stopped it, or memory ran out. See {self.place / 'log.txt'}."
        return State(
            running,
            asked.at if asked is not None else None,
            (asked.asked or {}) if asked is not None else {},
            tuple((line.at, line.step) for line in lines if line.step),
            failed,
            end.outcome if end is not None else None,
            end.at if end is not None else None,
        )

    def _is_running(self) -> bool:
        try:
            with (self.place / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _lines(self) -> list[Line]:
        found: list[Line] = []
        with contextlib.suppress(FileNotFoundError):
            for written in self._told.read_bytes().splitlines():
                with contextlib.suppress(msgspec.DecodeError):  # the last one may be half written
                    found.append(msgspec.json.decode(written, type=Line))
        return found


async def _take(lock: IO[str]) -> None:
    for _ in range(_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        await asyncio.sleep(_PAUSE)
    raise Running(Running.__doc__)
