"""What a call is answered: waits for the end of the message's turn, then takes in hand what the contact has not seen.

The record keeps which call answered which message (`conversations.answer_call`), so two calls at once never answer the
same, and a call made again gets the same answers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from conversations.bus import MISSED, Bus
from conversations.model import Message, Outbound, Owner, Sender
from conversations.notices import Notices
from conversations.store import conversations, handoffs, outgoing
from conversations.store.database import Database, Signal

# A lost signal costs so many seconds.
_LOOK_AGAIN = 1.0


class Answers:
    """Answers calls.

    Args:
        limit: seconds that a call waits for its turn; what comes later is answered to the next call.
    """

    def __init__(self, database: Database, bus: Bus, notices: Notices, limit: float) -> None:
        self._database, self._bus, self._notices, self._limit = database, bus, notices, limit
        self._waiting: set[asyncio.Event] = set()
        self._closing = False

    def close(self) -> None:
        """Calls that wait are answered now, with what there is."""
        self._closing = True
        for changed in self._waiting:
            changed.set()

    async def whole(self, conversation_id: str, number: int) -> list[Message]:
        """Everything for the message ``number``, once its turn has ended or the limit is over.

        It is never nothing while an answer is owed: then it says that it takes longer.
        """
        async with aclosing(self._looks(conversation_id, number)) as looks:
            async for _ in looks:
                pass
        return await self._take(conversation_id, number, last=True)

    async def stream(self, conversation_id: str, number: int) -> AsyncGenerator[list[Message]]:
        """The same, each part as soon as it is said."""
        given: set[int] = set()
        async with aclosing(self._looks(conversation_id, number)) as looks:
            async for _ in looks:
                yield _not_given(await self._take(conversation_id, number, last=False), given)
        yield _not_given(await self._take(conversation_id, number, last=True), given)

    async def _looks(self, conversation_id: str, number: int) -> AsyncGenerator[None]:
        """One step for each look at an unsettled message, until it is settled or the limit is over."""
        clock = asyncio.get_running_loop().time
        until = clock() + self._limit
        async with self._changes(conversation_id) as changed:
            while True:
                changed.clear()
                async with self._database.read() as tx:
                    held = await conversations.get(tx, conversation_id)
                left = until - clock()
                if held is None or held.settled_through >= number or left <= 0 or self._closing:
                    return
                yield
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(left, _LOOK_AGAIN))

    @asynccontextmanager
    async def _changes(self, conversation_id: str) -> AsyncIterator[asyncio.Event]:
        changed = asyncio.Event()

        def on_signal(signal: Signal) -> None:
            ours = signal.key == conversation_id and signal.topic in {"messages", "state"}
            if ours or signal.topic == MISSED:
                changed.set()

        end_watch = self._bus.watch(on_signal, conversation_id)
        self._waiting.add(changed)
        try:
            yield changed
        finally:
            self._waiting.discard(changed)
            end_watch()

    async def _take(self, conversation_id: str, number: int, *, last: bool) -> list[Message]:
        async with self._database.write() as tx:
            # Locked first, as everybody does: a claim that withdraws these messages waits, or was before.
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is None:  # it was erased meanwhile
                return []
            answers, new = await outgoing.answer_call(tx, conversation_id, number)
            if last and not answers and held.settled_through < number and held.owner is not Owner.AGENT:
                text = self._notices.spoken(held.language)("still_working", conversation_id)
                await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text)])
                answers, new = await outgoing.answer_call(tx, conversation_id, number)
            if new and (handoff := await handoffs.open_of(tx, conversation_id)) is not None:
                tx.signal("handoff", handoff.id)
        return answers


def _not_given(answers: list[Message], given: set[int]) -> list[Message]:
    """The answers that were not given yet; they are noted as given."""
    new = [message for message in answers if message.number not in given]
    given.update(message.number for message in new)
    return new
