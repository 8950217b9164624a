"""How a handoff passes on from who holds it. Each act is one transaction, and refused whole when it does not fit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import structlog

from conversations.events import HandoffChanged, HandoffSnoozed, HandoffTransferred
from conversations.handoff import (
    OPEN_STATES,
    ClaimLost,
    Handoff,
    HandoffState,
    HandoffUnknown,
    Malformed,
    NobodyThere,
    NotHolder,
    Step,
)
from conversations.masking import mask
from conversations.model import Button, ButtonKind, Conversation, Outbound, Sender
from conversations.staff import Principal
from conversations.store import conversations, events, handoffs, snoozes, staff, steps
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.work import schedule
from conversations.text import storable
from escalation.config import Teams
from escalation.service.holding import Holding, holds, locked, require_holder, write_note
from escalation.service.offers import OFFER, Offers
from escalation.service.routing import EVERYBODY, ROUTE

log = structlog.get_logger()
# The furthest off (seconds) that something may be put.
_LONGEST_SLEEP = 90 * 86_400.0
# Nobody holds more.
_MOST_HELD = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """To whom a handoff is passed on: a team by name, or a person by id."""

    team: str | None = None
    agent_id: str | None = None


class Moving:
    """The use cases, on behalf of a signed-in person."""

    def __init__(self, database: Database, holding: Holding, teams: Teams, offers: Offers) -> None:
        self._database, self._holding, self._teams, self._offers = database, holding, teams, offers

    async def release(self, who: Principal, handoff_id: str) -> None:
        """Gives the handoff back to the queue, in its old place.

        Raises:
            HandoffUnknown, NotHolder.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            require_holder(who, handoff)
            await self._release(tx, handoff, held, Step.RELEASED)

    async def lease_ended(self, handoff_id: str) -> float | None:
        """The handler of ``lease`` work: a contact waited too long for this agent, so the handoff waits again."""
        async with self._database.write() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None:
                return None
            handoff, held = await locked(tx, handoff_id)
            over, left = await handoffs.lease_over(tx, handoff_id)
            if handoff.state is not HandoffState.ASSIGNED or handoff.lease_until is None:
                return None
            if not over:
                return left
            log.info("lease ended", handoff_id=handoff_id, agent_id=handoff.agent_id)
            await self._release(tx, handoff, held, Step.LEASE_OVER)
        return None

    async def left(self, staff_id: str) -> None:
        """The handler of ``left`` work: what somebody holds who is off the roster waits again, in its old place."""
        async with self._database.read() as tx:
            mine = t.handoff.c.agent_id == staff_id
            theirs = await handoffs.listed(tx, handoffs.IS_ASSIGNED, mine, order=[t.handoff.c.id], limit=_MOST_HELD)
        for one in theirs:
            async with self._database.write() as tx:
                try:
                    handoff, held = await locked(tx, one.id)
                except HandoffUnknown:
                    continue
                if handoff.state is HandoffState.ASSIGNED and handoff.agent_id == staff_id:
                    await self._release(tx, handoff, held, Step.RELEASED)
        async with self._database.write() as tx:
            await schedule(tx, ROUTE, EVERYBODY)  # also what was offered to them

    async def _release(self, tx: Transaction, handoff: Handoff, held: Conversation, how: Step) -> None:
        await self._holding.back_to_queue(tx, handoff, held)
        by = handoff.agent_id if how is Step.RELEASED else None
        await steps.record(tx, handoff, how, by=by, agent_id=handoff.agent_id)
        await events.record(tx, held.id, HandoffChanged(handoff.id, held.id, HandoffState.WAITING, handoff.agent_id))

    async def give_back(self, who: Principal, handoff_id: str) -> None:
        """Returns the conversation to the assistant, in a new episode that knows a few facts.

        Raises:
            HandoffUnknown, NotHolder.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            require_holder(who, handoff)
            await self._holding.end(tx, handoff, held, HandoffState.RETURNED, who, outcome="returned")
            resume = self._continue_button(held)
            notices = self._holding.notices.spoken(handoff.language)
            told = [Outbound(Sender.SYSTEM, notices("returned", handoff.id, agent=who.name))]
            if resume is not None:
                told.append(Outbound(Sender.SYSTEM, notices("continue_form", handoff.id), buttons=(resume,)))
            await conversations.say(tx, held.id, held.episode + 1, told)

    def _continue_button(self, held: Conversation) -> Button | None:
        """Takes up the form that the handoff cut: ``order_status_form`` is begun by the intent ``order_status``."""
        if not held.cut_form:
            return None
        intent = held.cut_form.removesuffix("_form")
        reading = self._holding.notices.reading(intent) or "where we were"
        return Button(f"Continue: {reading}", ButtonKind.REPLY, f"/{intent}")

    async def transfer(self, who: Principal, handoff_id: str, to: Target, comment: str = "") -> None:
        """Passes an open handoff on, with its age and priority; who oversees may pass on what they do not hold.

        In a team it waits as any other. To a person it is offered, for as long as their team keeps offers, and waits
        in their team meanwhile. Colleagues read the comment.

        Raises:
            HandoffUnknown, NotHolder.
            NobodyThere: no such team, or nobody who works the desk by this id.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            if handoff.state not in OPEN_STATES or not (holds(who, handoff) or who.oversees):
                raise NotHolder(handoff_id)
            team, person = await self._target(tx, handoff, to)
            is_there = handoff.state is HandoffState.WAITING and handoff.team == team and person is None
            if is_there or (person is not None and person.id == handoff.agent_id):
                return
            changes = {"team": team, "rung": 0, "rung_at": None}
            seconds = self._teams.of(team).offer_seconds
            if person is not None:
                changes |= {"offered_to": person.id, "offered_until": now() + seconds}
                await schedule(tx, OFFER, handoff.id, seconds, move=True)
            await self._holding.back_to_queue(tx, handoff, held, "transferred", **changes)
            agent_id, said = person.id if person else None, mask(storable(comment).strip()) or None
            await steps.record(tx, handoff, Step.TRANSFERRED, by=who.id, agent_id=agent_id, team=team, comment=said)
            if said:
                await write_note(tx, who, handoff, said, f"transfer:{uuid.uuid4().hex}")
            await events.record(tx, held.id, HandoffTransferred(handoff.id, held.id, team, agent_id, handoff.agent_id))
            tx.signal("queue", team)
        log.info("handoff transferred", handoff_id=handoff_id, by=who.id, team=team, agent_id=agent_id)

    async def _target(self, tx: Transaction, handoff: Handoff, to: Target) -> tuple[str, Principal | None]:
        """The team that it is to wait in, and the person it is offered to."""
        if to.agent_id is None:
            if to.team is None or to.team not in self._teams:
                raise NobodyThere(to.team or "nobody")
            return to.team, None
        person = await staff.by_id(tx, to.agent_id)
        if person is None or not person.works_the_desk:
            raise NobodyThere(to.agent_id)
        theirs = [team for team in (handoff.team, *person.teams) if team in person.teams and team in self._teams]
        return (theirs[0] if theirs else handoff.team), person

    async def step_in(self, who: Principal, handoff_id: str) -> None:
        """Takes an assigned handoff over from a colleague: what they write from here on stays inside.

        Raises:
            HandoffUnknown.
            ClaimLost: it waits, or has ended.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            if holds(who, handoff):
                return
            if handoff.state is not HandoffState.ASSIGNED:
                raise ClaimLost(handoff.agent_name, handoff.assigned_at, handoff.state)
            await self._holding.wake(tx, handoff, who)
            changes = {"agent_id": who.id, "assigned_at": now()}
            await handoffs.move(tx, handoff, HandoffState.ASSIGNED, HandoffState.ASSIGNED, **changes)
            await steps.record(tx, handoff, Step.STEPPED_IN, by=who.id, agent_id=who.id)
            taken = await conversations.take_over(tx, held.id)
            assert taken is not None, "it is locked by this transaction"
            await self._holding.take_over(tx, who, handoff, taken)
            await handoffs.await_agent(tx, handoff, self._holding.lease)
        log.info("stepped in", handoff_id=handoff_id, agent_id=who.id, former_id=handoff.agent_id)

    async def snooze(self, who: Principal, handoff_id: str, until: float | None, comment: str = "") -> None:
        """Puts it off until then (Unix seconds), or (None) until the contact writes; their writing always wakes it.

        It stays in one's hands; its lease rests, and it counts for nothing of one's capacity.

        Raises:
            HandoffUnknown, NotHolder.
            Malformed: the time is past, or more than 90 days off.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            require_holder(who, handoff)
            seconds = None if until is None else until - await conversations.clock(tx)
            if seconds is not None and not 0 < seconds <= _LONGEST_SLEEP:
                raise Malformed(["Choose a time from now on, within 90 days."])
            await snoozes.snooze(tx, handoff, seconds)
            said = mask(storable(comment).strip()) or None
            await steps.record(tx, handoff, Step.SNOOZED, by=who.id, agent_id=who.id, comment=said, seconds=seconds)
            if said:
                await write_note(tx, who, handoff, said, f"snooze:{uuid.uuid4().hex}")
            await events.record(tx, held.id, HandoffSnoozed(handoff.id, held.id, until))
            if until is not None:
                await self._holding.put_off(tx, who, handoff, held, until)

    async def wake(self, who: Principal, handoff_id: str) -> None:
        """Takes up again what one has put off; what is awake stays so.

        Raises:
            HandoffUnknown, NotHolder.
        """
        async with self._database.write() as tx:
            handoff, _ = await locked(tx, handoff_id)
            require_holder(who, handoff)
            await self._holding.wake(tx, handoff, who)

    async def sleep_ended(self, handoff_id: str) -> float | None:
        """The handler of ``snooze`` work: the time has come."""
        async with self._database.write() as tx:
            if await handoffs.get(tx, handoff_id) is None:
                return None
            handoff, _ = await locked(tx, handoff_id)
            if not handoff.is_snoozed or handoff.snoozed_until is None:
                return None
            left = handoff.snoozed_until - await conversations.clock(tx)
            if left > 0:
                return left
            await self._holding.wake(tx, handoff)
        return None

    async def decline(self, who: Principal, handoff_id: str) -> None:
        """As `Offers.decline`."""
        await self._offers.decline(who, handoff_id)
