"""An agent is writing: the contact's channel may show it. A live signal, kept nowhere."""

from __future__ import annotations

from conversations.bus import AGENT_TYPES, Bus
from conversations.handoff import HandoffState
from conversations.staff import Principal
from conversations.store import handoffs
from conversations.store.database import Database, Signal


class Typing:
    """Tells whatever shows the conversation; nothing happens when the agent does not hold the handoff."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database, self._bus = database, bus

    async def __call__(self, who: Principal, handoff_id: str) -> None:
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
        if handoff is not None and handoff.state is HandoffState.ASSIGNED and handoff.agent_id == who.id:
            self._bus.publish([Signal("typing", handoff.conversation_id, AGENT_TYPES)])
