"""Climbs a team's ladder while nobody takes a handoff: who stands on the next rung is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import update

from conversations.events import LadderClimbed
from conversations.handoff import Handoff, HandoffState, HandoffUnknown, Step
from conversations.store import conversations, events, steps
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.work import schedule
from escalation.config import Teams
from escalation.domain import ladder
from escalation.domain.hours import business_after, business_seconds
from escalation.service.holding import locked

log = structlog.get_logger()
LADDER = "ladder"
# What brings it back into the queue.
_BACK = {Step.RELEASED, Step.LEASE_OVER, Step.TRANSFERRED}


class Ladder:
    """The handler of ``ladder`` work: the key is a handoff."""

    def __init__(self, database: Database, teams: Teams) -> None:
        self._database, self._teams = database, teams

    async def __call__(self, handoff_id: str) -> float | None:
        """Climbs at most one rung; returns the seconds until the next is due."""
        async with self._database.write() as tx:
            try:
                handoff, _ = await locked(tx, handoff_id)
            except HandoffUnknown:
                return None
            return await self.climb(tx, handoff)

    async def climb(self, tx: Transaction, handoff: Handoff, *, breached: bool = False) -> float | None:
        """The same within a transaction that has `locked` it; ``breached``: a target was missed just now."""
        team = self._teams.of(handoff.team)
        if handoff.state is not HandoffState.WAITING or not team.ladder:
            return None
        at = await conversations.clock(tx)
        spent = business_seconds(team.hours, _moment(await _since(tx, handoff, at)), _moment(at))
        rung, left = ladder.climb(team.ladder, handoff.rung, spent, breached)
        if rung != handoff.rung or handoff.rung_at is None:
            await self._step_on(tx, handoff, rung)
        again_at = None if left is None else business_after(team.hours, _moment(at), left)
        return None if again_at is None else max(0.05, again_at.timestamp() - at)

    async def _step_on(self, tx: Transaction, handoff: Handoff, rung: int) -> None:
        who = self._teams.of(handoff.team).ladder[rung].who
        await _set(tx, handoff.id, rung=rung, rung_at=now())
        await steps.record(tx, handoff, Step.RUNG, comment=who)
        await events.record(tx, handoff.conversation_id, LadderClimbed(handoff.id, handoff.conversation_id, rung))
        tx.signal("handoff", handoff.id)
        tx.signal("queue", handoff.team)
        log.info("ladder climbed", handoff_id=handoff.id, rung=rung, who=who)


async def _since(tx: Transaction, handoff: Handoff, at: float) -> float:
    """Since when nobody came to this rung: what somebody had in hand meanwhile has its time there anew."""
    if handoff.rung_at is None:
        return at
    back = [step.at for step in await steps.of(tx, handoff.id, _BACK)]
    return max([handoff.rung_at, *back])


async def begin(tx: Transaction, handoff_id: str, *, anew: bool = False) -> None:
    """It waits (again); ``anew``: for another team, whose ladder begins at its first rung."""
    if anew:
        await _set(tx, handoff_id, rung_at=None, rung=0)
    await schedule(tx, LADDER, handoff_id)


async def _set(tx: Transaction, handoff_id: str, **changes: Any) -> None:
    await tx.execute(update(t.handoff).where(t.handoff.c.id == handoff_id).values(**changes))


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
