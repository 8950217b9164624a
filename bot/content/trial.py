"""Trying the draft: the folder's content, trained, and answered by an engine of its own beside the live one.

Neither writes to the record, and the live engine never loads the draft. The draft's engine ends by itself when nobody
has asked it for a while; it is started again in seconds, since its model is kept.
"""

from __future__ import annotations

import asyncio
import subprocess
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from bot.content.background import Background, State
from bot.engine.client import EngineClient, EngineDown, EngineError, EngineSlow
from bot.engine.wire import Parse, Reply, TurnRequest, TurnResult

Phase = Literal["none", "training", "failed", "asleep", "starting", "ready"]
_LONGEST = 1000  # characters of a message
_TALKS = 100
_GRACE = 10.0  # seconds for the engine's end
_WHY: dict[type[EngineError], str] = {
    EngineDown: "It does not answer just now.",
    EngineSlow: "It took too long to answer.",
}
_LOOK = 0.5  # seconds between two looks whether it is trained


class Side(msgspec.Struct, frozen=True):
    """What one of the two answers. ``failed`` says why there is no answer."""

    replies: tuple[Reply, ...] = ()
    parse: Parse | None = None
    failed: str = ""


class Answered(msgspec.Struct, frozen=True):
    """What both answer to the same words."""

    draft: Side
    live: Side


class TrialState(msgspec.Struct, frozen=True):
    """How the draft stands. ``version`` of the content is what was trained, ``by`` is who had it trained."""

    phase: Phase
    version: int | None
    by: str
    steps: tuple[tuple[float, str], ...]
    begun_at: float | None
    failed: str


@dataclass(slots=True)
class _Talk:
    """Where a conversation of one side stands, and the buttons that it shows: their title to what they send."""

    state: dict[str, Any] | None = None
    buttons: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trial:
    """Trains, starts and asks. The outcome of ``training`` names ``version`` and the model's ``sha256``; ``engine`` is
    the command that serves that model where ``draft`` asks."""

    training: Background
    engine: Sequence[str]
    draft: EngineClient
    live: EngineClient
    environment: Mapping[str, str] | None = None
    _process: subprocess.Popen[bytes] | None = None
    _waiting: asyncio.Task[None] | None = None
    _talks: OrderedDict[str, tuple[_Talk, _Talk]] = field(default_factory=OrderedDict)

    async def state(self) -> TrialState:
        """How the draft stands."""
        work = await self.training.state()
        version = (work.outcome or {}).get("version")
        return TrialState(
            await self._phase(work), version, str(work.asked.get("by", "")), work.steps, work.begun_at, work.failed
        )

    async def begin(self, version: int, by: str) -> None:
        """Has the content of a version, which is the folder's, trained if it is not, and its engine started.

        Raises:
            Running: a draft is being trained already.
        """
        work = await self.training.state()
        if work.outcome is None or work.outcome.get("version") != version or work.running:
            await self.training.start([], {"by": by, "version": version})
            self._waiting = asyncio.create_task(self._start_when_trained())
            return
        if await self._phase(work) == "asleep":
            self._start()

    async def say(self, who: str, text: str) -> Answered:
        """What both sides answer to a message in somebody's conversation with them."""
        talks = self._talks.setdefault(who, (_Talk(), _Talk()))
        self._talks.move_to_end(who)
        while len(self._talks) > _TALKS:
            self._talks.popitem(last=False)
        mine, other = talks
        said = text.strip()[:_LONGEST]
        draft, live = await asyncio.gather(_ask(self.draft, mine, said), _ask(self.live, other, said))
        return Answered(draft, live)

    def again(self, who: str) -> None:
        """Both conversations of somebody begin anew."""
        self._talks.pop(who, None)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the block runs it may be asked; then the engine that was started here ends. A training goes on."""
        async with self.draft:
            yield
            if self._waiting is not None:
                self._waiting.cancel()
            await asyncio.to_thread(self._end)

    def _end(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    async def _phase(self, work: State) -> Phase:
        if work.running:
            return "training"
        if work.outcome is None:
            return "failed" if work.failed else "none"
        ready = await self.draft.ready()
        if ready.ready and ready.model == work.outcome.get("sha256"):
            return "ready"
        alive = self._process is not None and self._process.poll() is None
        return "starting" if alive or ready.model or ready.reason != "no engine answers" else "asleep"

    async def _start_when_trained(self) -> None:
        while (work := await self.training.state()).running:
            await asyncio.sleep(_LOOK)
        if await self._phase(work) == "asleep":
            self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            self.engine,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            start_new_session=True,
        )


async def _ask(engine: EngineClient, talk: _Talk, text: str) -> Side:
    request = TurnRequest(
        turn_id=f"trial#{uuid.uuid4().hex}",
        conversation_id="trial",
        channel="web",
        text=text,
        payload=talk.buttons.get(text),
        state=talk.state,
    )
    try:
        answer: TurnResult = await engine.turn(request)
    except EngineError as wrong:
        return Side(failed=_WHY.get(type(wrong), "It does not take this message."))
    if answer.failed:
        return Side(parse=answer.parse, failed=f"It could not answer: {answer.failed}.")
    talk.state = answer.state
    talk.buttons = {button.title: button.payload for reply in answer.replies for button in reply.buttons}
    return Side(answer.replies, answer.parse)
