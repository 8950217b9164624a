"""What Slack may answer beside what was asked for."""

from __future__ import annotations


class SlackError(Exception):
    """Slack did not do what was asked."""


class SlackBusy(SlackError):
    """Not done; it may be asked again after ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"again in {retry_after:.1f} s")
        self.retry_after = retry_after


class SlackRefused(SlackError):
    """Not done, and asking again would not help; ``code`` is Slack's own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackSilent(SlackError):
    """No answer: it may or may not have been done."""
