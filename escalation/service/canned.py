"""Canned replies and tags: what agents say often, and what matters are called. Leads and admins edit them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from conversations.handoff import Handoff, HandoffError, Malformed, NotAllowed
from conversations.staff import Principal
from conversations.store import conversations
from conversations.store.database import Database, Transaction, now
from conversations.text import storable
from escalation import tables
from escalation.config import Teams
from escalation.domain.canned import Filled, fill, problems, tag_problem
from escalation.http import wire
from escalation.service.seeing import seen

_C, _T = tables.canned.c, tables.tag.c
_MOST = 200
_NAME_LIMIT, _ANY_TEAM = 64, ""


class CannedUnknown(HandoffError):
    """There is no such canned reply (any more)."""


class CannedReplies:
    """The use cases, on behalf of a signed-in person. ``business`` is what the texts call us."""

    def __init__(self, database: Database, teams: Teams, business: str) -> None:
        self._database, self._teams, self._business = database, teams, business

    async def found(self, who: Principal, handoff_id: str | None, words: str = "") -> list[wire.Canned]:
        """Those with all of the words in name or text: everybody's, and the handoff's team's or one's own teams'.

        In the contact's language first, where that is known.

        Raises:
            HandoffUnknown: there is no such handoff, or none that this person may see.
        """
        async with self._database.read() as tx:
            handoff = await seen(tx, who, handoff_id) if handoff_id else None
            served = {handoff.team} if handoff else {*who.teams, *(team.name for team in self._teams if who.oversees)}
            statement = select(tables.canned).where(_C.team.in_([_ANY_TEAM, *served]))
            for word in words.split()[:8]:
                in_it = (column.icontains(word, autoescape=True) for column in (_C.name, _C.text))
                statement = statement.where(or_(*in_it))
            rows = (await tx.execute(statement.order_by(_C.name, _C.language, _C.id).limit(_MOST))).all()
        language = handoff.language if handoff else None
        return (
            sorted(map(_canned, rows), key=lambda one: one.language != language) if language else [*map(_canned, rows)]
        )

    async def preview(self, who: Principal, handoff_id: str, canned_id: int) -> Filled:
        """A canned reply as it would be said in this handoff.

        Raises:
            HandoffUnknown, CannedUnknown.
        """
        async with self._database.read() as tx:
            handoff = await seen(tx, who, handoff_id)
            row = await self._row(tx, canned_id)
            if row.team not in {_ANY_TEAM, handoff.team}:
                raise CannedUnknown(canned_id)
            return fill(row.text, await self._values(tx, who, handoff))

    async def _values(self, tx: Transaction, who: Principal, handoff: Handoff) -> dict[str, str]:
        held = await conversations.get(tx, handoff.conversation_id)
        known = held.known if held else {}
        return {
            "contact": str(known.get("name") or ""),
            "agent": who.name,
            "reference": handoff.reference,
            "order": str(known.get("order_number") or known.get("last_order") or ""),
            "business": self._business,
        }

    async def save(
        self,
        who: Principal,
        *,
        name: str,
        text: str,
        team: str = "",
        language: str = "en",
        canned_id: int | None = None,
    ) -> int:
        """Keeps a new one, or changes one; returns its id.

        Raises:
            NotAllowed: only leads and admins may. CannedUnknown: there is none to change.
            Malformed: with each problem and what to do.
        """
        _require_overseer(who)
        name, text = " ".join(storable(name).split()), storable(text).strip()
        self._check(name, text, team, language)
        values = {"name": name, "text": text, "team": team, "language": language, "by": who.id, "at": now()}
        try:
            async with self._database.write() as tx:
                if canned_id is None:
                    made = await tx.execute(insert(tables.canned).values(**values).returning(_C.id))
                    return int(made.scalar_one())
                await self._row(tx, canned_id)
                await tx.execute(update(tables.canned).where(_C.id == canned_id).values(**values))
                return canned_id
        except IntegrityError as taken:
            raise Malformed([f"There is one called {name!r} there already: choose another name."]) from taken

    def _check(self, name: str, text: str, team: str, language: str) -> None:
        found = problems(text)
        if not 0 < len(name) <= _NAME_LIMIT:
            found.append(f"Give it a name of up to {_NAME_LIMIT} characters.")
        if team and team not in self._teams:
            found.append(f"There is no team {team!r}: there is {', '.join(one.name for one in self._teams)}.")
        if not (len(language) == 2 and language.isascii() and language.islower()):
            found.append(f"{language!r} is no language: write its two letters (ISO 639-1), such as en.")
        if found:
            raise Malformed(found)

    async def one(self, canned_id: int) -> wire.Canned:
        """One of them.

        Raises:
            CannedUnknown.
        """
        async with self._database.read() as tx:
            return _canned(await self._row(tx, canned_id))

    async def delete(self, who: Principal, canned_id: int) -> None:
        """Takes one away; it does not matter whether it is there.

        Raises:
            NotAllowed.
        """
        _require_overseer(who)
        async with self._database.write() as tx:
            await tx.execute(delete(tables.canned).where(_C.id == canned_id))

    async def _row(self, tx: Transaction, canned_id: int) -> Row[Any]:
        row = (await tx.execute(select(tables.canned).where(_C.id == canned_id))).one_or_none()
        if row is None:
            raise CannedUnknown(canned_id)
        return row

    async def tags(self) -> list[str]:
        """The tags in use, by name."""
        async with self._database.read() as tx:
            found = await tx.execute(select(_T.name).where(_T.removed_at.is_(None)).order_by(_T.name))
            return list(found.scalars())

    async def save_tag(self, who: Principal, name: str) -> None:
        """Adds a tag, or brings one back.

        Raises:
            NotAllowed, Malformed.
        """
        _require_overseer(who)
        if problem := tag_problem(name):
            raise Malformed([problem])
        async with self._database.write() as tx:
            kept = await tx.execute(
                update(tables.tag).where(_T.name == name).values(removed_at=None).returning(_T.name)
            )
            if kept.one_or_none() is None:
                await tx.execute(insert(tables.tag).values(name=name, by=who.id, at=now()))

    async def remove_tag(self, who: Principal, name: str) -> None:
        """Takes a tag out of use; where it was put it stays.

        Raises:
            NotAllowed.
        """
        _require_overseer(who)
        async with self._database.write() as tx:
            await tx.execute(update(tables.tag).where(_T.name == name).values(removed_at=now()))


def _require_overseer(who: Principal) -> None:
    if not who.oversees:
        raise NotAllowed("Leads and admins edit canned replies and tags: ask one of them.")


def _canned(row: Row[Any]) -> wire.Canned:
    return wire.Canned(row.id, row.name, row.text, row.team, row.language)
