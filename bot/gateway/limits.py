"""How fast contacts may write, so that a flood of one slows nobody else."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection

from conversations.model import InboundMessage

# A flood is over when nothing of it was refused for so long (seconds).
_OVER = 60.0


class TokenBucket:
    """Allows ``burst`` at once and ``rate`` a second on average."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._at = burst, clock()

    def take(self) -> bool:
        """True when one more is allowed now."""
        at = self._clock()
        self._tokens = min(self._burst, self._tokens + (at - self._at) * self._rate)
        self._at = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def give_back(self) -> None:
        """Undoes one `take`."""
        self._tokens = min(self._burst, self._tokens + 1)


class Buckets:
    """A bucket per key; the least recently used are forgotten beyond ``most``."""

    def __init__(
        self, rate: float, burst: float, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._most, self._clock = rate, burst, most, clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, key: str) -> bool:
        """True when one more is allowed for this key now."""
        bucket = self._buckets.pop(key, None) or TokenBucket(self._rate, self._burst, self._clock)
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket.take()

    def give_back(self, key: str) -> None:
        """Undoes one `take` of this key."""
        if (bucket := self._buckets.get(key)) is not None:
            bucket.give_back()


class Floods:
    """Whoever writes too fast is told so once a flood, and no more until it is over."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refused_at: dict[str, float] = {}

    def begins(self, key: str) -> bool:
        """One more is refused; whether it is the first of a flood."""
        at = self._clock()
        self._refused_at = {whose: last for whose, last in self._refused_at.items() if at - last < _OVER}
        is_first = key not in self._refused_at
        self._refused_at[key] = at
        return is_first

    def undo(self, key: str) -> None:
        """The contact was not told after all."""
        self._refused_at.pop(key, None)


class Pace:
    """How fast a contact may write on ``channels``; web sockets and calls of the REST protocol have their own limits.

    A contact has one pace in all their places of a channel.
    """

    def __init__(
        self, buckets: Buckets, channels: Collection[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._buckets, self._channels, self._floods = buckets, frozenset(channels), Floods(clock)

    def allows(self, inbound: InboundMessage) -> bool:
        """Whether one more is kept, which then counts."""
        return inbound.channel not in self._channels or self._buckets.take(_whose(inbound))

    def is_first_refusal(self, inbound: InboundMessage) -> bool:
        """Whether nothing was refused for a while: then the contact is told."""
        return self._floods.begins(_whose(inbound))

    def undo(self, inbound: InboundMessage) -> None:
        """Nothing of it was committed: it comes again, and must not count twice."""
        if inbound.channel in self._channels:
            self._buckets.give_back(_whose(inbound))
            self._floods.undo(_whose(inbound))


def _whose(inbound: InboundMessage) -> str:
    return f"{inbound.channel}:{inbound.identity}"
