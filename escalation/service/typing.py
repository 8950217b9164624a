"""An agent is writing: the contact's channel may show it, a live signal kept nowhere; and their lease starts anew."""

from __future__ import annotations

from conversations.bus import AGENT_TYPES, Bus
from conversations.staff import Principal
from conversations.store import conversations, handoffs
from conversations.store.database import Database, Signal
from escalation.service.holding import holds

# The lease is written anew once so much of it is over: signals come every few seconds.
_PART = 0.1


class Typing:
    """Tells whatever shows the conversation; nothing happens when the agent does not hold the handoff."""

    def __init__(self, database: Database, bus: Bus, lease: float) -> None:
        self._database, self._bus, self._lease = database, bus, lease

    async def __call__(self, who: Principal, handoff_id: str) -> None:
        async with self._database.read() as tx:
            handoff, at = await handoffs.get(tx, handoff_id), await conversations.clock(tx)
        if handoff is None or not holds(who, handoff):
            return
        self._bus.publish([Signal("typing", handoff.conversation_id, AGENT_TYPES)])
        if handoff.lease_until is not None and handoff.lease_until - at < (1 - _PART) * self._lease:
            async with self._database.write() as tx:
                await handoffs.renew(tx, handoff, self._lease)
                tx.signal("handoff", handoff_id)
