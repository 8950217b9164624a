"""Hears what changes the clocks of a handoff, and has them looked at."""

from __future__ import annotations

from conversations import events as e
from conversations.store import handoffs
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation.config import Teams
from escalation.service import ladder
from escalation.service.clocks import SLA
from escalation.service.mailing import MAIL
from escalation.service.silence import ABANDON, SILENT

_TELLING = (
    e.HandoffOpened,
    e.HandoffChanged,
    e.HandoffTransferred,
    e.HandoffSnoozed,
    e.HandoffWoken,
    e.ReasonAdded,
    e.ContactSaid,
    e.AgentSaid,
)


class ClockListener:
    """Has clocks, ladder and silence looked at when something happened that changes them."""

    name = "clocks"

    def __init__(self, database: Database, teams: Teams, mail_after: float | None) -> None:
        """``mail_after``: after so many seconds an agent's unread words go by e-mail; None without a mail server."""
        self._database, self._mail_after = database, mail_after
        every = list(teams)
        # The soonest of all teams: whoever looks knows the team, and looks again when it is its time.
        self._silent = 3600 * min(team.silent_hours for team in every)
        self._abandoned = 3600 * min(team.abandoned_hours for team in every)

    async def on(self, event_id: int, event: e.Event) -> None:
        """Idempotent: work asked for twice is done once. For what was erased meanwhile none is asked for."""
        if not isinstance(event, _TELLING) or (isinstance(event, e.HandoffChanged) and event.state == "assigned"):
            return  # a claim stops no clock: words do
        async with self._database.write() as tx:
            if await handoffs.get(tx, event.handoff_id) is not None:
                await self._look(tx, event, event.handoff_id)

    async def _look(self, tx: Transaction, event: e.Event, handoff_id: str) -> None:
        await schedule(tx, SLA, handoff_id)
        match event:
            case e.HandoffOpened() | e.HandoffChanged(state="waiting"):
                await ladder.begin(tx, handoff_id)
                await schedule(tx, ABANDON, handoff_id, self._abandoned)
            case e.HandoffTransferred():
                await ladder.begin(tx, handoff_id, anew=True)
            case e.AgentSaid(conversation_id=place):
                await schedule(tx, SILENT, handoff_id, self._silent, move=True)
                if self._mail_after is not None and place.startswith("web:"):
                    await schedule(tx, MAIL, place, self._mail_after)
            case e.HandoffWoken():
                await schedule(tx, SILENT, handoff_id, self._silent, move=True)
