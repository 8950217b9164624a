"""Settles a conversation's messages, oldest first: answered by the bot, handed over, given to the agent, or closed.

Every step is one commit that stands only if nothing changed since it was looked at; otherwise the step is dropped
whole and the conversation looked at again. So two workers on one conversation say everything once.
"""

from __future__ import annotations

import structlog

from bot.config import Bounds
from bot.gateway.answer import Answer
from bot.gateway.handover import Handover
from bot.gateway.press import Press
from bot.gateway.sight import Sight, look
from conversations.events import ContactSaid
from conversations.handoff import HandoffState
from conversations.jobs import Ended
from conversations.model import CALL_CHANNELS, InboundKind, Owner
from conversations.notices import Notices
from conversations.store import conversations, events, handoffs, snoozes
from conversations.store.database import Database

log = structlog.get_logger()
# So many words are no fragment.
_FRAGMENT = 3
# However many fragments come, no longer than so many times the wait for one.
_BURSTS = 3


class Settle:
    """The handler of ``turn`` work: the key is a conversation."""

    def __init__(
        self, database: Database, notices: Notices, bounds: Bounds, answer: Answer, press: Press, handover: Handover
    ) -> None:
        self._database, self._notices, self._bounds = database, notices, bounds
        self._answer, self._press, self._handover = answer, press, handover

    async def __call__(self, conversation_id: str) -> float | Ended | None:
        """Settles until nothing is left; returns seconds to wait when the engine must be asked again later."""
        with structlog.contextvars.bound_contextvars(conversation_id=conversation_id):
            while (sight := await look(self._database, conversation_id)) is not None:
                again_in = await self._step(sight)
                if again_in is not None:
                    return again_in
        return None

    async def _step(self, sight: Sight) -> float | Ended | None:
        owner = sight.conversation.owner
        if sight.conversation.is_blocked:
            await self._pass_over(sight, sight.through)
            return None
        if sight.first.deleted_at is not None:
            await self._pass_over(sight, sight.first.number)
            return None
        if await self._press(sight):
            return None
        if owner is Owner.AGENT:
            await self._to_agent(sight)
            return None
        if sight.person is not None:
            await self._handover.asked(sight, sight.person)
            return None
        if owner is Owner.QUEUE:
            await self._to_queue(sight)
            return None
        more_in = self._waits_for_more(sight)
        return more_in if more_in else await self._answer(sight)

    def _waits_for_more(self, sight: Sight) -> float:
        """Seconds to wait for the rest of what begins with a fragment: nobody answers "hi" / "my order" by halves."""
        held, last = sight.conversation, sight.burst[-1]
        alone = last.kind == InboundKind.SAID and held.asking is None and held.channel not in CALL_CHANNELS
        if not alone or len(last.text.split()) >= _FRAGMENT:
            return 0.0
        until = min(last.at + self._bounds.more, sight.first.at + _BURSTS * self._bounds.more)
        return max(0.0, until - held.read_at)

    async def _pass_over(self, sight: Sight, through: int) -> None:
        """What is not answered: a message that its contact deleted before, and whatever comes of who is blocked."""
        async with self._database.write() as tx:
            await conversations.settle(tx, sight.conversation, through)

    async def _to_agent(self, sight: Sight) -> None:
        """The agent hears it, the bot is silent; from here the agent's lease runs."""
        seen, handoff = sight.conversation, sight.handoff
        async with self._database.write() as tx:
            if await conversations.settle(tx, seen, sight.through, expecting=None) is None:
                return
            if handoff is None or handoff.state is not HandoffState.ASSIGNED:
                log.error("owned by an agent without a handoff")
                return
            await snoozes.wake(tx, handoff, self._bounds.lease)
            await handoffs.await_agent(tx, handoff, self._bounds.lease)
            await events.record(
                tx, seen.id, ContactSaid(handoff.id, seen.id, first=sight.first.number, through=sight.through)
            )
            tx.signal("messages", seen.id)

    async def _to_queue(self, sight: Sight) -> None:
        """Kept for the person who will come; acknowledged once, with the offer to ask the assistant meanwhile."""
        seen, handoff = sight.conversation, sight.handoff
        async with self._database.write() as tx:
            kept = await conversations.settle(tx, seen, sight.through, acknowledged=seen.epoch, expecting=None)
            if kept is None or handoff is None:
                return
            await events.record(
                tx, seen.id, ContactSaid(handoff.id, seen.id, first=sight.first.number, through=sight.through)
            )
            tx.signal("handoff", handoff.id)
            tx.signal("messages", seen.id)
            if seen.acknowledged != seen.epoch:
                await conversations.say(tx, seen.id, kept.episode, [await self._handover.told_more(tx, handoff)])
