"""How many handoffs stand where, by team: what lists say beside the part of it that they show."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, select

from conversations.handoff import HandoffState
from conversations.store import tables as t
from conversations.store.database import Transaction
from escalation.http.wire import Counts

# Counting takes at most this part of the time: many desks that look at a long queue share one count.
_PART = 1 / 20


class Counting:
    """Counts, and keeps what was slow to count for as long as that justifies."""

    def __init__(self) -> None:
        self._counted: dict[str, Counts] = {}
        self._good_until = 0.0

    async def by_team(self, tx: Transaction) -> dict[str, Counts]:
        """The open handoffs of every team that has some."""
        begun = time.monotonic()
        if begun >= self._good_until:
            self._counted = await _count(tx)
            ended = time.monotonic()
            self._good_until = ended + (ended - begun) / _PART
        return self._counted


async def _count(tx: Transaction) -> dict[str, Counts]:
    h = t.handoff.c
    snoozed = h.snoozed_at.is_not(None)

    def number(*that: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.sum(case((and_(*that), 1), else_=0))

    announced = cast(h.sla, Text)
    statement = (
        select(
            h.team,
            number(h.state == HandoffState.WAITING),
            number(h.state == HandoffState.ASSIGNED, ~snoozed),
            number(snoozed),
            number(announced.contains("at_risk"), ~announced.contains("breached")),
            number(announced.contains("breached")),
        )
        .where(h.state.in_([HandoffState.WAITING, HandoffState.ASSIGNED]))
        .group_by(h.team)
    )
    return {team: Counts(*map(int, numbers)) for team, *numbers in await tx.execute(statement)}
