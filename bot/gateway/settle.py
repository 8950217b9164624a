"""Settles a conversation's messages, oldest first: answered by the bot, handed over, given to the agent, or closed.

Every step is one commit that stands only if nothing changed since it was looked at; otherwise the step is dropped
whole and the conversation looked at again. So two workers on one conversation say everything once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.config import Bounds, HandoffPolicy
from bot.engine.client import EngineError
from bot.engine.wire import Parse
from bot.gateway.answer import Answer
from bot.gateway.handover import Handover
from bot.gateway.press import Press
from bot.gateway.sight import Sight, look
from bot.handoff_policy import Heard, reserved
from conversations.events import ContactSaid
from conversations.handoff import Handoff, HandoffState
from conversations.jobs import Ended
from conversations.model import CALL_CHANNELS, InboundKind, Owner
from conversations.ports import is_at_once
from conversations.store import conversations, events, handoffs, snoozes
from conversations.store.database import Database

log = structlog.get_logger()
# So many words are no fragment.
_FRAGMENT = 3
# However many fragments come, no longer than so many times the wait for one.
_BURSTS = 3
# Who waits for a person says "never mind" in so many words at most, and the engine must be so sure of it.
_CALLED_OFF, _SURE = 5, 0.8
# Seconds in which the engine says what is meant by somebody who waits; else it is kept for the person alone.
_GLANCE = 5.0
# Characters of it that are read.
_READ = 2_000

Understand = Callable[[str], Awaitable[Parse]]


class Settle:
    """The handler of ``turn`` work: the key is a conversation."""

    def __init__(
        self,
        database: Database,
        bounds: Bounds,
        policy: HandoffPolicy,
        answer: Answer,
        press: Press,
        handover: Handover,
        understand: Understand,
    ) -> None:
        """``understand`` is the engine's reading of a text."""
        self._database, self._bounds, self._policy = database, bounds, policy
        self._answer, self._press, self._handover = answer, press, handover
        self._understand = understand

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
            return await self._waiting(sight)
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

    async def _waiting(self, sight: Sight) -> float | Ended | None:
        """Who waits for a person is not answered, unless they are in danger by now, or call it off."""
        handoff, parse = sight.handoff, await self._meant(sight)
        if handoff is not None and parse is not None:
            if self._is_danger(sight, handoff, parse):
                return await self._answer(sight)
            if self._is_called_off(sight, handoff, parse):
                await self._press.cancel(sight)
                return None
        await self._to_queue(sight)
        return None

    async def _meant(self, sight: Sight) -> Parse | None:
        """How the engine understands what somebody said who waits; None when there is nothing to read, or no engine."""
        if sight.first.kind != InboundKind.SAID or not sight.text.strip():
            return None
        try:
            async with asyncio.timeout(_GLANCE):
                return await self._understand(sight.text[:_READ])
        except (EngineError, TimeoutError):
            log.warning("what somebody says who waits is not read: the engine gives no answer")
            return None

    def _is_danger(self, sight: Sight, handoff: Handoff, parse: Parse) -> bool:
        """Whether only people may answer it, and it is more urgent than what they wait for; a crisis is each time."""
        found = reserved(Heard(sight.first.number, sight.text, parse), self._policy)
        return found is not None and (found.priority > handoff.priority or is_at_once(found.priority))

    def _is_called_off(self, sight: Sight, handoff: Handoff, parse: Parse) -> bool:
        is_sure = parse.understood and parse.confidence >= _SURE and not parse.wishes
        is_plain = is_sure and parse.intent in self._policy.cancel_intents
        return is_plain and len(sight.text.split()) <= _CALLED_OFF and not is_at_once(handoff.priority)

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
