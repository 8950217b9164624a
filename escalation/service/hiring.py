"""Who comes onto the roster and who leaves it, as admins say. (`People` changes those who are there.)"""

from __future__ import annotations

import structlog

from conversations.handoff import Malformed, NobodyThere, NotAllowed
from conversations.staff import Principal, Role
from conversations.store import staff
from conversations.store.database import Database
from conversations.text import storable
from escalation.http import wire
from escalation.service.people import People

log = structlog.get_logger()
_NAME_LIMIT = 60


class Hiring:
    """The use cases, on behalf of a signed-in person."""

    def __init__(self, database: Database, people: People) -> None:
        self._database, self._people = database, people

    async def add(self, by: Principal, new: wire.NewAgent) -> wire.Added:
        """Puts somebody on the roster; their token is shown this once.

        Raises:
            NotAllowed: only an admin may. Malformed: with every problem there is.
        """
        _require_admin(by)
        name, slack_id = " ".join(storable(new.name).split()), new.slack_id or None
        limits = {"teams": new.teams, "languages": new.languages, "skills": new.skills, "capacity": new.capacity}
        found = self._people.problems(**limits)
        if not 0 < len(name) <= _NAME_LIMIT:
            found.append(f"Give them a name of up to {_NAME_LIMIT} characters.")
        if slack_id is not None and not (slack_id.isalnum() and slack_id.isascii() and len(slack_id) <= 32):
            found.append(f"{slack_id!r} is no member's id: copy it from their profile in Slack, such as U0123456789.")
        if found:
            raise Malformed(found)
        try:
            async with self._database.write() as tx:
                person, token = await staff.add(
                    tx, name, Role(new.role), new.teams, slack_id, new.languages, new.skills, new.capacity
                )
        except staff.NameTaken as taken:
            raise Malformed([f"Somebody is called {name!r}, or has this Slack id: choose another."]) from taken
        log.info("on the roster", agent_id=person.id, role=person.role.value, by=by.id)
        return wire.Added(person.id, person.name, token)

    async def remove(self, by: Principal, staff_id: str) -> None:
        """Takes somebody off the roster: they are out at once; what they did stays in the record.

        Raises:
            NotAllowed: only an admin may, and nobody removes themselves. NobodyThere: they are not on the roster.
        """
        _require_admin(by)
        if by.id == staff_id:
            raise NotAllowed("Nobody removes themselves: ask another admin.")
        async with self._database.write() as tx:
            person = await staff.by_id(tx, staff_id)
            if person is None or not await staff.remove(tx, person.name):
                raise NobodyThere(staff_id)
        log.info("off the roster", agent_id=staff_id, by=by.id)


def _require_admin(by: Principal) -> None:
    if by.role is not Role.ADMIN:
        raise NotAllowed("Only an admin may change who is on the roster.")
