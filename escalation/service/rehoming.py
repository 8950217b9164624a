"""Open handoffs of a team that has left ``frontdesk.yml`` go to the team for the rest, or nobody would see them."""

from __future__ import annotations

import structlog
from sqlalchemy import func, select, update

from conversations.events import HandoffTransferred
from conversations.handoff import OPEN_STATES, HandoffUnknown, Step
from conversations.store import events, handoffs, steps
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from escalation.config import Teams
from escalation.service.holding import locked

log = structlog.get_logger()
_H = t.handoff.c
_MANY = 1000


class Rehoming:
    """Done when a front starts: its settings are the newest. Agents keep what they hold, who waits their place."""

    def __init__(self, database: Database, teams: Teams) -> None:
        self._database, self._teams = database, teams

    async def __call__(self) -> None:
        """Moves all of them."""
        where = _H.state.in_(OPEN_STATES), _H.team.not_in([team.name for team in self._teams])
        while True:
            async with self._database.read() as tx:
                found = await handoffs.listed(tx, *where, order=[_H.id], limit=_MANY)
            if not found:
                return
            for one in found:
                await self._move(one.id)

    async def _move(self, handoff_id: str) -> None:
        team = self._teams.rest.name
        async with self._database.write() as tx:
            try:
                handoff, held = await locked(tx, handoff_id)
            except HandoffUnknown:
                return
            if handoff.team in self._teams or handoff.state not in OPEN_STATES:
                return
            await tx.execute(update(t.handoff).where(_H.id == handoff_id).values(team=team))
            gone = f"There is no team called {handoff.team} any more."
            await steps.record(tx, handoff, Step.MOVED, agent_id=handoff.agent_id, team=team, comment=gone)
            await events.record(tx, held.id, HandoffTransferred(handoff_id, held.id, team))
            for name in (handoff.team, team):
                tx.signal("queue", name)
            tx.signal("handoff", handoff_id)
        log.warning("handoff moved: its team is gone", handoff_id=handoff_id, team=handoff.team, to=team)


async def astray(tx: Transaction, teams: Teams) -> dict[str, int]:
    """How many open handoffs each team has that there is not (any more)."""
    open_ones = select(_H.team, func.count().label("many")).where(_H.state.in_(OPEN_STATES)).group_by(_H.team)
    return {row.team: row.many for row in await tx.execute(open_ones) if row.team not in teams}
