"""The people of the desk: who is there, what they have in hand, and what they say of themselves."""

from __future__ import annotations

from typing import Any

from conversations.handoff import Malformed, NobodyThere, NotAllowed
from conversations.languages import NAMES
from conversations.staff import Availability, Principal, Role
from conversations.store import conversations, handoffs, offers, staff
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation.config import WEEKDAYS, Hours, Teams
from escalation.http import wire
from escalation.service.counting import Counting
from escalation.service.outlook import QueueOutlook
from escalation.service.routing import EVERYBODY, ROUTE
from escalation.service.shifts import is_here, on_shift

_MOST_CAPACITY = 100


class People:
    """What is read and changed of them, on behalf of a signed-in person."""

    def __init__(self, database: Database, teams: Teams, outlook: QueueOutlook) -> None:
        self._database, self._teams, self._outlook, self._counting = database, teams, outlook, Counting()

    async def everyone(self) -> list[wire.Agent]:
        """The roster by name."""
        async with self._database.read() as tx:
            return await self._everyone(tx)

    async def _everyone(self, tx: Transaction) -> list[wire.Agent]:
        at, held = await conversations.clock(tx), await offers.in_hand(tx)
        return [self._agent(one, held.get(one.id, 0), at) for one in await staff.everyone(tx)]

    def _agent(self, one: Principal, held: int, at: float) -> wire.Agent:
        return wire.Agent(
            id=one.id,
            name=one.name,
            role=one.role.value,
            teams=list(one.teams),
            skills=list(one.skills),
            languages=list(one.languages),
            capacity=one.capacity,
            held=held,
            availability=one.availability.value,
            away_until=one.away_until,
            on_shift=on_shift(one, self._teams, at),
            slack_id=one.slack_id,
            shifts=one.shifts,
        )

    async def set_availability(self, who: Principal, availability: Availability, until: float | None = None) -> None:
        """Says of oneself whether one is there; ``until`` (Unix seconds) is when one is back.

        Raises:
            Malformed: the time is past.
        """
        async with self._database.write() as tx:
            if until is not None and until <= await conversations.clock(tx):
                raise Malformed(["Choose a time from now on, or none."])
            back = None if availability is Availability.HERE else until
            await staff.change(tx, who.id, availability=availability, away_until=back)
            await schedule(tx, ROUTE, EVERYBODY)

    async def change(self, by: Principal, staff_id: str, **changes: Any) -> wire.Agent:
        """Changes a person's ``teams``, ``skills``, ``languages``, ``capacity``, ``shifts`` or ``role``.

        Leads change people of their own teams; only admins change roles.

        Raises:
            NobodyThere: nobody on the roster has this id.
            NotAllowed.
            Malformed: with every problem there is; nothing is changed.
        """
        async with self._database.write() as tx:
            person = await staff.by_id(tx, staff_id, lock=True)
            if person is None:
                raise NobodyThere(staff_id)
            _require_authority(by, person, changes)
            if problems := self.problems(**changes):
                raise Malformed(problems)
            await staff.change(tx, staff_id, **changes)
            await schedule(tx, ROUTE, EVERYBODY)
            changed, held = await staff.by_id(tx, staff_id), await offers.in_hand(tx)
            assert changed is not None, "their row is locked by this transaction"
            return self._agent(changed, held.get(staff_id, 0), await conversations.clock(tx))

    def problems(self, **changes: Any) -> list[str]:
        """What of these values cannot be kept, each with what to do."""
        return problems(self._teams, **changes)

    async def board(self, who: Principal) -> wire.Board:
        """Who works on what, and how the teams stand.

        Raises:
            NotAllowed: one does not oversee the desk.
        """
        if not who.oversees:
            raise NotAllowed("Only leads and admins see the board.")
        async with self._database.read() as tx:
            at, agents = await conversations.clock(tx), await self._everyone(tx)
            people = await staff.everyone(tx)
            counts, oldest = await self._counting.by_team(tx), await handoffs.oldest(tx)
        return wire.Board(
            agents=agents,
            teams=[
                wire.TeamView(
                    name=team.name,
                    title=team.shown,
                    counts=counts.get(team.name, wire.Counts(0, 0)),
                    oldest_at=oldest.get(team.name),
                    opens=self._outlook.opens(team.name, at),
                    here=sum(team.name in one.teams and is_here(one, self._teams, at) for one in people),
                )
                for team in self._teams
            ],
            now=at,
        )


def problems(there: Teams, /, **changes: Any) -> list[str]:
    """What of these values of a person cannot be kept, each with what to do."""
    found = []
    if "teams" in changes and not changes["teams"]:
        found.append("Everybody serves a team: name at least one.")
    unknown = [name for name in changes.get("teams", ()) if name not in there]
    if unknown:
        names = ", ".join(team.name for team in there)
        found.append(f"There is no team called {', '.join(unknown)}. There are: {names}.")
    if not 1 <= changes.get("capacity", 1) <= _MOST_CAPACITY:
        found.append(f"Capacity is from 1 to {_MOST_CAPACITY}.")
    found += [f"{code!r} is no language known here." for code in changes.get("languages", ()) if code not in NAMES]
    found += [f"{skill!r} is no skill: 1 to 32 characters." for skill in changes.get("skills", ()) if not _skill(skill)]
    try:
        Hours.model_validate(changes.get("shifts") or {})
    except ValueError:
        found.append("Shifts are spans by weekday, such as monday: 09:00-13:00.")
    if set(changes.get("shifts") or {}) - set(WEEKDAYS):
        found.append(f"Shifts are by weekday: {', '.join(WEEKDAYS)}.")
    return found


def _skill(name: str) -> bool:
    return 1 <= len(name.strip()) <= 32


def _require_authority(by: Principal, person: Principal, changes: dict[str, Any]) -> None:
    if by.role is Role.ADMIN:
        return
    if by.role is not Role.LEAD or set(by.teams).isdisjoint(person.teams):
        raise NotAllowed("Only an admin, or a lead of one of their teams, may change that.")
    if "role" in changes or person.role is Role.ADMIN:
        raise NotAllowed("Only an admin may change that.")
    if not set(changes.get("teams", ())) <= {*by.teams, *person.teams}:
        raise NotAllowed("A lead puts people into their own teams only; an admin, into any.")
