"""Takes back what was said to a contact who was erased, in the vendors' places, as far as the vendors allow.

The erasure's own transaction writes down what that is, with work for each place; a vendor that does not answer delays
it, and so does one that is not connected. The sentence that tells them of the erasure stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from prometheus_client import Counter
from sqlalchemy import ColumnElement, Row, case, func, select

from bot.gateway.delivery import OutcomeUnknown, PermanentError, PushChannel, TemporaryError
from conversations.model import PULL_CHANNELS, Sender, Status
from conversations.store import posted
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.posted import TAKE_BACK

__all__ = ["TAKE_BACK", "Posts", "TakeBack"]

log = structlog.get_logger()
LEFT = Counter(
    "frontdesk_posts_left", "Messages to erased contacts that their vendor did not let us take back", ["channel"]
)
# https://core.telegram.org/bots/api#deletemessage
_TELEGRAM_DELETES = 48 * 3600.0
# So many at once, then a pause (seconds): others are written to meanwhile.
_AT_ONCE, _PAUSE = 10, 1.0
_AGAIN, _SILENT, _NOT_CONNECTED = 1.0, 10.0, 600.0


class Posts:
    """What stands in the contacts' own places with vendors: an `Elsewhere` of the record."""

    tables: frozenset[str] = frozenset()

    async def of(
        self, tx: Transaction, places: Sequence[str], handoff_ids: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Writes down what is to be taken back; says what stays, with its place."""
        left: list[str] = []
        for place in places:
            if place.partition(":")[0] not in PULL_CHANNELS:
                await posted.write_down(tx, place)
                left += _sentences(place, await _counted(tx, place))
        return [], left


async def _counted(tx: Transaction, place: str) -> Row[tuple[int, int, int]]:
    c = t.message.c
    ours = c.sender != Sender.CONTACT
    old = ours & c.vendor_id.is_not(None) & (c.at < now() - _TELEGRAM_DELETES)
    unknown = ours & c.vendor_id.is_(None) & c.status.in_([Status.SENDING, Status.UNKNOWN])
    numbers = _count(~ours).label("theirs"), _count(old).label("old"), _count(unknown).label("unknown")
    return (await tx.execute(select(*numbers).where(c.conversation_id == place))).one()


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


def _sentences(place: str, count: Row[tuple[int, int, int]]) -> list[str]:
    theirs, old, unknown = count
    left = []
    if theirs:
        left.append(f"What they wrote themselves stays in {place} ({_messages(theirs)}): it is theirs to delete there.")
    if old and place.startswith("telegram:"):
        left.append(
            "Telegram lets a bot delete only what it sent in the last 48 hours: "
            f"of {_messages(old)} of ours in {place} the words are taken out, and pictures and files stay."
        )
    if unknown:
        left.append(f"Nobody knows whether {_messages(unknown)} of ours reached {place}: if so, they stay.")
    return left


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


class TakeBack:
    """The handler of ``take_back`` work."""

    def __init__(self, database: Database, channels: Mapping[str, PushChannel]) -> None:
        self._database, self._channels = database, channels

    async def __call__(self, key: str) -> float | None:
        place = posted.place_of(key)
        name = place.partition(":")[0]
        channel = self._channels.get(name)
        if channel is None:
            log.warning("no such channel is connected: what was said there is not taken back yet", channel=name)
            return _NOT_CONNECTED
        async with self._database.read() as tx:
            rows = await posted.first(tx, place, _AT_ONCE)
        for row in rows:
            try:
                await channel.take_back(place, row.vendor_id)
            except TemporaryError as later:
                return later.retry_after or _AGAIN
            except OutcomeUnknown:
                return _SILENT  # it is the same each time
            except PermanentError as refused:
                LEFT.labels(name).inc()
                log.error("something said to an erased contact stays", conversation_id=place, cause=str(refused))
            async with self._database.write() as tx:
                await posted.forget(tx, row.id)
        return _PAUSE if len(rows) == _AT_ONCE else None
