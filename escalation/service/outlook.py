"""What a waiting contact is told, and told again while nobody has come: the desk's side of the gateway's port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from conversations.handoff import Handoff, HandoffState
from conversations.model import Outbound, Sender
from conversations.notices import Notices
from conversations.ports import Outlook, is_at_once, waiting_buttons
from conversations.store import conversations, handoffs, staff
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation.config import TEAM, Hours
from escalation.domain.hours import next_opening, opening_in_words
from escalation.domain.wait import wait_in_words

TELL_AGAIN = "tell_again"


def utc_now() -> datetime:
    return datetime.now(UTC)


class QueueOutlook:
    """The port `conversations.ports.Desk`: the gateway asks it within its own transaction."""

    def __init__(self, hours: Hours, told_again: float, clock: Callable[[], datetime] = utc_now) -> None:
        self._hours, self._told_again, self._clock = hours, told_again, clock

    def team_for(self, reasons: tuple[str, ...]) -> str:
        """One team so far: everybody on the roster."""
        return TEAM

    async def outlook(self, tx: Transaction, handoff: Handoff) -> Outlook:
        """Place and wait, and when people are back if nobody is there now; and has the contact told again later."""
        await schedule(tx, TELL_AGAIN, handoff.id, self._told_again, move=True)
        place = await handoffs.place_of(tx, handoff)
        return Outlook(place, wait_in_words(await handoffs.recent_waits(tx, handoff.team)), self.opens())

    async def speaks(self, tx: Transaction, language: str) -> bool:
        """Judged by the roster, whether they are there just now or not."""
        return any(who.works_the_desk and language in who.languages for who in await staff.everyone(tx))

    def opens(self) -> str | None:
        """When people are back, in words; None while they are there."""
        at = self._clock()
        opening = next_opening(self._hours, at)
        if opening is None:
            return "as soon as somebody is back"
        return None if opening <= at else opening_in_words(opening, at, self._hours)


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
            if held is not None and self._outlook.opens() is None:
                place = await handoffs.place_of(tx, handoff)
                notices, at_once = self._notices.spoken(handoff.language), is_at_once(handoff.priority)
                behind = await handoffs.is_behind_later_ones(tx, handoff)
                name = "at_once_again" if at_once else "told_again_behind" if behind else "told_again"
                text = notices(name, handoff.id, place=place, reference=handoff.reference)
                buttons = waiting_buttons(notices, handoff.priority, held.owner)
                await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text, buttons=buttons)])
            age = (await conversations.clock(tx)) - handoff.created_at
        return max(self._told_again, age)
