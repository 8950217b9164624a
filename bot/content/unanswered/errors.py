"""Why something about the unanswered cannot be done. The message says what happened and what to do."""

from __future__ import annotations


class Refused(Exception):
    """It is not possible as it was asked for. Nothing was changed."""


class Unknown(Exception):
    """There is no such group or question any more; it may have been merged, moved or erased meanwhile. Reload."""

    def __init__(self) -> None:
        super().__init__(Unknown.__doc__)


class NoEngine(Exception):
    """The assistant's engine does not answer just now. Try again in a minute."""

    def __init__(self) -> None:
        super().__init__(NoEngine.__doc__)


class BadQuery(ValueError):
    """A parameter of the query is not what the route takes."""
