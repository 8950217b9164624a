"""What Rasa may write to our logs: where something went wrong, never what a contact said.

Rasa quotes messages, slots and exceptions in its logs and warnings. Its loggers are cut off from the others; a handler
passes on the level, the place and the kind of exception. It also notices an action that Rasa caught raising.
"""

from __future__ import annotations

import importlib
import logging
import sys
from typing import Any

import structlog

from bot.engine.current import fail_current_turn

CUT_OFF = ("rasa", "rasa_sdk", "py.warnings")
# Modules that Rasa imports in the middle of a training or a turn, when it is too late to take their loggers.
LATE = (
    "rasa.core.actions.forms",
    "rasa.core.actions.two_stage_fallback",
    "rasa.core.policies.memoization",
    "rasa.core.policies.rule_policy",
    "rasa.shared.core.training_data.story_reader.yaml_story_reader",
)

_log = logging.getLogger("bot.engine.rasa")


class Discreet(logging.Handler):
    """Passes on the place and the kind of a log record, without its message."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the place; an exception that Rasa's processor caught fails the turn in hand."""
        error = record.exc_info[1] if record.exc_info else None
        kind = type(error).__name__ if error else "no exception"
        if error and record.name == "rasa.core.processor":
            fail_current_turn(f"Rasa caught {kind} in an action")
        _log.log(record.levelno, "%s:%d reported a problem (%s)", record.name, record.lineno, kind)


def hush_rasa(warnings: bool = False) -> None:
    """Cut off the loggers of Rasa; call it again after a load, as Rasa imports modules late.

    Rasa must be importable: the placeholders come first. ``warnings`` also takes the warnings of the whole process away
    from standard error.
    """
    for name in CUT_OFF:
        logger = logging.getLogger(name)
        if not any(isinstance(handler, Discreet) for handler in logger.handlers):
            logger.addHandler(Discreet())
        logger.propagate = False
        logger.setLevel(logging.WARNING)
    if warnings:
        logging.captureWarnings(True)
    route_structlog()


def route_structlog() -> None:
    """Send what Rasa's modules tell structlog to their standard loggers, whatever structlog is told by others."""
    for late in LATE:
        importlib.import_module(late)
    for name, module in list(sys.modules.items()):
        if name.startswith("rasa") and "structlogger" in vars(module):
            module.structlogger = _structlogger(name)  # type: ignore[attr-defined]


def _structlogger(name: str) -> Any:
    processors = [structlog.stdlib.filter_by_level, structlog.stdlib.render_to_log_kwargs]
    return structlog.wrap_logger(
        logging.getLogger(name), processors=processors, wrapper_class=structlog.stdlib.BoundLogger
    )
