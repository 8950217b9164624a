"""How a call of the Bot API may end, beside well."""

from __future__ import annotations


class TelegramError(Exception):
    """Telegram did not do what was asked."""


class TelegramBusy(TelegramError):
    """Not done; it may be asked again after ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"again in {retry_after:.1f} s")
        self.retry_after = retry_after


class TelegramRefused(TelegramError):
    """Not done, and asking again would not help: the bot was blocked, the chat is gone, the token was revoked."""


class TelegramConflict(TelegramRefused):
    """Updates are taken elsewhere: a webhook is registered, or another program polls with this token."""


class TelegramMoved(TelegramError):
    """Not done: the group has become a supergroup, whose id is ``chat``."""

    def __init__(self, chat: int) -> None:
        super().__init__(f"the group is now {chat}")
        self.chat = chat


class TelegramSilent(TelegramError):
    """No answer that says so: it may or may not have been done."""
