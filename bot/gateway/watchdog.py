"""Proves that no contact's message stays without an end: what nobody has in hand is looked at again, or handed over."""

from __future__ import annotations

import structlog
from prometheus_client import Gauge

from bot.gateway.handover import Handover
from bot.gateway.receive import TURN
from bot.gateway.sight import look
from conversations.handoff import Reason, ReasonKind
from conversations.model import Owner
from conversations.store import conversations, work
from conversations.store.database import Database

log = structlog.get_logger()
STUCK = Gauge("frontdesk_messages_stuck", "Conversations with an unsettled message that nobody worked on")
_PATIENCE = 15.0


class Watchdog:
    """Runs at each sweep.

    Args:
        priority: of the handoff of a conversation that the program itself cannot work on.
    """

    def __init__(self, database: Database, handover: Handover, priority: int) -> None:
        self._database, self._handover, self._priority = database, handover, priority

    async def __call__(self) -> None:
        async with self._database.read() as tx:
            stuck = await conversations.stuck(tx, _PATIENCE)
            failed = await work.aside(tx, TURN)
        STUCK.set(len(stuck) + len(failed))
        for conversation_id in stuck:
            log.error("a message had no work row; looking at it again", conversation_id=conversation_id)
            async with self._database.write() as tx:
                await work.schedule(tx, TURN, conversation_id)
        for conversation_id in failed:
            log.error("a conversation failed too often; it goes to a person", conversation_id=conversation_id)
            await self._hand_over(conversation_id)

    async def _hand_over(self, conversation_id: str) -> None:
        sight = await look(self._database, conversation_id)
        if sight is not None and sight.conversation.owner is Owner.BOT:
            cause = "Messages here could not be worked on."
            reason = Reason(ReasonKind.ENGINE_FAILING, cause, self._priority, sight.first.number)
            await self._handover.outright(sight, [reason], sight.through)
        async with self._database.write() as tx:
            await work.cancel(tx, TURN, conversation_id)
