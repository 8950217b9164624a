"""Whether a contact has a page of the chat open: agents see when they are gone, and where they can be reached."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import update

from bot.channels.web.parse import conversation_of
from conversations.events import ContactAway
from conversations.store import conversations, events, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.work import cancel, schedule

AWAY = "away"
# The topic of the signal to whoever has a page of this conversation: say so.
STILL_HERE = "still_here"
# A page that is loaded anew, or lost its connection, is back within so many seconds.
GRACE = 10.0
# Another front has so many seconds to say that a page is open there.
_ANSWER = 1.0


class Presence:
    """The open pages of this process, and the handler of ``away`` work: its key is a conversation."""

    def __init__(self, database: Database, grace: float = GRACE) -> None:
        self._database, self._grace = database, grace
        self._open: Counter[str] = Counter()

    async def came(self, place: str) -> None:
        """A page is open, here."""
        self._open[conversation_of(place)] += 1
        await self.here(place)

    async def here(self, place: str) -> None:
        """Whoever was thought to be gone is not. Costs no more than a look for most."""
        conversation_id = conversation_of(place)
        async with self._database.read() as tx:
            held = await conversations.get(tx, conversation_id)
        if held is None or held.away_since is None:
            return
        async with self._database.write() as tx:
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is not None and held.away_since is not None:
                await _set(tx, conversation_id, away_since=None)
                await cancel(tx, AWAY, conversation_id)
                await _tell(tx, conversation_id, away=False)

    async def left(self, place: str, *, matters: bool) -> None:
        """A page was closed; looked at later when somebody waits for its contact, or they for somebody."""
        conversation_id = conversation_of(place)
        self._open[conversation_id] -= 1
        if self._open[conversation_id] > 0:
            return
        del self._open[conversation_id]
        if matters:
            async with self._database.write() as tx:
                await schedule(tx, AWAY, conversation_id, self._grace, move=True)

    async def __call__(self, conversation_id: str) -> float | None:
        """First asks every front whether a page is open there; whoever was not claimed after that is gone."""
        if self._open[conversation_id] > 0:
            return None
        async with self._database.write() as tx:
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is None:
                return None
            if held.away_since is None:
                await _set(tx, conversation_id, away_since=now() - self._grace)
                tx.signal(STILL_HERE, conversation_id)
                return _ANSWER
            await _tell(tx, conversation_id, away=True)
        return None


async def _set(tx: Transaction, conversation_id: str, **changes: object) -> None:
    await tx.execute(update(t.conversation).where(t.conversation.c.id == conversation_id).values(**changes))


async def _tell(tx: Transaction, conversation_id: str, *, away: bool) -> None:
    handoff = await handoffs.open_of(tx, conversation_id)
    if handoff is not None:
        await events.record(tx, conversation_id, ContactAway(handoff.id, conversation_id, away))
        tx.signal("handoff", handoff.id)
        tx.signal("queue", handoff.team)
