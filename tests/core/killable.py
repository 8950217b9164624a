"""A front that kills itself at a stated point: ``python -m tests.core.killable POINT N``, after the N-th time."""

from __future__ import annotations

import functools
import itertools
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.web.socket import Visit
from bot.engine.client import EngineClient
from bot.gateway.answer import Answer
from bot.gateway.receive import Receive
from bot.gateway.settle import Settle
from conversations.jobs import Jobs
from conversations.store import conversations
from escalation.service.desk import Desk
from frontdesk.serve import serve
from frontdesk.settings import load

# Where it dies: the object and the name of what is called, and whether before or after it.
POINTS: dict[str, tuple[Any, str, str]] = {
    "a message is stored but not committed": (Receive, "_store", "after"),
    "a message is committed": (Receive, "__call__", "after"),
    "a turn is taken in hand": (Settle, "__call__", "before"),
    "the engine has answered": (EngineClient, "turn", "after"),
    "a turn is committed": (Answer, "_commit", "after"),
    "an answer is about to be marked shown": (conversations, "mark_shown", "before"),
    "an answer is marked shown but not sent": (Visit, "_send_batch", "before"),
    "an answer is sent": (Visit, "_send_batch", "after"),
    "a takeover is not committed": (Desk, "_take_over", "after"),
    "a claim is committed": (Desk, "claim", "after"),
    "an agent's reply is committed": (Desk, "reply", "after"),
    "the sweep is at work": (Jobs, "sweep", "before"),
}


def arm(point: str, times: int) -> None:
    """Has the process killed at the point."""
    owner, name, side = POINTS[point]
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)
    calls = itertools.count(1)

    @functools.wraps(original)
    async def killing(*args: Any, **more: Any) -> Any:
        doomed = next(calls) == times
        if doomed and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await original(*args, **more)
        if doomed:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, killing)


if __name__ == "__main__":
    arm(sys.argv[1], int(sys.argv[2]))
    serve(load())
