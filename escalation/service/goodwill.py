"""Goodwill gestures: granted within the limits that the settings set, and written down."""

from __future__ import annotations

import structlog
from sqlalchemy import insert, select

from conversations.events import GoodwillGranted
from conversations.handoff import Malformed, OverLimit
from conversations.masking import mask
from conversations.staff import Principal, Role
from conversations.store import conversations, events, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.text import storable
from escalation import tables
from escalation.config import Goodwill
from escalation.domain.goodwill import refusal
from escalation.http import wire
from escalation.service.holding import locked, require_holder

log = structlog.get_logger()
_G = tables.goodwill.c


class Goodwills:
    """The use cases, on behalf of a signed-in person."""

    def __init__(self, database: Database, settings: Goodwill, lease: float) -> None:
        self._database, self._settings, self._lease = database, settings, lease
        self._limits = {Role(role): round(most * 100) for role, most in settings.limits.items()}

    @property
    def kinds(self) -> tuple[str, ...]:
        """What there is to grant."""
        return self._settings.kinds

    @property
    def currency(self) -> str:
        return self._settings.currency

    async def grant(self, who: Principal, handoff_id: str, kind: str, pence: int, note: str, key: str) -> None:
        """Grants the contact of a handoff that one holds something. A repeat with the same ``key`` grants nothing more.

        What was granted is written down; to give it is the shop's.

        Args:
            pence: hundredths of the currency.

        Raises:
            HandoffUnknown, NotHolder.
            Malformed: there is no such kind.
            OverLimit: with what this person may grant, and whom to ask.
        """
        if kind not in self._settings.kinds:
            raise Malformed([f"{kind!r} is nothing that can be granted: there is {', '.join(self._settings.kinds)}."])
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            repeat = select(_G.id).where(_G.handoff_id == handoff_id, _G.key == key)
            if (await tx.execute(repeat)).one_or_none() is not None:
                return
            require_holder(who, handoff)
            # Whoever grants the same contact something elsewhere waits here: the limit is for all of it.
            await tx.execute(select(t.contact.c.id).where(t.contact.c.id == held.contact_id).with_for_update())
            before = await tx.execute(select(_G.at, _G.pence).where(_G.contact_id == held.contact_id))
            no = refusal(
                pence,
                who.role,
                [(row.at, row.pence) for row in before],
                self._limits,
                self._settings.per_contact_days,
                await conversations.clock(tx),
                self._settings.currency,
            )
            if no is not None:
                raise OverLimit(no)
            await tx.execute(
                insert(tables.goodwill).values(
                    handoff_id=handoff_id,
                    contact_id=held.contact_id,
                    by=who.id,
                    kind=kind,
                    pence=pence,
                    currency=self._settings.currency,
                    note=mask(storable(note).strip()) or None,
                    key=key,
                    at=now(),
                )
            )
            await events.record(tx, held.id, GoodwillGranted(handoff_id, held.id, kind, pence, who.id))
            await handoffs.renew(tx, handoff, self._lease)
            tx.signal("handoff", handoff_id)
        log.info("goodwill granted", handoff_id=handoff_id, agent_id=who.id, kind=kind, pence=pence)

    async def of(self, contact_id: str) -> list[wire.GoodwillGiven]:
        """What a contact was granted, newest first."""
        async with self._database.read() as tx:
            return await given(tx, contact_id)


async def given(tx: Transaction, contact_id: str, limit: int = 20) -> list[wire.GoodwillGiven]:
    """What a contact was granted, newest first."""
    statement = (
        select(_G.kind, _G.pence, _G.currency, t.staff.c.name, _G.at, t.handoff.c.reference, _G.note)
        .join(t.staff, t.staff.c.id == _G.by)
        .join(t.handoff, t.handoff.c.id == _G.handoff_id)
        .where(_G.contact_id == contact_id)
        .order_by(_G.at.desc(), _G.id.desc())
        .limit(limit)
    )
    return [
        wire.GoodwillGiven(row.kind, row.pence / 100, row.currency, row.name, row.at, row.reference, row.note or "")
        for row in await tx.execute(statement)
    ]
