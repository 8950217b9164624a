"""What editors decide about a group: dismissed, approved, taken up again, merged, a question moved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from bot.content.unanswered import groups, showing, wire
from bot.content.unanswered.errors import Refused, Unknown
from bot.content.unanswered.states import FROM, State
from bot.content.unanswered.tables import group as g
from bot.content.unanswered.tables import question as q
from bot.content.unanswered.tables import step
from conversations.likeness import unpacked
from conversations.staff import Principal
from conversations.store.database import Database, Transaction, now
from conversations.text import storable

_LONGEST = 500  # characters of a reason or a note


async def decide(tx: Transaction, group_id: int, to: State, by: str, note: str = "", **more: Any) -> None:
    """Brings a group to a state, if it is in one from which it can come there; what led to it is written down.

    Raises:
        Unknown, Refused: nothing is changed.
    """
    note = storable(note).strip()[:_LONGEST]
    values = {"state": to, "state_at": now(), "state_by": by, **more}
    came = await tx.execute(update(g).where(g.c.id == group_id, g.c.state.in_(FROM[to])).values(**values))
    if came.rowcount != 1:
        state = (await tx.execute(select(g.c.state).where(g.c.id == group_id))).scalar_one_or_none()
        if state is None:
            raise Unknown
        raise Refused(f"This group is {state} by now, so it cannot become {to}. Reload it, and look at what was done.")
    await tx.execute(insert(step).values(group_id=group_id, state=to, at=now(), by=by, note=note))


class Deciding:
    """The use cases, on behalf of a signed-in person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dismiss(self, who: Principal, group_id: int, reason: str) -> wire.Group:
        """Nothing will be taught. It stays so when more people ask, and says how many did.

        Raises:
            Unknown, Refused.
        """
        if not (said := storable(reason).strip()):
            raise Refused("Write why it is dismissed, for whoever sees it next.")
        return await self._decided(who, group_id, State.DISMISSED, said, reason=said[:_LONGEST])

    async def approve(self, who: Principal, group_id: int, note: str = "") -> wire.Group:
        """What was drafted may be published. Raises as `dismiss`."""
        return await self._decided(who, group_id, State.APPROVED, note)

    async def reopen(self, who: Principal, group_id: int, note: str = "") -> wire.Group:
        """It is to be looked at again; what was taught stays in the content. Raises as `dismiss`."""
        return await self._decided(who, group_id, State.NEW, note, reason=None)

    async def _decided(self, who: Principal, group_id: int, to: State, note: str, **more: Any) -> wire.Group:
        async with self._database.write() as tx:
            await decide(tx, group_id, to, who.name, note, **more)
            return await showing.one_group(tx, group_id)

    async def merge(self, who: Principal, group_id: int, into: int) -> wire.Group:
        """Two groups mean the same: the questions of the first go to the second, and the first ends.

        Raises:
            Unknown. Refused: it was taught from already, or they do not compare.
        """
        async with self._database.write() as tx:
            both = await self._locked(tx, group_id, into)
            if group_id == into:
                raise Refused("A group cannot be merged with itself. Choose another one.")
            first, second = both[group_id], both[into]
            if first.state not in (State.NEW, State.DISMISSED):
                raise Refused("Something was taught from this group already. Merge the other one into it.")
            if (first.encoder, first.language) != (second.encoder, second.language):
                raise Refused("They are of two languages, or were read by two models, and do not compare.")
            await groups.merge(tx, group_id, into)
            note = f"group {group_id} was merged into it"
            await tx.execute(insert(step).values(group_id=into, state=second.state, at=now(), by=who.name, note=note))
            return await showing.one_group(tx, into)

    async def move(self, who: Principal, move: wire.Move) -> wire.Group:
        """A question goes into another group, or into a new one of its own.

        Raises:
            Unknown. Refused: they do not compare.
        """
        place = (q.c.conversation_id == move.conversation_id, q.c.number == move.number)
        async with self._database.write() as tx:
            row = (await tx.execute(select(q).where(*place, q.c.group_id.is_not(None)))).one_or_none()
            if row is None:
                raise Unknown
            if move.into is None:
                into = await groups.create(tx, row.language, row.encoder, unpacked(row.vector), row.at)
            else:
                into = move.into
                target = (await self._locked(tx, row.group_id, into))[into]
                if (target.encoder, target.language) != (row.encoder, row.language):
                    raise Refused("They are of two languages, or were read by two models, and do not compare.")
            await tx.execute(update(q).where(*place).values(group_id=into))
            await groups.reckon(tx, into)
            if row.group_id != into:
                await groups.reckon(tx, row.group_id)
            return await showing.one_group(tx, into)

    async def _locked(self, tx: Transaction, *group_ids: int) -> dict[int, Any]:
        wanted = select(g.c.id, g.c.state, g.c.encoder, g.c.language).where(g.c.id.in_(group_ids)).order_by(g.c.id)
        rows = {row.id: row for row in await tx.execute(wanted.with_for_update())}
        if rows.keys() != set(group_ids):
            raise Unknown
        return rows
