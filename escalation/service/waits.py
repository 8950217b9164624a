"""How long a team's contacts waited, from what was done with their handoffs; and what one who waits now was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from conversations.handoff import Step
from conversations.store import tables as t
from conversations.store.database import Transaction, now
from escalation.config import Team
from escalation.domain.hours import business_seconds, next_opening
from escalation.domain.wait import Range, Told, expect

# Older waits were under other people and other hours.
_DAYS = 28
_MOST = 400


async def expected(tx: Transaction, team: Team, at: float) -> Range | None:
    """The range for somebody who begins to wait at a moment (Unix seconds); None while that is not known."""
    return expect(await _waits(tx, team), _hour(team, at))


async def _waits(tx: Transaction, team: Team) -> list[tuple[float, float]]:
    """The latest waits that a claim ended, as (hour of the day at which it began, business seconds)."""
    c = t.handoff_step.c
    statement = (
        select(c.at, c.seconds)
        .where(c.team == team.name, c.what == Step.CLAIMED, c.at > now() - _DAYS * 86_400, c.seconds.is_not(None))
        .order_by(c.at.desc())
        .limit(_MOST)
    )
    measured = (measure(team, row.at - row.seconds, row.at) for row in await tx.execute(statement))
    return [wait for wait in measured if wait is not None]


def measure(team: Team, began: float, claimed: float) -> tuple[float, float] | None:
    """A wait between two moments (Unix seconds) as the team's hours have it: (hour of the day, business seconds).

    Who came at night began to wait in the morning. None when it was over before anybody came in: it says nothing of
    the day.
    """
    start, end = datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(claimed, UTC)
    opens = next_opening(team.hours, start)
    if opens is None or opens > end:
        return None
    return _hour(team, opens.timestamp()), business_seconds(team.hours, opens, end)


def _hour(team: Team, at: float) -> float:
    """The hour of the day by the team's clock: 13.5 is half past one."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(team.hours.timezone))
    return local.hour + local.minute / 60


def told(last: Mapping[str, float] | None) -> Told | None:
    """What the contact was told last, as `conversations.handoff.Handoff.told` keeps it."""
    if not last:
        return None
    expected = Range(last["low"], last["high"]) if "low" in last and "high" in last else None
    return Told(int(last["place"]), expected)


_REMEMBER = (
    update(t.handoff)
    .where(t.handoff.c.id == bindparam("of_id"))
    .values(told=bindparam("to_told", type_=t.handoff.c.told.type))
)


async def remember(tx: Transaction, handoff_id: str, place: int, expected: Range | None) -> None:
    """Writes down what the contact is told now."""
    await remember_all(tx, [(handoff_id, place, expected)])


async def remember_all(tx: Transaction, told: Sequence[tuple[str, int, Range | None]]) -> None:
    """As `remember`, for many at once: whoever claims one of them waits no longer than for one statement."""
    await tx.execute(_REMEMBER, [{"of_id": which, "to_told": _as_json(place, wait)} for which, place, wait in told])


def _as_json(place: int, expected: Range | None) -> dict[str, float]:
    return {"place": place, **({"low": expected.low, "high": expected.high} if expected else {})}
