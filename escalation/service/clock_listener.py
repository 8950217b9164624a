"""Hears what changes the clocks of a handoff, and has them looked at."""

from __future__ import annotations

from conversations import events as e
from conversations.store.database import Database
from conversations.store.work import schedule
from escalation.config import Teams
from escalation.service import ladder
from escalation.service.clocks import SLA
from escalation.service.mailing import MAIL
from escalation.service.silence import ABANDON, SILENT


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
        """Idempotent: work asked for twice is done once."""
        match event:
            case e.HandoffOpened(handoff_id=one):
                async with self._database.write() as tx:
                    await schedule(tx, SLA, one)
                    await ladder.begin(tx, one)
                    await schedule(tx, ABANDON, one, self._abandoned)
            case e.HandoffChanged(handoff_id=one, state="assigned"):
                pass  # a claim stops no clock: words do
            case e.HandoffChanged(handoff_id=one, state="waiting"):
                async with self._database.write() as tx:
                    await schedule(tx, SLA, one)
                    await ladder.begin(tx, one)
                    await schedule(tx, ABANDON, one, self._abandoned)
            case e.HandoffTransferred(handoff_id=one):
                async with self._database.write() as tx:
                    await schedule(tx, SLA, one)
                    await ladder.begin(tx, one, anew=True)
            case e.AgentSaid(handoff_id=one, conversation_id=place):
                async with self._database.write() as tx:
                    await schedule(tx, SLA, one)
                    await schedule(tx, SILENT, one, self._silent, move=True)
                    if self._mail_after is not None and place.startswith("web:"):
                        await schedule(tx, MAIL, place, self._mail_after)
            case e.HandoffWoken(handoff_id=one):
                async with self._database.write() as tx:
                    await schedule(tx, SLA, one)
                    await schedule(tx, SILENT, one, self._silent, move=True)
            case (
                e.HandoffChanged(handoff_id=one)
                | e.ReasonAdded(handoff_id=one)
                | e.ContactSaid(handoff_id=one)
                | e.HandoffSnoozed(handoff_id=one)
            ):
                async with self._database.write() as tx:
                    await schedule(tx, SLA, one)
            case _:
                pass
