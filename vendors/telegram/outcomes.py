"""What a call of the SDK came to, in the words of `errors`."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable
from datetime import timedelta

import httpx
from telegram import error as sdk
from telegram.warnings import PTBDeprecationWarning

from vendors.telegram.errors import (
    TelegramBusy,
    TelegramConflict,
    TelegramError,
    TelegramMoved,
    TelegramRefused,
    TelegramSilent,
)

# Seconds after which Telegram may be reached again.
_AGAIN = 2.0
# The SDK is about to change the type of one value, and says so whenever it makes one; both types are read here.
warnings.filterwarnings("ignore", "Deprecated since version v22.2", PTBDeprecationWarning)


async def told[T](call: Awaitable[T]) -> T:
    """The call's result, or its outcome in our words."""
    try:
        return await call
    except sdk.TelegramError as wrong:
        raise _translated(wrong) from wrong
    except (TypeError, KeyError, AttributeError, ValueError) as strange:
        raise TelegramSilent(f"an answer of another shape ({type(strange).__name__})") from strange


def _translated(wrong: sdk.TelegramError) -> TelegramError:
    cause = wrong.__cause__
    match wrong:
        case sdk.RetryAfter():
            return TelegramBusy(_seconds(wrong))
        case sdk.ChatMigrated():
            return TelegramMoved(wrong.new_chat_id)
        case sdk.Conflict():
            return TelegramConflict(wrong.message)
        case sdk.Forbidden() | sdk.InvalidToken() | sdk.BadRequest() | sdk.EndPointNotFound():
            return TelegramRefused(wrong.message)
        case _ if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
            return TelegramBusy(_AGAIN)  # it was never sent
        case sdk.NetworkError() if wrong.message.endswith("(413)"):
            return TelegramRefused("the file is too large for Telegram")
        case _ if cause is not None:
            return TelegramSilent(type(cause).__name__)
        case _:
            return TelegramSilent(wrong.message)


def _seconds(busy: sdk.RetryAfter) -> float:
    after = busy.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
