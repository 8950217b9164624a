"""What the unanswered ask of others: the engine's reading of a text, and what people answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.content.unanswered.sources import Answered
from bot.engine.wire import Parse
from conversations.store.database import Transaction

# How the engine understands a text; raises `bot.engine.client.EngineError`.
Read = Callable[[str], Awaitable[Parse]]
# What was asked and answered in a handoff, by its id, in order.
Answers = Callable[[Transaction, str], Awaitable[Sequence[Answered]]]
