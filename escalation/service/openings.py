"""Handoffs that a program of the business asks for: the gateway opens them, as it does for the assistant."""

from __future__ import annotations

from sqlalchemy import select

from conversations.handoff import HandoffError, Malformed, NotAllowed, Reason, ReasonKind
from conversations.masking import mask
from conversations.ports import OpenHandoff
from conversations.staff import Principal
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database
from conversations.text import shortened, storable
from escalation.config import Teams

_EVIDENCE = 500
_PRIORITIES = range(1, 9)  # 9 is a crisis, which only what the contact wrote can say


class ConversationUnknown(HandoffError):
    """There is no such conversation."""


class Openings:
    """The use case, on behalf of a signed-in person."""

    def __init__(self, database: Database, teams: Teams, open_: OpenHandoff) -> None:
        self._database, self._teams, self._open = database, teams, open_

    async def create(
        self, who: Principal, conversation_id: str, evidence: str, priority: int, team: str | None = None
    ) -> str:
        """Hands a conversation over; where it is already, the reason is added. Returns the handoff's id.

        Raises:
            NotAllowed: only leads and admins may; nobody is asked for a contact who is blocked.
            ConversationUnknown. Malformed: with every problem there is.
        """
        if not who.oversees:
            raise NotAllowed("Leads and admins hand conversations over: ask one of them.")
        found = [] if priority in _PRIORITIES else ["The priority is from 1 to 8."]
        if team is not None and team not in self._teams:
            found.append(f"There is no team {team!r}: there is {', '.join(one.name for one in self._teams)}.")
        if found:
            raise Malformed(found)
        why = Reason(ReasonKind.RESERVED, shortened(mask(storable(evidence).strip()), _EVIDENCE), priority)
        async with self._database.write() as tx:
            held = await conversations.get(tx, conversation_id, lock=True)
            if held is None:
                raise ConversationUnknown(conversation_id)
            blocked = select(t.contact.c.blocked_at).where(t.contact.c.id == held.contact_id)
            if (await tx.execute(blocked)).scalar_one() is not None:
                raise NotAllowed("This contact is blocked: unblock them first.")
            await self._open(tx, held, [why], team=team)
            opened = await handoffs.open_of(tx, held.id)
            assert opened is not None, "it was opened, or was open"
            return opened.id
