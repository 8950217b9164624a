"""What a waiting contact is told, and told again while nobody has come: the desk's side of the gateway's port."""

from __future__ import annotations

from datetime import UTC, datetime

from conversations.handoff import Handoff, HandoffState
from conversations.model import Outbound, Sender
from conversations.notices import Notices
from conversations.ports import Opening, Outlook, is_at_once, waiting_buttons
from conversations.store import conversations, handoffs, staff
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation.config import Teams
from escalation.domain.hours import next_opening, opening_in_words
from escalation.domain.wait import wait_in_words

TELL_AGAIN = "tell_again"


class QueueOutlook:
    """The port `conversations.ports.Desk`: the gateway asks it within its own transaction."""

    def __init__(self, teams: Teams, told_again: float) -> None:
        self._teams, self._told_again = teams, told_again

    def team_for(self, opening: Opening) -> str:
        """The first team that takes this in particular, else the one for the rest."""
        return self._teams.for_(opening.kinds, opening.intents, opening.channel, opening.language).name

    async def outlook(self, tx: Transaction, handoff: Handoff) -> Outlook:
        """Place and wait, and when people are back if nobody is there now; and has the contact told again later."""
        await schedule(tx, TELL_AGAIN, handoff.id, self._told_again, move=True)
        place = await handoffs.place_of(tx, handoff)
        waits = await handoffs.recent_waits(tx, handoff.team)
        opens = self.opens(handoff.team, await conversations.clock(tx))
        return Outlook(place, wait_in_words(waits), opens)

    async def speaks(self, tx: Transaction, language: str) -> bool:
        """Judged by the roster, whether they are there just now or not."""
        return any(who.works_the_desk and language in who.languages for who in await staff.everyone(tx))

    def opens(self, team: str, moment: float) -> str | None:
        """When the people of a team are back, in words; None while they are there at that moment (Unix seconds)."""
        at, hours = datetime.fromtimestamp(moment, UTC), self._teams.of(team).hours
        opening = next_opening(hours, at)
        if opening is None:
            return "as soon as somebody is back"
        return None if opening <= at else opening_in_words(opening, at, hours)


class TellAgain:
    """The handler of ``tell_again`` work: the key is a handoff that waits. Each time after double the time."""

    def __init__(self, database: Database, notices: Notices, outlook: QueueOutlook, told_again: float) -> None:
        self._database, self._notices, self._outlook, self._told_again = database, notices, outlook, told_again

    async def __call__(self, handoff_id: str) -> float | None:
        async with self._database.write() as tx:
            found = await handoffs.get(tx, handoff_id)
            if found is None:
                return None
            held = await conversations.get(tx, found.conversation_id, lock=True)
            # Read again under the lock: somebody may have claimed it a moment ago.
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None or handoff.state is not HandoffState.WAITING:
                return None
            if held is not None and self._outlook.opens(handoff.team, await conversations.clock(tx)) is None:
                place = await handoffs.place_of(tx, handoff)
                notices, at_once = self._notices.spoken(handoff.language), is_at_once(handoff.priority)
                behind = await handoffs.is_behind_later_ones(tx, handoff)
                name = "at_once_again" if at_once else "told_again_behind" if behind else "told_again"
                text = notices(name, handoff.id, place=place, reference=handoff.reference)
                buttons = waiting_buttons(notices, handoff.priority, held.owner)
                await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text, buttons=buttons)])
            age = (await conversations.clock(tx)) - handoff.created_at
        return max(self._told_again, age)
