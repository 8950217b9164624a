"""Reads of the unanswered: the groups with their counts, and one group with its questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from bot.content.unanswered import texts, wire
from bot.content.unanswered.counting import DAY, Counted, Details, after, counts, details
from bot.content.unanswered.errors import Unknown
from bot.content.unanswered.states import AT_WORK, OVER, State
from bot.content.unanswered.tables import group as g
from bot.content.unanswered.tables import question as q
from bot.content.unanswered.veil import veiled
from conversations.store import conversations
from conversations.store.database import Database, Transaction

_COLUMNS = [column for column in g.c if column.name != "centroid"]
_NOTHING = Counted(0, 0, 0)


class Showing:
    """What editors see first. ``days`` are rolling: the last ones, and as many before them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def groups(
        self, days: int = 7, states: Collection[State] = AT_WORK, after: int = 0, limit: int = 50
    ) -> wire.Listed:
        """A part of the groups in some states, most people first: those asked for lately, and all that are at work."""
        async with self._database.read_aside() as tx:
            now = await conversations.clock(tx)
            counted = await counts(tx, now - days * DAY, now)
            waiting = select(func.count()).select_from(q).where(q.c.pending, q.c.group_id.is_(None))
            rows = [row for row in await _rows(tx, states) if row.id in counted or _is_begun(row)]
            rows.sort(key=lambda row: (-counted.get(row.id, _NOTHING).people, -row.last_at, row.id))
            shown = await shown_groups(tx, rows[after : after + limit], counted, now - days * DAY)
            still = int((await tx.execute(waiting)).scalar_one())
        new = sum(row.state == State.NEW and row.first_at >= now - days * DAY for row in rows)
        sums = [counted.get(row.id, _NOTHING) for row in rows]
        end = after + limit
        return wire.Listed(
            days,
            shown,
            end if end < len(rows) else None,
            len(rows),
            new,
            sum(one.people for one in sums),
            sum(one.before for one in sums),
            still,
        )

    async def group(self, group_id: int, days: int = 7) -> wire.Group:
        """One group.

        Raises:
            Unknown.
        """
        async with self._database.read_aside() as tx:
            return await one_group(tx, group_id, days)


async def one_group(tx: Transaction, group_id: int, days: int = 7) -> wire.Group:
    """One group; `Unknown` when there is none."""
    now = await conversations.clock(tx)
    row = (await tx.execute(select(*_COLUMNS).where(g.c.id == group_id))).one_or_none()
    if row is None:
        raise Unknown
    counted = await counts(tx, now - days * DAY, now)
    return (await shown_groups(tx, [row], counted, now - days * DAY))[0]


async def _rows(tx: Transaction, states: Collection[State]) -> list[Row[Any]]:
    return list((await tx.execute(select(*_COLUMNS).where(g.c.state.in_(list(states))))).all())


def _is_begun(row: Row[Any]) -> bool:
    return row.state in (State.DRAFTED, State.APPROVED)


async def shown_groups(
    tx: Transaction, rows: Sequence[Row[Any]], counted: Mapping[int, Counted], since: float
) -> list[wire.Group]:
    """Groups as they are shown, in this order."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    known, named = await details(tx, ids, since), await names(tx, ids)
    later = await after(tx, [(row.id, row.state_at) for row in rows if row.state in OVER])
    return [
        _group(row, counted.get(row.id, _NOTHING), known[row.id], named.get(row.id), later.get(row.id, 0))
        for row in rows
    ]


def _group(
    row: Row[Any],
    counted: Counted,
    known: Details,
    named: tuple[str, list[wire.Likely]] | None,
    since: int,
) -> wire.Group:
    name, likely = named or ("", [])
    return wire.Group(
        id=row.id,
        name=name,
        state=row.state,
        state_at=row.state_at,
        state_by=row.state_by,
        reason=row.reason,
        language=row.language,
        people=counted.people,
        before=counted.before,
        questions=counted.questions,
        since=since,
        first_at=row.first_at,
        last_at=row.last_at,
        sources=dict(known.sources),
        likely=likely,
        in_scope=2 * known.understood > counted.questions,
        answered=known.answered,
        stars=known.csat,
        intent=row.intent,
        examples=list(row.examples or ()),
        content=row.content,
        model=row.model,
    )


async def names(tx: Transaction, group_ids: Sequence[int]) -> dict[int, tuple[str, list[wire.Likely]]]:
    """The most central question of each of some groups, masked, and what the model takes it for."""
    most = select(q.c.group_id, func.max(q.c.likeness).label("most")).where(q.c.group_id.in_(group_ids))
    middle = most.group_by(q.c.group_id).subquery()
    is_one = (q.c.group_id == middle.c.group_id) & (q.c.likeness == middle.c.most)
    found = await tx.execute(select(q).join(middle, is_one).order_by(q.c.at))
    rows = list({row.group_id: row for row in found}.values())  # of several the latest
    said = await texts.asked(tx, [(row.conversation_id, row.number, row.through) for row in rows])
    known = await texts.known(tx, [row.conversation_id for row in rows])
    return {row.group_id: (masked_question(row, said, known), likely_of(row)) for row in rows}


def masked_question(row: Row[Any], said: Mapping[texts.Place, str], known: Mapping[str, Mapping[str, Any]]) -> str:
    """What was asked, as it is shown; "" for what was taken back, or was not read by the engine yet."""
    text = said.get((row.conversation_id, row.number), "")
    return "" if row.personal is None else veiled(text, row.personal, known.get(row.conversation_id))


def likely_of(row: Row[Any]) -> list[wire.Likely]:
    """What the model takes a question for."""
    return [wire.Likely(intent, round(confidence, 3)) for intent, confidence in row.ranking or ()]
