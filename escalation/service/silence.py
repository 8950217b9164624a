"""Ends what nobody is in any more: an assigned handoff whose contact is silent, a waiting one whose contact is gone."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from conversations.handoff import Handoff, HandoffState, HandoffUnknown
from conversations.model import Conversation, Outbound, Sender
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.survey import survey_buttons
from escalation.config import Teams
from escalation.domain.hours import business_after
from escalation.service import promises
from escalation.service.holding import Holding, locked

SILENT, ABANDON = "silent", "abandon"
# A team without an opening in sight is looked at again after so many seconds.
_A_DAY = 86_400.0
# Outcomes that are nobody's choice.
WAS_SILENT, WAS_ABANDONED = "contact_silent", "abandoned"


class Silent:
    """The handler of ``silent`` work: the key is a handoff. Resolved when the contact leaves the agent's word be."""

    def __init__(self, database: Database, holding: Holding, teams: Teams) -> None:
        self._database, self._holding, self._teams = database, holding, teams

    async def __call__(self, handoff_id: str) -> float | None:
        async with self._database.write() as tx:
            try:
                handoff, held = await locked(tx, handoff_id)
            except HandoffUnknown:
                return None
            if handoff.state is not HandoffState.ASSIGNED or handoff.is_snoozed:
                return None
            last = await _last_said(tx, handoff)
            if last is None or held.last_contact_at > last:  # the contact is waited for by nobody
                return None
            left = last + 3600 * self._teams.of(handoff.team).silent_hours - await conversations.clock(tx)
            if left > 0:
                return left
            await self._holding.end(tx, handoff, held, HandoffState.RESOLVED, survey=True, outcome=WAS_SILENT)
            notices = self._holding.notices.spoken(handoff.language)
            told = [
                Outbound(Sender.SYSTEM, notices("silent", handoff.id, agent=handoff.agent_name)),
                Outbound(Sender.SYSTEM, notices("survey", handoff.id), buttons=survey_buttons()),
            ]
            await conversations.say(tx, held.id, held.episode, told)
        return None


async def _last_said(tx: Transaction, handoff: Handoff) -> float | None:
    """When an agent last said something in this matter."""
    c = t.message.c
    statement = select(func.max(c.at)).where(
        c.conversation_id == handoff.conversation_id,
        c.episode >= handoff.first_episode,
        c.sender == Sender.AGENT,
        c.at >= handoff.created_at,
    )
    found: float | None = (await tx.execute(statement)).scalar_one()
    return found


class Abandon:
    """The handler of ``abandon`` work: the key is a handoff that waits. Closed kindly when its contact is gone.

    That is after hours in which people were there, and not before whatever we promised is due. Not what was left with
    us: there we promised to write.
    """

    def __init__(self, database: Database, holding: Holding, teams: Teams) -> None:
        self._database, self._holding, self._teams = database, holding, teams

    async def __call__(self, handoff_id: str) -> float | None:
        async with self._database.write() as tx:
            try:
                handoff, held = await locked(tx, handoff_id)
            except HandoffUnknown:
                return None
            if handoff.state is not HandoffState.WAITING or handoff.left_with_us_at is not None:
                return None
            at = await conversations.clock(tx)
            left = await self._let_go_at(tx, handoff, held, at) - at
            if left > 0:
                return left
            await self._holding.end(tx, handoff, held, HandoffState.ABANDONED, outcome=WAS_ABANDONED)
            notices = self._holding.notices.spoken(handoff.language)
            text = notices("abandoned", handoff.id, reference=handoff.reference)
            await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text)])
        return None

    async def _let_go_at(self, tx: Transaction, handoff: Handoff, held: Conversation, at: float) -> float:
        """When it is closed if the contact stays away (Unix seconds)."""
        team, seen = self._teams.of(handoff.team), datetime.fromtimestamp(_seen(held, handoff, at), UTC)
        gone = business_after(team.hours, seen, 3600 * team.abandoned_hours)
        due_at = await promises.last_due_at(tx, handoff.id)
        return max(gone.timestamp() if gone else at + _A_DAY, due_at or 0.0)


def _seen(held: Conversation, handoff: Handoff, at: float) -> float:
    """When the contact was last here: on the web as long as a page of theirs is open."""
    if held.channel == "web" and held.away_since is None:
        return at
    return max(held.last_contact_at, handoff.waiting_since, held.away_since or 0.0)
