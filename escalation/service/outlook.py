"""What a waiting contact is told, and told again while nobody has come: the desk's side of the gateway's port."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from conversations.handoff import Handoff, HandoffState, Step
from conversations.model import Outbound, Sender
from conversations.notices import Notices
from conversations.ports import Opening, Outlook, is_at_once, place_shown, waiting_buttons
from conversations.store import conversations, handoffs, staff, steps
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.work import cancel, schedule
from escalation.config import Teams
from escalation.domain.hours import business_after, next_opening, opening_in_words
from escalation.domain.wait import Range, in_words
from escalation.service import promises, waits
from escalation.service.promises import Kind

TELL_AGAIN = "tell_again"
# "People are back tomorrow at 9" is kept by whoever comes within so many seconds after that, and so on.
_AFTER_OPENING = 3600.0
# "We'll write to you here": within a working day, in business seconds.
_WORKING_DAY = 8 * 3600.0
_FAR = timedelta(days=7)


class QueueOutlook:
    """The port `conversations.ports.Desk`: the gateway asks it within its own transaction."""

    def __init__(self, teams: Teams, told_again: float, *, mail: bool = False) -> None:
        """``mail``: there is a mail server, so that who leaves the page can be written to."""
        self._teams, self._told_again, self._mail = teams, told_again, mail

    def team_for(self, opening: Opening) -> str:
        """The first team that takes this in particular, else the one for the rest."""
        return self._teams.for_(opening.kinds, opening.intents, opening.channel, opening.language).name

    def skills_for(self, team: str, intents: Collection[str]) -> frozenset[str]:
        """As the team's settings say."""
        return self._teams.of(team).skills_for(intents)

    async def outlook(self, tx: Transaction, handoff: Handoff) -> Outlook:
        """Place and wait, and when people are back if nobody is there now: as told, and so as promised.

        Has the contact told again later, unless they left the matter with us.
        """
        if handoff.left_with_us_at is None:
            await schedule(tx, TELL_AGAIN, handoff.id, self._told_again, move=True)
        at, team = await conversations.clock(tx), self._teams.of(handoff.team)
        place, expected = await handoffs.place_of(tx, handoff), await waits.expected(tx, team, at)
        opens = self.opens(handoff.team, at)
        await waits.remember(tx, handoff.id, place, expected)
        if not is_at_once(handoff.priority):
            await self._promise(tx, handoff, at, expected, opens)
        return Outlook(place, in_words(expected), opens, self._mail and await _is_on_the_web(tx, handoff))

    async def _promise(
        self, tx: Transaction, handoff: Handoff, at: float, expected: Range | None, opens: str | None
    ) -> None:
        opening = next_opening(self._teams.of(handoff.team).hours, datetime.fromtimestamp(at, UTC))
        if opens is None and expected is not None:
            await promises.make(tx, handoff, Kind.WAIT, in_words(expected), at + expected.high)
        elif opens is not None and opening is not None:
            due_at = opening.timestamp() + _AFTER_OPENING
            await promises.make(tx, handoff, Kind.BACK, f"people are back {opens}", due_at)

    async def left_with_us(self, tx: Transaction, handoff: Handoff) -> str | None:
        """The contact does not wait on: told no more, and promised that we write."""
        await tx.execute(update(t.handoff).where(t.handoff.c.id == handoff.id).values(left_with_us_at=now()))
        await steps.record(tx, handoff, Step.LEFT_WITH_US)
        await cancel(tx, TELL_AGAIN, handoff.id)
        moment = await conversations.clock(tx)
        at = datetime.fromtimestamp(moment, UTC)
        due = business_after(self._teams.of(handoff.team).hours, at, _WORKING_DAY) or at + _FAR
        await promises.make(tx, handoff, Kind.WRITE, "we write when somebody is there", due.timestamp())
        tx.signal("handoff", handoff.id)
        tx.signal("queue", handoff.team)
        return self.opens(handoff.team, moment)

    async def put_off(self, tx: Transaction, handoff: Handoff, until: float) -> str:
        """Promises that an agent writes again then (Unix seconds), which it returns in words."""
        hours, at = self._teams.of(handoff.team).hours, await conversations.clock(tx)
        when = opening_in_words(datetime.fromtimestamp(until, UTC), datetime.fromtimestamp(at, UTC), hours)
        await promises.make(tx, handoff, Kind.SNOOZE, f"we write again {when}", until + _AFTER_OPENING)
        return when

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


async def _is_on_the_web(tx: Transaction, handoff: Handoff) -> bool:
    """Whether they may leave an address: they write on the web, and have left none."""
    held = await conversations.get(tx, handoff.conversation_id)
    return held is not None and held.channel == "web" and held.email is None


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
            if handoff is None or handoff.state is not HandoffState.WAITING or handoff.left_with_us_at is not None:
                return None
            if held is not None and self._outlook.opens(handoff.team, await conversations.clock(tx)) is None:
                place, before = await handoffs.place_of(tx, handoff), waits.told(handoff.told)
                await waits.remember(tx, handoff.id, place, before.expected if before else None)
                notices, at_once = self._notices.spoken(handoff.language), is_at_once(handoff.priority)
                behind = await handoffs.is_behind_later_ones(tx, handoff)
                name = "at_once_again" if at_once else "told_again_behind" if behind else "told_again"
                text = notices(name, handoff.id, place=place_shown(place), reference=handoff.reference)
                buttons = waiting_buttons(notices, handoff, held.owner)
                await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text, buttons=buttons)])
            age = (await conversations.clock(tx)) - handoff.created_at
        return max(self._told_again, age)
