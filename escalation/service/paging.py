"""Parts of long lists: where one ended is where the next begins, whatever was added meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_MARK, _MOST = "~", 2**31 - 1


class NoSuchPage(ValueError):
    """``after`` is not what the part before gave as ``next``."""


@dataclass(frozen=True, slots=True)
class Page[T]:
    """A part of a list; ``next`` names its end, for the part that follows. None: there is no more."""

    items: list[T]
    next: str | None

    @classmethod
    def of(cls, found: Sequence[T], limit: int, end: Callable[[T], tuple[Any, ...]]) -> Page[T]:
        """Of ``limit`` + 1 that were looked for: the first ones, and whether more follow.

        Args:
            end: what an item is found again by; its parts have no ``~`` but in the last one.
        """
        items = list(found[:limit])
        return cls(items, _MARK.join(map(str, end(items[-1]))) if len(found) > limit else None)


def split(after: str, *kinds: Callable[[str], Any]) -> tuple[Any, ...]:
    """The parts of what `Page` gave as ``next``.

    Raises:
        NoSuchPage: it has other parts.
    """
    parts = after.split(_MARK, len(kinds) - 1)
    if len(parts) != len(kinds) or "\0" in after:
        raise NoSuchPage(after)
    try:
        read = tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except ValueError as wrong:
        raise NoSuchPage(after) from wrong
    if any(isinstance(part, int) and abs(part) > _MOST for part in read):
        raise NoSuchPage(after)
    return read
