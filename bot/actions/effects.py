"""How an action asks for something to be written to our own record: it emits an effect, committed with the turn."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from bot.engine.wire import Effect


class Dispatcher(Protocol):
    """The part of the SDK's dispatcher that is needed here."""

    def utter_message(self, *, json_message: dict[str, Any]) -> None:
        """Queue a message."""


class HasLatestMessage(Protocol):
    """The part of the SDK's tracker that is needed here."""

    latest_message: dict[str, Any]


def emit(dispatcher: Dispatcher, effect: Effect) -> None:
    """Return an effect with the turn; the contact never sees it, and nothing is written if the turn is dropped."""
    dispatcher.utter_message(json_message={"effect": msgspec.to_builtins(effect)})


def turn_id(tracker: HasLatestMessage) -> str:
    """The id of the turn in hand, the same when the turn is taken again; empty in Rasa's own shell and tests."""
    return str(tracker.latest_message.get("turn_id") or "")


def idempotency_key(tracker: HasLatestMessage, action: str) -> str:
    """The ``Idempotency-Key`` for a write of ``action`` to the shop: the same when the turn is taken again."""
    return f"{turn_id(tracker)}:{action}"
