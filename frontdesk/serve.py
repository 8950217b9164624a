"""Runs one front until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import sys

from aiohttp import web

from conversations.notices import NoticesIncomplete
from frontdesk import logs
from frontdesk.app import create_app
from frontdesk.only_front import SecondFront
from frontdesk.schema import SchemaBehind
from frontdesk.settings import Settings

# Time for requests in hand after the stop; turns in hand have a limit of their own.
_SHUTDOWN_SECONDS = 10.0
# A thread that has waited for the disk (a commit) and now waits for the interpreter gets it after so long.
_SWITCH_SECONDS = 0.0005


def serve(settings: Settings, level: str = "INFO") -> None:
    """Listens on the configured address; ``level`` is that of the logs.

    Raises:
        SchemaBehind, NoticesIncomplete, SecondFront, OSError: see `explain`.
    """
    logs.set_up(level)
    settings.prepare_data()
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = create_app(settings)
    app.on_startup.append(_keep)
    web.run_app(
        app,
        host=settings.environment.host,
        port=settings.environment.port,
        access_log=None,
        print=None,
        shutdown_timeout=_SHUTDOWN_SECONDS,
        handler_cancellation=True,
        loop=_loop(),
    )


async def _keep(app: web.Application) -> None:
    """What a front is built of stays: the collector, which stops everybody, need not look at it ever again."""
    gc.collect()
    gc.freeze()


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def explain(wrong: Exception) -> str | None:
    """What went wrong and what to do, for what can be expected; None for anything else."""
    if isinstance(wrong, SchemaBehind | NoticesIncomplete | SecondFront):
        return str(wrong)
    if isinstance(wrong, OSError) and wrong.errno == errno.EADDRINUSE:
        return "The address is taken by another program. Stop it, or set FRONTDESK_PORT to a free port."
    return None
